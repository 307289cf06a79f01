#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "engine/base/limits.hpp"
#include "engine/model/facts.hpp"
#include "engine/model/ids.hpp"

namespace daybook {

/// With which event a subscription begins. Frozen: on the wire.
enum class SubscriptionStart : std::uint16_t {
  sequence = 0,    ///< With that of sequence `from`; 0 = the first.
  time = 1,        ///< With the first one of an entry that was committed at `from` or later.
  now = 2,         ///< With the first one that becomes durable after the request came.
  checkpoint = 3,  ///< With the one behind the checkpoint `checkpoint_name()`.
};

inline constexpr std::size_t subscription_types_max = 8;
inline constexpr std::size_t subscription_accounts_max = 8;

/// The bit of a fact's kind in Subscription::kinds; that of an operation's record is bit 0.
[[nodiscard]] constexpr std::uint64_t kind_bit(FactKind kind) {
  return std::uint64_t{1} << static_cast<std::uint16_t>(kind);
}
inline constexpr std::uint64_t operation_bit = 1;
inline constexpr std::uint64_t known_kind_bits = (kind_bit(FactKind::tcc) << 1) - 1;

/// Which events a consumer wants, and from where on. A field that is 0, or a list without items,
/// lets everything pass; all that are set must match, of a list any item. 384 bytes, the same on
/// the wire.
struct Subscription {
  std::uint64_t from = 0;   ///< A sequence or a time, as `start` says; else 0.
  std::uint64_t kinds = 0;  ///< Bits, of kind_bit().
  Uint128 aggregate_type;
  Uint128 aggregate_id;  ///< With aggregate_type only.
  LedgerId ledger;       ///< Of accounts, transfers, released holds and ledgers.
  /// So many bytes of events may be on their way, or handled and not acknowledged; one batch may
  /// go above. 0 = limits::subscription_window_bytes_default.
  std::uint32_t window_bytes = 0;
  SubscriptionStart start = SubscriptionStart::sequence;
  std::uint16_t event_type_count = 0;
  std::uint16_t account_count = 0;
  std::uint16_t checkpoint_bytes = 0;  ///< Of its name.
  std::array<Uint128, subscription_types_max> event_types{};
  /// Of accounts themselves, of their changes, and of either side of transfers and released holds.
  std::array<AccountId, subscription_accounts_max> accounts{};
  std::array<char, limits::checkpoint_name_bytes_max> checkpoint_text{};

  [[nodiscard]] std::string_view checkpoint_name() const {
    return {checkpoint_text.data(), checkpoint_bytes};
  }
  /// Requires: name.size() <= limits::checkpoint_name_bytes_max.
  void set_checkpoint_name(std::string_view name);

  [[nodiscard]] std::uint32_t window() const {
    return window_bytes != 0 ? window_bytes
                             : std::uint32_t{limits::subscription_window_bytes_default};
  }
};
static_assert(sizeof(Subscription) == 384 && alignof(Subscription) == 8);
static_assert(std::is_standard_layout_v<Subscription> &&
              std::is_trivially_copyable_v<Subscription>);

/// Why it cannot be asked for, in words; nothing if it can.
[[nodiscard]] std::optional<std::string_view> fault_of(const Subscription& subscription);

}  // namespace daybook
