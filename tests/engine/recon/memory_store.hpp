#pragma once

#include <cstring>
#include <vector>

#include "engine/ports/spill_store.hpp"

namespace daybook::recon::test {

/// Keeps blocks in memory.
class MemoryStore final : public SpillStore {
 public:
  [[nodiscard]] std::size_t block_bytes() const override { return 4'096; }
  [[nodiscard]] unsigned lane_count() const override { return 1; }
  Result<std::uint64_t> write(unsigned, std::span<std::byte> block) override {
    blocks.emplace_back(block.begin(), block.end());
    return blocks.size() - 1;
  }
  Result<void> read(unsigned, std::uint64_t number, std::span<std::byte> into) const override {
    std::copy(blocks[number].begin(), blocks[number].end(), into.begin());
    return {};
  }
  std::vector<std::vector<std::byte>> blocks;
};

}  // namespace daybook::recon::test
