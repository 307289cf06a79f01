#include "tools/daybook/recon/self_command.hpp"

#include <array>
#include <optional>

#include <fmt/format.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/journal_facts.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/rate_text.hpp"

namespace daybook::recon {
namespace {

/// An amount of an account that differs.
struct AmountDifference {
  std::string_view words;
  std::string expected;
  std::string found;
  std::string size;
  bool is_more = false;  ///< The state has more than the journal.
};

std::optional<AmountDifference> amounts_of(const Mismatch& mismatch,
                                           const AccountLedgers& ledgers) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> fields{
      {{"debits_posted", "posted debits"},
       {"credits_posted", "posted credits"},
       {"debits_pending", "pending debits"},
       {"credits_pending", "pending credits"}}};
  if (mismatch.kind != AggregateKind::account) return std::nullopt;
  for (const auto& [name, words] : fields) {
    if (mismatch.expected.name != name) continue;
    const auto ledger = ledgers.ledger_of.find(mismatch.key.id);
    const LedgerId id = ledger == ledgers.ledger_of.end() ? LedgerId{} : ledger->second;
    const u128 expected = mismatch.expected.value.wide();
    const u128 found = mismatch.found.value.wide();
    const bool is_more = found > expected;
    const auto text = [&](u128 value) { return ledgers.book.format(id, Amount{Uint128{value}}); };
    return AmountDifference{.words = words,
                            .expected = text(expected),
                            .found = text(found),
                            .size = text(is_more ? found - expected : expected - found),
                            .is_more = is_more};
  }
  return std::nullopt;
}

std::string line_of(const Mismatch& mismatch, const RebuiltStore& store,
                    const AccountLedgers& ledgers) {
  const auto amounts = amounts_of(mismatch, ledgers);
  if (!amounts) return difference_text(shown(mismatch, store.as_of, store.place));
  return fmt::format("account {}: {} are {} by the journal and {} in {}: {} too {}, since {}",
                     format_id(mismatch.key.id), amounts->words, amounts->expected, amounts->found,
                     store.place, amounts->size, amounts->is_more ? "much" : "little",
                     mismatch.first == Sequence{}
                         ? "ever: no fact is about it"
                         : fmt::format("sequence {}", mismatch.first.value()));
}

/// Only where something differs: the journal once more, for ledgers and whose accounts are whose.
Result<AccountLedgers> ledgers_of(const SelfOptions& options, const RebuildReport& report) {
  AccountLedgers ledgers;
  for (const RebuiltStore& store : report.stores) {
    for (const Mismatch& each : store.aggregates.mismatches) {
      if (each.kind == AggregateKind::account) ledgers.ledger_of[each.key.id] = LedgerId{};
    }
  }
  if (ledgers.ledger_of.empty()) return ledgers;
  auto facts = JournalFacts::open({.place = options.place,
                                   .account = std::nullopt,
                                   .ledger = std::nullopt,
                                   .cut = {},
                                   .since = std::nullopt,
                                   .fee_codes = {}});
  if (!facts) return facts.error();
  const auto take = [&](const EntryFacts& entry, const PlacedRun& placed) {
    const std::uint32_t end = placed.run.first + placed.run.count;
    for (std::uint32_t i = placed.run.first; i < end; ++i) {
      if (placed.run.kind == FactKind::ledger) ledgers.book.put(entry.ledgers[i]);
      if (placed.run.kind != FactKind::account) continue;
      const auto account = ledgers.ledger_of.find(entry.accounts[i].id.value());
      if (account != ledgers.ledger_of.end()) account->second = entry.accounts[i].ledger;
    }
  };
  while (true) {
    const Result<bool> more = facts.value().next(take);
    if (!more) return more.error();
    if (!more.value()) return ledgers;
  }
}

}  // namespace

std::vector<std::string> self_lines(const RebuildReport& report, const AccountLedgers& ledgers) {
  std::vector<std::string> lines;
  for (const RebuiltStore& store : report.stores) {
    for (const std::string& words : store.trouble) lines.push_back(store.place + ": " + words);
    for (const Mismatch& each : store.aggregates.mismatches) {
      lines.push_back(line_of(each, store, ledgers));
    }
    lines.push_back(fmt::format(
        "{}: {} accounts, holds, streams and others compared: {}", store.place,
        format_count(store.aggregates.compared),
        store.agrees() ? "all are what the journal makes them"
                       : fmt::format("{} differ", format_count(store.aggregates.mismatching))));
  }
  lines.push_back(
      report.agrees()
          ? fmt::format("the ledger agrees with itself up to sequence {}", report.last.value())
          : std::string{"the journal is the truth: `daybook rebuild DIR --repair`, while "
                        "no engine is on the directory, writes the others anew"});
  return lines;
}

std::string self_json(const RebuildReport& report, const AccountLedgers& ledgers) {
  std::vector<std::string> stores;
  for (const RebuiltStore& store : report.stores) {
    std::vector<std::string> differences;
    for (const Mismatch& each : store.aggregates.mismatches) {
      JsonObject json;
      json.raw("difference", difference_json(shown(each, store.as_of, store.place)));
      if (const auto amounts = amounts_of(each, ledgers)) {
        json.text("by", amounts->size).truth("is_more", amounts->is_more);
      }
      differences.push_back(json.text("words", line_of(each, store, ledgers)).str());
    }
    stores.push_back(JsonObject{}
                         .text("place", store.place)
                         .sequence("as_of", store.as_of)
                         .count("compared", store.aggregates.compared)
                         .count("mismatching", store.aggregates.mismatching)
                         .texts("trouble", store.trouble)
                         .raw("differences", json_array(differences))
                         .str());
  }
  return JsonObject{}
      .sequence("last_sequence", report.last)
      .count("facts", report.facts)
      .raw("stores", json_array(stores))
      .truth("agrees", report.agrees())
      .str();
}

int run_self(const SelfOptions& options) {
  const auto report = rebuild_offline(
      {.place = options.place, .selection = {}, .room = options.room, .indexes = false});
  if (!report) return complain_of(report.error());
  const Result<AccountLedgers> ledgers = ledgers_of(options, report.value());
  if (!ledgers) return complain_of(ledgers.error());
  if (options.json) {
    say(self_json(report.value(), ledgers.value()));
  } else {
    for (const std::string& line : self_lines(report.value(), ledgers.value())) say(line);
  }
  return report.value().agrees() ? exit_code::good : exit_code::no;
}

}  // namespace daybook::recon
