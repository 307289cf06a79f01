// OperationQuery: finds what a full scan of the journal finds, in pages of any size, with all that
// belongs to each operation.
//
// Method: a random ledger whose requests have clients, users, references and traces, some of them
// refused whole; its journal is read into plain lists; random filters are asked page by page and
// compared with those lists, which are matched anew here.

#include "engine/follower/operation_query.hpp"

#include <cstdio>
#include <cstring>

#include <gtest/gtest.h>

#include "tests/engine/query/query_world.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::test {
namespace {

/// An operation as the journal has it.
struct Plain {
  Operation operation;
  Sequence sequence;
  Timestamp commit_time;
  std::string reason;
  std::vector<Refusal> refusals;
  std::vector<Transfer> refused_transfers;
  std::vector<Account> refused_accounts;
  std::vector<std::pair<Sequence, FactKind>> facts;
  std::vector<Transfer> transfers;
  std::vector<Account> accounts;
  std::vector<HoldReleased> releases;
};

void note_run(Plain& plain, const EntryFacts& facts, const PlacedRun& placed) {
  for (std::uint32_t each = 0; each < placed.run.count; ++each) {
    const std::uint32_t index = placed.run.first + each;
    plain.facts.emplace_back(Sequence{placed.first_sequence.value() + each}, placed.run.kind);
    if (placed.run.kind == FactKind::transfer) plain.transfers.push_back(facts.transfers[index]);
    if (placed.run.kind == FactKind::account) plain.accounts.push_back(facts.accounts[index]);
    if (placed.run.kind == FactKind::hold_released) {
      plain.releases.push_back(facts.holds_released[index]);
    }
  }
}

std::vector<Plain> read_all(const MemoryJournal& journal) {
  std::vector<Plain> all;
  for (std::size_t entry = 0; entry < journal.count(); ++entry) {
    const auto read = read_facts(journal.at(entry));
    EXPECT_TRUE(read.ok());
    const EntryFacts& facts = read.value();
    std::size_t refused_transfers = 0;
    std::size_t refused_accounts = 0;
    std::size_t refusals = 0;
    RunWalker walker{facts};
    for (PlacedRun placed; walker.next(placed);) {
      if (placed.run.operation == no_operation) continue;
      if (placed.starts_operation) {
        Plain& plain = all.emplace_back();
        plain.operation = facts.operations[placed.run.operation];
        plain.sequence = placed.operation_sequence;
        plain.commit_time = Timestamp{facts.header.commit_time};
        plain.reason = facts.reason_of(placed.run.operation);
        for (std::uint32_t each = 0; each < plain.operation.refusal_count; ++each) {
          const Refusal& refusal = facts.refusals[refusals++];
          plain.refusals.push_back(refusal);
          if (!keeps_request_data(plain.operation.kind, refusal.status)) continue;
          if (plain.operation.kind == RequestKind::create_transfers) {
            plain.refused_transfers.push_back(facts.refused_transfers[refused_transfers++]);
          } else if (plain.operation.kind == RequestKind::create_accounts) {
            plain.refused_accounts.push_back(facts.refused_accounts[refused_accounts++]);
          }
        }
      }
      note_run(all.back(), facts, placed);
    }
  }
  return all;
}

template <typename Events, typename Is>
bool any(const Events& events, Is is) {
  return std::any_of(events.begin(), events.end(), is);
}

bool has_business(const Plain& plain, BusinessId wanted) {
  const auto is = [&](const auto& event) { return event.business_id == wanted; };
  return plain.operation.business_id == wanted || any(plain.transfers, is) ||
         any(plain.accounts, is) || any(plain.refused_transfers, is) ||
         any(plain.refused_accounts, is);
}

bool has_user(const Plain& plain, UserId wanted) {
  const auto is = [&](const auto& event) { return event.user_id == wanted; };
  return plain.operation.user_id == wanted || any(plain.transfers, is) || any(plain.accounts, is) ||
         any(plain.refused_transfers, is) || any(plain.refused_accounts, is);
}

bool has_trace(const Plain& plain, TraceId wanted) {
  const auto is = [&](const auto& event) { return event.trace_id == wanted; };
  return plain.operation.trace_id == wanted || any(plain.transfers, is) ||
         any(plain.refused_transfers, is);
}

bool matches(const Plain& plain, const OperationFilter& filter, Sequence as_of) {
  const std::uint64_t sequence = plain.sequence.value();
  const std::uint64_t time = plain.operation.time.value();
  if (plain.sequence > as_of) return false;
  if (sequence < filter.sequence_min || time < filter.time_min.value()) return false;
  if (filter.sequence_max != 0 && sequence > filter.sequence_max) return false;
  if (filter.time_max.value() != 0 && time > filter.time_max.value()) return false;
  if (filter.client != ClientId{} && plain.operation.client != filter.client) return false;
  if (filter.kind != RequestKind{} && plain.operation.kind != filter.kind) return false;
  if ((filter.flags & operation_flag::by_status) != 0 && plain.operation.status != filter.status) {
    return false;
  }
  if ((filter.flags & operation_flag::has_refusals) != 0 && plain.refusals.empty()) return false;
  if (filter.business_id != BusinessId{} && !has_business(plain, filter.business_id)) return false;
  if (filter.user_id != UserId{} && !has_user(plain, filter.user_id)) return false;
  if (filter.trace_id != TraceId{} && !has_trace(plain, filter.trace_id)) return false;
  if (filter.follows == TransferId{}) return true;
  return any(plain.transfers,
             [&](const Transfer& each) { return each.pending_id == filter.follows; }) ||
         any(plain.releases, [&](const HoldReleased& each) { return each.id == filter.follows; });
}

struct OperationPage {
  RequestStatus status = RequestStatus::ok;
  std::string detail;
  std::vector<LoggedOperation> items;
  bool more = false;
  std::uint64_t cursor = 0;
  std::uint32_t skip = 0;
};

/// Asks as a query thread does; what a client reads off the answer is read off it here.
OperationPage ask_operations(const QueryWorld& world, const OperationFilter& filter) {
  RequestSlot slot;
  slot.kind = RequestKind::query_operations;
  slot.events = reinterpret_cast<const std::byte*>(&filter);
  const WithFacts read = reader_of(world.engine().journal());
  const auto answered = OperationQuery{world.follower(), read, world.followed(), slot}.run();
  OperationPage page;
  page.status = answered.ok() ? slot.status : RequestStatus::stopping;
  page.detail = answered.ok() ? std::string{slot.detail} : answered.error().what;
  page.more = slot.more;
  page.cursor = slot.cursor;
  EXPECT_LE(slot.query_items.size(), limits::operations_page_bytes_max + 1'024);
  EXPECT_EQ(slot.query_items.size() % 8, 0U);
  auto items = read_operation_log(slot.query_items);
  EXPECT_TRUE(items.ok());
  page.items = std::move(items).value();
  if (page.items.empty()) return page;
  page.items.front().records_before = filter.skip;
  const LoggedOperation& last = page.items.back();
  if (!last.whole()) page.skip = last.records_before + last.records;
  return page;
}

template <typename Item>
bool same_bytes(const Item& a, const Item& b) {
  return std::memcmp(&a, &b, sizeof(Item)) == 0;
}

void expect_same(const LoggedOperation& found, const Plain& plain, bool with_facts) {
  ASSERT_EQ(found.sequence, plain.sequence);
  EXPECT_TRUE(same_bytes(found.view.operation, plain.operation));
  EXPECT_EQ(found.view.commit_time, plain.commit_time);
  EXPECT_EQ(found.reason, plain.reason);
  EXPECT_TRUE(found.whole());
  ASSERT_EQ(found.refusals.size(), plain.refusals.size());
  std::size_t transfers = 0;
  for (std::size_t each = 0; each < plain.refusals.size(); ++each) {
    EXPECT_TRUE(same_bytes(found.refusals[each].refusal, plain.refusals[each]));
    const bool kept =
        with_facts && keeps_request_data(plain.operation.kind, plain.refusals[each].status);
    ASSERT_EQ(!found.refusals[each].event.empty(), kept);
    if (kept && plain.operation.kind == RequestKind::create_transfers) {
      EXPECT_TRUE(
          same_bytes(found.refusals[each].as<Transfer>(), plain.refused_transfers[transfers++]));
    }
  }
  ASSERT_EQ(found.facts.size(), with_facts ? plain.facts.size() : 0);
  transfers = 0;
  for (std::size_t each = 0; each < found.facts.size(); ++each) {
    EXPECT_EQ(found.facts[each].sequence, plain.facts[each].first);
    EXPECT_EQ(found.facts[each].kind, plain.facts[each].second);
    if (found.facts[each].kind == FactKind::transfer) {
      EXPECT_TRUE(same_bytes(found.facts[each].as<Transfer>(), plain.transfers[transfers++]));
    }
  }
}

/// A random ledger with requests that say who and why, and a page of its operation log.
class OperationQueryTest : public testing::Test {
 protected:
  void grow(QueryWorld& world, std::size_t requests) {
    Random& random = world.random();
    for (std::size_t request = 0; request < requests; ++request) {
      if (random.chance(50)) {
        world.grow(1);
        continue;
      }
      WriteRequest write;
      write.client = ClientId{Uint128{random.between(500, 503), 0}};
      write.number = ++number_;
      write.trace_id = TraceId{Uint128{random.below(60), 0}};
      write.business_id = BusinessId{Uint128{random.below(7), 0}};
      write.user_id = UserId{random.below(6)};
      if (random.chance(10)) write.refuse_with = RequestStatus::malformed;
      if (random.chance(10)) write.role = Role::operator_;
      if (write.role == Role::operator_) write.reason = "because of " + std::to_string(number_);
      for (std::uint64_t each = random.below(20); each > 0; --each) {
        Transfer transfer = make_transfer(1'000'000 + random.below(3'000), random.between(1, 9),
                                          random.between(1, 9), random.between(1, 50), 1);
        transfer.trace_id = TraceId{Uint128{random.below(60), 0}};
        transfer.business_id = BusinessId{Uint128{random.below(7), 0}};
        write.transfers.push_back(transfer);
      }
      world.engine().submit(write);
    }
    world.close();
  }

  OperationFilter random_filter(const QueryWorld& world, Random& random,
                                const std::vector<Plain>& all) {
    OperationFilter filter;
    const Plain& some = all[random.below(all.size())];
    const Plain& other = all[random.below(all.size())];
    if (random.chance(20)) filter.business_id = BusinessId{Uint128{random.below(8), 0}};
    if (random.chance(20)) filter.trace_id = TraceId{Uint128{random.below(65), 0}};
    if (random.chance(20)) filter.user_id = UserId{random.below(7)};
    if (random.chance(20)) filter.client = some.operation.client;
    if (random.chance(20)) filter.kind = some.operation.kind;
    if (random.chance(10) && !some.transfers.empty()) filter.follows = some.transfers[0].pending_id;
    if (random.chance(5) && !some.releases.empty()) filter.follows = some.releases[0].id;
    if (random.chance(20)) {
      filter.flags |= operation_flag::by_status;
      filter.status = some.operation.status;
    }
    if (random.chance(20)) filter.flags |= operation_flag::has_refusals;
    if (random.chance(50)) filter.flags |= operation_flag::newest_first;
    if (random.chance(40)) filter.flags |= operation_flag::with_facts;
    if (random.chance(20)) filter.time_min = some.operation.time;
    if (random.chance(20)) filter.time_max = Timestamp{other.operation.time.value()};
    if (random.chance(20)) filter.sequence_min = some.sequence.value() + random.below(3);
    if (random.chance(20)) filter.sequence_max = other.sequence.value() + random.below(3);
    if (filter.time_max.value() != 0 && filter.time_max < filter.time_min) {
      std::swap(filter.time_min, filter.time_max);
    }
    if (filter.sequence_max != 0 && filter.sequence_max < filter.sequence_min) {
      std::swap(filter.sequence_min, filter.sequence_max);
    }
    filter.limit = static_cast<std::uint32_t>(random.chance(20) ? random.between(1, 8'192)
                                                                : random.between(1, 30));
    static_cast<void>(world);
    return filter;
  }

  void expect_right(const QueryWorld& world, OperationFilter filter,
                    const std::vector<Plain>& all) {
    std::vector<const Plain*> wanted;
    for (const Plain& plain : all) {
      if (matches(plain, filter, world.followed())) wanted.push_back(&plain);
    }
    if ((filter.flags & operation_flag::newest_first) != 0) {
      std::reverse(wanted.begin(), wanted.end());
    }
    std::vector<LoggedOperation> found;
    bool more = true;
    for (int page = 0; more; ++page) {
      ASSERT_LT(page, 20'000);
      const OperationPage answer = ask_operations(world, filter);
      ASSERT_EQ(answer.status, RequestStatus::ok) << answer.detail;
      ASSERT_LE(answer.items.size(), filter.limit);
      more = answer.more;
      filter.cursor = answer.cursor;
      filter.skip = answer.skip;
      join_pages(found, answer.items);
      ++pages_;
    }
    ASSERT_EQ(found.size(), wanted.size());
    const bool with_facts = (filter.flags & operation_flag::with_facts) != 0;
    for (std::size_t each = 0; each < found.size(); ++each) {
      ASSERT_NO_FATAL_FAILURE(expect_same(found[each], *wanted[each], with_facts));
    }
    found_ += found.size();
  }

  std::uint64_t number_ = 0;
  std::uint64_t pages_ = 0;
  std::uint64_t found_ = 0;
};

TEST_F(OperationQueryTest, FindsWhatAFullScanFinds) {
  const std::uint64_t worlds = rounds(20, 200);
  const std::uint64_t first = wanted_seed().value_or(1);
  for (std::uint64_t seed = first; seed < first + (wanted_seed() ? 1 : worlds); ++seed) {
    SCOPED_TRACE("DAYBOOK_TEST_SEED=" + std::to_string(seed));
    QueryWorld world{seed, {.pairs_a_block = 32, .blocks_a_run = 2}};
    Random random{seed ^ 0x0b};
    for (int stage = 0; stage < 3; ++stage) {
      grow(world, 150);
      world.follow(random.between(1, 60));
      if (stage == 2) world.follow_all();
      ASSERT_EQ(world.failure(), "");
      const auto all = read_all(world.engine().journal());
      for (int question = 0; question < 150; ++question) {
        SCOPED_TRACE("question " + std::to_string(question) + " of " + std::to_string(stage));
        ASSERT_NO_FATAL_FAILURE(expect_right(world, random_filter(world, random, all), all));
      }
    }
  }
  EXPECT_GT(found_, 1'000U);
  std::printf("%llu pages, %llu operations\n", static_cast<unsigned long long>(pages_),
              static_cast<unsigned long long>(found_));
}

TEST_F(OperationQueryTest, AnOperationOfManyFactsComesInSeveralPagesOnceAndWhole) {
  QueryWorld world{1};
  std::vector<Account> accounts;
  for (std::uint64_t id = 1; id <= 5; ++id) accounts.push_back(make_account(id));
  ASSERT_TRUE(world.engine().create_accounts(accounts).refused.empty());
  std::vector<Transfer> transfers;
  for (std::uint64_t id = 1; id <= limits::batch_events_max; ++id) {
    transfers.push_back(make_transfer(id, 1, id % 3 == 0 ? 99 : 2, 1));
  }
  const BatchReply reply = world.engine().create_transfers(transfers);
  ASSERT_EQ(reply.refused.size(), limits::batch_events_max / 3);
  world.close();
  world.follow_all();
  const auto all = read_all(world.engine().journal());
  for (const std::uint16_t order : {std::uint16_t{0}, operation_flag::newest_first}) {
    OperationFilter filter;
    filter.limit = 10;
    filter.flags = static_cast<std::uint16_t>(operation_flag::with_facts | order);
    pages_ = 0;
    ASSERT_NO_FATAL_FAILURE(expect_right(world, filter, all));
    EXPECT_GT(pages_, 5U);
  }
}

TEST_F(OperationQueryTest, FindsARequestThatCouldNotBeReadByItsStatusAndClient) {
  QueryWorld world{1};
  WriteRequest write;
  write.client = ClientId{Uint128{5, 0}};
  write.number = 3;
  write.refuse_with = RequestStatus::malformed;
  EXPECT_EQ(world.engine().submit(write).status, RequestStatus::malformed);
  world.close();
  world.follow_all();
  OperationFilter filter;
  filter.limit = 10;
  filter.client = write.client;
  filter.flags = operation_flag::by_status;
  filter.status = RequestStatus::malformed;
  const OperationPage page = ask_operations(world, filter);
  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.items[0].view.operation.request_number, 3U);
  EXPECT_EQ(page.items[0].view.operation.kind, RequestKind::create_transfers);
  filter.status = RequestStatus::ok;
  EXPECT_TRUE(ask_operations(world, filter).items.empty());
}

TEST_F(OperationQueryTest, RefusesWhatCannotBeAskedWithTheReason) {
  QueryWorld world{1};
  OperationFilter good;
  good.limit = 1;
  struct Row {
    std::function<void(OperationFilter&)> spoil;
    const char* words;
  };
  const Row rows[] = {
      {[](auto& filter) { filter.limit = 0; }, "the limit is 0"},
      {[](auto& filter) { filter.limit = limits::batch_events_max + 1; }, "the limit is above"},
      {[](auto& filter) { filter.flags = 1U << 4; }, "flags that nobody knows"},
      {[](auto& filter) { filter.reserved = 1; }, "flags that nobody knows"},
      {[](auto& filter) {
         filter.time_min = Timestamp{2};
         filter.time_max = Timestamp{1};
       },
       "time_min is after time_max"},
      {[](auto& filter) { filter.time_min = Timestamp{limits::timestamp_max + 1}; },
       "after the end of time"},
      {[](auto& filter) {
         filter.sequence_min = 2;
         filter.sequence_max = 1;
       },
       "sequence_min is after sequence_max"},
      {[](auto& filter) { filter.status = RequestStatus::malformed; }, "by_status is not set"},
  };
  for (const Row& row : rows) {
    OperationFilter filter = good;
    row.spoil(filter);
    const OperationPage page = ask_operations(world, filter);
    EXPECT_EQ(page.status, RequestStatus::filter_invalid) << row.words;
    EXPECT_NE(page.detail.find(row.words), std::string::npos) << page.detail;
  }
  EXPECT_EQ(ask_operations(world, good).status, RequestStatus::ok);
}

}  // namespace
}  // namespace daybook::test
