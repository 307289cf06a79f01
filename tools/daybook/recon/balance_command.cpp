#include "tools/daybook/recon/balance_command.hpp"

#include <set>

#include <fmt/format.h>
#include <malloc.h>

#include "engine/base/durations.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/compare_run.hpp"
#include "tools/daybook/recon/inspect_reading.hpp"
#include "tools/daybook/recon/report/report_files.hpp"

namespace daybook::recon {
namespace {

/// What a statement says of the account before its entries are compared.
struct StatementBalances {
  std::string account;
  std::optional<i128> opening;
  std::optional<i128> closing;
  std::int64_t oldest = no_time;
  bool has_entries = false;
};

/// The first opening and the last closing balance in the ledger's currency. Several statements of
/// one account follow each other; of several accounts none is the one that is meant.
Result<void> take_statements(const std::vector<StatementSummary>& statements,
                             std::uint64_t currency, const std::string& name,
                             StatementBalances& found) {
  std::set<std::string> accounts;
  for (const StatementSummary& each : statements) {
    if (each.currency != currency || (!each.opening && !each.closing)) continue;
    accounts.insert(each.account);
    if (!found.opening && !found.closing) found.opening = each.opening;
    if (each.closing) found.closing = each.closing;
  }
  if (accounts.size() > 1) {
    return Failure{FailureKind::invalid,
                   fmt::format("{}: has balances of {} accounts, {} and {} among them: give a file "
                               "that is about one",
                               name, accounts.size(), *accounts.begin(), *accounts.rbegin())};
  }
  if (!accounts.empty()) found.account = *accounts.begin();
  if (statements.size() >= limits::statements_listed_max) {
    return Failure{FailureKind::invalid,
                   fmt::format("{}: {} statements or more: give a file with fewer", name,
                               limits::statements_listed_max)};
  }
  return {};
}

Result<StatementBalances> read_statement(const BalanceOptions& options, const ComparePlan& plan) {
  auto side = open_planned(options.compare.file_b, plan, Side::b);
  if (!side) return side.error();
  const Result<WholeReading> read = read_whole(*side.value());
  if (!read) return read.error();
  const JournalScan& journal = *plan.journals[0];
  StatementBalances found;
  found.oldest = read.value().totals.oldest;
  found.has_entries = read.value().totals.records > 0;
  const std::string& name = options.compare.file_b;
  if (auto taken = take_statements(side.value()->statements(), journal.currency, name, found);
      !taken) {
    return taken.error();
  }
  if (!options.closing.empty()) {
    const unsigned scale = side.value()->scale_of(journal.currency);
    found.closing = parse_minor(options.closing, scale);
    if (!found.closing) {
      return Failure{FailureKind::invalid,
                     fmt::format("--closing '{}': an amount with at most {} decimals, such as "
                                 "1234.50",
                                 options.closing, scale)};
    }
  }
  if (!found.closing) {
    return Failure{FailureKind::not_found,
                   fmt::format("{}: says no closing balance in {}: give it with --closing, or, if "
                               "it is in another currency, compare another account",
                               name, currency_text(journal.currency))};
  }
  return found;
}

/// The start of the day of the statement's first entry. Of one without entries everything was
/// before.
std::optional<Timestamp> start_of(const StatementBalances& statement) {
  if (!statement.has_entries) return Timestamp{UINT64_MAX};
  if (statement.oldest == no_time || statement.oldest < 0) return std::nullopt;
  return Timestamp{static_cast<std::uint64_t>(statement.oldest / day_ns * day_ns)};
}

BalanceFacts facts_of(const ComparePlan& plan, const StatementBalances& statement,
                      const Compared& compared) {
  const JournalScan& journal = *plan.journals[0];
  BalanceFacts facts;
  facts.names = compared.facts.paths;
  facts.identities = compared.facts.details->identities;
  facts.currency = journal.currency;
  facts.scale = compared.facts.scale_of(journal.currency);
  facts.account = statement.account;
  facts.closing = *statement.closing;
  facts.opening = statement.opening;
  if (statement.has_entries) facts.since = journal.selection.since;
  facts.ledger_before = facts.ledger = compared.sides[0]->earlier().amount;
  for (const CurrencyProof& proof : compared.report.proofs) {
    if (proof.currency != journal.currency) continue;
    facts.ledger += proof.a.amount;
    facts.entries = proof.b.amount;
    facts.explained = proof.explained();
  }
  const auto& moving = compared.facts.details->moving;
  const auto found = moving.find(journal.currency);
  facts.differences = found == moving.end() ? 0 : found->second;
  for (const ReportedDifference& each : compared.facts.details->largest) {
    const Difference& difference = each.difference;
    const Record& record = difference.has_a ? difference.a : difference.b;
    if (record.currency == journal.currency && difference.delta() != 0) {
      facts.shown.push_back(each);
    }
  }
  return facts;
}

Result<int> compare_balances(const BalanceOptions& options) {
  const CompareOptions& compare = options.compare;
  if (!names_journal(compare.file_a)) {
    return Failure{
        FailureKind::invalid,
        fmt::format("'{}': the first side is a journal: write it journal:DIR", compare.file_a)};
  }
  if (names_journal(compare.file_b) || compare.account.empty()) {
    return Failure{FailureKind::invalid,
                   "a journal is held against a file, and --account says which of its accounts the "
                   "statement is about"};
  }
  if (auto checked = check_report_paths(compare.reports); !checked) return checked.error();
  Result<ComparePlan> plan = plan_of(compare);
  if (!plan) return plan.error();
  const Result<StatementBalances> statement = read_statement(options, plan.value());
  if (!statement) return statement.error();
  auto& since = plan.value().journals[0]->selection.since;
  if (!since) since = start_of(statement.value());
  const Result<Compared> compared = run_planned(compare, plan.value(), true);
  if (!compared) return compared.error();
  const BalanceFacts facts = facts_of(plan.value(), statement.value(), compared.value());
  const std::string json = balance_json(facts);
  for (const std::string& path : compare.reports) {
    if (auto done = write_report(path, balance_html(facts), json + "\n"); !done) {
      return done.error();
    }
  }
  if (compare.json) {
    say(json);
  } else {
    print_text(balance_text(facts));
  }
  if (!compared.value().report.proof_holds()) return complain_of_proof();
  return facts.difference() == 0 ? exit_code::good : exit_code::no;
}

}  // namespace

int run_balance(const BalanceOptions& options) {
  // An arena a thread would be memory that nobody asked for.
  ::mallopt(M_ARENA_MAX, 1);
  const Result<int> code = compare_balances(options);
  return code ? code.value() : complain(code.error().what);
}

}  // namespace daybook::recon
