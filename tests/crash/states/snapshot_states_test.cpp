// Power failure while snapshots and kept runs of indexes are made, and older ones let go: what has
// a name is whole, and what was said to be durable is there.
//
// Method: that of crash_states_test.cpp, with the stores of what is derived from the journal.
//
// Fault 8: a snapshot half written, not renamed, renamed and not synced. Fault 10: runs of indexes.

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "storage/runs/run_directory.hpp"
#include "storage/snapshots/snapshot_directory.hpp"
#include "tests/crash/states/disk_trace.hpp"
#include "tests/storage/support/scribe.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::testing {
namespace {

constexpr std::uint64_t seed = 20'261'126;
constexpr std::size_t piece_bytes = 70'000;

std::vector<std::byte> piece_of(std::uint64_t number) {
  std::vector<std::byte> bytes(piece_bytes);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    bytes[at] = static_cast<std::byte>((at * 7 + number * 31) & 255U);
  }
  return bytes;
}

void take_snapshot(SnapshotDirectory& store, std::uint64_t sequence) {
  auto made = store.create();
  ASSERT_TRUE(made.ok()) << made.error().what;
  for (std::uint64_t piece = 0; piece < 20; ++piece) {
    ASSERT_TRUE(made.value()->append(piece_of(sequence + piece)).ok());
  }
  SnapshotHeader header;
  header.sequence = sequence;
  ASSERT_TRUE(made.value()->finish(header).ok());
  note_acknowledged(sequence);
}

bool is_whole(const SnapshotBytes& snapshot) {
  if (snapshot.bytes.size() != 20 * piece_bytes) return false;
  for (std::uint64_t piece = 0; piece < 20; ++piece) {
    const auto wanted = piece_of(snapshot.header.sequence + piece);
    if (!std::equal(wanted.begin(), wanted.end(),
                    snapshot.bytes.begin() + static_cast<std::ptrdiff_t>(piece * piece_bytes))) {
      return false;
    }
  }
  return true;
}

void lay_out(const CrashedDisk& disk, const std::filesystem::path& root) {
  std::filesystem::remove_all(root);
  std::filesystem::create_directories(root);
  for (const auto& [name, content] : disk.files) write_file(root / name, content);
}

// Snapshots 10, 20 and so on, of which the newest two are kept.
TEST(SnapshotStates, AreWholeOrNotThere) {
  std::mt19937_64 random{seed};
  ScratchDirectory scratch;
  std::filesystem::create_directories(scratch / "live");
  start_trace(scratch / "live");
  {
    const auto store = SnapshotDirectory::open(scratch / "live");
    for (std::uint64_t sequence = 10; sequence <= 60; sequence += 10) {
      take_snapshot(*store.value(), sequence);
      if (sequence > 20) {
        ASSERT_TRUE(store.value()->remove(Sequence{sequence - 20}).ok());
      }
    }
  }
  stop_trace();
  std::size_t unsynced = 0;
  std::size_t unfinished = 0;
  const std::uint64_t states = test::rounds(100, 2'000);
  const std::size_t begin = first_acknowledged_position();
  for (std::uint64_t state = 0; state < states; ++state) {
    const std::size_t position = begin + random() % (trace_size() - begin + 1);
    const CrashedDisk disk = crash_at(position, random);
    SCOPED_TRACE("seed " + std::to_string(seed) + ", position " + std::to_string(position));
    unsynced += disk.unsynced_writes;
    unfinished += disk.files.count("unfinished.new");
    lay_out(disk, scratch / "crashed");
    const auto store = SnapshotDirectory::open(scratch / "crashed");
    ASSERT_TRUE(store.ok()) << store.error().what;
    ASSERT_FALSE(std::filesystem::exists(scratch / "crashed" / "unfinished.new"));
    const auto listed = store.value()->list().value();
    ASSERT_FALSE(listed.empty());
    ASSERT_GE(listed[0].value(), disk.acknowledged) << "one that was durable is lost";
    for (const Sequence each : listed) {
      const auto opened = store.value()->open(each);
      ASSERT_TRUE(opened.ok()) << opened.error().what;
      ASSERT_TRUE(is_whole(opened.value())) << each.value();
    }
  }
  EXPECT_GT(unsynced, states / 4) << "the crashes hit nothing";
  EXPECT_GT(unfinished, states / 10) << "no snapshot was half written";
}

// A run counts as acknowledged by the number in its name.
TEST(RunStates, ThatAreKeptAreWhole) {
  std::mt19937_64 random{seed};
  ScratchDirectory scratch;
  std::filesystem::create_directories(scratch / "live");
  start_trace(scratch / "live");
  std::vector<std::string> names;
  {
    const auto store = RunDirectory::open(scratch / "live");
    for (std::uint64_t number = 1; number <= 6; ++number) {
      auto run = store.value()->create("things");
      ASSERT_TRUE(run.ok());
      for (std::uint64_t piece = 0; piece < 20; ++piece) {
        ASSERT_TRUE(run.value()->append(piece_of(number + piece)).ok());
      }
      const std::vector<std::byte> header(4'096, std::byte{1});
      ASSERT_TRUE(run.value()->put_header(header).ok());
      const auto finished = run.value()->finish();
      ASSERT_TRUE(finished.ok());
      names.push_back(finished.value().name);
      ASSERT_TRUE(store.value()->keep(std::vector{names.back()}).ok());
      note_acknowledged(number);
    }
  }
  stop_trace();
  const std::uint64_t states = test::rounds(100, 2'000);
  const std::size_t begin = first_acknowledged_position();
  for (std::uint64_t state = 0; state < states; ++state) {
    const std::size_t position = begin + random() % (trace_size() - begin + 1);
    const CrashedDisk disk = crash_at(position, random);
    SCOPED_TRACE("seed " + std::to_string(seed) + ", position " + std::to_string(position));
    lay_out(disk, scratch / "crashed");
    const auto store = RunDirectory::open(scratch / "crashed", names);
    ASSERT_TRUE(store.ok()) << store.error().what;
    for (std::uint64_t number = 1; number <= disk.acknowledged; ++number) {
      const auto run = store.value()->open_kept(names[number - 1]);
      ASSERT_TRUE(run.ok()) << run.error().what;
      ASSERT_EQ(run.value().bytes.size(), 4'096 + 20 * piece_bytes);
      const auto last = piece_of(number + 19);
      ASSERT_TRUE(std::equal(last.begin(), last.end(),
                             run.value().bytes.end() - static_cast<std::ptrdiff_t>(piece_bytes)));
    }
  }
}

}  // namespace
}  // namespace daybook::testing
