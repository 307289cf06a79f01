#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/fault_point.hpp"
#include "engine/codec/entry_builder.hpp"
#include "engine/ports/journal.hpp"

namespace daybook {

/// The slabs between sequencer and journaler, used in rotation: entry number n (from 0) stands in
/// slab n mod slab_count. Progress::entries_closed and entries_committed say whose each one is.
struct Slabs {
  static constexpr std::size_t slab_count = 8;

  struct Closed {
    std::span<std::byte> value;
    EntryPlace place = EntryPlace::within;
    Sequence last;
    [[no_unique_address]] FaultMarks marks;
  };

  std::vector<EntryBuilder> builders = std::vector<EntryBuilder>(slab_count);
  std::array<Closed, slab_count> closed;  ///< Written at closing, read by the journaler.

  [[nodiscard]] EntryBuilder& builder(std::uint64_t entry) { return builders[entry % slab_count]; }
  [[nodiscard]] Closed& at(std::uint64_t entry) { return closed[entry % slab_count]; }
};

}  // namespace daybook
