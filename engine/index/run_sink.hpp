#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
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
  /// Of a store that wants to know the run once it is finished.
  MemoryRunSink(std::string name, std::function<void(const RunBytes&)> on_finished);

  Result<void> append(std::span<const std::byte> bytes) override;
  Result<void> put_header(std::span<const std::byte> page) override;
  Result<RunBytes> finish() override;

  /// The run, which has the bytes now. Requires: its builder has finished. Call once.
  [[nodiscard]] Result<std::shared_ptr<const IndexRun>> take();

 private:
  std::vector<std::byte> bytes_;
  std::string name_;
  std::function<void(const RunBytes&)> on_finished_;
};

/// Keeps runs in memory: for tools that end soon, for tests, and where a disk is full. What is kept
/// lives as long as the store.
class MemoryRunStore final : public RunStore {
 public:
  Result<std::unique_ptr<StoredRun>> create(std::string_view index) override;
  Result<RunBytes> open_kept(std::string_view name) override;
  Result<void> keep(std::span<const std::string> names) override;
  void let_go(std::span<const std::string> names) override;

  /// Names of all runs that are kept.
  [[nodiscard]] std::vector<std::string> kept() const;

 private:
  struct Run {
    std::span<const std::byte> bytes;
    std::weak_ptr<const void> keeper;
    std::shared_ptr<const void> kept;
  };

  void add(const RunBytes& run);

  mutable std::mutex mutex_;
  std::map<std::string, Run, std::less<>> runs_;
  std::uint64_t created_ = 0;
};

}  // namespace daybook
