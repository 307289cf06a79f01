#include "engine/follower/balance_walk.hpp"

#include <algorithm>

#include "engine/base/hash.hpp"
#include "engine/model/transfer.hpp"

namespace daybook {
namespace {

// So many facts without arriving, and a checkpoint further on is looked for.
constexpr std::uint64_t facts_before_a_leap = 2 * BalanceCheckpoints::interval;

Amount sum(Amount amount, u128 more) { return Amount{Uint128{amount.value().wide() + more}}; }
Amount difference(Amount amount, u128 less) {
  return Amount{Uint128{amount.value().wide() - less}};
}

Failure contradiction(Sequence sequence, const char* what) {
  return {FailureKind::damaged, "at sequence " + std::to_string(sequence.value()) + ": " + what +
                                    "; restart, the indexes are made again from the journal"};
}

}  // namespace

BalanceWalk::BalanceWalk(const Follower& follower, const WithFacts& with_facts, AccountId account,
                         Sequence as_of, bool newest_first)
    : follower_{follower},
      with_facts_{with_facts},
      account_{account},
      as_of_{as_of},
      newest_first_{newest_first} {}

std::size_t BalanceWalk::IdHash::operator()(const TransferId& id) const {
  return static_cast<std::size_t>(mix(id.value(), 0));
}

Result<BalanceWalk::Balances> BalanceWalk::after(Sequence sequence) {
  if (!begun_ || sequence <= begin_) begin_near(sequence);
  if (sequence > position_) {
    if (auto walked = walk_to(sequence); !walked.ok()) return walked.error();
  }
  if (sequence == position_) return balances_;
  const auto step =
      std::lower_bound(steps_.begin(), steps_.end(), sequence,
                       [](const Step& each, Sequence wanted) { return each.sequence < wanted; });
  if (step == steps_.end() || step->sequence != sequence) {
    return contradiction(sequence, "an account's history lacks one of its transfers");
  }
  return step->balances;
}

Result<BalanceWalk::Balances> BalanceWalk::as_of() {
  begin_at(follower_.checkpoints().newest(account_, as_of_).value_or(BalanceCheckpoint{}), as_of_);
  std::vector<Change> changes;
  while (candidate_ && *candidate_ <= as_of_) {
    changes.clear();
    if (auto read = read_entry(as_of_, changes); !read.ok()) return read.error();
    for (const Change& change : changes) {
      if (auto applied = apply(change); !applied.ok()) return applied.error();
    }
  }
  return balances_;
}

// At the newest checkpoint before `sequence`, or at the account's beginning.
void BalanceWalk::begin_near(Sequence sequence) {
  const auto found = follower_.checkpoints().newest(account_, Sequence{sequence.value() - 1});
  begin_at(found.value_or(BalanceCheckpoint{}), newest_first_ ? sequence : as_of_);
  begun_ = true;
}

void BalanceWalk::begin_at(const BalanceCheckpoint& checkpoint, Sequence last) {
  steps_.clear();
  begin_ = position_ = checkpoint.sequence;
  balances_ = {checkpoint.debits_pending, checkpoint.debits_posted, checkpoint.credits_pending,
               checkpoint.credits_posted};
  candidates_.emplace(Candidates::of_balances(follower_.index(), account_,
                                              next(checkpoint.sequence).value(), last.value()));
  next_candidate();
}

bool BalanceWalk::leap_towards(Sequence sequence) {
  const auto found = follower_.checkpoints().newest(account_, Sequence{sequence.value() - 1});
  if (!found || found->sequence <= position_) return false;
  begin_at(*found, as_of_);
  return true;
}

void BalanceWalk::next_candidate() {
  const auto found = candidates_->next();
  candidate_.reset();
  if (found) candidate_ = Sequence{found->first};
}

Result<void> BalanceWalk::walk_to(Sequence sequence) {
  const std::uint64_t before = facts_read_;
  bool may_leap = !newest_first_;
  std::vector<Change> changes;
  while (candidate_ && *candidate_ <= sequence) {
    if (may_leap && facts_read_ - before >= facts_before_a_leap) {
      may_leap = false;  // One is enough: it goes to the last checkpoint before `sequence`.
      if (leap_towards(sequence)) continue;
    }
    changes.clear();
    if (auto read = read_entry(sequence, changes); !read.ok()) return read;
    for (const Change& change : changes) {
      if (auto applied = apply(change); !applied.ok()) return applied;
    }
  }
  if (position_ == sequence) return {};
  return contradiction(sequence, "an account's history lacks one of its transfers");
}

// What the entry of the next candidate did to the account, up to `until`.
Result<void> BalanceWalk::read_entry(Sequence until, std::vector<Change>& changes) {
  return with_facts_(*candidate_, [&](const EntryFacts& facts) {
    const FactPlaces places{facts};
    while (candidate_ && *candidate_ <= until && *candidate_ <= facts.header.last()) {
      if (const auto change = change_at(places, *candidate_)) changes.push_back(*change);
      ++facts_read_;
      next_candidate();
    }
  });
}

// Nothing where the index has mistaken another account's fact for one of this account: they share
// a tag.
std::optional<BalanceWalk::Change> BalanceWalk::change_at(const FactPlaces& places,
                                                          Sequence sequence) const {
  const auto is_ours = [this](const auto& fact) {
    return fact.debit_account_id == account_ || fact.credit_account_id == account_;
  };
  if (const auto recorded = places.recorded_at(sequence)) {
    if (is_ours(recorded->transfer)) return change_of(*recorded, sequence);
  } else if (const HoldReleased* const release = places.release_at(sequence)) {
    if (is_ours(*release)) return change_of(*release, sequence);
  }
  return std::nullopt;
}

BalanceWalk::Change BalanceWalk::change_of(const RecordedTransfer& recorded,
                                           Sequence sequence) const {
  const Transfer& transfer = recorded.transfer;
  Change change{.sequence = sequence,
                .hold = {},
                .amount = transfer.amount,
                .captured_before = {},
                .kind = Change::Kind::posts,
                .debits = transfer.debit_account_id == account_};
  if ((transfer.flags & transfer_flag::pending) != 0) {
    change.kind = Change::Kind::holds;
    change.hold = transfer.id;
  } else if ((transfer.flags & transfer_flag::void_pending_transfer) != 0) {
    change.kind = Change::Kind::gives_back;  // A void's amount is all that was held.
  } else if ((transfer.flags & transfer_flag::post_pending_transfer) != 0) {
    const bool takes_as_much = (transfer.flags & transfer_flag::keep_remainder) != 0 ||
                               (recorded.note.bits & note_bit::took_the_rest) != 0;
    change.kind = takes_as_much ? Change::Kind::captures : Change::Kind::resolves;
    change.hold = transfer.pending_id;
    // The first post of a hold has no total.
    const Amount total = recorded.note.total;
    if (!total.value().is_zero()) {
      change.captured_before = difference(total, transfer.amount.value().wide());
    }
  }
  return change;
}

BalanceWalk::Change BalanceWalk::change_of(const HoldReleased& release, Sequence sequence) const {
  return {.sequence = sequence,
          .hold = {},
          .amount = release.amount,
          .captured_before = {},
          .kind = Change::Kind::gives_back,
          .debits = release.debit_account_id == account_};
}

Result<void> BalanceWalk::apply(const Change& change) {
  Amount& pending = change.debits ? balances_.debits_pending : balances_.credits_pending;
  Amount& posted = change.debits ? balances_.debits_posted : balances_.credits_posted;
  const u128 amount = change.amount.value().wide();
  switch (change.kind) {
    case Change::Kind::posts:
      posted = sum(posted, amount);
      break;
    case Change::Kind::holds:
      pending = sum(pending, amount);
      holds_.insert_or_assign(change.hold, change.amount);
      break;
    case Change::Kind::gives_back:
      pending = difference(pending, amount);
      break;
    case Change::Kind::captures:
      pending = difference(pending, amount);
      posted = sum(posted, amount);
      break;
    case Change::Kind::resolves: {
      const auto whole = amount_of_hold(change.hold);
      if (!whole.ok()) return whole.error();
      pending = difference(pending, whole.value() - change.captured_before.value().wide());
      posted = sum(posted, amount);
      break;
    }
  }
  position_ = change.sequence;
  if (newest_first_) steps_.push_back({position_, balances_});
  return {};
}

Result<u128> BalanceWalk::amount_of_hold(TransferId id) {
  if (const auto known = holds_.find(id); known != holds_.end()) {
    return known->second.value().wide();
  }
  const auto candidates = follower_.find_transfers({&id, 1});
  if (!candidates.ok()) return candidates.error();
  for (const Follower::Candidate& candidate : candidates.value()) {
    if (candidate.burnt) continue;
    std::optional<Transfer> found;
    auto read = with_facts_(candidate.sequence, [&](const EntryFacts& facts) {
      found = transfer_in(facts, candidate.sequence);
    });
    if (!read.ok()) return read.error();
    if (found && found->id == id) {
      holds_.insert_or_assign(id, found->amount);
      return found->amount.value().wide();
    }
  }
  return contradiction(position_, "a post's pending transfer is not to be found");
}

}  // namespace daybook
