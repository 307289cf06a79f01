// recon suspense: what stands on the account of what nobody has explained yet, and since when.

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "engine/base/durations.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/definition/correction_text.hpp"
#include "tools/daybook/recon/definition/definition_file.hpp"
#include "tools/daybook/recon/runs/engine_runs.hpp"
#include "tools/daybook/recon/runs/posted_corrections.hpp"
#include "tools/daybook/recon/runs/runs_command.hpp"
#include "tools/daybook/recon/runs/saga_end.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook::recon {
namespace {

/// The first day of each class of ages.
constexpr std::uint64_t ages[] = {0, 2, 8, 31, 91};
constexpr const char* age_names[] = {"0-1", "2-7", "8-30", "31-90", "91-"};

/// What a correction has put on the account. Minor units: more than 0 was credited.
struct SuspenseItem {
  Uint128 difference;
  Code code{};
  std::string reference;
  std::uint64_t day = 0;  ///< Of its run, as 20260131.
  i128 moved = 0;
  std::uint64_t age_days = 0;  ///< Of the record.
};

struct Suspense {
  AccountId account;
  LedgerId ledger;
  std::vector<SuspenseItem> items;  ///< Oldest first.
  i128 balance = 0;                 ///< Credits less debits.

  [[nodiscard]] i128 of_items() const {
    i128 sum = 0;
    for (const SuspenseItem& each : items) sum += each.moved;
    return sum;
  }
};

Int128 signed_amount(i128 amount) {
  const auto bits = static_cast<u128>(amount);
  return {static_cast<std::uint64_t>(bits), static_cast<std::uint64_t>(bits >> 64)};
}

i128 moved_on(AccountId account, const Correction& correction) {
  i128 moved = 0;
  for (const Transfer& leg : correction.legs) {
    constexpr std::uint16_t moves_nothing =
        transfer_flag::pending | transfer_flag::void_pending_transfer;
    if ((leg.flags & moves_nothing) != 0) continue;
    const auto amount = static_cast<i128>(leg.amount.value().wide());
    if (leg.credit_account_id == account) moved += amount;
    if (leg.debit_account_id == account) moved -= amount;
  }
  return moved;
}

std::uint64_t age_of(const Correction& correction, Timestamp now) {
  const auto now_ns = static_cast<std::int64_t>(now.value());
  if (correction.time_ns == no_time || correction.time_ns > now_ns) return 0;
  return static_cast<std::uint64_t>((now_ns - correction.time_ns) / day_ns);
}

/// The transfers of a saga that has ended.
Result<std::vector<Transfer>, Trouble> made_by_saga(EngineRuns& engine,
                                                    const ApprovedText& approved) {
  const auto end = read_saga_end(approved.end);
  if (!end) return trouble(end.error());
  if (end.value().transfers.empty()) return std::vector<Transfer>{};
  QueryOptions options;
  options.min_sequence = engine.read_to();
  auto answer = settled(engine.client().lookup_transfers(end.value().transfers, options));
  if (!answer) return answer.error();
  return std::move(answer.value().transfers);
}

Result<Suspense, Trouble> suspense_of(EngineRuns& engine, const Reconciliation& definition,
                                      Timestamp now) {
  Suspense found{
      .account = *definition.accounts.suspense, .ledger = definition.ledger, .items = {}};
  const std::vector<AccountId> asked{found.account};
  // As of what the book was read to: what is posted meanwhile is in neither.
  const auto accounts =
      settled(engine.client().lookup_accounts_at(asked, AsOf{.sequence = engine.read_to()}));
  if (!accounts) return accounts.error();
  if (accounts.value().accounts.empty()) {
    return Trouble{exit_code::no,
                   fmt::format("account {} is not open yet", format_id(found.account.value()))};
  }
  const Account& account = accounts.value().accounts.front().account;
  found.balance = static_cast<i128>(account.credits_posted.value().wide()) -
                  static_cast<i128>(account.debits_posted.value().wide());
  const RunBook& book = engine.book();
  const Uint128 id = id_of(definition.name);
  for (const DifferenceRow& row : book.rows().differences().all()) {
    const ReconciliationRun& run = *book.rows().find_run(row.run_id);
    if (run.reconciliation_id != id) continue;
    for (const ApprovedText& approved : book.texts_of(row).approved) {
      if (approved.is_under_way()) continue;
      auto correction = read_correction_text(approved.correction);
      if (!correction) return trouble(correction.error());
      if (approved.is_by_saga) {
        auto made = made_by_saga(engine, approved);
        if (!made) return made.error();
        correction.value().legs = std::move(made).value();
      }
      const i128 moved = moved_on(found.account, correction.value());
      if (moved == 0) continue;
      found.items.push_back({.difference = row.id,
                             .code = correction.value().code,
                             .reference = correction.value().reference,
                             .day = run.day,
                             .moved = moved,
                             .age_days = age_of(correction.value(), now)});
    }
  }
  std::stable_sort(
      found.items.begin(), found.items.end(),
      [](const SuspenseItem& a, const SuspenseItem& b) { return a.age_days > b.age_days; });
  return found;
}

std::size_t class_of(std::uint64_t age_days) {
  const auto* const next = std::upper_bound(std::begin(ages), std::end(ages), age_days);
  return static_cast<std::size_t>(next - std::begin(ages)) - 1;
}

/// How many of an age, and what they credited and debited.
struct AgeSum {
  std::uint64_t count = 0;
  i128 credited = 0;
  i128 debited = 0;
};

std::array<AgeSum, std::size(ages)> by_age(const Suspense& found) {
  std::array<AgeSum, std::size(ages)> sums;
  for (const SuspenseItem& each : found.items) {
    AgeSum& sum = sums[class_of(each.age_days)];
    ++sum.count;
    (each.moved > 0 ? sum.credited : sum.debited) += each.moved > 0 ? each.moved : -each.moved;
  }
  return sums;
}

void print(const Suspense& found, const LedgerBook& ledgers, bool lists_items) {
  const auto amount = [&](i128 value) {
    return ledgers.format_signed(found.ledger, signed_amount(value));
  };
  Table table{{{"age in days", Table::Align::left},
               {"corrections", Table::Align::right},
               {"credited", Table::Align::right},
               {"debited", Table::Align::right},
               {"sum", Table::Align::right}}};
  const auto sums = by_age(found);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    table.add({age_names[i], fmt::format("{}", sums[i].count), amount(sums[i].credited),
               amount(sums[i].debited), amount(sums[i].credited - sums[i].debited)});
  }
  print_text(table.text());
  const i128 explained = found.of_items();
  say(fmt::format("account {}: balance {}, of corrections {}, moved otherwise {}",
                  format_id(found.account.value()), amount(found.balance), amount(explained),
                  amount(found.balance - explained)));
  if (!lists_items || found.items.empty()) return;
  Table items{{{"age", Table::Align::right},
               {"day", Table::Align::left},
               {"difference", Table::Align::left},
               {"what", Table::Align::left},
               {"reference", Table::Align::left},
               {"amount", Table::Align::right}}};
  for (const SuspenseItem& each : found.items) {
    items.add({fmt::format("{}", each.age_days), format_day(each.day), format_id(each.difference),
               std::string{to_string(each.code)}, each.reference, amount(each.moved)});
  }
  print_text(items.text());
}

std::string json_of(const Suspense& found, const LedgerBook& ledgers) {
  const auto amount = [&](i128 value) {
    return ledgers.format_signed(found.ledger, signed_amount(value));
  };
  std::vector<std::string> classes;
  const auto sums = by_age(found);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    classes.push_back(JsonObject{}
                          .text("days", age_names[i])
                          .count("corrections", sums[i].count)
                          .text("credited", amount(sums[i].credited))
                          .text("debited", amount(sums[i].debited))
                          .str());
  }
  std::vector<std::string> items;
  for (const SuspenseItem& each : found.items) {
    items.push_back(JsonObject{}
                        .count("age_days", each.age_days)
                        .text("day", format_day(each.day))
                        .id("difference", each.difference)
                        .text("code", to_string(each.code))
                        .text("reference", each.reference)
                        .text("amount", amount(each.moved))
                        .str());
  }
  const i128 explained = found.of_items();
  return JsonObject{}
      .id("account", found.account.value())
      .text("balance", amount(found.balance))
      .text("of_corrections", amount(explained))
      .text("moved_otherwise", amount(found.balance - explained))
      .raw("ages", json_array(classes))
      .raw("items", json_array(items))
      .str();
}

Result<int, Trouble> show(const SuspenseOptions& options) {
  Timestamp now{static_cast<std::uint64_t>(
      std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count())};
  if (!options.at.empty()) {
    const auto at = parse_time(options.at);
    if (!at) return Trouble{exit_code::failed, fmt::format("--at: {}", at.error().what)};
    now = at.value();
  }
  auto engine = EngineRuns::open(options.client, {});
  if (!engine) return engine.error();
  const std::string* const text = engine.value()->book().definition(id_of(options.name));
  if (text == nullptr) {
    return Trouble{exit_code::no, fmt::format("no reconciliation '{}' is defined", options.name)};
  }
  const auto definition = read_reconciliation(*text);
  if (!definition) return Trouble{exit_code::failed, faults_text(definition.error())};
  if (!definition.value().accounts.suspense) {
    return Trouble{exit_code::no,
                   fmt::format("'{}' has no suspense account in its definition", options.name)};
  }
  const auto found = suspense_of(*engine.value(), definition.value(), now);
  if (!found) return found.error();
  if (options.client.json) {
    say(json_of(found.value(), engine.value()->ledgers()));
  } else {
    print(found.value(), engine.value()->ledgers(), options.lists_items);
  }
  return exit_code::good;
}

}  // namespace

int run_suspense(const SuspenseOptions& options) {
  const auto done = show(options);
  return done ? done.value() : complain(done.error());
}

}  // namespace daybook::recon
