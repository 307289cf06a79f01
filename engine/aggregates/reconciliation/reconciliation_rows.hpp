#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>

#include "engine/model/ids.hpp"

/// What the rules need to know of reconciliations, their runs, and the differences that somebody
/// dealt with. The rest stands in their events.

namespace daybook {

/// How far a run is. Frozen: in snapshots. A phase that is done is a state, in this order up to
/// closed; one that fails is taken up again behind the last phase that was done.
enum class RunState : std::uint8_t {
  created = 1,
  imported = 2,
  validated = 3,
  cut = 4,
  sorted = 5,
  matched = 6,
  proved = 7,
  in_review = 8,
  closed = 9,
  failed = 10,
  cancelled = 11,
  superseded = 12,  ///< Another run of the same day was proved later.
};
[[nodiscard]] std::string_view to_string(RunState state) noexcept;

/// What has become of a difference. Frozen: in snapshots. Of one that nobody dealt with there is no
/// row: it is open.
enum class DifferenceState : std::uint8_t {
  open = 1,  ///< Again.
  assigned = 2,
  proposed = 3,
  posted = 4,
  accepted = 5,
  force_closed = 6,
  rejected = 7,
  failed = 8,    ///< The ledger refused what was approved, or its saga did not do it.
  approved = 9,  ///< Its saga is under way, or is to be started.
};
[[nodiscard]] std::string_view to_string(DifferenceState state) noexcept;

/// A number beside an id, as a key.
struct NumberKey {
  Uint128 id;
  std::uint64_t number = 0;

  friend bool operator==(const NumberKey&, const NumberKey&) = default;
};

/// 32 bytes.
struct ReconciliationRow {
  Uint128 id;
  std::uint64_t last_day = 0;  ///< The latest for which there is a run; 0 = none.
  std::uint64_t versions = 0;  ///< Of its definition.

  [[nodiscard]] const Uint128& key() const { return id; }
};
static_assert(sizeof(ReconciliationRow) == 32 && std::is_trivially_copyable_v<ReconciliationRow>);

/// The largest correction of a code in a ledger. 48 bytes.
struct ApprovalLimit {
  Uint128 reconciliation_id;
  std::uint64_t what = 0;  ///< number_of().
  Amount amount;
  std::uint64_t reserved = 0;

  [[nodiscard]] NumberKey key() const { return {reconciliation_id, what}; }
  [[nodiscard]] static std::uint64_t number_of(LedgerId ledger, std::uint64_t code,
                                               bool is_automatic) {
    return (std::uint64_t{ledger.value()} << 32) | (code << 8) | (is_automatic ? 1U : 0U);
  }
};
static_assert(sizeof(ApprovalLimit) == 48 && std::is_trivially_copyable_v<ApprovalLimit>);

/// A business day of a reconciliation. 56 bytes.
struct Period {
  Uint128 reconciliation_id;
  std::uint64_t day = 0;       ///< As 20260131.
  Uint128 head;                ///< The run that counts; 0 until one is proved.
  std::uint64_t previous = 0;  ///< The days beside it for which there are runs; 0 = none.
  std::uint64_t next = 0;

  [[nodiscard]] NumberKey key() const { return {reconciliation_id, day}; }
};
static_assert(sizeof(Period) == 56 && std::is_trivially_copyable_v<Period>);

/// 88 bytes.
struct ReconciliationRun {
  Uint128 id;
  Uint128 reconciliation_id;
  Uint128 carry_in;  ///< The run whose pending records it carries on; 0 = none.
  std::uint64_t day = 0;
  std::uint64_t cut = 0;          ///< A sequence.
  std::uint64_t differences = 0;  ///< That have to be dealt with.
  std::uint64_t settled = 0;      ///< Those that were posted, accepted or closed.
  std::uint32_t proposed = 0;     ///< Corrections that wait for a checker.
  RunState state = RunState::created;
  RunState reached = RunState::created;  ///< The last phase that is done.
  std::uint16_t reserved = 0;

  [[nodiscard]] const Uint128& key() const { return id; }
};
/// Could the rules have left it in this state?
[[nodiscard]] bool is_possible(const ReconciliationRun& run) noexcept;
static_assert(sizeof(ReconciliationRun) == 88 && std::is_trivially_copyable_v<ReconciliationRun>);

/// 104 bytes.
struct DifferenceRow {
  Uint128 id;
  Uint128 run_id;  ///< In which it was dealt with last.
  /// Of the correction proposed last, as the next ones. Of a saga: saga_start_hash().
  Uint128 legs_hash;
  PrincipalId maker;
  Amount amount;
  /// The sequence of the newest approval that posted, or of the end of its saga; 0 = none.
  std::uint64_t posted_at = 0;
  LedgerId ledger;
  std::uint16_t revision = 0;  ///< How many were proposed.
  std::uint8_t code = 0;
  std::uint8_t flags = 0;  ///< Of command_flag: accepts, force_closes, starts_saga.
  DifferenceState state = DifferenceState::open;
  std::uint8_t reserved[7] = {};

  [[nodiscard]] const Uint128& key() const { return id; }
};
static_assert(sizeof(DifferenceRow) == 104 && std::is_trivially_copyable_v<DifferenceRow>);

}  // namespace daybook
