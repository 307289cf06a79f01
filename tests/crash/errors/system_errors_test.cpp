// Errors from the system: any one call that opens, maps, writes, syncs, sizes, renames or removes a
// file of a data directory fails, or writes only half. Whoever asked is told in words; nothing is
// acknowledged behind the error; afterwards, without surgery, everything acknowledged is there and
// the journal goes on.
//
// Method: a script that makes a journal of several segments, snapshots and runs of indexes, and
// opens and continues the journal. Its calls are counted; then it is played again and again with
// one of them broken.
//
// Fault 23: a sync fails once.
// Fault 24: writes fail or are short, those of meta pages among them.
// Fault 25: the disk is full in an entry, a snapshot, an index, or a segment's preparation.
// Fault 28: no descriptor, or no memory, is left for opening or mapping a file.
// Fault 29: the file system becomes read-only while it is used.
// Fault 30: permissions are taken away while files are used.

#include <algorithm>
#include <cerrno>
#include <random>
#include <string>
#include <system_error>

#include <gtest/gtest.h>

#include "storage/runs/run_directory.hpp"
#include "storage/snapshots/snapshot_directory.hpp"
#include "tests/crash/errors/broken_system.hpp"
#include "tests/storage/support/scribe.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::testing {
namespace {

std::vector<std::byte> snapshot_bytes(std::uint64_t sequence) {
  return std::vector<std::byte>(60'000, static_cast<std::byte>(sequence));
}

/// What a run of the script did, and where it was stopped.
struct Played {
  std::vector<std::vector<std::byte>> values;  ///< Of every entry that was tried.
  std::vector<std::uint64_t> sequences;
  std::uint64_t next = 1;
  std::uint64_t acknowledged = 0;
  std::vector<Sequence> snapshots;  ///< That are to be found.
  std::vector<std::string> runs;    ///< That are kept.
  std::vector<Failure> failures;
};

class Script {
 public:
  Script(std::filesystem::path root, Played& played) : root_{std::move(root)}, played_{played} {}

  /// False after the first failure of the journal. The rest is derived, and goes on without it.
  void play() {
    if (!take(keep_journal(26))) return;
    static_cast<void>(take(keep_snapshots()));
    static_cast<void>(take(keep_run()));
    static_cast<void>(take(keep_journal(6)));
  }

 private:
  bool take(const Result<void>& done) {
    if (!done.ok()) played_.failures.push_back(done.error());
    return done.ok();
  }

  static Result<JournalTail> read_tail(const std::filesystem::path& root) {
    bool sealed = false;
    auto reader = JournalReader::open(root);
    if (!reader.ok()) return reader.error();
    for (;;) {
      const auto view = reader.value()->next();
      if (!view.ok()) return view.error();
      if (!view.value()) break;
      sealed = is_seal(*view.value());
    }
    JournalTail tail = reader.value()->tail();
    tail.sealed = sealed;
    return tail;
  }

  Result<void> append(Journal& journal, const Uint128& id, std::uint32_t bytes, EntryPlace place) {
    EntryBytes entry = make_entry(id, played_.next, 2, bytes, 1'000 + played_.next);
    if (place == EntryPlace::seals_segment) mark_as_seal(entry);
    const auto space = journal.append(entry.bytes(), place);
    played_.values.emplace_back(entry.bytes().begin(), entry.bytes().end());
    played_.sequences.push_back(played_.next);
    if (!space.ok()) return space.error();
    // The commit made the entry before it final; one that seals is final itself.
    const bool seals = place == EntryPlace::seals_segment;
    played_.acknowledged = seals ? played_.next + 1 : played_.next - 1;
    played_.next += 2;
    pages_left_ = space.value().pages_left;
    is_open_ = !seals;
    return {};
  }

  Result<void> keep_journal(int entries) {
    auto directory = DataDirectory::open_or_create(root_);
    if (!directory.ok()) return directory.error();
    const Uint128 id = directory.value().journal_id();
    auto tail = read_tail(root_);
    if (!tail.ok()) return tail.error();
    auto opened = Journal::open(directory.value(), small_settings(), tail.value(), observer_);
    if (!opened.ok()) return opened.error();
    Journal& journal = *opened.value();
    const auto space = journal.space();
    is_open_ = space.has_value();
    pages_left_ = space ? space->pages_left : 0;
    for (int entry = 0; entry < entries; ++entry) {
      const std::uint32_t bytes = 16 + static_cast<std::uint32_t>(entry * 2'777 % 12'000);
      const std::uint64_t needed = journal_limits::entry_pages_max(padded_entry_bytes(bytes));
      if (is_open_ && pages_left_ < needed) {
        if (auto sealing = append(journal, id, 16, EntryPlace::seals_segment); !sealing.ok()) {
          return sealing;
        }
      }
      const auto place = is_open_ ? EntryPlace::within : EntryPlace::opens_segment;
      if (auto appended = append(journal, id, bytes, place); !appended.ok()) return appended;
      if (entry % 5 != 4 && entry + 1 != entries) continue;
      if (auto synced = journal.sync(); !synced.ok()) return synced;
      played_.acknowledged = played_.next - 1;
      if (auto told = journal.witness(Sequence{played_.acknowledged}); !told.ok()) return told;
    }
    return {};
  }

  Result<void> keep_snapshots() {
    auto store = SnapshotDirectory::open(root_ / "snapshots");
    if (!store.ok()) return store.error();
    for (const std::uint64_t sequence : {11U, 22U}) {
      auto made = store.value()->create();
      if (!made.ok()) return made.error();
      for (int piece = 0; piece < 3; ++piece) {
        const auto bytes = snapshot_bytes(sequence);
        if (auto taken = made.value()->append(bytes); !taken.ok()) return taken;
      }
      SnapshotHeader header;
      header.sequence = sequence;
      if (auto finished = made.value()->finish(header); !finished.ok()) return finished;
      played_.snapshots.emplace_back(sequence);
    }
    played_.snapshots.erase(played_.snapshots.begin());
    return store.value()->remove(Sequence{11});
  }

  Result<void> keep_run() {
    auto store = RunDirectory::open(root_ / "index");
    if (!store.ok()) return store.error();
    auto run = store.value()->create("things");
    if (!run.ok()) return run.error();
    if (auto taken = run.value()->append(snapshot_bytes(3)); !taken.ok()) return taken;
    if (auto taken = run.value()->put_header(snapshot_bytes(4)); !taken.ok()) return taken;
    auto finished = run.value()->finish();
    if (!finished.ok()) return finished.error();
    const std::vector<std::string> names{finished.value().name};
    if (auto kept = store.value()->keep(names); !kept.ok()) return kept;
    played_.runs = names;
    return {};
  }

  std::filesystem::path root_;
  Played& played_;
  RememberingObserver observer_;
  bool is_open_ = false;
  std::uint64_t pages_left_ = 0;
};

/// The system's errors that a call may meet.
std::vector<Breakage> breakages_of(Call call) {
  std::vector<int> errors;
  if (call == Call::open) errors = {EMFILE, ENOMEM, EACCES, EROFS};
  if (call == Call::map) errors = {ENOMEM};
  if (call == Call::write) errors = {ENOSPC, EIO, EROFS};
  if (call == Call::sync) errors = {EIO, ENOSPC};
  if (call == Call::resize) errors = {EIO, EROFS};
  if (call == Call::reserve) errors = {ENOSPC, EROFS};
  if (call == Call::rename) errors = {EIO, EACCES};
  if (call == Call::remove) errors = {EACCES, EROFS};
  std::vector<Breakage> all;
  for (const int error : errors) all.push_back({call, 0, error, false});
  if (call == Call::write) all.push_back({call, 0, ENOSPC, true});
  return all;
}

class SystemErrors : public ::testing::Test {
 protected:
  SystemErrors() { std::filesystem::create_directories(root_); }
  ~SystemErrors() override { mend_system(); }

  Played play(const Breakage& breakage) {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
    break_system(root_, breakage);
    Played played;
    Script{root_ / "data", played}.play();
    broken_ = what_broke();
    counted_ = calls_counted();
    break_system(root_, {});  // Everything works again.
    return played;
  }

  /// One breakage for each call of the script and each error that it may meet.
  std::vector<Breakage> all_breakages() {
    const Played whole = play({});
    EXPECT_TRUE(whole.failures.empty()) << whole.failures[0].what;
    EXPECT_TRUE(std::filesystem::exists(JournalLayout{root_ / "data"}.segment(3)));
    const auto counted = counted_;
    std::vector<Breakage> all;
    for (std::size_t kind = 0; kind < call_kinds; ++kind) {
      EXPECT_GT(counted[kind], 1U) << "no calls of the kind " << name_of(Call(kind));
      for (Breakage breakage : breakages_of(Call(kind))) {
        for (breakage.number = 1; breakage.number <= counted[kind]; ++breakage.number) {
          all.push_back(breakage);
        }
      }
    }
    return all;
  }

  /// Where the script must have been stopped: the thread that commits met the error in a file of
  /// the journal that stays.
  [[nodiscard]] bool must_be_told(const Breakage& breakage) const {
    if (!broken_.in_first_thread) return false;  // The helper tries again.
    return breakage.call == Call::sync || breakage.call == Call::write;
  }

  /// Everything acknowledged is there, and nothing but what was written, in its order.
  void expect_recovered(const Played& played) {
    if (!std::filesystem::exists(root_ / "data/journal.id")) {
      // Its making was cut off; the id is written last.
      ASSERT_EQ(played.acknowledged, 0U);
      return;
    }
    const Reading reading = read_all(root_ / "data");
    ASSERT_FALSE(reading.failure) << reading.failure->what;
    ASSERT_LE(reading.values.size(), played.values.size());
    for (std::size_t at = 0; at < reading.values.size(); ++at) {
      ASSERT_EQ(reading.values[at], played.values[at]) << "entry " << at;
    }
    const std::size_t count = reading.values.size();
    const std::uint64_t last = count == 0 ? 0 : played.sequences[count - 1] + 1;
    ASSERT_GE(last, played.acknowledged) << "an acknowledged entry is lost";
    const auto store = SnapshotDirectory::open(root_ / "data/snapshots");
    ASSERT_TRUE(store.ok()) << store.error().what;
    const auto listed = store.value()->list().value();
    for (const Sequence wanted : played.snapshots) {
      ASSERT_NE(std::find(listed.begin(), listed.end(), wanted), listed.end());
    }
    for (const Sequence sequence : listed) {
      const auto snapshot = store.value()->open(sequence);
      ASSERT_TRUE(snapshot.ok()) << snapshot.error().what;
      ASSERT_EQ(snapshot.value().bytes.size(), 3 * snapshot_bytes(1).size());
    }
    const auto runs = RunDirectory::open(root_ / "data/index", played.runs);
    ASSERT_TRUE(runs.ok()) << runs.error().what;
    for (const std::string& name : played.runs) ASSERT_TRUE(runs.value()->open_kept(name).ok());
  }

  /// Without surgery: the same directory, opened and written on.
  void expect_goes_on() {
    RememberingObserver observer;
    std::size_t before = 0;
    {
      Scribe scribe{root_ / "data", observer};
      before = read_all(root_ / "data").values.size();
      scribe.write(12);
      scribe.settle();
    }
    const Reading reading = read_all(root_ / "data");
    ASSERT_FALSE(reading.failure) << reading.failure->what;
    ASSERT_GE(reading.values.size(), before + 12);
  }

  ScratchDirectory scratch_;
  std::filesystem::path root_ = scratch_ / "disk";
  Broken broken_;
  std::array<std::uint64_t, call_kinds> counted_{};
};

std::string in_words(const Breakage& breakage, const Broken& broken) {
  return "call " + std::to_string(breakage.number) + " to " + name_of(breakage.call) + " of " +
         broken.path + (breakage.is_short_write ? " short, then " : " with ") +
         std::generic_category().message(breakage.error);
}

TEST_F(SystemErrors, AreToldAndLoseNothingAcknowledged) {
  std::vector<Breakage> all = all_breakages();
  std::mt19937_64 random{20'261'126};
  std::shuffle(all.begin(), all.end(), random);
  all.resize(std::min<std::size_t>(all.size(), test::rounds(250, all.size())));
  std::size_t happened = 0;
  std::size_t told = 0;
  for (const Breakage& breakage : all) {
    const Played played = play(breakage);
    if (!broken_.happened) continue;  // The helper thread made a call less this time.
    ++happened;
    SCOPED_TRACE(in_words(breakage, broken_));
    if (!played.failures.empty()) ++told;
    if (must_be_told(breakage)) {
      ASSERT_FALSE(played.failures.empty()) << "nobody was told";
    }
    for (const Failure& failure : played.failures) {
      EXPECT_NE(failure.what.find(root_.string()), std::string::npos)
          << "no place in: " << failure.what;
    }
    expect_recovered(played);
    expect_goes_on();
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(happened, all.size() * 8 / 10) << "too few of the calls were reached";
  EXPECT_GT(told, happened / 2) << "the errors hit nothing";
}

}  // namespace
}  // namespace daybook::testing
