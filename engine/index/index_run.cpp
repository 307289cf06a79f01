#include "engine/index/index_run.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/assert.hpp"
#include "engine/base/hash.hpp"

namespace daybook {
namespace {

Failure failure_in(const std::string& name, std::string_view what, FailureKind kind) {
  return {kind, name + ": " + std::string{what} +
                    "; delete it, it is derived from the journal and will be built again"};
}

Failure damage(const std::string& name, std::string_view what) {
  return failure_in(name, what, FailureKind::damaged);
}

RunHeader header_in(std::span<const std::byte> page) {
  RunHeader header;
  std::memcpy(&header, page.data(), sizeof(header));
  return header;
}

// Of a checked header; fits 64 bits because its counts are bounded.
std::uint64_t size_of(const RunHeader& header) {
  return run_page_bytes + header.block_count * (run_page_bytes + sizeof(RunDirectoryEntry)) +
         header.filter_bytes;
}

std::optional<Failure> header_fault(const RunHeader& header, std::span<const std::byte> page,
                                    const std::string& name) {
  if (header.magic != run_magic) return damage(name, "its first bytes are not those of a run");
  if (header.checksum != xxh3_64(page.first(run_page_bytes).subspan(sizeof(header.checksum)))) {
    return damage(name, "the checksum of its header does not match");
  }
  if (header.format_version != run_format_version) {
    return failure_in(name,
                      "its format version is " + std::to_string(header.format_version) +
                          ", this build reads " + std::to_string(run_format_version),
                      FailureKind::unsupported);
  }
  constexpr std::uint64_t filter_bytes_max = std::uint64_t{1} << 48;
  const IndexPair first{header.first_key, header.first_value};
  const IndexPair last{header.last_key, header.last_value};
  const bool counts_fit =
      header.block_count <= run_blocks_max && header.block_count <= header.pair_count &&
      header.pair_count <= header.block_count * run_block_pairs_max &&
      header.key_count <= header.pair_count && (header.key_count == 0) == (header.pair_count == 0);
  const bool bounds_fit = first <= last && header.value_min <= header.value_max &&
                          header.value_base <= header.value_min &&
                          header.first_sequence <= header.last_sequence;
  if (!counts_fit || !bounds_fit || header.filter_bytes > filter_bytes_max ||
      to_string(IndexKind{header.index}).empty()) {
    return damage(name, "its header contradicts itself");
  }
  return std::nullopt;
}

}  // namespace

Result<std::uint64_t> IndexRun::size_bytes_by_header(std::span<const std::byte> page,
                                                     const std::string& name) {
  ENSURE(page.size() >= run_page_bytes, "a header is a whole page");
  const RunHeader header = header_in(page);
  if (auto fault = header_fault(header, page, name)) return *std::move(fault);
  return size_of(header);
}

Result<std::shared_ptr<const IndexRun>> IndexRun::open(std::span<const std::byte> bytes,
                                                       std::shared_ptr<const void> keeper,
                                                       std::string name) {
  if (bytes.size() < run_page_bytes) return damage(name, "it is shorter than a header");
  std::shared_ptr<IndexRun> run{new IndexRun};
  run->header_ = header_in(bytes);
  run->bytes_ = bytes;
  run->keeper_ = std::move(keeper);
  run->name_ = std::move(name);
  if (auto fault = run->fault()) return *std::move(fault);
  const RunHeader& header = run->header_;
  run->identity_ = {.journal_id = header.journal_id,
                    .index = IndexKind{header.index},
                    .tier = header.tier,
                    .first = Sequence{header.first_sequence},
                    .last = Sequence{header.last_sequence}};
  if (header.filter_bytes > 0) {
    auto filter = Filter::open(bytes.last(header.filter_bytes), run->keeper_);
    if (!filter) return failure_in(run->name_, filter.error().what, filter.error().kind);
    if (filter.value().key_count() != header.key_count) {
      return damage(run->name_, "its filter is of other keys");
    }
    run->filter_ = std::move(filter).value();
  }
  return std::shared_ptr<const IndexRun>{std::move(run)};
}

Result<void> IndexRun::check() const {
  for (std::uint64_t number = 0; number < block_count(); ++number) {
    if (BlockReader{block(number)}.damaged()) return block_failure(number);
  }
  return {};
}

// Everything but the filter and the blocks' contents.
std::optional<Failure> IndexRun::fault() const {
  if (auto fault = header_fault(header_, bytes_, name_)) return fault;
  if (bytes_.size() != size_of(header_)) {
    return damage(name_, "it has " + std::to_string(bytes_.size()) + " bytes instead of " +
                             std::to_string(size_of(header_)));
  }
  if (!is_directory_sound()) return damage(name_, "its directory is damaged");
  return std::nullopt;
}

bool IndexRun::is_directory_sound() const {
  const auto bytes = bytes_.subspan(run_page_bytes * (1 + header_.block_count),
                                    header_.block_count * sizeof(RunDirectoryEntry));
  if (xxh3_64(bytes) != header_.directory_checksum) return false;
  if (header_.block_count == 0) return true;
  const RunDirectoryEntry begin = entry(0);
  if (begin.first_key != header_.first_key || begin.first_value != header_.first_value ||
      begin.pairs_before != 0) {
    return false;
  }
  for (std::uint64_t number = 1; number <= header_.block_count; ++number) {
    const RunDirectoryEntry before = entry(number - 1);
    const std::uint64_t pairs = pairs_before(number);
    if (pairs <= before.pairs_before || pairs - before.pairs_before > run_block_pairs_max) {
      return false;
    }
    if (number == header_.block_count) break;
    const RunDirectoryEntry here = entry(number);
    if (IndexPair{here.first_key, here.first_value} <=
        IndexPair{before.first_key, before.first_value}) {
      return false;
    }
  }
  const RunDirectoryEntry end = entry(header_.block_count - 1);
  return IndexPair{end.first_key, end.first_value} <= last();
}

RunDirectoryEntry IndexRun::entry(std::uint64_t number) const {
  RunDirectoryEntry entry;
  const std::byte* directory = bytes_.data() + run_page_bytes * (1 + header_.block_count);
  std::memcpy(&entry, directory + number * sizeof(entry), sizeof(entry));
  return entry;
}

std::uint64_t IndexRun::pairs_before(std::uint64_t number) const {
  return number == header_.block_count ? header_.pair_count : entry(number).pairs_before;
}

BlockSource IndexRun::block(std::uint64_t number) const {
  const RunDirectoryEntry here = entry(number);
  BlockSource source;
  source.page = bytes_.data() + run_page_bytes * (1 + number);
  source.number = static_cast<std::uint32_t>(number);
  source.pair_count = pairs_before(number + 1) - here.pairs_before;
  source.first = {here.first_key, here.first_value};
  source.last_max = last();
  source.value_base = header_.value_base;
  if (number + 1 < header_.block_count) {
    // Less than the next block's first pair, which is not the smallest pair there is.
    const RunDirectoryEntry following = entry(number + 1);
    source.last_max = following.first_value > 0
                          ? IndexPair{following.first_key, following.first_value - 1}
                          : IndexPair{following.first_key - 1, ~std::uint64_t{0}};
  }
  return source;
}

std::uint64_t IndexRun::block_of(const IndexPair& pair) const {
  std::uint64_t low = 0;  // Its first pair is not greater, or it is block 0.
  std::uint64_t high = header_.block_count;
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    const RunDirectoryEntry there = entry(middle);
    (IndexPair{there.first_key, there.first_value} <= pair ? low : high) = middle;
  }
  return low;
}

Failure IndexRun::block_failure(std::uint64_t number) const {
  return damage(name_, "block " + std::to_string(number) + " is damaged");
}

CountBounds IndexRun::estimate(std::uint64_t key, std::uint64_t first, std::uint64_t last) const {
  if (first > last || pair_count() == 0 || last < header_.value_min || first > header_.value_max ||
      key < header_.first_key || key > header_.last_key) {
    return {};
  }
  const std::uint64_t begin = block_of({key, first});
  const std::uint64_t end = block_of({key, last});
  const RunDirectoryEntry there = entry(end);
  if (IndexPair{there.first_key, there.first_value} > IndexPair{key, last}) return {};
  // Blocks after the first one that is touched begin with a pair of the key in the range: theirs
  // are certain, but for the last one, of which only that pair is.
  CountBounds bounds;
  bounds.at_most = pairs_before(end + 1) - pairs_before(begin);
  if (begin < end) bounds.at_least = there.pairs_before - pairs_before(begin + 1) + 1;
  return bounds;
}

Result<std::uint64_t> IndexRun::count(std::uint64_t key, std::uint64_t first,
                                      std::uint64_t last) const {
  if (estimate(key, first, last).at_most == 0) return std::uint64_t{0};
  const auto below = rank({key, first}, false);
  if (!below) return below;
  const auto through = rank({key, last}, true);
  if (!through) return through;
  return through.value() - below.value();
}

// How many pairs are less than `pair`; `including`: or equal.
Result<std::uint64_t> IndexRun::rank(const IndexPair& pair, bool including) const {
  const std::uint64_t number = block_of(pair);
  BlockReader reader{block(number)};
  std::uint64_t pairs = pairs_before(number);
  for (IndexPair found; reader.next(found);) {
    if (found > pair || (found == pair && !including)) return pairs;
    ++pairs;
  }
  if (reader.damaged()) return block_failure(number);
  return pairs;
}

}  // namespace daybook
