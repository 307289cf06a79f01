#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/index/index_run.hpp"
#include "engine/ports/run_store.hpp"

namespace daybook {

/// A run in memory.
class MemoryRunSink final : public StoredRun {
 public:
  /// `bytes_expected` spares copies when it is about right.
  explicit MemoryRunSink(std::size_t bytes_expected = 0);

  Result<void> append(std::span<const std::byte> bytes) override;
  Result<void> put_header(std::span<const std::byte> page) override;
  Result<RunBytes> finish() override;

  /// The run, which has the bytes now. Requires: its builder has finished. Call once.
  [[nodiscard]] Result<std::shared_ptr<const IndexRun>> take();

 private:
  std::vector<std::byte> bytes_;
};

/// Keeps runs in memory: for tools that end soon, for tests, and where a disk is full.
class MemoryRunStore final : public RunStore {
 public:
  Result<std::unique_ptr<StoredRun>> create(std::string_view index) override;
};

}  // namespace daybook
