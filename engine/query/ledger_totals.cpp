#include "engine/query/ledger_totals.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <span>
#include <utility>

#include "engine/base/hash.hpp"

namespace daybook {

std::size_t LedgerFold::IdHash::operator()(const TransferId& id) const {
  return static_cast<std::size_t>(mix(id.value(), 0));
}

LedgerFold::LedgerFold(std::vector<LedgerTotal> totals) : totals_{std::move(totals)} {
  for (std::size_t place = 0; place < totals_.size(); ++place) {
    places_.emplace(totals_[place].ledger.value(), place);
  }
}

// A ledger that registers itself is met with its first account.
std::size_t LedgerFold::place_of(LedgerId ledger) {
  if (ledger == last_ledger_ && !totals_.empty()) return last_place_;
  const auto [found, is_new] = places_.emplace(ledger.value(), totals_.size());
  if (is_new) totals_.push_back({.ledger = ledger, .accounts = 0, .pending = 0, .posted = 0});
  last_ledger_ = ledger;
  last_place_ = found->second;
  return last_place_;
}

void LedgerFold::add(const EntryFacts& facts, Sequence until,
                     const std::function<void(const Rest&)>& rest) {
  holds_are_known_ = false;
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    const Run& run = placed.run;
    const Sequence begin =
        placed.starts_operation ? placed.operation_sequence : placed.first_sequence;
    if (begin > until) return;
    if (run.kind == FactKind::ledger) {
      for (const Ledger& ledger : facts.ledgers.subspan(run.first, run.count)) {
        static_cast<void>(place_of(ledger.id));
      }
    } else if (run.kind == FactKind::account) {
      for (const Account& account : facts.accounts.subspan(run.first, run.count)) {
        ++totals_[place_of(account.ledger)].accounts;
      }
    } else if (run.kind == FactKind::transfer) {
      for (std::uint32_t each = 0; each < run.count; ++each) {
        add(facts, run.first + each, Sequence{placed.first_sequence.value() + each}, rest);
      }
    } else if (run.kind == FactKind::hold_released) {
      for (const HoldReleased& release : facts.holds_released.subspan(run.first, run.count)) {
        totals_[place_of(release.ledger)].pending -= release.amount.value().wide();
      }
    }
  }
}

void LedgerFold::add(const EntryFacts& facts, std::size_t index, Sequence sequence,
                     const std::function<void(const Rest&)>& rest) {
  const Transfer& transfer = facts.transfers[index];
  const std::size_t place = place_of(transfer.ledger);
  LedgerTotal& total = totals_[place];
  const u128 amount = transfer.amount.value().wide();
  constexpr unsigned holds = transfer_flag::pending | transfer_flag::post_pending_transfer |
                             transfer_flag::void_pending_transfer;
  if ((transfer.flags & holds) == 0) {
    total.posted += amount;
  } else if ((transfer.flags & transfer_flag::pending) != 0) {
    total.pending += amount;
  } else if ((transfer.flags & transfer_flag::void_pending_transfer) != 0) {
    total.pending -= amount;  // A void's amount is all that was held.
  } else {
    total.posted += amount;
    const TransferNote note = facts.note_of(index);
    const bool takes_as_much = (transfer.flags & transfer_flag::keep_remainder) != 0 ||
                               (note.bits & note_bit::took_the_rest) != 0;
    if (takes_as_much) {
      total.pending -= amount;
      return;
    }
    // The first post of a hold has no total.
    const bool is_first = note.total.value().is_zero();
    const Rest left{.sequence = sequence.value(),
                    .place = place,
                    .hold = transfer.pending_id,
                    .captured_before = is_first ? 0 : note.total.value().wide() - amount};
    if (const auto here = amount_in_entry(facts, transfer.pending_id)) {
      give_back(left, *here);
    } else {
      rest(left);
    }
  }
}

std::optional<u128> LedgerFold::amount_in_entry(const EntryFacts& facts, TransferId hold) {
  if (!holds_are_known_) {
    holds_.clear();
    for (const Transfer& transfer : facts.transfers) {
      if ((transfer.flags & transfer_flag::pending) == 0) continue;
      holds_.emplace(transfer.id, transfer.amount.value().wide());
    }
    holds_are_known_ = true;
  }
  const auto found = holds_.find(hold);
  if (found == holds_.end()) return std::nullopt;
  return found->second;
}

void LedgerTotals::add(const EntryFacts& facts,
                       const std::function<std::optional<u128>(TransferId)>& amount_of_hold) {
  const Sequence last = facts.header.last();
  fold_.add(facts, last, [&](const LedgerFold::Rest& rest) {
    if (const auto amount = amount_of_hold(rest.hold)) fold_.give_back(rest, *amount);
  });
  const std::uint64_t between = std::max<std::uint64_t>(facts_between, 16 * fold_.totals().size());
  if (last.value() - written_ < between) return;
  written_ = last.value();
  const std::lock_guard lock{mutex_};
  checkpoints_.push_back({fold_.totals(), last});
}

LedgerTotals::Checkpoint LedgerTotals::newest(Sequence sequence) const {
  const std::lock_guard lock{mutex_};
  const auto after = std::upper_bound(
      checkpoints_.begin(), checkpoints_.end(), sequence,
      [](Sequence wanted, const Checkpoint& each) { return wanted < each.sequence; });
  if (after == checkpoints_.begin()) return {};
  return *std::prev(after);
}

namespace {

/// In front of totals: of which checkpoint, or of all so far.
struct SavedTotals {
  std::uint64_t sequence = 0;
  std::uint64_t is_checkpoint = 0;
};

}  // namespace

void LedgerTotals::save(SnapshotWriter& into) const {
  for (const Checkpoint& each : checkpoints_) {
    into.put_with(BlockKind::ledger_totals, SavedTotals{each.sequence.value(), 1},
                  std::span<const LedgerTotal>{each.totals}, 0);
  }
  into.put_with(BlockKind::ledger_totals, SavedTotals{written_, 0},
                std::span<const LedgerTotal>{fold_.totals()}, 0);
}

Result<void> LedgerTotals::restore(const SnapshotBlock& block, const SnapshotReader& from) {
  SavedTotals saved;
  if (block.bytes.size() < sizeof saved ||
      (block.bytes.size() - sizeof saved) % sizeof(LedgerTotal) != 0) {
    return from.damaged("has half a ledger's total");
  }
  std::memcpy(&saved, block.bytes.data(), sizeof saved);
  std::vector<LedgerTotal> totals((block.bytes.size() - sizeof saved) / sizeof(LedgerTotal));
  if (!totals.empty()) {  // Before the first transfer there is no ledger in it.
    std::memcpy(static_cast<void*>(totals.data()), block.bytes.data() + sizeof saved,
                totals.size() * sizeof(LedgerTotal));
  }
  if (saved.is_checkpoint != 0) {
    const std::lock_guard lock{mutex_};
    checkpoints_.push_back({std::move(totals), Sequence{saved.sequence}});
  } else {
    fold_ = LedgerFold{std::move(totals)};
    written_ = saved.sequence;
  }
  return {};
}

}  // namespace daybook
