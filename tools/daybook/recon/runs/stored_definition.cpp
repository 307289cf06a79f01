#include "tools/daybook/recon/runs/stored_definition.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/definition/definition_file.hpp"
#include "tools/daybook/recon/runs/posting_sagas.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"

namespace daybook::recon {
namespace {

RunCommand limit_command(const Uint128& of, LedgerId ledger, std::uint64_t code, bool is_automatic,
                         u128 amount) {
  return {.command = Command::approval_limit_set,
          .aggregate_id = of,
          .details = {.subject_id = {},
                      .amount = Amount{Uint128{amount}},
                      .transfer_id = {},
                      .quantity = code,
                      .ledger = ledger,
                      .flags = is_automatic ? command_flag::automatic : std::uint16_t{0}},
          .text = {},
          .run_id = {},
          .id = make_random_id()};
}

/// Of what the definition allows, and of what an older one allowed and this one does not.
std::vector<RunCommand> limit_commands(const Uint128& id, const Reconciliation& definition,
                                       const Ledger& ledger, const AggregateTables& rows) {
  std::vector<RunCommand> commands;
  const auto add = [&](const std::vector<CodeLimit>& limits, bool is_automatic) {
    for (const CodeLimit& each : limits) {
      commands.push_back(limit_command(id, ledger.id, static_cast<std::uint64_t>(each.code),
                                       is_automatic, each.most.floor_at(ledger.scale)));
    }
  };
  add(definition.approval, false);
  add(definition.automatic, true);
  for (const ApprovalLimit& each : rows.limits().all()) {
    if (each.reconciliation_id != id) continue;
    const bool is_said = std::any_of(commands.begin(), commands.end(), [&](const RunCommand& it) {
      const bool is_automatic = (it.details.flags & command_flag::automatic) != 0;
      return each.what ==
             ApprovalLimit::number_of(it.details.ledger, it.details.quantity, is_automatic);
    });
    if (is_said || each.amount.value().is_zero()) continue;
    const LedgerId of{static_cast<std::uint32_t>(each.what >> 32)};
    commands.push_back(limit_command(id, of, (each.what >> 8) & 0xff, (each.what & 1) != 0, 0));
  }
  return commands;
}

/// A currency of which a limit is, and the ledger is not.
std::optional<std::uint64_t> other_currency(const Reconciliation& definition,
                                            const Ledger& ledger) {
  for (const auto* const limits : {&definition.approval, &definition.automatic}) {
    for (const CodeLimit& each : *limits) {
      if (each.currency != currency_of_ledger(ledger)) return each.currency;
    }
  }
  return std::nullopt;
}

Trouble refused(std::string what) { return {exit_code::no, std::move(what)}; }

/// Sagas that the definition starts are there, and ask for what it gives.
Result<void, Trouble> check_sagas(EngineRuns& engine, const Reconciliation& definition,
                                  const std::string& source) {
  std::set<Code> codes;
  for (const PostingSaga& each : definition.sagas) codes.insert(each.code);
  const auto sagas = PostingSagas::fetch(engine, definition, codes);
  if (!sagas) return sagas.error();
  if (sagas.value().faults().empty()) return {};
  std::string what = fmt::format("{}:", source);
  for (const std::string& fault : sagas.value().faults()) what += "\n" + fault;
  return refused(what + "\nnothing was sent");
}

}  // namespace

Result<StoredDefinition, Trouble> store_definition(EngineRuns& engine,
                                                   const Reconciliation& definition,
                                                   const std::string& source) {
  const Ledger* const ledger = engine.ledgers().find(definition.ledger);
  if (ledger == nullptr) {
    return refused(fmt::format("{}: ledger {} is not registered; nothing was sent", source,
                               definition.ledger.value()));
  }
  if (const auto other = other_currency(definition, *ledger)) {
    return refused(
        fmt::format("{}: a limit is of {}, and the ledger is of {}: nothing could be posted by "
                    "it; nothing was sent",
                    source, currency_text(*other), currency_text(currency_of_ledger(*ledger))));
  }
  const Uint128 id = id_of(definition.name);
  const std::string* const before = engine.book().definition(id);
  const bool is_same = before != nullptr && *before == definition.canonical;
  const ReconciliationRow* const row = engine.book().rows().find_reconciliation(id);
  const std::uint64_t versions = row == nullptr ? 0 : row->versions;
  if (is_same) return StoredDefinition{.version = versions, .is_new = false};
  if (auto good = check_sagas(engine, definition, source); !good) return good.error();
  std::vector<RunCommand> commands{{.command = Command::reconciliation_define,
                                    .aggregate_id = id,
                                    .details = {},
                                    .text = definition.canonical,
                                    .run_id = {},
                                    .id = make_random_id()}};
  const auto limits = limit_commands(id, definition, *ledger, engine.book().rows());
  commands.insert(commands.end(), limits.begin(), limits.end());
  const auto told = engine.review(RequestKind::review_corrections, {}, commands);
  if (!told) return told.error();
  if (!told.value().is_done()) return told.value().trouble();
  return StoredDefinition{.version = versions + 1, .is_new = true};
}

void say_stored(const Reconciliation& definition, const StoredDefinition& stored, bool as_json) {
  if (as_json) {
    say(JsonObject{}
            .text("name", definition.name)
            .count("version", stored.version)
            .truth("stored", stored.is_new)
            .str());
  } else {
    say(fmt::format("{}: version {}{}", definition.name, stored.version,
                    stored.is_new ? " stored" : ", as it was"));
  }
}

}  // namespace daybook::recon
