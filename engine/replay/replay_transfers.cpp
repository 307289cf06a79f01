// Replayer: transfers and releases of holds, with all that a forged journal could say wrong checked
// before it is applied.

#include <algorithm>
#include <array>

#include "engine/replay/replay_failure.hpp"
#include "engine/replay/replayer.hpp"

namespace daybook {
namespace {

bool overflows(Amount sum, u128 amount) { return amount > u128_max - sum.value().wide(); }

bool overflows(Amount sum, Amount other, u128 amount) {
  return overflows(sum, amount) || other.value().wide() > u128_max - (sum.value().wide() + amount);
}

/// What is wrong with a pending transfer that is to open a hold; null if nothing.
const char* fault_of_pending(const State& state, const Transfer& pending,
                             const TransferPlaces& places) {
  const Account& debit = state.accounts.at(places.debit);
  const Account& credit = state.accounts.at(places.credit);
  const u128 amount = pending.amount.value().wide();
  if (overflows(debit.debits_pending, debit.debits_posted, amount) ||
      overflows(credit.credits_pending, credit.credits_posted, amount)) {
    return "a pending transfer could not have been accepted";
  }
  constexpr std::uint64_t second = 1'000'000'000;
  if (pending.timestamp.value() > limits::timestamp_max ||
      pending.timeout * second > limits::timestamp_max - pending.timestamp.value()) {
    return "a pending transfer's time is over after the end of time";
  }
  if (state.holds.find(pending.id) != no_hold) return "a hold is opened twice";
  return nullptr;
}

/// The same of a post or void.
const char* fault_of_resolution(const State& state, const Transfer& transfer,
                                const TransferPlaces& places) {
  if (places.hold == no_hold) return "a hold is resolved that is not open";
  const Hold& hold = state.holds.at(places.hold);
  const bool voids = (transfer.flags & transfer_flag::void_pending_transfer) != 0;
  const u128 held = hold.held().value().wide();
  const u128 amount = transfer.amount.value().wide();
  if (hold.debit != places.debit || hold.credit != places.credit || amount > held ||
      (voids && amount != held)) {
    return "a hold could not have been resolved so";
  }
  return nullptr;
}

/// How many of the four kinds that are no plain transfer the flags name.
unsigned kinds_named(const Transfer& transfer) {
  constexpr unsigned kinds = transfer_flag::pending | transfer_flag::post_pending_transfer |
                             transfer_flag::void_pending_transfer | transfer_flag::reversal;
  return static_cast<unsigned>(__builtin_popcount(transfer.flags & kinds));
}

}  // namespace

Result<void> Replayer::apply_transfer(const Transfer& transfer, const TransferNote& note,
                                      const TransferTags& tags) {
  const Sequence sequence = state_.take_sequence();
  TransferPlaces places;
  places.debit = state_.accounts.confirm(transfer.debit_account_id, tags.debit, tags.debit_slot);
  places.credit =
      state_.accounts.confirm(transfer.credit_account_id, tags.credit, tags.credit_slot);
  places.tag = tags.id;
  if (places.debit == no_account || places.credit == no_account || places.debit == places.credit) {
    return damaged(sequence, "a transfer's accounts are not there");
  }
  const Account& debited = state_.accounts.at(places.debit);
  const Account& credited = state_.accounts.at(places.credit);
  const u128 amount = transfer.amount.value().wide();
  if (debited.ledger != credited.ledger || overflows(debited.debits_posted, amount) ||
      overflows(credited.credits_posted, amount)) {
    return damaged(sequence, "a transfer could not have been accepted");
  }
  if (transfer.timestamp <= state_.transfer_times.last()) {
    return damaged(sequence, "a transfer's timestamp does not follow the one before");
  }
  const unsigned kinds = kinds_named(transfer);
  if (kinds > 1) return damaged(sequence, "a transfer is of two kinds");
  if (kinds == 1) {
    if (const char* const fault = fault_of_kind(transfer, note, places)) {
      return damaged(sequence, fault);
    }
    if ((transfer.flags & transfer_flag::pending) != 0 && state_.holds.room() == 0) {
      return no_room(sequence, "there are more open holds than --holds-max");
    }
  }
  state_.create_transfer(transfer, note, sequence, places);
  return {};
}

/// Of one that is no plain transfer; for a post or void, `places` gets the hold.
const char* Replayer::fault_of_kind(const Transfer& transfer, const TransferNote& note,
                                    TransferPlaces& places) const {
  if ((transfer.flags & transfer_flag::pending) != 0) {
    return fault_of_pending(state_, transfer, places);
  }
  if ((transfer.flags & transfer_flag::reversal) != 0) {
    const std::uint64_t tag = state_.transfer_ids.tag_of(transfer.pending_id);
    const bool follows = note.before.value() == 0 || state_.transfer_ids.follows(tag, note.before);
    return follows ? nullptr : "a reversal follows one that is not there";
  }
  places.hold = state_.holds.find(transfer.pending_id);
  return fault_of_resolution(state_, transfer, places);
}

Result<void> Replayer::apply_transfers(const EntryFacts& facts, const PlacedRun& placed) {
  const auto transfers = facts.transfers.subspan(placed.run.first, placed.run.count);
  if (state_.transfer_ids.room() < transfers.size()) {
    return no_room(placed.first_sequence, "there are more transfer ids than --transfer-ids-max");
  }
  state_.transfer_ids.prepare(transfers.size());
  state_.holds.prepare(std::min<std::uint64_t>(transfers.size(), state_.holds.room()));
  auto note = std::lower_bound(
      facts.transfer_notes.begin(), facts.transfer_notes.end(), placed.run.first,
      [](const TransferNote& each, std::uint32_t first) { return each.transfer < first; });
  TransferLookahead lookahead{state_, transfers};
  for (std::size_t at = 0; at < transfers.size(); ++at) {
#if defined(DAYBOOK_PLANT_WRONG_APPLY)
    // Built into one test only, which shows that the follower notices: the third transfer.
    Transfer transfer = transfers[at];
    const u128 amount = transfer.amount.value().wide();
    if (transfers_ + at == 2) transfer.amount = Amount{Uint128{amount + 1}};
#else
    const Transfer& transfer = transfers[at];
#endif
    const std::size_t index = placed.run.first + at;
    while (note < facts.transfer_notes.end() && note->transfer < index) ++note;
    const bool noted = note < facts.transfer_notes.end() && note->transfer == index;
    auto applied = apply_transfer(transfer, noted ? *note : TransferNote{}, lookahead.tags_of(at));
    if (!applied.ok()) return applied;
  }
  transfers_ += transfers.size();
  return {};
}

Result<void> Replayer::apply_releases(const EntryFacts& facts, const PlacedRun& placed) {
  state_.transfer_ids.prepare(placed.run.count);
  for (const HoldReleased& release :
       facts.holds_released.subspan(placed.run.first, placed.run.count)) {
    const Sequence sequence = state_.take_sequence();
    const HoldSlot slot = state_.holds.find(release.id);
    if (slot == no_hold) return damaged(sequence, "a hold is released that is not open");
    const Hold& hold = state_.holds.at(slot);
    if (hold.held() != release.amount || hold.expires_at != release.expires_at ||
        hold.expires_at.value() == 0 || hold.expires_at > release.timestamp) {
      return damaged(sequence, "a hold could not have been released so");
    }
    state_.release(release, sequence);
  }
  return {};
}

}  // namespace daybook
