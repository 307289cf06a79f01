#pragma once

#include <cstdint>
#include <span>

#include "engine/base/mapped_array.hpp"
#include "engine/ledger/id_index.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/model/sequence.hpp"

namespace daybook {

/// A stream's head. 48 bytes.
struct Stream {
  StreamKey key;
  std::uint64_t version = 0;  ///< Of its newest event; how many it has.
  Sequence last_sequence;     ///< Of its newest event.
};
static_assert(sizeof(Stream) == 48);

using StreamSlot = std::uint32_t;
inline constexpr StreamSlot no_stream = ~StreamSlot{0};

/// The heads of all streams, in the order in which the streams began.
///
/// The key stands here and not only in the journal: every append to an old stream would otherwise
/// read an entry back.
///
/// Threads.  One, but for tend_memory().
/// Limits.   streams_max at construction; room() says what is left.
/// Memory.   48 bytes a stream, and 12 in its index.
class StreamTable {
 public:
  StreamTable(std::uint64_t streams_max, std::uint64_t hash_seed)
      : seed_{hash_seed}, index_{streams_max, hash_seed}, streams_{streams_max} {}

  /// Both halves are mixed with the seed, so that nobody can choose keys that share a tag.
  [[nodiscard]] std::uint64_t tag_of(const StreamKey& key) const {
    return index_.tag_of({mix(key.aggregate_type, seed_), mix(key.aggregate_id, ~seed_)});
  }

  [[nodiscard]] StreamSlot find(const StreamKey& key) const {
    const std::uint64_t found =
        index_.find(tag_of(key), [&](std::uint64_t slot) { return streams_[slot].key == key; });
    return found == IdIndex::none ? no_stream : static_cast<StreamSlot>(found);
  }
  /// 0 of a stream that has not begun.
  [[nodiscard]] std::uint64_t version_of(const StreamKey& key) const {
    const StreamSlot slot = find(key);
    return slot == no_stream ? 0 : streams_[slot].version;
  }
  [[nodiscard]] const Stream& at(StreamSlot slot) const { return streams_[slot]; }

  /// In the order in which they began.
  [[nodiscard]] std::span<const Stream> all() const { return {streams_.items(), index_.size()}; }

  /// Makes room for `count` more streams.
  void prepare(std::uint64_t count) { index_.prepare(count); }

  /// Begins a stream of no events. Requires: prepared, room, find() says none.
  StreamSlot insert(const StreamKey& key) {
    const auto slot = static_cast<StreamSlot>(index_.size());
    streams_[slot] = {.key = key, .version = 0, .last_sequence = {}};
    index_.insert(tag_of(key), slot);
    return slot;
  }
  void set_head(StreamSlot slot, std::uint64_t version, Sequence sequence) {
    streams_[slot].version = version;
    streams_[slot].last_sequence = sequence;
  }

  [[nodiscard]] std::uint64_t count() const { return index_.size(); }
  [[nodiscard]] std::uint64_t room() const { return streams_.size() - index_.size(); }
  void tend_memory() { index_.tend_memory(); }

 private:
  std::uint64_t seed_;
  IdIndex index_;
  MappedArray<Stream> streams_;
};

}  // namespace daybook
