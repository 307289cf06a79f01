#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/index/filter_builder.hpp"
#include "engine/index/index_run.hpp"
#include "engine/index/run_block.hpp"
#include "engine/index/run_sink.hpp"

namespace daybook {

struct RunSettings {
  RunIdentity identity;
  /// No value will be smaller. Close below the smallest, it saves a byte or two a pair.
  std::uint64_t value_base = 0;
  /// At least as many as there will be different keys; nothing: the run gets no filter.
  std::optional<std::uint64_t> filter_keys_max;
};

/// Writes a run from pairs that come in ascending order. The same pairs and settings give the same
/// bytes.
///
/// Threads.  One.
/// Errors.   A failing sink is remembered, further pairs are dropped, and finish() tells.
/// Memory.   24 bytes a block (0.6 % of the run), and FilterBuilder's where there is a filter.
class RunBuilder {
 public:
  /// `sink` must outlive the builder.
  RunBuilder(const RunSettings& settings, RunSink& sink);

  /// Requires: `pair` is not less than the pair before, its value not less than the value base.
  /// The same pair again is dropped.
  void add(const IndexPair& pair);

  /// Writes what is left, the directory, the filter and the header. Call once, last.
  [[nodiscard]] Result<void> finish();

  [[nodiscard]] const RunIdentity& identity() const { return identity_; }
  [[nodiscard]] std::uint64_t pair_count() const { return header_.pair_count; }

 private:
  void close_block();
  void append(std::span<const std::byte> bytes);

  RunSink& sink_;
  RunIdentity identity_;
  BlockWriter block_;
  RunHeader header_;
  IndexPair last_;
  std::vector<RunDirectoryEntry> directory_;
  std::optional<FilterBuilder> filter_;
  std::optional<Failure> failure_;
};

/// A run in memory of `pairs`, which are sorted; a pair that is there twice is kept once.
/// `identity` as it is to stand in the run; `with_filter` for indexes whose lookups mostly miss.
[[nodiscard]] std::shared_ptr<const IndexRun> build_memory_run(std::span<const IndexPair> pairs,
                                                               const RunIdentity& identity,
                                                               bool with_filter);

}  // namespace daybook
