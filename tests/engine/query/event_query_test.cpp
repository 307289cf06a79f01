// read_events against a full scan: random streams, random filters, in pages, both ways, at every
// stage of following; and the limits of a page.

#include "engine/follower/event_query.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/query/event_rules.hpp"
#include "tests/engine/query/query_world.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

struct Found {
  RecordedEvent recorded;
  std::string payload;

  friend bool operator==(const Found& a, const Found& b) {
    return std::memcmp(&a.recorded, &b.recorded, sizeof(a.recorded)) == 0 && a.payload == b.payload;
  }
};

struct EventPage {
  RequestStatus status = RequestStatus::ok;
  std::string detail;
  Sequence as_of;
  bool more = false;
  std::uint64_t cursor = 0;
  std::vector<Found> events;
};

class EventQueryTest : public testing::Test {
 protected:
  EventQueryTest() : source_{engine_.journal()} {
    progress_.journaler_done.store(true);  // run() returns when there is no more to follow.
    engine_.set_requests_per_entry(1'000'000);
    StateSettings settings;
    settings.accounts_max = settings.transfer_ids_max = settings.holds_max = 1'000;
    follower_ = std::make_unique<Follower>(
        settings,
        Follower::Links{.source = &source_,
                        .progress = progress_,
                        .sleeper = sleeper_,
                        .on_followed = [] {},
                        .on_fatal = [](const Failure& failure) { FAIL() << failure.what; }},
        PairIndex::Sizes{.pairs_a_block = 64, .blocks_a_run = 3});
  }

  void append(std::vector<AskedEvent> events) {
    WriteRequest request;
    request.kind = RequestKind::append_events;
    request.client = ClientId{Uint128{1, 1}};
    request.number = request.frame_checksum = ++number_;
    request.events = std::move(events);
    engine_.set_clock(now_ += random_.below(1'000));
    const BatchReply reply = engine_.submit(request);
    ASSERT_EQ(reply.status, RequestStatus::ok);
    ASSERT_TRUE(reply.refused.empty());
  }

  AskedEvent event(std::uint64_t type, std::uint64_t aggregate, std::uint64_t event_type,
                   std::string payload) {
    AskedEvent asked;
    asked.event.id = Uint128{++last_id_, 0};
    asked.event.aggregate_type = Uint128{type, 0};
    asked.event.aggregate_id = Uint128{aggregate, 0};
    asked.event.event_type = Uint128{event_type, 0};
    asked.payload = std::move(payload);
    asked.event.payload_bytes = static_cast<std::uint32_t>(asked.payload.size());
    return asked;
  }

  /// Some requests of random events, each entry a few of them.
  void grow(std::size_t requests) {
    for (std::size_t left = requests; left > 0; --left) {
      std::vector<AskedEvent> events;
      for (std::uint64_t count = random_.between(1, 9); count > 0; --count) {
        events.push_back(event(random_.between(1, 3), random_.between(1, 8), random_.between(1, 4),
                               std::string(random_.below(30), 'p')));
      }
      append(std::move(events));
      if (random_.chance(30)) engine_.close_entry();
    }
    engine_.close_entry();
    all_.clear();
    engine_.for_each_event([this](Sequence sequence, const AskedEvent& asked) {
      all_.push_back({{asked.event, sequence}, asked.payload});
    });
  }
  void follow(std::size_t entries) {
    source_.end = std::min(source_.end + entries, engine_.journal().count());
    follower_->run();
  }
  void follow_all() { follow(engine_.journal().count()); }

  [[nodiscard]] EventPage ask(const EventFilter& filter) const {
    const auto with_facts = [&](Sequence sequence,
                                const std::function<void(const EntryFacts&)>& use) -> Result<void> {
      const EntryView* const entry = engine_.journal().find(sequence);
      if (entry == nullptr) return Failure{FailureKind::not_found, "no entry holds the sequence"};
      const auto facts = read_facts(*entry);
      if (!facts.ok()) return facts.error();
      use(facts.value());
      return {};
    };
    RequestSlot slot;
    slot.kind = RequestKind::read_events;
    slot.events = reinterpret_cast<const std::byte*>(&filter);
    slot.event_count = 1;
    const auto answered = EventQuery{*follower_, with_facts, progress_.followed(), slot}.run();
    EXPECT_TRUE(answered.ok());
    EventPage page{
        slot.status, std::string{slot.detail}, slot.first_sequence, slot.more, slot.cursor, {}};
    const std::byte* at = slot.query_items.data() + slot.item_count * sizeof(RecordedEvent);
    for (std::uint32_t index = 0; index < slot.item_count; ++index) {
      Found found;
      std::memcpy(&found.recorded, slot.query_items.data() + index * sizeof(RecordedEvent),
                  sizeof(RecordedEvent));
      const std::size_t bytes = found.recorded.event.payload_bytes;
      found.payload.assign(reinterpret_cast<const char*>(at), bytes);
      at += bytes;
      page.events.push_back(std::move(found));
    }
    EXPECT_EQ(at, slot.query_items.data() + slot.query_items.size());
    return page;
  }

  /// All pages together.
  std::vector<Found> ask_all(EventFilter filter) {
    std::vector<Found> all;
    for (bool more = true; more;) {
      const EventPage page = ask(filter);
      EXPECT_EQ(page.status, RequestStatus::ok) << page.detail;
      EXPECT_LE(page.events.size(), filter.limit);
      all.insert(all.end(), page.events.begin(), page.events.end());
      more = page.more && page.status == RequestStatus::ok;
      EXPECT_TRUE(!more || page.cursor != filter.cursor) << "a page goes on";
      filter.cursor = page.cursor;
    }
    return all;
  }

  /// What a filter says, read anew.
  [[nodiscard]] std::vector<Found> scan(const EventFilter& filter, Sequence as_of) const {
    std::vector<Found> found;
    const auto within = [](std::uint64_t value, std::uint64_t min, std::uint64_t max) {
      return value >= min && (max == 0 || value <= max);
    };
    for (const Found& each : all_) {
      const DomainEvent& event = each.recorded.event;
      if (each.recorded.sequence > as_of) break;
      const bool fits =
          (filter.aggregate_type.is_zero() || filter.aggregate_type == event.aggregate_type) &&
          (filter.aggregate_id.is_zero() || filter.aggregate_id == event.aggregate_id) &&
          (filter.event_type.is_zero() || filter.event_type == event.event_type) &&
          within(event.version, filter.version_min, filter.version_max) &&
          within(event.timestamp.value(), filter.timestamp_min.value(),
                 filter.timestamp_max.value()) &&
          within(each.recorded.sequence.value(), filter.sequence_min.value(),
                 filter.sequence_max.value());
      if (fits) found.push_back(each);
    }
    if ((filter.flags & event_filter_flag::newest_first) != 0) {
      std::reverse(found.begin(), found.end());
    }
    return found;
  }

  EventFilter random_filter() {
    EventFilter filter;
    filter.limit = static_cast<std::uint32_t>(random_.between(1, random_.chance(30) ? 3 : 60));
    const auto some_range = [this](std::uint64_t& min, std::uint64_t& max, std::uint64_t of) {
      if (random_.chance(70)) min = random_.below(of) + 1;
      if (random_.chance(70)) max = min + random_.below(of);
    };
    if (random_.chance(70)) filter.aggregate_type = Uint128{random_.between(1, 4), 0};
    if (!filter.aggregate_type.is_zero() && random_.chance(70)) {
      filter.aggregate_id = Uint128{random_.between(1, 9), 0};
      if (random_.chance(50)) some_range(filter.version_min, filter.version_max, 40);
    }
    if (random_.chance(30)) filter.event_type = Uint128{random_.between(1, 5), 0};
    std::uint64_t min = 0;
    std::uint64_t max = 0;
    if (random_.chance(25)) some_range(min, max, now_);
    filter.timestamp_min = Timestamp{min};
    filter.timestamp_max = Timestamp{max};
    min = max = 0;
    if (random_.chance(25)) some_range(min, max, all_.back().recorded.sequence.value());
    filter.sequence_min = Sequence{min};
    filter.sequence_max = Sequence{max};
    if (random_.chance(50)) filter.flags = event_filter_flag::newest_first;
    return filter;
  }

  Random random_{17};
  EngineUnderTest engine_{LedgerSettings{.auto_ledgers = true}};
  StepSource source_;
  Progress progress_;
  FutexSleeper sleeper_;
  std::unique_ptr<Follower> follower_;
  std::vector<Found> all_;
  std::uint64_t number_ = 0;
  std::uint64_t last_id_ = 0;
  std::uint64_t now_ = 1'000;
};

TEST_F(EventQueryTest, AnswersAsAScanDoesAtEveryStage) {
  for (int stage = 0; stage < 6; ++stage) {
    grow(60);
    follow(random_.between(1, 20));
    for (std::uint64_t question = 0; question < rounds(400, 4'000); ++question) {
      const EventFilter filter = random_filter();
      ASSERT_EQ(ask_all(filter), scan(filter, progress_.followed())) << question;
    }
  }
  follow_all();
  ASSERT_EQ(engine_.first_failure(), std::nullopt);
  EventFilter everything;
  everything.limit = 100;
  EXPECT_EQ(ask_all(everything), all_);
}

TEST_F(EventQueryTest, FindsVersionsOfALongStreamInOnePage) {
  for (int left = 100; left > 0; --left) {
    std::vector<AskedEvent> events;
    for (int each = 0; each < 30; ++each) events.push_back(event(1, 1, 1, "x"));
    events.push_back(event(1, 2, 1, "y"));
    append(std::move(events));
    engine_.close_entry();
  }
  grow(1);
  follow_all();
  EventFilter filter;
  filter.aggregate_type = filter.aggregate_id = Uint128{1, 0};
  filter.version_min = 1'500;
  filter.version_max = 1'509;
  filter.limit = 10;
  for (const std::uint32_t flags : {0U, event_filter_flag::newest_first}) {
    filter.flags = flags;
    const EventPage page = ask(filter);
    ASSERT_EQ(page.events.size(), 10U);
    EXPECT_EQ(page.events, scan(filter, progress_.followed()));
  }
}

TEST_F(EventQueryTest, APageHoldsSoManyBytesAndNotMore) {
  for (int left = 40; left > 0; --left) {
    append({event(1, 1, 1, std::string(limits::event_payload_bytes_max, 'L'))});
  }
  grow(1);
  follow_all();
  EventFilter filter;
  filter.aggregate_type = filter.aggregate_id = Uint128{1, 0};
  filter.limit = 100;
  const EventPage page = ask(filter);
  EXPECT_TRUE(page.more);
  EXPECT_EQ(page.events.size(), limits::event_page_bytes_max /
                                    (limits::event_payload_bytes_max + sizeof(RecordedEvent)));
  EXPECT_EQ(ask_all(filter), scan(filter, progress_.followed()));
  filter.flags = event_filter_flag::newest_first;
  EXPECT_EQ(ask_all(filter), scan(filter, progress_.followed()));
}

TEST_F(EventQueryTest, HeadsAreTheStreamsInTheOrderInWhichTheyBegan) {
  grow(50);
  follow_all();
  std::vector<Found> heads;
  for (const Found& each : all_) {
    const DomainEvent& event = each.recorded.event;
    auto head = std::find_if(heads.begin(), heads.end(), [&](const Found& other) {
      return other.recorded.event.stream() == event.stream();
    });
    if (head == heads.end()) head = heads.insert(heads.end(), Found{});
    head->recorded.event.aggregate_type = event.aggregate_type;
    head->recorded.event.aggregate_id = event.aggregate_id;
    head->recorded.event.version = event.version;
    head->recorded.sequence = each.recorded.sequence;
  }
  EventFilter filter;
  filter.flags = event_filter_flag::heads;
  filter.limit = 5;
  EXPECT_EQ(ask_all(filter), heads);
  filter.aggregate_type = heads[3].recorded.event.aggregate_type;
  filter.aggregate_id = heads[3].recorded.event.aggregate_id;
  EXPECT_EQ(ask_all(filter), std::vector{heads[3]});
  filter.aggregate_id = {};
  std::erase_if(heads, [&](const Found& each) {
    return each.recorded.event.aggregate_type != filter.aggregate_type;
  });
  EXPECT_EQ(ask_all(filter), heads);
  filter.flags |= event_filter_flag::newest_first;
  std::reverse(heads.begin(), heads.end());
  EXPECT_EQ(ask_all(filter), heads);
}

TEST_F(EventQueryTest, APageOfHeadsHoldsSoManyBytesAndNotMore) {
  constexpr std::uint64_t streams = limits::batch_events_max;
  std::vector<AskedEvent> events;
  for (std::uint64_t each = 1; each <= streams; ++each) events.push_back(event(9, each, 1, ""));
  append(std::move(events));
  grow(1);
  follow_all();
  EventFilter filter;
  filter.aggregate_type = Uint128{9, 0};
  filter.flags = event_filter_flag::heads;
  filter.limit = limits::batch_events_max;
  const EventPage page = ask(filter);
  EXPECT_TRUE(page.more);
  EXPECT_EQ(page.events.size(), limits::event_page_bytes_max / sizeof(RecordedEvent));
  EXPECT_EQ(ask_all(filter).size(), streams);
}

TEST_F(EventQueryTest, RefusesWhatCannotBeAskedInWords) {
  grow(1);
  follow_all();
  const std::pair<const char*, std::function<void(EventFilter&)>> rows[] = {
      {"the limit must be 1 to 8192", [](auto& f) { f.limit = 0; }},
      {"the limit must be 1 to 8192", [](auto& f) { f.limit = 8'193; }},
      {"the filter has unknown flags", [](auto& f) { f.flags = 1; }},
      {"an aggregate_id needs its aggregate_type",
       [](auto& f) {
         f.aggregate_id = {1, 0};
       }},
      {"versions are of one stream: they need an aggregate_id", [](auto& f) { f.version_min = 1; }},
      {"version_min is above version_max",
       [](auto& f) {
         f.aggregate_type = f.aggregate_id = {1, 0};
         f.version_min = 2;
         f.version_max = 1;
       }},
      {"timestamp_min is above timestamp_max",
       [](auto& f) {
         f.timestamp_min = Timestamp{2};
         f.timestamp_max = Timestamp{1};
       }},
      {"sequence_min is above sequence_max",
       [](auto& f) {
         f.sequence_min = Sequence{2};
         f.sequence_max = Sequence{1};
       }},
      {"of streams, only the aggregate can be asked for",
       [](auto& f) {
         f.flags = event_filter_flag::heads;
         f.event_type = {1, 0};
       }},
  };
  for (const auto& [words, spoil] : rows) {
    EventFilter filter;
    filter.limit = 10;
    EXPECT_EQ(ask(filter).status, RequestStatus::ok);
    spoil(filter);
    const EventPage page = ask(filter);
    EXPECT_EQ(page.status, RequestStatus::filter_invalid);
    EXPECT_EQ(page.detail, words);
    EXPECT_TRUE(page.events.empty());
  }
}

}  // namespace
}  // namespace daybook::test
