#include "engine/tcc/tcc_table.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

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
  return kind == TccFactKind::branch_confirmed || kind == TccFactKind::branch_cancelled ||
         is_never_of_holds(kind);
}

// What becomes of an open branch.
TccBranchState state_after(const TccFact& fact, const TccView& view) {
  const bool has_expired = view.reason == TccReason::expired;
  constexpr std::pair<TccFactKind, TccBranchState> states[] = {
      {TccFactKind::branch_confirmed, TccBranchState::confirmed},
      {TccFactKind::branch_stuck, TccBranchState::stuck},
      {TccFactKind::branch_resumed, TccBranchState::tried},
      {TccFactKind::branch_withdrawn, TccBranchState::withdrawn},
      {TccFactKind::branch_closed, TccBranchState::closed},
  };
  for (const auto& [kind, state] : states) {
    if (kind == fact.kind) return state;
  }
  return has_expired ? TccBranchState::expired : TccBranchState::cancelled;
}

// By its branches, once it is decided.
TccState state_of(const TccView& view) {
  const bool confirms = view.decision == tcc_decision::confirm;
  if (view.stuck_count != 0) return TccState::stuck;
  if (view.open_count != 0) return confirms ? TccState::confirming : TccState::cancelling;
  if (view.closed_count != 0) return TccState::closed_manual;
  return confirms ? TccState::confirmed : TccState::cancelled;
}

// What its branches make of one that is decided and has not ended.
void take_state(TccView& view, Timestamp at) {
  if (view.decision == tcc_decision::none) return;
  view.state = state_of(view);
  if (view.has_ended()) view.ended_at = at;
}

// Could an open branch be settled so?
bool fits(const TccFact& fact, const TccView& view, const TccBranch& branch) {
  const bool is_hold = branch.kind == TccBranchKind::hold;
  if (fact.kind == TccFactKind::branch_confirmed) {
    return view.decision == tcc_decision::confirm &&
           (is_hold ? fact.amount <= branch.tried : fact.amount == Amount{});
  }
  if (fact.amount != Amount{}) return false;
  if (fact.kind == TccFactKind::branch_cancelled) return view.decision == tcc_decision::cancel;
  if (is_hold) return false;
  const bool is_stuck = branch.state == TccBranchState::stuck;
  if (fact.kind == TccFactKind::branch_stuck) return !is_stuck;
  if (fact.kind == TccFactKind::branch_resumed) return is_stuck;
  return fact.kind == TccFactKind::branch_closed || view.decision == tcc_decision::none;
}

bool is_sound(const TccBranch& branch) {
  const bool is_hold = branch.kind == TccBranchKind::hold;
  const TccBranchState last = is_hold ? TccBranchState::expired : TccBranchState::closed;
  const bool known = branch.state >= TccBranchState::tried && branch.state <= last &&
                     branch.kind <= TccBranchKind::transaction;
  return known && (is_hold ? branch.confirmed <= branch.tried : branch.confirmed == Amount{});
}

bool is_good_try(const TccFact& fact) {
  if (fact.kind != TccFactKind::tried || fact.detail == 0) return true;
  return fact.detail <= static_cast<std::uint16_t>(TccBranchKind::transaction) &&
         !fact.business_type.is_zero() && !fact.business_type.is_max() && fact.round == 0 &&
         fact.amount == Amount{};
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

void TccTable::prefetch_candidate(const Uint128& gid) const {
  const std::uint64_t slot = index_.candidate(tag_of(gid));
  if (slot == IdIndex::none) return;
  const auto* const row = reinterpret_cast<const std::byte*>(&rows_[slot]);
  for (std::size_t line = 0; line < sizeof(Row); line += 64) __builtin_prefetch(row + line, 1);
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

std::uint32_t TccTable::depth_of(TccSlot slot) const {
  std::uint32_t depth = 0;
  while (!rows_[slot].owner.is_none() && depth <= limits::tcc_nesting_max) {
    slot = find(rows_[slot].owner.gid);
    if (slot == no_tcc) break;
    ++depth;
  }
  return depth;
}

TccSlot TccTable::root_of(TccSlot slot) const {
  for (std::uint32_t level = 0; level <= limits::tcc_nesting_max; ++level) {
    const TccOwner& above = rows_[slot].owner;
    const TccSlot parent = above.is_none() ? no_tcc : find(above.gid);
    if (parent == no_tcc) break;
    slot = parent;
  }
  return slot;
}

std::uint32_t TccTable::height_of(TccSlot slot) const {
  std::uint32_t height = 0;
  for_each_branch(slot, [&](const TccBranch& branch) {
    if (branch.kind != TccBranchKind::transaction || !branch.is_open()) return;
    height = std::max(height, 1 + height_of(find(branch.subject())));
  });
  return height;
}

std::uint32_t TccTable::open_under(TccSlot slot) const {
  std::uint32_t open = rows_[slot].view.open_count;
  if (has_only_holds()) return open;
  for_each_branch(slot, [&](const TccBranch& branch) {
    if (branch.kind != TccBranchKind::transaction || !branch.is_open()) return;
    open += open_under(find(branch.subject()));
  });
  return open;
}

bool TccTable::settles_at_once(TccSlot slot, TccSlot below) const {
  std::uint64_t open = std::uint64_t{open_under(root_of(slot))} + 1;
  if (below != no_tcc) open += open_under(below);
  return open <= limits::tcc_settlements_max;
}

TccStatus TccTable::fault_of_nesting(TccSlot slot, const Uint128& child) const {
  const TccSlot below = find(child);
  if (below == no_tcc) return TccStatus::subject_not_found;
  TccSlot above = slot;
  for (std::uint32_t level = 0; above != no_tcc; ++level) {
    if (above == below) return TccStatus::nested_in_itself;
    if (level == limits::tcc_nesting_max) return TccStatus::nested_too_deep;
    above = rows_[above].owner.is_none() ? no_tcc : find(rows_[above].owner.gid);
  }
  if (!rows_[below].owner.is_none()) return TccStatus::subject_is_taken;
  if (at(below).state != TccState::trying) return TccStatus::subject_not_forward;
  const std::uint32_t levels = depth_of(slot) + 1 + height_of(below);
  return levels < limits::tcc_nesting_max ? TccStatus::done : TccStatus::nested_too_deep;
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
      return is_new && view.state == TccState::trying && is_good_try(fact)
                 ? nullptr
                 : "a branch is tried out of turn";
    case TccFactKind::decided_confirm:
    case TccFactKind::decided_cancel:
      return view.decision == tcc_decision::none && fact.branch == 0 && is_reason(fact.detail)
                 ? nullptr
                 : "a transaction is decided out of turn";
    case TccFactKind::branch_prepared:
      return view.state == TccState::trying && branch != nullptr && branch->is_open() &&
                     branch->kind == TccBranchKind::hold && fact.amount <= branch->tried
                 ? nullptr
                 : "a branch is prepared out of turn";
    case TccFactKind::prepared:
      return view.state == TccState::trying && fact.branch == 0 && !owner(slot).is_none()
                 ? nullptr
                 : "a transaction waits for another one out of turn";
    case TccFactKind::branch_confirmed:
    case TccFactKind::branch_cancelled:
    case TccFactKind::branch_stuck:
    case TccFactKind::branch_resumed:
    case TccFactKind::branch_withdrawn:
    case TccFactKind::branch_closed:
      return branch != nullptr && branch->is_open() && daybook::fits(fact, view, *branch)
                 ? nullptr
                 : "a branch is settled out of turn";
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
  if (fact.kind == TccFactKind::branch_prepared) return prepare_branch(slot, fact);
  if (fact.kind == TccFactKind::prepared) {
    disarm(slot);
    return change(slot, [](TccView& view) { view.state = TccState::prepared; });
  }
  TccBranch branch;
  branch.branch = fact.branch;
  branch.content = fact.word;
  branch.tried = fact.amount;
  branch.round = fact.round;
  branch.state = TccBranchState::tried;
  if (fact.kind == TccFactKind::tried && fact.detail != 0) {
    branch.kind = static_cast<TccBranchKind>(fact.detail);
    branch.tried = Amount{fact.business_type};
  }
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
  if (view.state == TccState::trying) arm(slot);
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
  if (branch.kind != TccBranchKind::hold) ++other_branches_;
  branches_[place - 1] = BranchPlace{};
  branches_[place - 1].branch = branch;
  Row& row = rows_[slot];
  (row.last_branch == 0 ? row.first_branch : branches_[row.last_branch - 1].next) = place;
  row.last_branch = place;
  return branches_[place - 1].branch;
}

void TccTable::decide(TccSlot slot, const TccFact& fact) {
  const bool confirms = fact.kind == TccFactKind::decided_confirm;
  disarm(slot);
  change(slot, [&](TccView& view) {
    view.decision = confirms ? tcc_decision::confirm : tcc_decision::cancel;
    view.reason = static_cast<TccReason>(fact.detail);
    view.decided_at = fact.timestamp;
    take_state(view, fact.timestamp);
  });
  if (at(slot).has_ended()) append_ended(slot);
}

void TccTable::arm(TccSlot slot) {
  const TccView& view = rows_[slot].view;
  deadlines_.add(rows_, slot, view.deadline.value(), view.begun_at.value());
}

void TccTable::disarm(TccSlot slot) {
  if (rows_[slot].deadline_at != 0) deadlines_.drop(rows_, rows_[slot].deadline_at);
  rows_[slot].deadline_at = 0;
}

void TccTable::prepare_branch(TccSlot slot, const TccFact& fact) {
  TccBranch& branch = *branch_of(slot, fact.branch);
  digest_ -= digest_of(fact.gid, branch);
  branch.confirmed = fact.amount;
  digest_ += digest_of(fact.gid, branch);
}

void TccTable::settle(TccSlot slot, const TccFact& fact) {
  TccBranch& branch = *branch_of(slot, fact.branch);
  const bool was_stuck = branch.state == TccBranchState::stuck;
  digest_ -= digest_of(fact.gid, branch);
  branch.state = state_after(fact, at(slot));
  if (!branch.is_open()) branch.confirmed = fact.amount;  // 0 but of what is confirmed.
  digest_ += digest_of(fact.gid, branch);
  change(slot, [&](TccView& view) {
    if (!branch.is_open()) --view.open_count;
    if (was_stuck) --view.stuck_count;
    if (branch.state == TccBranchState::stuck) ++view.stuck_count;
    if (branch.state == TccBranchState::closed) ++view.closed_count;
    take_state(view, fact.timestamp);
  });
  if (at(slot).has_ended()) append_ended(slot);
  const bool is_lost =
      fact.kind == TccFactKind::branch_withdrawn || fact.kind == TccFactKind::branch_closed;
  if (is_lost) take_back_prepared(slot);
}

// What its client confirmed can no longer be had as a whole, so nothing is promised any more, and
// its deadline counts again. Whoever is above it and prepared stays so, and waits for it.
void TccTable::take_back_prepared(TccSlot slot) {
  if (at(slot).state != TccState::prepared) return;
  for (std::uint32_t at = rows_[slot].first_branch; at != 0; at = branches_[at - 1].next) {
    TccBranch& branch = branches_[at - 1].branch;
    if (branch.kind != TccBranchKind::hold || !branch.is_open()) continue;
    digest_ -= digest_of(rows_[slot].view.gid, branch);
    branch.confirmed = {};
    digest_ += digest_of(rows_[slot].view.gid, branch);
  }
  change(slot, [](TccView& view) { view.state = TccState::trying; });
  arm(slot);
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
    if (branch.kind != TccBranchKind::hold) --other_branches_;
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
    TccView counted = view;
    counted.branch_count = counted.open_count = 0;
    counted.stuck_count = counted.closed_count = 0;
    bool has_open_hold = false;
    for_each_branch(slot, [&](const TccBranch& branch) {
      ++counted.branch_count;
      if (branch.is_open()) ++counted.open_count;
      if (branch.state == TccBranchState::stuck) ++counted.stuck_count;
      if (branch.state == TccBranchState::closed) ++counted.closed_count;
      if (!is_sound(branch)) fault = "has a branch in no known state";
      has_open_hold |= branch.is_open() && branch.kind == TccBranchKind::hold;
    });
    if (std::memcmp(&counted, &view, sizeof(TccView)) != 0 ||
        view.branch_count > limits::tcc_branches_max) {
      fault = "has a transaction with other branches than it says";
    }
    // Operations settle the holds of what they decide.
    const bool is_decided = view.decision != tcc_decision::none;
    const bool is_prepared = !is_decided && view.state == TccState::prepared;
    const TccState state = is_decided    ? state_of(view)
                           : is_prepared ? TccState::prepared
                                         : TccState::trying;
    if (view.decision > tcc_decision::cancel || view.state != state ||
        (is_decided && has_open_hold)) {
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
