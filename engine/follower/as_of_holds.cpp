// AsOfQuery: holds as they were.

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/follower/as_of_query.hpp"
#include "engine/model/transfer.hpp"
#include "engine/query/candidates.hpp"
#include "engine/replay/entry_reader.hpp"

namespace daybook {
namespace {

Amount sum(Amount amount, u128 more) { return Amount{Uint128{amount.value().wide() + more}}; }

/// As the pending transfer opened it.
HoldView opened(const RecordedTransfer& recorded, Sequence sequence) {
  const Transfer& pending = recorded.transfer;
  return {.id = pending.id,
          .debit_account_id = pending.debit_account_id,
          .credit_account_id = pending.credit_account_id,
          .amount = pending.amount,
          .posted = {},
          .held = pending.amount,
          .owner = recorded.note.owner,
          .resolved_by = {},
          .sequence = sequence,
          .expires_at = pending.timeout == 0 ? Timestamp{} : deadline_of(pending),
          .ledger = pending.ledger,
          .code = pending.code,
          .state = HoldState::open};
}

void end(HoldView& hold, HoldState state, TransferId by) {
  hold.held = {};
  hold.state = state;
  hold.resolved_by = by;
}

void follow(HoldView& hold, const Transfer& transfer) {
  if ((transfer.flags & transfer_flag::void_pending_transfer) != 0) {
    return end(hold, HoldState::voided, transfer.id);
  }
  if ((transfer.flags & transfer_flag::post_pending_transfer) == 0) return;  // A reversal.
  const u128 amount = transfer.amount.value().wide();
  const u128 held = hold.held.value().wide();
  hold.posted = sum(hold.posted, amount);
  if ((transfer.flags & transfer_flag::keep_remainder) != 0 && amount < held) {
    hold.held = Amount{Uint128{held - amount}};
  } else {
    end(hold, HoldState::posted, transfer.id);
  }
}

/// What the facts from `first` to `last` did to the hold.
void follow(HoldView& hold, const EntryFacts& facts, std::uint64_t first, std::uint64_t last) {
  const FactPlaces places{facts};
  for (std::uint64_t each = first; each <= last; ++each) {
    const Sequence sequence{each};
    if (const Transfer* const transfer = places.transfer_at(sequence)) {
      if (transfer->pending_id == hold.id) follow(hold, *transfer);
    } else if (const HoldReleased* const release = places.release_at(sequence)) {
      if (release->id == hold.id) end(hold, HoldState::expired, {});
    }
  }
}

}  // namespace

Result<void> AsOfQuery::lookup_holds() {
  const auto moment = find_moment();
  if (!moment.ok()) return moment.error();
  if (!moment.value()) return {};
  const std::span ids{reinterpret_cast<const TransferId*>(slot_.events), slot_.event_count};
  auto searched = links_.follower.find_transfers(ids);
  if (!searched.ok()) return searched.error();
  auto candidates = std::move(searched).value();
  std::erase_if(candidates, [this](const Follower::Candidate& each) {
    return each.burnt || each.sequence > moment_;
  });
  std::sort(candidates.begin(), candidates.end(),
            [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  std::vector<std::optional<HoldView>> holds(ids.size());
  for (std::size_t at = 0; at < candidates.size();) {
    auto read = links_.with_facts(candidates[at].sequence, [&](const EntryFacts& facts) {
      const FactPlaces places{facts};
      for (; at < candidates.size() && candidates[at].sequence <= facts.header.last(); ++at) {
        const Sequence sequence = candidates[at].sequence;
        const std::uint32_t index = candidates[at].index;
        const auto recorded = places.recorded_at(sequence);
        if (!recorded || recorded->transfer.id != ids[index]) continue;
        if ((recorded->transfer.flags & transfer_flag::pending) == 0) continue;
        holds[index] = opened(*recorded, sequence);
      }
    });
    if (!read.ok()) return read;
  }
  for (std::optional<HoldView>& hold : holds) {
    if (!hold) continue;
    if (auto followed = follow_hold(*hold); !followed.ok()) return followed;
    const auto* bytes = reinterpret_cast<const std::byte*>(&*hold);
    slot_.query_items.insert(slot_.query_items.end(), bytes, bytes + sizeof(HoldView));
    ++slot_.item_count;
  }
  return {};
}

Result<void> AsOfQuery::follow_hold(HoldView& hold) {
  Candidates candidates = Candidates::of_followers(links_.follower.index(), hold.id,
                                                   next(hold.sequence).value(), moment_.value());
  while (hold.state == HoldState::open) {
    auto stretch = candidates.next();
    if (!stretch) return {};
    while (stretch->first <= stretch->last) {  // It may cross the border of an entry.
      auto read = links_.with_facts(Sequence{stretch->first}, [&](const EntryFacts& facts) {
        const std::uint64_t last = std::min(stretch->last, facts.header.last().value());
        follow(hold, facts, stretch->first, last);
        stretch->first = last + 1;
      });
      if (!read.ok()) return read;
    }
  }
  return {};
}

}  // namespace daybook
