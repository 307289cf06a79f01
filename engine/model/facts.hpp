#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "engine/base/limits.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/sequence.hpp"

namespace daybook {

/// The kinds of facts besides operation records. Frozen: they are in the journal.
enum class FactKind : std::uint16_t {
  account = 1,
  transfer = 2,
  ledger = 3,
  segment_opened = 4,
  segment_sealed = 5,
  segment_hashed = 6,
  clock_change = 7,
  client_evicted = 8,
  hold_released = 9,
  account_change = 10,
  name = 11,
  domain_event = 12,
  checkpoint = 13,
  tcc = 14,
};

[[nodiscard]] std::string_view to_string(FactKind kind) noexcept;

/// The first fact of a segment. The hash of the previous segment's last entry stands in the header
/// of the entry that holds this fact. 40 bytes.
struct SegmentOpened {
  std::uint64_t ordinal = 0;           ///< From 1, dense.
  std::uint64_t previous_ordinal = 0;  ///< 0 for the first segment.
  std::uint32_t schema_version = 0;    ///< Of the payload.
  std::array<char, 20> engine_version{};
};

/// The last fact of a segment. 24 bytes.
struct SegmentSealed {
  std::uint64_t ordinal = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t entry_count = 0;  ///< With the one that holds this fact.
};

/// A sealed segment's file, hashed. 80 bytes.
struct SegmentHashed {
  std::uint64_t ordinal = 0;
  std::uint64_t file_bytes = 0;
  std::array<std::byte, 32> file{};   ///< SHA-256 of the file.
  std::array<std::byte, 32> chain{};  ///< SHA-256 of the previous segment's `chain` and `file`.
};

/// Why the clock changed. Frozen.
enum class ClockChangeKind : std::uint32_t {
  advanced = 1,  ///< A manual clock was moved to engine_time.
  held = 2,      ///< Wall time and engine time parted; engine time runs on by itself.
  accepted = 3,  ///< An operator accepted the wall time.
};

/// 280 bytes.
struct ClockChange {
  ClockChangeKind kind{};
  std::uint32_t reason_bytes = 0;
  std::uint64_t engine_time = 0;  ///< ns.
  std::uint64_t wall_time = 0;    ///< ns; 0 with a manual clock.
  std::array<char, limits::reason_bytes_max> reason_text{};

  [[nodiscard]] std::string_view reason() const {
    return {reason_text.data(), reason_bytes <= reason_text.size() ? reason_bytes : 0};
  }
};

/// A client whose kept operations (or number too) were dropped from the reply windows. 24 bytes.
struct ClientEvicted {
  ClientId client;
  std::uint64_t number_too = 0;  ///< 1: its highest request number is forgotten as well.
};

/// A pending transfer whose time was over: what it still held was released. 96 bytes.
struct HoldReleased {
  TransferId id;  ///< Of the pending transfer, as the following fields.
  AccountId debit_account_id;
  AccountId credit_account_id;
  Amount amount;  ///< What it still held.
  Sequence pending_sequence;
  Timestamp expires_at;
  LedgerId ledger;
  std::uint16_t flags = 0;
  std::uint16_t reserved = 0;
  Timestamp timestamp;  ///< Of the release.
};

/// Who decided a fact. Frozen.
enum class Authority : std::uint8_t {
  client = 0,
  operator_ = 1,
  coordinator = 2,  ///< Of a TCC transaction or a saga.
  expiry = 3,
};

/// Bits of TransferNote::overrode: what the decision passed over. Frozen.
namespace overrode {
inline constexpr std::uint8_t closed_debit = 1U << 0;
inline constexpr std::uint8_t closed_credit = 1U << 1;
inline constexpr std::uint8_t frozen_debit = 1U << 2;
inline constexpr std::uint8_t frozen_credit = 1U << 3;
inline constexpr std::uint8_t limits = 1U << 4;
}  // namespace overrode

/// What a transfer's own fields cannot say; few transfers need it. 48 bytes.
struct TransferNote {
  std::uint32_t transfer = 0;  ///< Index in the entry's transfers.
  std::uint16_t bits = 0;      ///< Of note_bit.
  Authority authority = Authority::client;
  std::uint8_t overrode = 0;  ///< Bits of overrode.
  /// Of a post that is not its hold's first: posted so far, with this one. Of a reversal: reversed
  /// so far of its target, with this one.
  Amount total;
  Uint128 owner;  ///< Of a pending transfer: the coordinator that alone may resolve it; 0 = none.
  Sequence
      before;  ///< Of a reversal: the one before it, of the same transfer; 0 = it is the first.
};

/// Bits of TransferNote::bits. Frozen.
namespace note_bit {
/// A post that took all that was still held, a reversal that took all that was not reversed.
inline constexpr std::uint16_t took_the_rest = 1U << 0;
}  // namespace note_bit

/// Why an operation was asked for, in an operator's words. 264 bytes.
struct OperationReason {
  std::uint32_t operation = 0;  ///< Index in the entry's operations.
  std::uint32_t bytes = 0;
  std::array<char, limits::reason_bytes_max> text{};

  [[nodiscard]] std::string_view words() const {
    return {text.data(), bytes <= text.size() ? bytes : 0};
  }
};

/// How a journal came to continue another one. Frozen.
enum class ParentKind : std::uint32_t {
  restored = 1,  ///< From a backup.
  forked = 2,    ///< Cut at a sequence or a time.
  loaded = 3,    ///< From a dump. Hashes of segments before are those of the parent's files.
};

[[nodiscard]] std::string_view to_string(ParentKind kind) noexcept;

/// The journal that this one continues, and where it left it. No fact: it stands beside the one
/// that opens a segment, in the segment's first entry, and takes no sequence. 56 bytes.
///
/// The entries before are the parent's, with its journal id. Facts up to
/// `cut_sequence` that stand in this entry are those of the parent's entry that was cut; after this
/// entry the reply windows are empty. The segment before need not be sealed.
struct JournalParent {
  Uint128 journal_id;
  Uint128 entry_hash;               ///< Of the parent's entry that ends at last_sequence.
  std::uint64_t last_sequence = 0;  ///< Of the last entry that is the parent's; 0: none.
  std::uint64_t cut_sequence = 0;   ///< The last sequence that is the parent's.
  ParentKind kind{};
  std::uint32_t reserved = 0;
};

static_assert(sizeof(JournalParent) == 56 && std::is_trivially_copyable_v<JournalParent>);
static_assert(sizeof(HoldReleased) == 96 && sizeof(TransferNote) == 48);
static_assert(sizeof(OperationReason) == 264);
static_assert(std::is_trivially_copyable_v<HoldReleased>);
static_assert(std::is_trivially_copyable_v<TransferNote>);
static_assert(sizeof(SegmentOpened) == 40 && sizeof(SegmentSealed) == 24);
static_assert(sizeof(SegmentHashed) == 80 && sizeof(ClockChange) == 280);
static_assert(sizeof(ClientEvicted) == 24 && std::is_trivially_copyable_v<ClockChange>);

/// Facts of one kind that follow one another. The runs of an entry are the one order in which its
/// facts apply and take their sequences: an operation's record takes the sequence before the first
/// run that names it. 16 bytes.
struct Run {
  FactKind kind{};
  std::uint16_t reserved = 0;
  std::uint32_t operation = 0;  ///< Index of the operation that made them; no_operation = none.
  std::uint32_t first = 0;      ///< Index in the vector of `kind`.
  std::uint32_t count = 0;      ///< May be 0: an operation that created nothing.
};
static_assert(sizeof(Run) == 16);
inline constexpr std::uint32_t no_operation = ~std::uint32_t{0};

}  // namespace daybook
