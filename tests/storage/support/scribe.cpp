#include "tests/storage/support/scribe.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>

#include <gtest/gtest.h>

#include "storage/file/file.hpp"

namespace daybook::testing {
namespace {

/// Marks an entry that seals its segment, first in its payload; recovery looks for it, as the
/// engine decodes its own seal.
constexpr std::uint64_t seal_mark = 0x5ea15ea15ea15ea1;

constexpr std::uint32_t payload_bytes_min = 16;

}  // namespace

void RememberingObserver::segment_hashed(const SegmentHash& hash) {
  const std::lock_guard lock{mutex_};
  hashes_.push_back(hash);
  changed_.notify_all();
}

void RememberingObserver::disk_low(bool low) {
  const std::lock_guard lock{mutex_};
  low_ = low;
  changed_.notify_all();
}

std::vector<SegmentHash> RememberingObserver::wait_for_hashes(std::size_t count) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] { return hashes_.size() >= count; });
  return hashes_;
}

void RememberingObserver::wait_for_disk(bool low) {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] { return low_ == low; });
}

bool RememberingObserver::disk_is_low() {
  const std::lock_guard lock{mutex_};
  return low_.value_or(false);
}

JournalSettings small_settings() {
  JournalSettings settings;
  settings.segment_bytes = journal_limits::segment_bytes_min;
  settings.first_segment_bytes = journal_limits::segment_bytes_min;
  settings.preallocation = Preallocation::reserve;
  settings.low_water_bytes = 0;
  return settings;
}

EntryBytes::EntryBytes(std::size_t bytes) : storage(bytes + 16), data{nullptr}, size{bytes} {
  void* start = storage.data();
  std::size_t room = storage.size();
  data = static_cast<std::byte*>(std::align(16, bytes, start, room));
}

EntryBytes make_entry(const Uint128& journal_id, std::uint64_t sequence, std::uint32_t facts,
                      std::uint32_t payload_bytes, std::uint64_t time) {
  EntryBytes entry{padded_entry_bytes(payload_bytes)};
  EntryHeader header;
  header.magic = entry_magic;
  header.format_version = entry_format_version;
  header.header_bytes = sizeof(EntryHeader);
  header.journal_id = journal_id;
  header.first_sequence = sequence;
  header.fact_count = facts;
  header.payload_bytes = payload_bytes;
  header.commit_time = time;
  header.state_digest = sequence * 31;
  std::memcpy(entry.data, &header, sizeof(header));
  for (std::uint32_t index = 0; index < payload_bytes; ++index) {
    entry.data[sizeof(header) + index] = static_cast<std::byte>((sequence * 7 + index) & 255U);
  }
  return entry;
}

void mark_as_seal(EntryBytes& entry) {
  std::memcpy(entry.data + sizeof(EntryHeader), &seal_mark, sizeof(seal_mark));
}

bool is_seal(const EntryView& view) {
  std::uint64_t mark = 0;
  std::memcpy(&mark, view.payload().data(), sizeof(mark));
  return mark == seal_mark;
}

Scribe::Scribe(const std::filesystem::path& path, JournalObserver& observer,
               JournalSettings settings) {
  auto opened = DataDirectory::open_or_create(path);
  EXPECT_TRUE(opened.ok()) << opened.error().what;
  directory_ = std::move(opened).value();
  const JournalTail tail = recover(path);
  auto journal = Journal::open(*directory_, settings, tail, observer);
  EXPECT_TRUE(journal.ok()) << journal.error().what;
  journal_ = std::move(journal).value();
  next_ = tail.last_sequence.value() + 1;
  time_ = std::max(time_, tail.last_time);
  if (const auto space = journal_->space()) {
    open_ = true;
    pages_left_ = space->pages_left;
  }
}

void Scribe::append(std::uint32_t payload_bytes, EntryPlace place) {
  const std::uint32_t facts = 1 + static_cast<std::uint32_t>(next_ % 5);
  EntryBytes entry = make_entry(directory_->journal_id(), next_, facts, payload_bytes, time_);
  if (place == EntryPlace::seals_segment) mark_as_seal(entry);
  auto space = journal_->append(entry.bytes(), place);
  ASSERT_TRUE(space.ok()) << space.error().what;
  pages_left_ = space.value().pages_left;
  sequences_.push_back(next_);
  values_.emplace_back(entry.bytes().begin(), entry.bytes().end());
  next_ += facts;
  time_ += 10;
  open_ = place != EntryPlace::seals_segment;
}

void Scribe::write_one(std::uint32_t payload_bytes) {
  const std::uint64_t needed = journal_limits::entry_pages_max(padded_entry_bytes(payload_bytes));
  if (open_ && pages_left_ < needed) seal();
  append(payload_bytes, open_ ? EntryPlace::within : EntryPlace::opens_segment);
}

void Scribe::write(int count) {
  for (int index = 0; index < count; ++index) {
    write_one(payload_bytes_min + static_cast<std::uint32_t>(next_ * 977 % 12'000));
  }
}

void Scribe::seal() { append(payload_bytes_min, EntryPlace::seals_segment); }

void Scribe::settle() {
  const auto synced = journal_->sync();
  ASSERT_TRUE(synced.ok()) << synced.error().what;
  const auto written = journal_->witness(last());
  ASSERT_TRUE(written.ok()) << written.error().what;
}

JournalTail recover(const std::filesystem::path& directory, bool sealed) {
  auto reader = JournalReader::open(directory);
  EXPECT_TRUE(reader.ok()) << reader.error().what;
  for (;;) {
    const auto view = reader.value()->next();
    EXPECT_TRUE(view.ok()) << view.error().what;
    if (!view.value()) break;
    sealed = is_seal(*view.value());
  }
  JournalTail tail = reader.value()->tail();
  tail.sealed = sealed;
  return tail;
}

Reading read_all(const std::filesystem::path& directory, ReadOptions options) {
  Reading reading;
  auto reader = JournalReader::open(directory, std::move(options));
  if (!reader) {
    reading.failure = reader.error();
    return reading;
  }
  for (;;) {
    const auto view = reader.value()->next();
    if (!view) {
      reading.failure = view.error();
      return reading;
    }
    if (!view.value()) return reading;
    reading.values.emplace_back(view.value()->value.begin(), view.value()->value.end());
  }
}

std::vector<std::byte> file_bytes(const std::filesystem::path& path) {
  auto file = File::open(path, File::Mode::read);
  EXPECT_TRUE(file.ok()) << file.error().what;
  std::vector<std::byte> bytes(file.value().size().value());
  EXPECT_EQ(file.value().read_at(bytes, 0).value(), bytes.size());
  return bytes;
}

void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  // Not emptied first: some file systems flush a file that was emptied and written again.
  auto file = File::open(path, File::Mode::create);
  ASSERT_TRUE(file.ok()) << file.error().what;
  ASSERT_TRUE(file.value().write_at(bytes, 0).ok());
  ASSERT_TRUE(file.value().truncate(bytes.size()).ok());
}

}  // namespace daybook::testing
