#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/query/indexes.hpp"

namespace daybook {

/// A query index that differs from what the journal makes of it.
struct IndexMismatch {
  std::string index;             ///< As its runs are called.
  std::string run;               ///< Where the first difference stands; empty: in the snapshot.
  std::uint64_t first = 0;       ///< The value of the first pair that differs,
  std::string value_is;          ///< and what values are in this index: "sequence" ...
  std::uint64_t missing = 0;     ///< Pairs of the journal that the index lacks, near it.
  std::uint64_t unexpected = 0;  ///< Pairs of the index that the journal does not make, near it.
};

/// A checkpoint of an account's balances that differs.
struct CheckpointMismatch {
  BalanceCheckpoint expected;
  BalanceCheckpoint found;
};

struct IndexComparison {
  std::uint64_t pairs = 0;        ///< Compared.
  std::uint64_t checkpoints = 0;  ///< Compared.
  std::vector<IndexMismatch> indexes;
  std::vector<CheckpointMismatch> checkpoints_differing;  ///< The first rebuild_aggregates_max.
  std::uint64_t checkpoints_differing_count = 0;
};

/// Compares `stored` with `journal`, which was made of the same entries, pair by pair, however they
/// are spread over runs.
///
/// Cost.  O(pairs); memory for 16 bytes each 4,096 values, and once the pairs of so many.
[[nodiscard]] IndexComparison compare_indexes(const Indexes& journal, const Indexes& stored);

}  // namespace daybook
