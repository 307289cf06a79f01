#include "engine/index/run_builder.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "engine/base/assert.hpp"
#include "engine/base/hash.hpp"

namespace daybook {

RunBuilder::RunBuilder(const RunSettings& settings, RunSink& sink)
    : sink_{sink}, identity_{settings.identity}, block_{settings.value_base} {
  ENSURE(identity_.first <= identity_.last, "a run covers at least one sequence");
  header_.magic = run_magic;
  header_.format_version = run_format_version;
  header_.journal_id = identity_.journal_id;
  header_.index = static_cast<std::uint16_t>(identity_.index);
  header_.tier = identity_.tier;
  header_.first_sequence = identity_.first.value();
  header_.last_sequence = identity_.last.value();
  header_.value_base = settings.value_base;
  header_.value_min = ~std::uint64_t{0};
  if (settings.filter_keys_max) filter_.emplace(*settings.filter_keys_max);
}

void RunBuilder::add(const IndexPair& pair) {
  const bool is_first = header_.pair_count == 0;
  if (is_first) {
    header_.first_key = pair.key;
    header_.first_value = pair.value;
  } else if (pair <= last_) {
    ENSURE(pair == last_, "pairs of a run come in ascending order");
    return;
  }
  ENSURE(pair.value >= header_.value_base, "no value of a run is below its base");
  if (is_first || pair.key != last_.key) {
    ++header_.key_count;
    if (filter_) filter_->add(pair.key);
  }
  if (!block_.add(pair)) {
    close_block();
    static_cast<void>(block_.add(pair));  // A new block has room.
  }
  header_.value_min = std::min(header_.value_min, pair.value);
  header_.value_max = std::max(header_.value_max, pair.value);
  ++header_.pair_count;
  last_ = pair;
}

void RunBuilder::close_block() {
  ENSURE(header_.block_count < run_blocks_max, "a run has at most 2^31 blocks");
  const IndexPair& first = block_.first();
  // Called with all of the block's pairs counted, and no others.
  directory_.push_back({.first_key = first.key,
                        .first_value = first.value,
                        .pairs_before = header_.pair_count - block_.pair_count()});
  append(block_.finish(static_cast<std::uint32_t>(header_.block_count)));
  ++header_.block_count;
}

void RunBuilder::append(std::span<const std::byte> bytes) {
  if (failure_) return;
  if (auto appended = sink_.append(bytes); !appended) failure_ = appended.error();
}

Result<void> RunBuilder::finish() {
  if (block_.pair_count() > 0) close_block();
  if (header_.pair_count == 0) header_.value_min = header_.value_base = 0;
  header_.last_key = last_.key;
  header_.last_value = last_.value;
  const auto directory = std::as_bytes(std::span{directory_});
  header_.directory_checksum = xxh3_64(directory);
  append(directory);
  if (filter_) {
    const std::vector<std::uint16_t> words = filter_->finish();
    filter_.reset();
    header_.filter_bytes = words.size() * sizeof(std::uint16_t);
    append(std::as_bytes(std::span{words}));
  }
  if (failure_) return *failure_;
  std::array<std::byte, run_page_bytes> page{};
  std::memcpy(page.data(), &header_, sizeof(header_));
  header_.checksum = xxh3_64(std::span{page}.subspan(sizeof(header_.checksum)));
  std::memcpy(page.data(), &header_.checksum, sizeof(header_.checksum));
  return sink_.put_header(page);
}

std::shared_ptr<const IndexRun> build_memory_run(std::span<const IndexPair> pairs,
                                                 const RunIdentity& identity, bool with_filter) {
  RunSettings settings;
  settings.identity = identity;
  settings.value_base = ~std::uint64_t{0};
  for (const IndexPair& pair : pairs) {
    settings.value_base = std::min(settings.value_base, pair.value);
  }
  if (with_filter) settings.filter_keys_max = pairs.size();
  constexpr std::size_t bytes_a_pair = 14;  // Filter included; what is too much is given back.
  MemoryRunSink sink{pairs.size() * bytes_a_pair};
  RunBuilder builder{settings, sink};
  for (const IndexPair& pair : pairs) builder.add(pair);
  const auto finished = builder.finish();
  ENSURE(finished.ok(), "memory takes every byte");
  auto run = sink.take();
  ENSURE(run.ok(), "what was just built can be read");
  return std::move(run).value();
}

}  // namespace daybook
