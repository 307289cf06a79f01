#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "storage/journal/data_directory.hpp"
#include "storage/journal/journal.hpp"
#include "storage/journal/journal_reader.hpp"
#include "tests/support/scratch_directory.hpp"

/// What the journal's tests share: an observer that remembers, and a scribe that writes
/// entries as the sequencer does.

namespace daybook::testing {

using test::ScratchDirectory;

/// Remembers what the helper thread said, and lets a test wait for it.
class RememberingObserver final : public JournalObserver {
 public:
  void segment_hashed(const SegmentHash& hash) override;
  void disk_low(bool low) override;

  [[nodiscard]] std::vector<SegmentHash> wait_for_hashes(std::size_t count);
  void wait_for_disk(bool low);
  /// What was said last; false before anything was.
  [[nodiscard]] bool disk_is_low();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<SegmentHash> hashes_;
  std::optional<bool> low_;
};

/// The smallest segments there may be, no zero-filling: what tests want unless they say otherwise.
[[nodiscard]] JournalSettings small_settings();

/// A value that a journal takes: header and `payload_bytes` of payload that depends on `sequence`.
/// 16-aligned.
struct EntryBytes {
  explicit EntryBytes(std::size_t size);
  [[nodiscard]] std::span<std::byte> bytes() { return {data, size}; }

  std::vector<std::byte> storage;
  std::byte* data;
  std::size_t size;
};
[[nodiscard]] EntryBytes make_entry(const Uint128& journal_id, std::uint64_t sequence,
                                    std::uint32_t facts, std::uint32_t payload_bytes,
                                    std::uint64_t time);

/// What recover() takes for the entry that seals its segment, as the engine decodes its own.
/// Requires: a payload of 16 bytes.
void mark_as_seal(EntryBytes& entry);
[[nodiscard]] bool is_seal(const EntryView& view);

/// Writes entries of varying size, and rotates segments in time, as the sequencer would.
class Scribe {
 public:
  /// Recovers `directory` and opens its journal. Fails the test when that fails.
  Scribe(const std::filesystem::path& directory, JournalObserver& observer,
         JournalSettings settings = small_settings());

  /// Entry after entry, `count` of them, sealing and opening segments when they are full.
  void write(int count);

  /// The next entry, of `payload_bytes`, with a place as needed.
  void write_one(std::uint32_t payload_bytes);

  /// Seals the open segment.
  void seal();

  /// Syncs, and writes the witness.
  void settle();

  [[nodiscard]] Journal& journal() { return *journal_; }
  [[nodiscard]] const DataDirectory& directory() const { return *directory_; }
  [[nodiscard]] Sequence last() const { return Sequence{next_ - 1}; }
  [[nodiscard]] std::uint64_t segment() const { return journal_->segment(); }
  [[nodiscard]] std::uint64_t pages_left() const { return pages_left_; }

  /// Copies of all values written, by their order; their first sequences.
  [[nodiscard]] const std::vector<std::vector<std::byte>>& values() const { return values_; }
  [[nodiscard]] const std::vector<std::uint64_t>& sequences() const { return sequences_; }

 private:
  void append(std::uint32_t payload_bytes, EntryPlace place);

  std::optional<DataDirectory> directory_;
  std::unique_ptr<Journal> journal_;
  std::uint64_t next_ = 1;
  std::uint64_t time_ = 1'000;
  bool open_ = false;
  std::uint64_t pages_left_ = 0;
  std::vector<std::vector<std::byte>> values_;
  std::vector<std::uint64_t> sequences_;
};

/// Reads everything there is. The tail, with `sealed` as given; fails the test on a failure.
[[nodiscard]] JournalTail recover(const std::filesystem::path& directory, bool sealed = false);

/// All values of a directory in order, or the failure that stopped the reader.
struct Reading {
  std::vector<std::vector<std::byte>> values;
  std::optional<Failure> failure;
};
[[nodiscard]] Reading read_all(const std::filesystem::path& directory, ReadOptions options = {});

[[nodiscard]] std::vector<std::byte> file_bytes(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes);

}  // namespace daybook::testing
