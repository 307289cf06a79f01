#include "tools/daybook/recon/journal_scan.hpp"

#include <utility>

#include <fmt/format.h>

#include "tools/daybook/text/id_text.hpp"

namespace daybook::recon {
namespace {

constexpr std::string_view journal_start = "journal:";

/// Goes through the facts before any of them is a record.
class Scanner {
 public:
  explicit Scanner(JournalScan& scan) : scan_{scan} {}

  void take(const EntryFacts& facts, const PlacedRun& placed) {
    const std::uint32_t end = placed.run.first + placed.run.count;
    for (std::uint32_t i = placed.run.first; i < end; ++i) {
      if (placed.run.kind == FactKind::name) {
        has_too_many_names = !scan_.names.add(facts.names[i]) || has_too_many_names;
      } else if (placed.run.kind == FactKind::account) {
        take(facts.accounts[i]);
      } else if (placed.run.kind == FactKind::ledger) {
        // Few there are; which one is asked for may be known only later.
        ledgers_.insert_or_assign(facts.ledgers[i].id.value(), facts.ledgers[i]);
      } else if (placed.run.kind == FactKind::transfer) {
        ++transfers_;
        if (!scan_.folds.empty()) [[unlikely]] {
          const Transfer& transfer = facts.transfers[i];
          const Sequence sequence{placed.first_sequence.value() + (i - placed.run.first)};
          scan_.folds.take(transfer, sequence, scan_.selection.direction_of(transfer),
                           scan_.selection.is_fee(transfer));
        }
      }
    }
  }

  Result<void> finish(std::uint64_t currency) {
    const auto& account = scan_.selection.account;
    if (account && !has_account_) {
      return Failure{FailureKind::not_found, fmt::format("there was no account {} in the journal",
                                                         format_id(account->value()))};
    }
    if (account && scan_.selection.ledger && *scan_.selection.ledger != scan_.ledger) {
      return Failure{
          FailureKind::invalid,
          fmt::format("account {} is of ledger {}, not of {}", format_id(account->value()),
                      scan_.ledger.value(), scan_.selection.ledger->value())};
    }
    if (!account) scan_.ledger = *scan_.selection.ledger;
    const auto found = ledgers_.find(scan_.ledger.value());
    if (found != ledgers_.end()) {
      scan_.scale = found->second.scale;
      scan_.currency = currency_of_text(found->second.name());
    }
    if (scan_.scale > limits::scale_max) {
      return Failure{FailureKind::invalid,
                     fmt::format("ledger {} has {} decimals; at most {} can be compared",
                                 scan_.ledger.value(), scan_.scale, limits::scale_max)};
    }
    if (currency != 0) scan_.currency = currency;
    if (scan_.currency == 0)
      scan_.currency = currency_of_text(fmt::format("{}", scan_.ledger.value()));
    if (scan_.currency == 0) {
      return Failure{FailureKind::invalid,
                     fmt::format("ledger {} has no name that could be a currency: give one with "
                                 "--currency",
                                 scan_.ledger.value())};
    }
    scan_.transfers = transfers_;
    return {};
  }

  bool has_too_many_names = false;

 private:
  void take(const Account& account) {
    if (account.id != scan_.selection.account) return;
    has_account_ = true;
    scan_.ledger = account.ledger;
  }

  JournalScan& scan_;
  std::unordered_map<std::uint32_t, Ledger> ledgers_;
  bool has_account_ = false;
  std::uint64_t transfers_ = 0;
};

}  // namespace

bool JournalNames::add(const Name& name) {
  if (name.kind != NameKind::business && name.kind != NameKind::transfer) return true;
  if (businesses_.size() + transfers_.size() >= daybook::limits::names_default) return false;
  (name.kind == NameKind::business ? businesses_ : transfers_).try_emplace(name.id, name.text());
  return true;
}

const std::string* JournalNames::find(NameKind kind, const Uint128& id) const {
  const auto& names = kind == NameKind::business ? businesses_ : transfers_;
  const auto found = names.find(id);
  return found == names.end() ? nullptr : &found->second;
}

std::string JournalNames::reference_of(BusinessId business, const Uint128& transfer) const {
  const bool has_business = !business.value().is_zero();
  const Uint128 id = has_business ? business.value() : transfer;
  const std::string* const name = find(has_business ? NameKind::business : NameKind::transfer, id);
  return name != nullptr ? *name : format_id(id);
}

bool names_journal(const std::string& address) { return address.starts_with(journal_start); }

Result<JournalScan> scan_journal(const JournalSelection& selection, std::uint64_t currency) {
  JournalScan scan;
  scan.selection = selection;
  if (!selection.account && !selection.ledger) {
    return Failure{FailureKind::invalid,
                   "a journal needs --account, whose debits are money that came, or --ledger"};
  }
  if (selection.corrections != nullptr && selection.corrections->size() > limits::corrections_max) {
    return Failure{FailureKind::no_space,
                   fmt::format("more than {} corrections", limits::corrections_max)};
  }
  scan.folds = CorrectionFolds{selection.corrections};
  Scanner scanner{scan};
  auto facts = JournalFacts::open(selection);
  if (!facts) return facts.error();
  while (true) {
    const Result<bool> more = facts.value().next(
        [&](const EntryFacts& entry, const PlacedRun& placed) { scanner.take(entry, placed); });
    if (!more) return more.error();
    if (scanner.has_too_many_names) {
      return Failure{FailureKind::no_space, fmt::format("more than {} names in the journal",
                                                        daybook::limits::names_default)};
    }
    if (!more.value()) break;
  }
  scan.folds.settle(facts.value().reached());
  if (const auto leg = scan.folds.too_large()) {
    return Failure{FailureKind::invalid,
                   fmt::format("the amount of transfer {}, a correction, cannot be compared",
                               format_id(leg->value()))};
  }
  scan.cut = facts.value().reached();
  scan.cut_hash = facts.value().reached_hash();
  scan.cut_time = facts.value().reached_time();
  // An engine may go on meanwhile: what it writes from now on is none of this comparison's.
  scan.selection.cut = {.until_sequence = scan.cut, .until_time = std::nullopt};
  if (auto finished = scanner.finish(currency); !finished) return finished.error();
  return scan;
}

}  // namespace daybook::recon
