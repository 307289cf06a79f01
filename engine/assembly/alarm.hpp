#pragma once

#include <cstdint>
#include <string>

namespace daybook {

/// Something that an operator should hear of; the engine goes on.
struct Alarm {
  enum class Kind : std::uint8_t {
    /// Wall time and engine time parted: engine time runs on by itself until accept_clock.
    clock_held,
    clock_accepted,  ///< An operator accepted the wall time.
    disk_low,        ///< Free space is below the low-water mark: new work is refused.
    disk_low_over,   ///< There is space again: work is taken.
    /// A snapshot or an index could not be written or read; `words` say what follows from it.
    derived_trouble,
  };
  Kind kind{};
  std::uint64_t engine_ns = 0;  ///< Of the clock's kinds.
  std::uint64_t wall_ns = 0;    ///< Of the clock's kinds.
  std::string words;            ///< Of derived_trouble.
};

}  // namespace daybook
