#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/base/uint128.hpp"

namespace daybook {

/// When snapshots are taken.
struct SnapshotSettings {
  /// After so many facts; 0 = never.
  std::uint64_t facts = 2'000'000;
  /// Or, where there are fewer, after so much engine time; 0 = never for that reason.
  std::uint64_t ns = 60'000'000'000;
  /// But not before the journal has grown by so many times what the last snapshot took: so the
  /// disk has a quarter more to write at most, however many accounts there are.
  std::uint64_t journal_share = 4;
  /// Newer ones replace older ones.
  std::size_t kept = 2;
  /// The journal's own id: entries of another one, which it continues, get none. Zero: all do.
  Uint128 journal_id{};
};

}  // namespace daybook
