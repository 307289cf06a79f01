#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "engine/model/account.hpp"

namespace daybook {

/// What is rebuilt and compared. Frozen: on the wire.
enum class AggregateKind : std::uint16_t {
  account = 1,
  hold = 2,    ///< An open one.
  stream = 3,  ///< A stream's head.
  ledger = 4,
  name = 5,
  order = 6,
  payment = 7,
  reconciliation = 8,
  reconciliation_run = 9,
  difference = 10,  ///< One that somebody dealt with.
};
inline constexpr auto last_aggregate_kind = AggregateKind::difference;

[[nodiscard]] std::string_view to_string(AggregateKind kind) noexcept;

/// How a field is written for people. Frozen: on the wire.
enum class FieldShow : std::uint16_t {
  number = 0,
  signed_number = 1,  ///< In two's complement.
  id = 2,
  hex = 3,
  flags = 4,  ///< Of an account or a pending transfer, by the kind of aggregate.
  time = 5,   ///< Nanoseconds since 1970; 0 = none.
  text = 6,   ///< The value is 0 and the text says it.
};

/// Whose value was compared with what the journal makes of it. Frozen: on the wire.
enum class ComparedWith : std::uint16_t {
  state = 0,       ///< The state that answers queries.
  lookup = 1,      ///< What the sequencer answered to a lookup of the account.
  checkpoint = 2,  ///< A checkpoint of an account's balances, in the query indexes.
};

[[nodiscard]] std::string_view to_string(ComparedWith with) noexcept;

/// What `rebuild` is asked, 208 bytes: the same on the wire.
struct RebuildFilter {
  Uint128 id;      ///< With `kind`: of the one aggregate; 0 = all of every kind.
  Uint128 type;    ///< Of a stream its aggregate type, of a name its kind; else 0.
  Timestamp from;  ///< Only what was changed by entries committed from then on; 0 = from the first.
  Timestamp until;           ///< And up to then; 0 = up to now.
  std::uint64_t cursor = 0;  ///< 0: begin. Else of the page before; the rest does not matter then.
  AggregateKind kind{};      ///< 0 = all.
  std::uint16_t reserved = 0;
  std::uint32_t reserved_more = 0;
  /// Of one account: what lookup_accounts answered, to be compared, too; and as of when. Without it
  /// the sequence is 0.
  std::uint64_t looked_up_at = 0;
  std::uint64_t reserved_end = 0;
  Account looked_up;
};
static_assert(sizeof(RebuildFilter) == 208 && alignof(RebuildFilter) == 8);
static_assert(std::is_trivially_copyable_v<RebuildFilter>);

/// A field that differs, 240 bytes: the same on the wire.
struct RebuildDifference {
  Uint128 id;
  Uint128 type;
  Uint128 expected;  ///< By the journal.
  Uint128 found;
  /// The first fact after which they differ; 0 where no fact of the journal is about the aggregate.
  std::uint64_t first_sequence = 0;
  /// `found` is as of this.
  std::uint64_t as_of = 0;
  AggregateKind kind{};
  ComparedWith with{};
  FieldShow show{};
  std::uint8_t expected_text_bytes = 0;
  std::uint8_t found_text_bytes = 0;
  std::uint8_t field_bytes = 0;
  std::array<char, 23> field_text{};  ///< The field's name.
  std::array<char, 64> expected_text{};
  std::array<char, 64> found_text{};

  [[nodiscard]] std::string_view field() const {
    return {field_text.data(), field_bytes <= field_text.size() ? field_bytes : std::size_t{0}};
  }
};
static_assert(sizeof(RebuildDifference) == 240 && alignof(RebuildDifference) == 8);
static_assert(std::is_trivially_copyable_v<RebuildDifference>);

}  // namespace daybook
