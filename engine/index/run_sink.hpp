#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/index/index_run.hpp"

namespace daybook {

/// Where a run's bytes go while it is built.
///
/// Threads.  One.
class RunSink {
 public:
  virtual ~RunSink() = default;

  /// What follows the bytes so far; the first of them stand behind the header's page.
  [[nodiscard]] virtual Result<void> append(std::span<const std::byte> bytes) = 0;

  /// The header's page, once, when everything else has been appended.
  [[nodiscard]] virtual Result<void> put_header(std::span<const std::byte> page) = 0;
};

/// A run in memory.
class MemoryRunSink final : public RunSink {
 public:
  /// `bytes_expected` spares copies when it is about right.
  explicit MemoryRunSink(std::size_t bytes_expected = 0);

  Result<void> append(std::span<const std::byte> bytes) override;
  Result<void> put_header(std::span<const std::byte> page) override;

  /// The run, which has the bytes now. Requires: its builder has finished. Call once.
  [[nodiscard]] Result<std::shared_ptr<const IndexRun>> take();

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace daybook
