// Snapshots of tables whose rows come in the order of their tags: many more than a new table has
// room for come back, as they were.

#include <gtest/gtest.h>

#include "engine/snapshot/state_blocks.hpp"
#include "engine/snapshot/state_snapshot.hpp"
#include "tests/support/engine_under_test.hpp"
#include "tests/support/full_run_store.hpp"
#include "tests/support/memory_snapshots.hpp"

namespace daybook::test {
namespace {

constexpr std::uint64_t count = 200'000;  // Far past the room of a table that has not grown.

class ManyPlacesTest : public ::testing::Test {
 protected:
  void submit(WriteRequest request) {
    request.client = ClientId{Uint128{77, 0}};
    request.number = ++last_number_;
    request.frame_checksum = last_number_;
    const BatchReply reply = engine_.submit(request);
    ASSERT_EQ(reply.status, RequestStatus::ok);
    ASSERT_EQ(reply.status_of(0), 0U);
  }

  /// Once with a table of the count that it has from before, once into one that must grow on.
  void comes_back() {
    engine_.close_entry();
    const std::uint64_t digest = engine_.state().digest();
    engine_.take_snapshot();
    engine_.restart();
    EXPECT_EQ(engine_.first_failure().value_or(""), "");
    EXPECT_EQ(engine_.state().digest(), digest);
  }

  EngineUnderTest engine_{
      {.ids_a_generation = 1'000, .names_max = 400'000, .event_ids_max = 400'000}};

 private:
  std::uint64_t last_number_ = 0;
};

TEST_F(ManyPlacesTest, NamesComeBackFromASnapshot) {
  const auto put = [&](std::uint64_t begin, std::uint64_t end) {
    for (std::uint64_t id = begin; id < end;) {
      WriteRequest request;
      request.kind = RequestKind::put_names;
      for (; id < end && request.names.size() < limits::batch_events_max; ++id) {
        request.names.push_back(make_name(NameKind::user, Uint128{id}, std::to_string(id)));
      }
      submit(std::move(request));
    }
  };
  put(1, count);
  comes_back();
  EXPECT_EQ(engine_.state().names.size(), count - 1);
  put(count, count + 30'000);
  comes_back();
  EXPECT_EQ(engine_.state().names.size(), count + 30'000 - 1);
}

TEST_F(ManyPlacesTest, IdsOfEventsComeBackFromASnapshot) {
  for (std::uint64_t id = 1; id <= count;) {
    WriteRequest request;
    request.kind = RequestKind::append_events;
    for (; id <= count && request.events.size() < 4'000; ++id) {
      AskedEvent asked;
      asked.event.id = Uint128{id, 9};
      asked.event.aggregate_type = Uint128{1};
      asked.event.aggregate_id = Uint128{id % 50 + 1};
      asked.event.event_type = Uint128{5};
      request.events.push_back(asked);
    }
    submit(std::move(request));
  }
  comes_back();
  EXPECT_EQ(engine_.state().event_ids.size(), count);
}

// No engine wrote that: hashes are not alike by the thousand.
TEST(ManyPlaces, WithOneTagAreToldNotTaken) {
  StateSettings settings;
  settings.names_max = 50'000;
  State state{settings};
  std::vector<SavedName> names(20'000);
  for (std::uint64_t at = 0; at < names.size(); ++at) {
    names[at] = {.tag = 7, .place = at, .kept = {.sequence = Sequence{at + 1}, .hash = at}};
  }
  MemorySnapshots snapshots;
  auto made = snapshots.create();
  SnapshotWriter writer{*made.value()};
  writer.put(BlockKind::names, std::span<const SavedName>{names});
  writer.put_end(BlockKind::end);
  ASSERT_TRUE(made.value()->finish({}).ok());
  SnapshotReader reader{snapshots.open(Sequence{}).value()};
  FullRunStore runs{0};
  const auto read = read_state(reader, runs, state, [](const IdRunSet&) {});
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().kind, FailureKind::damaged);
  EXPECT_NE(read.error().what.find("more tags alike than hashes give"), std::string::npos);
}

}  // namespace
}  // namespace daybook::test
