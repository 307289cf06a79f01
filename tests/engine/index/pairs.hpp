#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/index/index_run.hpp"
#include "engine/index/run_builder.hpp"
#include "tests/support/random.hpp"

/// Pairs and runs as tests of indexes need them.

namespace daybook::test {

/// What random pairs look like.
struct PairShape {
  std::uint64_t keys = 0;          ///< Of so many different keys; 0: any 64 bits.
  std::uint64_t values_below = 0;  ///< 0: any 64 bits.
};

/// Shapes that runs meet, from one crowded key to keys that are all different.
inline constexpr PairShape pair_shapes[] = {{0, 1'000'000}, {0, 0},         {1, 0},  {1, 5'000},
                                            {3, 2'000},     {200, 100'000}, {200, 0}};

inline IndexPair random_pair(Random& random, const PairShape& shape) {
  IndexPair pair{random.next(), random.next()};
  // Few keys stand far apart, as hashes do; one of them is 0, another the greatest there is.
  if (shape.keys != 0) {
    const std::uint64_t key = pair.key % shape.keys;
    pair.key = key == 1 ? ~std::uint64_t{0} : key * 0x9e3779b97f4a7c15;
  }
  if (shape.values_below != 0) pair.value %= shape.values_below;
  return pair;
}

/// In any order, some twice.
inline std::vector<IndexPair> random_pairs(Random& random, const PairShape& shape,
                                           std::size_t count) {
  std::vector<IndexPair> pairs;
  pairs.reserve(count);
  while (pairs.size() < count) {
    pairs.push_back(random_pair(random, shape));
    if (pairs.size() < count && random.chance(3)) pairs.push_back(pairs.back());
  }
  return pairs;
}

/// Sorted, each once.
inline std::vector<IndexPair> as_set(std::vector<IndexPair> pairs) {
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

/// Of `pairs` in any order.
inline std::shared_ptr<const IndexRun> run_of(std::vector<IndexPair> pairs, bool with_filter,
                                              Sequence first = Sequence{1},
                                              Sequence last = Sequence{1}) {
  std::sort(pairs.begin(), pairs.end());
  return build_memory_run(pairs,
                          {.journal_id = {7, 7},
                           .index = IndexKind::transfer_fields,
                           .tier = 0,
                           .first = first,
                           .last = last},
                          with_filter);
}

}  // namespace daybook::test
