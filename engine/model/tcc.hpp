#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "engine/model/ids.hpp"
#include "engine/model/status.hpp"

/// TCC: transactions that are tried, then confirmed or cancelled as a whole. A transaction has a
/// global id (`gid`) and branches; a branch is a hold, a saga or another transaction, which the
/// transaction owns until it is decided.

namespace daybook {

/// What a command asks of a transaction. Frozen: on the wire and in the journal.
enum class TccCommandKind : std::uint16_t {
  begin = 1,
  try_ = 2,     ///< A branch.
  confirm = 3,  ///< The whole transaction, naming each branch with its amount.
  cancel = 4,   ///< The whole transaction, or one that was never seen.
};

[[nodiscard]] std::string_view to_string(TccCommandKind kind) noexcept;

/// What a branch is. Frozen: on the wire, in the journal and in snapshots.
enum class TccBranchKind : std::uint8_t {
  hold = 0,
  /// One that has come to its step of the kind tcc.wait: all it has to try is tried. Confirmed, it
  /// goes on; cancelled, it goes back. So a branch can be an order, or what a participant keeps.
  saga = 1,
  /// A nested one. Confirmed itself, it waits for the decision of the one that it is a branch of;
  /// cancelled or expired before that, it is withdrawn.
  transaction = 2,
};
[[nodiscard]] std::string_view to_string(TccBranchKind kind) noexcept;

/// One command. 160 bytes, the same on the wire and, where it is refused, in the journal. What a
/// command does not use is 0.
struct TccCommand {
  Uint128 gid;                 ///< Of all: neither 0 nor 2^128 - 1.
  AccountId debit_account_id;  ///< Of try, as the next two: the hold to be made.
  AccountId credit_account_id;
  Amount amount;
  BusinessId business_id;  ///< Of begin, as the next three; the holds inherit them.
  TraceId trace_id;
  Uint128 business_type;  ///< id_of() of its name; 0 = none. Of try of no hold: its subject().
  UserId user_id;
  std::uint64_t branch = 0;  ///< Of try: not 0. Of cancel: one that may not be tried any more.
  /// Of begin, and of the others where the transaction may not be there: when `gid` was made, ns;
  /// 0 = it is a UUIDv7, which says so itself.
  std::uint64_t created_at = 0;
  std::uint64_t timeout_ns = 0;  ///< Of begin: from then to the deadline; 0 = 30 minutes.
  LedgerId ledger;               ///< Of try of a hold, as the next two.
  Tag tag;
  Code code;
  TccCommandKind kind{};
  std::uint16_t amounts = 0;  ///< Of confirm: how many of the request's amounts are its own.
  TccBranchKind what{};       ///< Of try.
  std::uint8_t reserved = 0;

  /// Of try of a branch that is no hold: the saga's id, the transaction's gid.
  [[nodiscard]] const Uint128& subject() const { return business_type; }
};
static_assert(sizeof(TccCommand) == 160 && std::is_trivially_copyable_v<TccCommand>);

/// What a confirm takes of a branch. 32 bytes.
struct TccAmount {
  std::uint64_t branch = 0;
  std::uint64_t reserved = 0;
  /// At most what was tried, the rest is released; 2^128 - 1 = all of it, the only amount of a
  /// branch that is no hold.
  Amount amount;
};
static_assert(sizeof(TccAmount) == 32 && std::is_trivially_copyable_v<TccAmount>);

/// What happened to a transaction or a branch. Frozen: in the journal.
enum class TccFactKind : std::uint16_t {
  begun = 1,
  tried = 2,            ///< A branch; a hold is a transfer of the same operation.
  refused = 3,          ///< A branch that the ledger's rules refused; `detail` says why.
  decided_confirm = 4,  ///< Nothing may be tried any more; `detail` is a TccReason, as next.
  decided_cancel = 5,
  branch_confirmed = 6,  ///< Posted; `amount` of it. A saga: completed. A transaction: confirmed.
  branch_cancelled = 7,  ///< Voided. A saga: undone. A transaction: cancelled.
  branch_empty = 8,      ///< Cancelled before it was tried.
  cancelled_unseen = 9,  ///< A transaction, before it began.
  pruned = 10,           ///< The `word` that ended first are forgotten; `deadline`: the watermark.
  // Of branches that are no holds, by the operation that makes it so.
  branch_stuck = 11,      ///< Only an operator moves it.
  branch_resumed = 12,    ///< It was stuck, and goes on.
  branch_withdrawn = 13,  ///< Undone before the transaction was decided.
  branch_closed = 14,     ///< An operator settled it by hand.
  // Of a transaction that is a branch, and confirmed by its client.
  branch_prepared = 15,  ///< A hold; `amount` of it is to be posted.
  prepared = 16,         ///< It waits for the transaction that it is a branch of.
};

[[nodiscard]] std::string_view to_string(TccFactKind kind) noexcept;

/// Of branches that are no holds.
[[nodiscard]] constexpr bool is_never_of_holds(TccFactKind kind) {
  return kind >= TccFactKind::branch_stuck && kind <= TccFactKind::branch_closed;
}

/// Why a transaction was decided. Frozen.
enum class TccReason : std::uint16_t { none = 0, client = 1, expired = 2 };
[[nodiscard]] std::string_view to_string(TccReason reason) noexcept;

/// A fact of a transaction. 128 bytes. What a kind does not use is 0.
struct TccFact {
  Uint128 gid;
  Uint128 business_type;  ///< Of begun, as the next three. Of tried: the subject of no hold.
  BusinessId business_id;
  TraceId trace_id;
  Amount amount;  ///< Of tried and refused: asked for. Of branch_confirmed: posted.
  UserId user_id;
  std::uint64_t branch = 0;  ///< 0 = of the transaction.
  Timestamp deadline;        ///< Of begun. Of pruned: the watermark.
  Timestamp timestamp;
  /// Of begun and cancelled_unseen: when the gid was made. Of tried and refused: content_of() the
  /// command. Of pruned: how many.
  std::uint64_t word = 0;
  TccFactKind kind{};
  /// Of a decision: a TccReason. Of refused: a CreateTransferStatus. Of tried: a TccBranchKind.
  std::uint16_t detail = 0;
  std::uint32_t round = 0;  ///< Of tried: as in transfer_id_of(), of its hold.
};
static_assert(sizeof(TccFact) == 128 && std::is_trivially_copyable_v<TccFact>);

/// Frozen: in answers and snapshots.
enum class TccState : std::uint8_t {
  trying = 1,
  confirming = 2,  ///< Decided; not all branches are confirmed yet.
  confirmed = 3,
  cancelling = 4,
  cancelled = 5,
  stuck = 6,          ///< Decided; a branch waits for an operator.
  closed_manual = 7,  ///< Decided; an operator settled a branch by hand.
  prepared = 8,       ///< Not decided; confirmed once the transaction is that it is a branch of.
};
[[nodiscard]] std::string_view to_string(TccState state) noexcept;

/// Frozen: in answers and snapshots.
enum class TccBranchState : std::uint8_t {
  tried = 1,
  refused = 2,
  confirmed = 3,
  cancelled = 4,
  empty = 5,    ///< Cancelled before it was tried.
  expired = 6,  ///< Cancelled because the deadline passed.
  // Of no holds.
  stuck = 7,      ///< As tried, and an operator has to help.
  withdrawn = 8,  ///< Undone before the transaction was decided.
  closed = 9,     ///< By an operator's hand.
};
[[nodiscard]] std::string_view to_string(TccBranchState state) noexcept;

/// A transaction as it is. 136 bytes, in answers and, as it stands in the state, in snapshots.
struct TccView {
  Uint128 gid;
  Uint128 business_type;
  BusinessId business_id;
  TraceId trace_id;
  UserId user_id;
  Timestamp begun_at;  ///< Or cancelled, where it never began.
  std::uint64_t created_at = 0;
  Timestamp deadline;
  Timestamp decided_at;          ///< 0 = not yet.
  Timestamp ended_at;            ///< 0 = not yet.
  std::uint64_t timeout_ns = 0;  ///< As asked for; 0 where it never began.
  std::uint32_t branch_count = 0;
  std::uint32_t open_count = 0;  ///< Branches that are tried or stuck.
  TccState state{};
  std::uint8_t decision = 0;  ///< Of tcc_decision.
  TccReason reason{};         ///< Of the decision.
  std::uint16_t stuck_count = 0;
  std::uint16_t closed_count = 0;

  [[nodiscard]] bool has_ended() const {
    return state == TccState::confirmed || state == TccState::cancelled ||
           state == TccState::closed_manual;
  }
};
static_assert(sizeof(TccView) == 136 && std::is_trivially_copyable_v<TccView>);

/// TccView::decision. Frozen.
namespace tcc_decision {
inline constexpr std::uint8_t none = 0;
inline constexpr std::uint8_t confirm = 1;
inline constexpr std::uint8_t cancel = 2;
}  // namespace tcc_decision

/// A branch as it is. 56 bytes.
struct TccBranch {
  std::uint64_t branch = 0;
  std::uint64_t content = 0;       ///< content_of() the command that tried it; 0 of an empty one.
  Amount tried;                    ///< Of no hold: its subject().
  Amount confirmed;                ///< Of a prepared one: what is to be. 0 of no hold.
  std::uint16_t refused_with = 0;  ///< A CreateTransferStatus: of a refused one.
  TccBranchState state{};
  TccBranchKind kind{};
  std::uint32_t round = 0;  ///< As in transfer_id_of(), of its hold.

  [[nodiscard]] bool is_open() const {
    return state == TccBranchState::tried || state == TccBranchState::stuck;
  }
  /// Of no hold: the saga's id, the transaction's gid.
  [[nodiscard]] Uint128 subject() const { return tried.value(); }
};
static_assert(sizeof(TccBranch) == 56 && std::is_trivially_copyable_v<TccBranch>);

/// Which branch a saga or a transaction is.
struct TccOwner {
  Uint128 gid;  ///< 0 = of none.
  std::uint64_t branch = 0;

  [[nodiscard]] bool is_none() const { return gid.is_zero(); }
};

/// The part of a try by which the same try is told from another one: XXH3-64 of accounts, amount,
/// ledger, code and tag; of no hold, of what it is and its subject.
[[nodiscard]] std::uint64_t content_of(const TccCommand& command) noexcept;

/// What a branch's transfers are for.
enum class TccOperation : std::uint32_t { try_ = 1, confirm = 2, cancel = 3 };

/// The id of a branch's hold, post or void: XXH3-128 of gid, branch, operation and round (16, 8, 4
/// and 4 bytes, little-endian). The round is the first one whose id nobody has used.
[[nodiscard]] TransferId transfer_id_of(const Uint128& gid, std::uint64_t branch,
                                        TccOperation operation, std::uint32_t round) noexcept;

/// When a gid was made, ns: as said, or the milliseconds of a UUIDv7; 0 where neither says.
[[nodiscard]] std::uint64_t creation_time_of(const Uint128& gid, std::uint64_t said) noexcept;

/// What is wrong with a command by itself, in the order of TccStatus; `done` if nothing. `amounts`:
/// those of a confirm.
[[nodiscard]] TccStatus fault_of(const TccCommand& command, std::span<const TccAmount> amounts);

}  // namespace daybook
