#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "engine/base/limits.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/status.hpp"

namespace daybook {

/// Bits of EventCheckpoint::flags. Frozen: on the wire and in the journal.
namespace checkpoint_flag {
inline constexpr std::uint16_t may_go_back = 1U << 0;  ///< The sequence may be an earlier one.
inline constexpr std::uint16_t removes = 1U << 1;      ///< The checkpoint is forgotten.
inline constexpr std::uint16_t known = may_go_back | removes;
}  // namespace checkpoint_flag

/// How far a consumer of events has come, kept under a name by the engine. 88 bytes, the same on
/// the wire and in the journal.
struct EventCheckpoint {
  std::uint64_t sequence = 0;    ///< The last one handled; 0 = none yet, and where it is removed.
  Timestamp timestamp;           ///< 0 in a request; when it was put in the journal and in answers.
  std::uint16_t flags = 0;       ///< Of checkpoint_flag; 0 in answers.
  std::uint16_t name_bytes = 0;  ///< How many of `name_text` count; 1 to 64. The rest is zero.
  std::uint32_t reserved = 0;    ///< Must be 0.
  std::array<char, limits::checkpoint_name_bytes_max> name_text{};

  [[nodiscard]] std::string_view name() const {
    return {name_text.data(), name_bytes <= name_text.size() ? name_bytes : name_text.size()};
  }
  /// Requires: name.size() <= limits::checkpoint_name_bytes_max.
  void set_name(std::string_view name);

  [[nodiscard]] bool removes() const { return (flags & checkpoint_flag::removes) != 0; }
  [[nodiscard]] bool may_go_back() const { return (flags & checkpoint_flag::may_go_back) != 0; }

  friend bool operator==(const EventCheckpoint&, const EventCheckpoint&) = default;
};
static_assert(sizeof(EventCheckpoint) == 88 && alignof(EventCheckpoint) == 8);
static_assert(std::is_standard_layout_v<EventCheckpoint> &&
              std::is_trivially_copyable_v<EventCheckpoint>);

/// Requires: as EventCheckpoint::set_name().
[[nodiscard]] EventCheckpoint make_checkpoint(std::string_view name, std::uint64_t sequence,
                                              std::uint16_t flags = 0);

/// What is wrong with a requested checkpoint by itself, in the order of PutCheckpointStatus;
/// `created` if nothing.
[[nodiscard]] PutCheckpointStatus fault_of(const EventCheckpoint& checkpoint);

}  // namespace daybook
