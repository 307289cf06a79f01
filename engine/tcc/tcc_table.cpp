#include "engine/tcc/tcc_table.hpp"

#include <algorithm>
#include <span>

#include "engine/base/assert.hpp"
#include "engine/digest/state_digest.hpp"

namespace daybook {
namespace {

// Kinds of canonical bytes in the digest. Part of the journal format.
constexpr std::uint64_t transaction_kind = 0x74636374;  // "tcct"
constexpr std::uint64_t branch_kind = 0x74636362;       // "tccb"
constexpr std::uint64_t watermark_kind = 0x74636377;    // "tccw"

template <typename Part>
std::uint64_t digest_of(std::uint64_t kind, const Part& part) {
  return StateDigest::of_bytes(kind, std::as_bytes(std::span{&part, 1}));
}
std::uint64_t digest_of(const TccView& view) { return digest_of(transaction_kind, view); }
std::uint64_t digest_of(const Uint128& gid, const TccBranch& branch) {
  return digest_of(branch_kind, TccTable::SavedBranch{gid, branch});
}
std::uint64_t digest_of(Timestamp watermark) {
  return watermark.value() == 0 ? 0 : digest_of(watermark_kind, watermark);
}

bool is_reason(std::uint16_t detail) {
  return detail == static_cast<std::uint16_t>(TccReason::client) ||
         detail == static_cast<std::uint16_t>(TccReason::expired);
}

bool settles(TccFactKind kind) {
  return kind == TccFactKind::branch_confirmed || kind == TccFactKind::branch_cancelled;
}

}  // namespace

TccTable::TccTable(const Settings& settings)
    : rows_{settings.transactions_max},
      branches_{settings.transactions_max * limits::tcc_branches_each},
      deadlines_{settings.transactions_max},
      index_{settings.transactions_max, settings.hash_seed} {}

TccSlot TccTable::find(const Uint128& gid) const {
  const std::uint64_t found =
      index_.find(tag_of(gid), [&](std::uint64_t slot) { return rows_[slot].view.gid == gid; });
  return found == IdIndex::none ? no_tcc : static_cast<TccSlot>(found);
}

const TccBranch* TccTable::find_branch(TccSlot slot, std::uint64_t branch) const {
  for (std::uint32_t at = rows_[slot].first_branch; at != 0; at = branches_[at - 1].next) {
    if (branches_[at - 1].branch.branch == branch) return &branches_[at - 1].branch;
  }
  return nullptr;
}

TccBranch* TccTable::branch_of(TccSlot slot, std::uint64_t branch) {
  return const_cast<TccBranch*>(find_branch(slot, branch));
}

Timestamp TccTable::watermark_after(std::uint64_t count) const {
  Timestamp mark = watermark_;
  std::uint32_t at = first_ended_;
  for (; count > 0; --count, at = rows_[at - 1].next) {
    mark = std::max(mark, Timestamp{rows_[at - 1].view.created_at});
  }
  return mark;
}

bool TccTable::fits(const TccFact& fact) const {
  const TccFactKind kind = fact.kind;
  if (kind == TccFactKind::begun || kind == TccFactKind::cancelled_unseen) return room() > 0;
  const bool adds_branch = kind == TccFactKind::tried || kind == TccFactKind::refused ||
                           kind == TccFactKind::branch_empty;
  return !adds_branch || branch_room() > 0;
}

const char* TccTable::fault_of(const TccFact& fact) const {
  if (fact.kind == TccFactKind::pruned) {
    const bool possible = fact.word > 0 && fact.word <= limits::tccs_pruned_at_once_max &&
                          fact.word <= ended_count_ && fact.deadline == watermark_after(fact.word);
    return possible ? nullptr : "transactions could not have been pruned so";
  }
  if (fact.gid.is_zero() || fact.gid.is_max()) return "a transaction has an id that none may have";
  const TccSlot slot = find(fact.gid);
  if (fact.kind == TccFactKind::begun && fact.deadline <= fact.timestamp) {
    return "a transaction begins at its deadline";
  }
  if (fact.kind == TccFactKind::begun || fact.kind == TccFactKind::cancelled_unseen) {
    const bool old = Timestamp{fact.word} <= watermark_;
    return slot == no_tcc && !old ? nullptr : "a transaction begins twice";
  }
  if (slot == no_tcc) return "a transaction goes on that is not there";
  const TccView& view = at(slot);
  const TccBranch* const branch = fact.branch == 0 ? nullptr : find_branch(slot, fact.branch);
  const bool is_new =
      fact.branch != 0 && branch == nullptr && view.branch_count < limits::tcc_branches_max;
  switch (fact.kind) {
    case TccFactKind::tried:
    case TccFactKind::refused:
      return is_new && view.state == TccState::trying ? nullptr : "a branch is tried out of turn";
    case TccFactKind::decided_confirm:
    case TccFactKind::decided_cancel:
      return view.state == TccState::trying && fact.branch == 0 && is_reason(fact.detail)
                 ? nullptr
                 : "a transaction is decided out of turn";
    case TccFactKind::branch_confirmed:
    case TccFactKind::branch_cancelled: {
      const bool confirms = fact.kind == TccFactKind::branch_confirmed;
      const bool wanted = view.state == (confirms ? TccState::confirming : TccState::cancelling);
      const bool open = branch != nullptr && branch->state == TccBranchState::tried;
      return wanted && open && fact.amount <= branch->tried ? nullptr
                                                            : "a branch is settled out of turn";
    }
    case TccFactKind::branch_empty:
      return is_new && view.decision == tcc_decision::cancel ? nullptr
                                                             : "a branch is emptied out of turn";
    case TccFactKind::begun:
    case TccFactKind::cancelled_unseen:
    case TccFactKind::pruned:
      break;
  }
  return "a fact of a transaction has an unknown kind";
}

// Takes the row out of the digest, changes it and puts it in again.
template <typename Change>
void TccTable::change(TccSlot slot, Change change) {
  TccView& view = rows_[slot].view;
  digest_ -= digest_of(view);
  change(view);
  digest_ += digest_of(view);
}

void TccTable::apply(const TccFact& fact) {
  if (fact.kind == TccFactKind::pruned) return prune(fact);
  if (fact.kind == TccFactKind::begun || fact.kind == TccFactKind::cancelled_unseen) {
    return begin(fact);
  }
  const TccSlot slot = find(fact.gid);
  ENSURE(slot != no_tcc, "what is applied was decided or checked");
  if (fact.kind == TccFactKind::decided_confirm || fact.kind == TccFactKind::decided_cancel) {
    return decide(slot, fact);
  }
  if (settles(fact.kind)) return settle(slot, fact);
  TccBranch branch;
  branch.branch = fact.branch;
  branch.content = fact.word;
  branch.tried = fact.amount;
  branch.round = fact.round;
  branch.state = TccBranchState::tried;
  if (fact.kind == TccFactKind::refused) {
    branch.refused_with = fact.detail;
    branch.state = TccBranchState::refused;
  }
  if (fact.kind == TccFactKind::branch_empty) branch.state = TccBranchState::empty;
  digest_ += digest_of(fact.gid, add_branch(slot, branch));
  change(slot, [&](TccView& view) {
    ++view.branch_count;
    if (branch.state == TccBranchState::tried) ++view.open_count;
  });
}

void TccTable::begin(const TccFact& fact) {
  const bool unseen = fact.kind == TccFactKind::cancelled_unseen;
  TccView view;
  view.gid = fact.gid;
  view.business_type = fact.business_type;
  view.business_id = fact.business_id;
  view.trace_id = fact.trace_id;
  view.user_id = fact.user_id;
  view.begun_at = fact.timestamp;
  view.created_at = fact.word;
  view.state = TccState::trying;
  if (unseen) {
    view.decided_at = view.ended_at = fact.timestamp;
    view.decision = tcc_decision::cancel;
    view.reason = TccReason::client;
    view.state = TccState::cancelled;
  } else {
    view.deadline = fact.deadline;
    view.timeout_ns = fact.deadline.value() - fact.timestamp.value();
  }
  digest_ += digest_of(view);
  const TccSlot slot = insert(view);
  if (unseen) append_ended(slot);
}

TccSlot TccTable::insert(const TccView& view) {
  ENSURE(room() > 0, "callers check the room for transactions");
  TccSlot slot = 0;
  if (free_ != 0) {
    slot = free_ - 1;
    free_ = rows_[slot].next;
  } else {
    slot = used_++;
  }
  rows_[slot] = Row{};
  rows_[slot].view = view;
  index_.insert(tag_of(view.gid), slot);
  if (view.state == TccState::trying) {
    deadlines_.add(rows_, slot, view.deadline.value(), view.begun_at.value());
  }
  return slot;
}

TccBranch& TccTable::add_branch(TccSlot slot, const TccBranch& branch) {
  ENSURE(branch_room() > 0, "callers check the room for branches");
  std::uint32_t place = 0;
  if (free_branches_ != 0) {
    place = free_branches_;
    free_branches_ = branches_[place - 1].next;
  } else {
    place = ++branches_used_;
  }
  ++branch_count_;
  branches_[place - 1] = BranchPlace{};
  branches_[place - 1].branch = branch;
  Row& row = rows_[slot];
  (row.last_branch == 0 ? row.first_branch : branches_[row.last_branch - 1].next) = place;
  row.last_branch = place;
  return branches_[place - 1].branch;
}

void TccTable::decide(TccSlot slot, const TccFact& fact) {
  const bool confirms = fact.kind == TccFactKind::decided_confirm;
  if (rows_[slot].deadline_at != 0) deadlines_.drop(rows_, rows_[slot].deadline_at);
  rows_[slot].deadline_at = 0;
  change(slot, [&](TccView& view) {
    view.decision = confirms ? tcc_decision::confirm : tcc_decision::cancel;
    view.reason = static_cast<TccReason>(fact.detail);
    view.decided_at = fact.timestamp;
    view.state = confirms ? TccState::confirming : TccState::cancelling;
  });
  end_if_settled(slot, fact.timestamp);
}

void TccTable::settle(TccSlot slot, const TccFact& fact) {
  TccBranch& branch = *branch_of(slot, fact.branch);
  digest_ -= digest_of(fact.gid, branch);
  if (fact.kind == TccFactKind::branch_confirmed) {
    branch.state = TccBranchState::confirmed;
    branch.confirmed = fact.amount;
  } else {
    branch.state =
        at(slot).reason == TccReason::expired ? TccBranchState::expired : TccBranchState::cancelled;
  }
  digest_ += digest_of(fact.gid, branch);
  change(slot, [](TccView& view) { --view.open_count; });
  end_if_settled(slot, fact.timestamp);
}

void TccTable::end_if_settled(TccSlot slot, Timestamp at) {
  if (rows_[slot].view.open_count != 0) return;
  change(slot, [&](TccView& view) {
    view.state = view.decision == tcc_decision::confirm ? TccState::confirmed : TccState::cancelled;
    view.ended_at = at;
  });
  append_ended(slot);
}

void TccTable::append_ended(TccSlot slot) {
  (last_ended_ == 0 ? first_ended_ : rows_[last_ended_ - 1].next) = slot + 1;
  last_ended_ = slot + 1;
  ++ended_count_;
}

void TccTable::prune(const TccFact& fact) {
  digest_ -= digest_of(watermark_);
  watermark_ = fact.deadline;
  digest_ += digest_of(watermark_);
  for (std::uint64_t pruned = 0; pruned < fact.word; ++pruned) {
    const TccSlot slot = first_ended_ - 1;
    first_ended_ = rows_[slot].next;
    if (first_ended_ == 0) last_ended_ = 0;
    --ended_count_;
    erase(slot);
  }
}

void TccTable::erase(TccSlot slot) {
  Row& row = rows_[slot];
  digest_ -= digest_of(row.view);
  for_each_branch(slot, [&](const TccBranch& branch) {
    digest_ -= digest_of(row.view.gid, branch);
    --branch_count_;
  });
  if (row.last_branch != 0) {
    branches_[row.last_branch - 1].next = free_branches_;
    free_branches_ = row.first_branch;
  }
  index_.erase(tag_of(row.view.gid), slot);
  row = Row{};
  row.next = free_;
  free_ = slot + 1;
}

const char* TccTable::fault_of_rows() const {
  const char* fault = nullptr;
  for_each([&](TccSlot slot) {
    const TccView& view = at(slot);
    std::uint32_t branches = 0;
    std::uint32_t open = 0;
    for_each_branch(slot, [&](const TccBranch& branch) {
      ++branches;
      if (branch.state == TccBranchState::tried) ++open;
      const bool known =
          branch.state >= TccBranchState::tried && branch.state <= TccBranchState::expired;
      if (!known || branch.confirmed > branch.tried) fault = "has a branch in no known state";
    });
    if (branches != view.branch_count || open != view.open_count ||
        branches > limits::tcc_branches_max) {
      fault = "has a transaction with other branches than it says";
    }
    // Operations settle what they decide, so nothing is under way between them.
    const std::uint8_t decision = view.state == TccState::trying      ? tcc_decision::none
                                  : view.state == TccState::confirmed ? tcc_decision::confirm
                                                                      : tcc_decision::cancel;
    const bool under_way = view.state == TccState::confirming || view.state == TccState::cancelling;
    if (under_way || view.decision != decision || (view.has_ended() && open != 0)) {
      fault = "has a transaction in a state that none can be in";
    }
  });
  return fault;
}

std::uint64_t TccTable::digest_of_rows() const {
  std::uint64_t sum = digest_of(watermark_);
  for_each([&](TccSlot slot) {
    const TccView& view = at(slot);
    sum += digest_of(view);
    for_each_branch(slot, [&](const TccBranch& branch) { sum += digest_of(view.gid, branch); });
  });
  return sum;
}

void TccTable::restore(const TccView& view) {
  digest_ += digest_of(view);
  const TccSlot slot = insert(view);
  if (view.has_ended()) append_ended(slot);
}

void TccTable::restore(const SavedBranch& saved) {
  digest_ += digest_of(saved.gid, add_branch(find(saved.gid), saved.branch));
}

void TccTable::restore_watermark(Timestamp watermark) {
  digest_ += digest_of(watermark);
  watermark_ = watermark;
}

}  // namespace daybook
