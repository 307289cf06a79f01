#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "engine/base/result.hpp"
#include "engine/index/filter.hpp"
#include "engine/index/index_pair.hpp"
#include "engine/index/run_block.hpp"
#include "engine/index/run_format.hpp"

namespace daybook {

/// Between how many and how many.
struct CountBounds {
  std::uint64_t at_least = 0;
  std::uint64_t at_most = 0;

  friend bool operator==(const CountBounds&, const CountBounds&) = default;
};

/// A sorted set of pairs that never changes: in memory or in a mapped file, the same bytes
/// (run_format.hpp). Read it with RunCursor, or with visit() for one key.
///
/// Place.    Shared by std::shared_ptr<const IndexRun>, which also keeps its bytes.
/// Threads.  Any number; it has no state of its own.
/// Errors.   `damaged` and `unsupported`. open() checks sizes, header, directory and filter, all
///           that is used without being read again; a block is checked each time it is read, which
///           costs 0.2 µs beside 1 µs for decoding, needs no shared state to remember it by, and
///           does not make a start read every byte of every run. No bytes, changing ones included,
///           lead to reading outside the run, to an endless loop or to pairs out of order.
class IndexRun {
 public:
  /// A run that stands in `bytes`, which `keeper` keeps alive and nobody changes. `name` is what
  /// messages call it. Cost: the directory and filter are read once, 0.6 % and 20 % of the bytes.
  [[nodiscard]] static Result<std::shared_ptr<const IndexRun>> open(
      std::span<const std::byte> bytes, std::shared_ptr<const void> keeper, std::string name);

  /// `damaged`: a block's checksum does not match. Reads all of it: for a run of an earlier
  /// process, which would be found out in the middle of a lookup otherwise. Cost: 10 ms for 10
  /// million pairs.
  [[nodiscard]] Result<void> check() const;

  /// How long the run is that begins with `page`; looks at nothing but this one page and checks
  /// it. For a file, whose size is compared before it is mapped. Requires: a page of 4,096 bytes.
  [[nodiscard]] static Result<std::uint64_t> size_bytes_by_header(std::span<const std::byte> page,
                                                                  const std::string& name);

  [[nodiscard]] const RunIdentity& identity() const { return identity_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t size_bytes() const { return bytes_.size(); }
  [[nodiscard]] std::uint64_t pair_count() const { return header_.pair_count; }
  [[nodiscard]] std::uint64_t key_count() const { return header_.key_count; }
  [[nodiscard]] std::uint64_t block_count() const { return header_.block_count; }

  /// The smallest and the greatest pair. Requires: pair_count() > 0.
  [[nodiscard]] IndexPair first() const { return {header_.first_key, header_.first_value}; }
  [[nodiscard]] IndexPair last() const { return {header_.last_key, header_.last_value}; }
  [[nodiscard]] std::uint64_t value_min() const { return header_.value_min; }
  [[nodiscard]] std::uint64_t value_max() const { return header_.value_max; }

  /// Null where the run was built without one.
  [[nodiscard]] const Filter* filter() const { return filter_ ? &*filter_ : nullptr; }

  /// Brings the filter's lines for `key` on their way, see Filter::prefetch().
  void prefetch(std::uint64_t key) const {
    if (filter_) filter_->prefetch(key);
  }

  /// False: no pair has this key. Smallest and largest key first, then the filter; touches no
  /// block.
  [[nodiscard]] bool may_hold(std::uint64_t key) const {
    if (pair_count() == 0 || key < header_.first_key || key > header_.last_key) return false;
    return !filter_ || filter_->contains(key);
  }

  /// How many values `key` has from `first` to `last`, both included, as far as the directory
  /// tells: exact but for the blocks at both ends. Cost: two binary searches, about 0.2 µs.
  [[nodiscard]] CountBounds estimate(std::uint64_t key, std::uint64_t first,
                                     std::uint64_t last) const;

  /// The same, exactly. Cost: reads up to two blocks, about 3 µs.
  [[nodiscard]] Result<std::uint64_t> count(std::uint64_t key, std::uint64_t first,
                                            std::uint64_t last) const;

  /// Calls `use(value)` for each value of `key` in ascending order, until it returns true ("seen
  /// enough"), and says whether it did. Ask may_hold() first. Cost: about 1 µs.
  template <typename Use>
  [[nodiscard]] Result<bool> visit(std::uint64_t key, Use use) const;

  /// Where block `number` stands, for BlockReader. Requires: number < block_count().
  [[nodiscard]] BlockSource block(std::uint64_t number) const;

  /// The last block whose first pair is not greater than `pair`: the one that holds it, if any
  /// does. The first block where all are greater. Requires: pair_count() > 0.
  [[nodiscard]] std::uint64_t block_of(const IndexPair& pair) const;

  /// The failure to return when a BlockReader of block `number` says damaged().
  [[nodiscard]] Failure block_failure(std::uint64_t number) const;

 private:
  IndexRun() = default;
  [[nodiscard]] RunDirectoryEntry entry(std::uint64_t number) const;
  [[nodiscard]] std::uint64_t pairs_before(std::uint64_t number) const;
  [[nodiscard]] std::optional<Failure> fault() const;
  [[nodiscard]] bool is_directory_sound() const;
  [[nodiscard]] Result<std::uint64_t> rank(const IndexPair& pair, bool including) const;

  RunHeader header_;
  RunIdentity identity_;
  std::span<const std::byte> bytes_;
  std::optional<Filter> filter_;
  std::shared_ptr<const void> keeper_;
  std::string name_;
};

template <typename Use>
Result<bool> IndexRun::visit(std::uint64_t key, Use use) const {
  if (pair_count() == 0) return false;
  for (std::uint64_t number = block_of({key, 0}); number < block_count(); ++number) {
    if (entry(number).first_key > key) break;
    BlockReader reader{block(number)};
    for (IndexPair pair; reader.next(pair);) {
      if (pair.key > key) return false;
      if (pair.key == key && use(pair.value)) return true;
    }
    if (reader.damaged()) return block_failure(number);
  }
  return false;
}

}  // namespace daybook
