// Event records: read as they were written, and any bytes are safe: cut anywhere, or with any byte
// changed, they are refused in words or read within their bounds.

#include "engine/model/event_record.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "engine/model/domain_event.hpp"

namespace daybook {
namespace {

template <typename Fact>
void add(std::vector<std::byte>& bytes, std::uint64_t sequence, FactKind kind, const Fact& fact,
         std::string_view payload = {}) {
  EventRecord record;
  record.sequence = Sequence{sequence};
  record.kind = kind;
  record.fact_bytes = sizeof(Fact);
  record.payload_bytes = static_cast<std::uint32_t>(payload.size());
  const auto put = [&](std::span<const std::byte> part) {
    bytes.insert(bytes.end(), part.begin(), part.end());
    bytes.resize((bytes.size() + 7) / 8 * 8);
  };
  put(std::as_bytes(std::span{&record, 1}));
  put(std::as_bytes(std::span{&fact, 1}));
  put(std::as_bytes(std::span{payload}));
}

std::vector<std::byte> sound() {
  std::vector<std::byte> bytes;
  Operation operation;
  operation.request_number = 77;
  add(bytes, 5, operation_record, operation);
  DomainEvent event;
  event.payload_bytes = 3;
  add(bytes, 6, FactKind::domain_event, event, "abc");
  add(bytes, 9, FactKind::checkpoint, make_checkpoint("mailer", 4));
  return bytes;
}

TEST(EventRecordTest, AreReadAsTheyWereWritten) {
  const auto bytes = sound();
  const auto read = read_event_records(bytes);
  ASSERT_TRUE(read.ok()) << read.error().what;
  const auto& events = read.value();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_TRUE(events[0].is_operation());
  EXPECT_EQ(events[0].as<Operation>().request_number, 77U);
  EXPECT_EQ(events[1].payload.size(), 3U);
  EXPECT_EQ(events[1].payload[2], std::byte{'c'});
  EXPECT_EQ(events[2].as<EventCheckpoint>().name(), "mailer");
  EXPECT_EQ(events[2].record.sequence, Sequence{9});
}

TEST(EventRecordTest, AreRefusedWhereTheyAreCut) {
  const auto bytes = sound();
  std::set<std::size_t> whole = {0};  // Between two records nothing is missing.
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto read = read_event_records(std::span{bytes}.first(size));
    if (!read.ok()) continue;
    whole.insert(size);
    EXPECT_LT(read.value().size(), 3U);
  }
  EXPECT_EQ(whole.size(), 3U);
}

TEST(EventRecordTest, StayWithinTheirBytesWhateverTheySay) {
  const auto bytes = sound();
  std::size_t refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const unsigned bit : {0U, 3U, 7U}) {
      auto changed = bytes;
      changed[at] ^= std::byte{static_cast<unsigned char>(1U << bit)};
      const auto read = read_event_records(changed);
      refused += read.ok() ? 0 : 1;
      if (!read.ok()) continue;
      for (const EventView& each : read.value()) {
        EXPECT_GE(each.fact.data(), changed.data());
        EXPECT_LE(each.payload.data() + each.payload.size(), changed.data() + changed.size());
      }
    }
  }
  EXPECT_GT(refused, 0U);
}

TEST(EventRecordTest, AreRefusedWhereSequencesDoNotGrow) {
  std::vector<std::byte> bytes;
  add(bytes, 6, FactKind::checkpoint, make_checkpoint("a", 1));
  add(bytes, 6, FactKind::checkpoint, make_checkpoint("b", 1));
  const auto read = read_event_records(bytes);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().what, "the records of events cannot be read: the sequences do not grow");
  bytes.clear();
  add(bytes, 0, FactKind::checkpoint, make_checkpoint("a", 1));
  EXPECT_FALSE(read_event_records(bytes).ok());
}

TEST(EventRecordTest, AFactIsNoSmallerThanItsKind) {
  std::vector<std::byte> bytes;
  add(bytes, 6, FactKind::transfer, make_checkpoint("a", 1));
  EXPECT_FALSE(read_event_records(bytes).ok());
  bytes.clear();
  add(bytes, 6, FactKind{99}, std::uint64_t{1});  // Of a kind that may come later.
  const auto read = read_event_records(bytes);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value()[0].fact.size(), 8U);
}

TEST(EngineEventTest, EachHasATextOfItsOwnThatLeadsBack) {
  std::set<std::string_view> texts;
  for (std::size_t at = 0; at < engine_event_count; ++at) {
    const auto event = static_cast<EngineEvent>(at);
    EXPECT_TRUE(texts.insert(event_text(event)).second);
    EXPECT_TRUE(event_text(event).starts_with(std::string{aggregate_text(event)} + "."));
    EXPECT_EQ(ids_of(event).event_type, id_of(event_text(event)));
    EXPECT_EQ(ids_of(event).aggregate_type, id_of(aggregate_text(event)));
    EXPECT_EQ(engine_text_of(ids_of(event).event_type), event_text(event));
    EXPECT_EQ(engine_text_of(ids_of(event).aggregate_type), aggregate_text(event));
  }
  EXPECT_EQ(engine_text_of(id_of("order")), "");
}

}  // namespace
}  // namespace daybook
