// Journals that builds of every released format have written still replay to the digest that they
// had then, from their files and from their portable dumps; and a journal that a newer build has
// written is refused in words, or read as far as it is understood.

#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

#include <gtest/gtest.h>

#include "engine/codec/entry_builder.hpp"
#include "engine/model/engine_version.hpp"
#include "engine/replay/replayer.hpp"
#include "storage/journal/journal_reader.hpp"
#include "storage/journal/segment_copy.hpp"
#include "tests/replay/disk_journal.hpp"
#include "tests/replay/golden_maker.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/offline/offline_dump.hpp"
#include "tools/daybook/offline/offline_load.hpp"
#include "tools/daybook/offline/offline_replay.hpp"
#include "tools/daybook/offline/offline_verify.hpp"

namespace daybook::test {
namespace {

const std::filesystem::path golden = DAYBOOK_GOLDEN_JOURNALS;

struct Expected {
  std::uint64_t sequence = 0;
  std::uint64_t digest = 0;
};

struct Golden {
  std::filesystem::path directory;
  std::filesystem::path dump;
  Expected expected;
  bool few_clients = false;

  [[nodiscard]] StateSettings settings() const {
    StateSettings settings;
    settings.accounts_max = 1'000;
    settings.transfer_ids_max = 100'000;
    if (few_clients) settings.windows = golden_few_clients;
    return settings;
  }
};

std::vector<Golden> golden_journals() {
  std::vector<Golden> all;
  for (const auto& version : std::filesystem::directory_iterator{golden}) {
    for (const std::string name : {"ledger", "evictions"}) {
      Golden one{.directory = version.path() / name,
                 .dump = version.path() / (name + ".jsonl"),
                 .expected = {},
                 .few_clients = name == "evictions"};
      std::ifstream in{version.path() / (name + ".expected")};
      in >> one.expected.sequence >> std::hex >> one.expected.digest;
      EXPECT_TRUE(static_cast<bool>(in)) << version.path();
      all.push_back(one);
    }
  }
  return all;
}

constexpr StateRoom room{.accounts_max = 1'000, .transfer_ids_max = 100'000};

// Faults 43 and 45: journals of older builds, some of whose fields were added since.
TEST(GoldenJournals, ReplayToTheDigestThatTheyHad) {
  const auto all = golden_journals();
  ASSERT_GE(all.size(), 2U);
  for (const Golden& one : all) {
    SCOPED_TRACE(one.directory);
    State state{one.settings()};
    const std::string directory = one.directory.string();
    const auto reader = JournalReader::open(directory, reading_of(directory));
    ASSERT_TRUE(reader.ok()) << reader.error().what;
    const auto counts = replay_entries(*reader.value(), state, {});
    ASSERT_TRUE(counts.ok()) << counts.error().what;
    EXPECT_EQ(state.last_sequence().value(), one.expected.sequence);
    EXPECT_EQ(state.digest(), one.expected.digest);
  }
}

TEST(GoldenJournals, AreSoundAndLoadFromTheirDumps) {
  for (const Golden& one : golden_journals()) {
    if (one.few_clients) continue;  // The commands have an engine's windows.
    SCOPED_TRACE(one.directory);
    const auto verdict = verify_directory(one.directory.string(), room);
    ASSERT_TRUE(verdict.ok());
    EXPECT_EQ(verdict.value().exit_code(), exit_code::good) << verdict_text(verdict.value());
    ScratchDirectory directory;
    std::ifstream dump{one.dump};
    const auto made = load_journal(dump, {.file = one.dump.string(),
                                          .to = (directory.path() / "loaded").string(),
                                          .room = room,
                                          .json = false});
    ASSERT_TRUE(made.ok()) << made.error().what;
    EXPECT_EQ(made.value().cut.value(), one.expected.sequence);
    EXPECT_EQ(made.value().digest_at_cut, one.expected.digest);
  }
}

// A kind of fact that is new needs a place in golden_maker.cpp.
TEST(GoldenJournals, HaveEveryKindOfFact) {
  std::set<FactKind> seen;
  for (const Golden& one : golden_journals()) {
    const auto reader = JournalReader::open(one.directory, reading_of(one.directory.string()));
    ASSERT_TRUE(reader.ok());
    for (;;) {
      const auto entry = reader.value()->next();
      ASSERT_TRUE(entry.ok());
      if (!entry.value()) break;
      const auto facts = read_facts(*entry.value());
      ASSERT_TRUE(facts.ok());
      for (const daybook::Run& run : facts.value().runs) {
        if (run.count > 0) seen.insert(run.kind);
      }
    }
  }
  for (std::uint16_t kind = 1; kind < 256; ++kind) {
    if (to_string(FactKind{kind}) == "unknown_fact") continue;
    EXPECT_TRUE(seen.contains(FactKind{kind}))
        << to_string(FactKind{kind}) << " is in no golden journal: add it to golden_maker.cpp, and "
        << "make them again";
  }
}

TEST(GoldenJournals, TheMakerStillMakesWhatIsThere) {
  ScratchDirectory directory;
  const auto made = directory.path() / "golden";
  make_golden_journals(made);
  for (const std::string name : {"ledger", "evictions"}) {
    EXPECT_EQ(read_file(made / (name + ".expected")),
              read_file(golden / "1" / (name + ".expected")));
    EXPECT_EQ(read_file(made / (name + ".jsonl")), read_file(golden / "1" / (name + ".jsonl")));
  }
}

/// A golden journal's last entry, changed and with its hash made new.
class NewerJournal : public testing::Test {
 protected:
  /// An entry of one own fact of `kind`, behind a sound one that opens a segment.
  void write(FactKind kind, std::uint32_t schema) {
    const Uint128 id{1, 2};
    ASSERT_TRUE(std::filesystem::create_directories(layout_.journal()));
    auto writer = SegmentWriter::create(layout_.segment(1), 1 << 20);
    ASSERT_TRUE(writer.ok());
    State state{Golden{}.settings()};
    EntryBuilder builder;
    Uint128 hash;
    const auto append = [&](Sequence last) {
      EntryHeader header;
      header.journal_id = id;
      header.fact_count = 1;
      header.commit_time = 5;
      header.state_digest = state.digest();
      const auto value = builder.close(header);
      hash = seal_entry(value, hash);
      ASSERT_TRUE(writer.value()->append(value).ok());
      last_ = last;
    };
    SegmentOpened opened;
    opened.ordinal = 1;
    opened.schema_version = schema;
    builder.open(Sequence{1});
    builder.add_run(
        {.kind = FactKind::segment_opened, .reserved = 0, .operation = no_operation, .count = 1},
        Sequence{1});
    builder.add_fact(opened);
    state.take_sequence();
    state.open_segment(opened);
    append(Sequence{1});
    builder.open(Sequence{2});
    builder.add_run({.kind = kind, .reserved = 0, .operation = no_operation, .count = 1},
                    Sequence{2});
    append(Sequence{2});
    ASSERT_TRUE(writer.value()->finish().ok());
    ASSERT_TRUE(
        write_identity(layout_, {.journal_id = id, .durable = last_, .entry_hash = hash}).ok());
  }

  std::string replay_refusal() {
    State state{Golden{}.settings()};
    const auto counts = replay_directory(layout_.root.string(), state, {});
    return counts.ok() ? "" : counts.error().what;
  }

  ScratchDirectory directory_;
  JournalLayout layout_{directory_.path() / "data"};
  Sequence last_;
};

constexpr FactKind unheard_of{250};

// Fault 44: a kind of fact that this build does not know.
TEST_F(NewerJournal, AnUnknownKindOfFactStopsReplayAndIsNamed) {
  write(unheard_of, journal_schema_version);
  const std::string words = replay_refusal();
  EXPECT_NE(words.find("250"), std::string::npos) << words;
  EXPECT_NE(words.find("newer build wrote"), std::string::npos) << words;
}

TEST_F(NewerJournal, ATolerantReaderCountsWhatItDoesNotKnow) {
  write(unheard_of, journal_schema_version);
  const auto reader = JournalReader::open(layout_.root, reading_of(layout_.root.string()));
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE(reader.value()->next().ok());
  const auto entry = reader.value()->next();
  ASSERT_TRUE(entry.ok() && entry.value());
  ASSERT_FALSE(read_facts(*entry.value()).ok());
  const auto facts = read_facts(*entry.value(), UnknownFacts::count);
  ASSERT_TRUE(facts.ok()) << facts.error().what;
  EXPECT_EQ(facts.value().unknown_facts, 1U);
  std::vector<std::string> lines;
  dump_entry(facts.value(), {}, [&](std::string_view line) { lines.emplace_back(line); });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find("\"unknown\":250"), std::string::npos) << lines[0];
  EXPECT_NE(lines[0].find("\"count\":1"), std::string::npos) << lines[0];
}

// Fault 46: newer files.
TEST_F(NewerJournal, ANewerSchemaIsRefusedWithBothVersions) {
  write(FactKind::segment_opened, journal_schema_version + 1);
  const std::string words = replay_refusal();
  EXPECT_NE(words.find("schema " + std::to_string(journal_schema_version + 1)), std::string::npos)
      << words;
  EXPECT_NE(words.find("reads up to " + std::to_string(journal_schema_version)), std::string::npos)
      << words;
}

TEST_F(NewerJournal, ANewerEntryFormatIsRefusedWithBothVersions) {
  std::vector<std::byte> value(entry_page_bytes - 16);
  EntryHeader header;
  header.magic = entry_magic;
  header.format_version = entry_format_version + 1;
  header.header_bytes = sizeof(EntryHeader);
  header.first_sequence = 1;
  header.fact_count = 1;
  std::memcpy(value.data(), &header, sizeof header);
  seal_entry(value, {});
  const auto checked = check_entry(value);
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().kind, FailureKind::unsupported);
  EXPECT_NE(checked.error().what.find(std::to_string(entry_format_version + 1)), std::string::npos)
      << checked.error().what;
  EXPECT_NE(checked.error().what.find(std::to_string(entry_format_version)), std::string::npos);
}

}  // namespace
}  // namespace daybook::test
