#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "engine/base/result.hpp"
#include "storage/file/file.hpp"

namespace daybook::recon {

/// Where something of a sequence stands, in a file without a name: 16 bytes for each sequence, it
/// and its place, both little-endian, in ascending order.
///
/// Threads.  One at a time.
/// Errors.   Those of the file; `not_found` without the directory.
class SequencePlaces {
 public:
  [[nodiscard]] static Result<SequencePlaces> open(const std::filesystem::path& directory);

  /// Requires: `sequence` is greater than all before.
  [[nodiscard]] Result<void> append(std::uint64_t sequence, std::uint64_t place);

  /// Cost: O(log n) reads.
  [[nodiscard]] Result<std::optional<std::uint64_t>> find(std::uint64_t sequence);

 private:
  struct Entry {
    std::uint64_t sequence = 0;
    std::uint64_t place = 0;
  };

  [[nodiscard]] Result<void> flush();

  File file_;
  std::vector<Entry> buffer_;
  std::uint64_t written_ = 0;  ///< Entries.
};

}  // namespace daybook::recon
