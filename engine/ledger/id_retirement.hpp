#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/assert.hpp"
#include "engine/base/result.hpp"
#include "engine/index/index_pair.hpp"
#include "engine/index/merge_runs.hpp"
#include "engine/index/run_builder.hpp"
#include "engine/ledger/id_runs.hpp"
#include "engine/ledger/transfer_id_table.hpp"
#include "engine/ports/run_store.hpp"

namespace daybook {

/// Moves older transfer ids out of memory: makes a sorted run of each sealed generation of a
/// TransferIdTable, merges runs when there are too many, and puts them on the shelf from which all
/// tables take them. In steps, so that whoever does it goes on with its other work.
///
/// Threads.  The table's owner: the follower; before it starts, recovery.
/// Errors.   A run that the store does not take is kept in memory, and the next is tried again.
///           `damaged`: a run that is merged is; nothing more can be done.
/// Cost.     Each id is sorted, packed and put into a filter once, and again whenever its run is
///           merged; with 6 runs at most that begins with the seventh generation.
class IdRetirement {
 public:
  struct Settings {
    /// More are merged; 0: never, for recovery, which would make the follower wait for runs that
    /// are newer than what it has read.
    std::size_t runs_max = 6;
    Uint128 journal_id;
  };

  /// All outlive it; `table` was made with `shelf`.
  IdRetirement(TransferIdTable& table, IdRunShelf& shelf, RunStore& store, const Settings& settings)
      : table_{table}, shelf_{shelf}, store_{store}, settings_{settings} {}

  /// Goes on by about `pairs` ids. False: there is nothing to do.
  [[nodiscard]] Result<bool> step(std::uint64_t pairs);

  /// Makes the table ready for the next entry. `hold()` returns a lock that keeps others from
  /// reading the table while it lets go of generations. Cost: next to nothing, or what is left of
  /// a generation.
  template <typename Hold>
  [[nodiscard]] Result<void> make_ready(Hold hold) {
    if (is_ready(hold)) return {};
    if (auto retired = retire_all(); !retired.ok()) return retired;
    static_cast<void>(is_ready(hold));
    table_.tend_memory();
    ENSURE(is_ready(hold), "once all generations are retired, there is room for one");
    return {};
  }

 private:
  /// A run that is being made.
  struct Making {
    std::unique_ptr<StoredRun> sink;
    bool in_memory = false;
  };
  struct Build {
    TransferIdTable::Sealed from;
    Making making;
    std::unique_ptr<RunBuilder> builder;
    std::size_t bucket = 0;
  };
  struct Merge {
    Making making;
    std::unique_ptr<RunMerge> merge;
    std::vector<std::shared_ptr<const IndexRun>> sources;  // Newest first.
    IdSpan ids;
  };

  template <typename Hold>
  [[nodiscard]] bool is_ready(Hold hold) {
    [[maybe_unused]] const auto held = hold();
    return table_.make_ready();
  }
  /// Goes on until every sealed generation is on the shelf. Merges are not waited for.
  [[nodiscard]] Result<void> retire_all();
  [[nodiscard]] Result<void> begin_build(const TransferIdTable::Sealed& sealed, bool in_memory);
  [[nodiscard]] Result<void> build(std::uint64_t pairs);
  [[nodiscard]] Result<void> end_build();
  [[nodiscard]] bool begin_merge(bool in_memory);
  [[nodiscard]] Result<void> merge(std::uint64_t pairs);
  [[nodiscard]] Result<void> end_merge();
  [[nodiscard]] Making make_sink(bool in_memory);
  struct Made {
    std::shared_ptr<const IndexRun> run;
    std::string stored;
  };
  [[nodiscard]] static Result<Made> open(Making& making);

  TransferIdTable& table_;
  IdRunShelf& shelf_;
  RunStore& store_;
  Settings settings_;
  std::optional<Build> build_;
  std::optional<Merge> merge_;
  std::vector<IndexPair> pairs_;  // Collected, about to be added.
};

}  // namespace daybook
