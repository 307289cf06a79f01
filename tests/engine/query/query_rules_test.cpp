// fault_of: each thing that can be wrong with a filter is said in words; every filter that a caller
// may ask passes. passes(): one field at a time.

#include "engine/query/query_rules.hpp"

#include <string>

#include <gtest/gtest.h>

#include "engine/base/limits.hpp"
#include "tests/support/ledger_under_test.hpp"

namespace daybook::test {
namespace {

constexpr RequestKind of_account[] = {RequestKind::get_account_transfers,
                                      RequestKind::get_account_balances};
constexpr RequestKind of_all[] = {RequestKind::query_transfers, RequestKind::query_accounts};

// The smallest filter that may be asked.
QueryFilter sound(RequestKind kind) {
  QueryFilter filter;
  filter.limit = 1;
  if (kind == RequestKind::get_account_transfers || kind == RequestKind::get_account_balances) {
    filter.account_id = account_id(1);
    filter.flags = query_flag::debits;
  }
  return filter;
}

template <typename Change>
std::string fault_with(RequestKind kind, Change change) {
  QueryFilter filter = sound(kind);
  change(filter);
  return std::string{fault_of(kind, filter).value_or("")};
}

template <typename Change>
void expect_fault(RequestKind kind, const std::string& words, Change change) {
  EXPECT_NE(fault_with(kind, change).find(words), std::string::npos)
      << to_string(kind) << ": " << fault_with(kind, change);
}

template <typename Change>
void expect_none(RequestKind kind, Change change) {
  EXPECT_EQ(fault_with(kind, change), "") << to_string(kind);
}

TEST(QueryRulesTest, RefusesLimitsOutOfBounds) {
  for (const auto& kinds : {of_account, of_all}) {
    for (const RequestKind kind : {kinds[0], kinds[1]}) {
      expect_fault(kind, "limit is 0", [](QueryFilter& filter) { filter.limit = 0; });
      expect_fault(kind, "above 8,192",
                   [](QueryFilter& filter) { filter.limit = limits::batch_events_max + 1; });
      expect_none(kind, [](QueryFilter& filter) { filter.limit = limits::batch_events_max; });
    }
  }
}

TEST(QueryRulesTest, RefusesFlagsThatNobodyKnows) {
  for (unsigned bit = 3; bit < 16; ++bit) {
    for (const RequestKind kind : {of_account[0], of_account[1], of_all[0], of_all[1]}) {
      expect_fault(kind, "flags that nobody knows", [bit](QueryFilter& filter) {
        filter.flags = static_cast<std::uint16_t>(filter.flags | 1U << bit);
      });
    }
  }
  for (const RequestKind kind : {of_account[0], of_account[1], of_all[0], of_all[1]}) {
    expect_none(kind, [](QueryFilter& filter) { filter.flags |= query_flag::newest_first; });
  }
}

TEST(QueryRulesTest, RefusesTimesThatHoldNothing) {
  for (const RequestKind kind : {of_account[0], of_account[1], of_all[0], of_all[1]}) {
    expect_fault(kind, "timestamp_min is after", [](QueryFilter& filter) {
      filter.timestamp_min = Timestamp{6};
      filter.timestamp_max = Timestamp{5};
    });
    expect_none(kind, [](QueryFilter& filter) {
      filter.timestamp_min = filter.timestamp_max = Timestamp{5};
    });
    // 0 is no end.
    expect_none(kind, [](QueryFilter& filter) { filter.timestamp_min = Timestamp{5}; });
    expect_fault(kind, "end of time", [](QueryFilter& filter) {
      filter.timestamp_min = Timestamp{limits::timestamp_max + 1};
    });
    expect_fault(kind, "end of time", [](QueryFilter& filter) {
      filter.timestamp_max = Timestamp{limits::timestamp_max + 1};
    });
    expect_none(
        kind, [](QueryFilter& filter) { filter.timestamp_max = Timestamp{limits::timestamp_max}; });
  }
}

TEST(QueryRulesTest, RefusesAHistoryWithoutAnAccountOrASide) {
  for (const RequestKind kind : of_account) {
    expect_fault(kind, "account_id is 0",
                 [](QueryFilter& filter) { filter.account_id = AccountId{}; });
    expect_fault(kind, "neither debits nor credits",
                 [](QueryFilter& filter) { filter.flags = query_flag::newest_first; });
    expect_none(kind, [](QueryFilter& filter) { filter.flags = query_flag::credits; });
  }
}

TEST(QueryRulesTest, RefusesALedgerInAHistory) {
  for (const RequestKind kind : of_account) {
    expect_fault(kind, "one ledger", [](QueryFilter& filter) { filter.ledger = LedgerId{1}; });
  }
  for (const RequestKind kind : of_all) {
    expect_none(kind, [](QueryFilter& filter) { filter.ledger = LedgerId{1}; });
  }
}

TEST(QueryRulesTest, RefusesAnAccountOrASideInWhatIsNoHistory) {
  for (const RequestKind kind : of_all) {
    expect_fault(kind, "has an account_id",
                 [](QueryFilter& filter) { filter.account_id = account_id(1); });
    expect_fault(kind, "has debits and credits",
                 [](QueryFilter& filter) { filter.flags = query_flag::debits; });
    expect_fault(kind, "has debits and credits",
                 [](QueryFilter& filter) { filter.flags = query_flag::credits; });
  }
}

TEST(QueryRulesTest, RefusesATraceOfAccounts) {
  const auto trace = [](QueryFilter& filter) { filter.trace_id = TraceId{Uint128{1, 0}}; };
  expect_fault(RequestKind::query_accounts, "no trace_id", trace);
  expect_none(RequestKind::query_transfers, trace);
  for (const RequestKind kind : of_account) expect_none(kind, trace);
}

TEST(QueryRulesTest, LetsEveryOtherFieldBeAsked) {
  for (const RequestKind kind : {of_account[0], of_account[1], of_all[0], of_all[1]}) {
    expect_none(kind, [](QueryFilter& filter) {
      filter.business_id = BusinessId{Uint128{1, 2}};
      filter.user_id = UserId{3};
      filter.tag = Tag{4};
      filter.code = Code{5};
      filter.cursor = 6;
    });
  }
}

// Every field of a record and of a filter, one at a time.
TEST(QueryRulesTest, LetsPassWhatEqualsEverySetField) {
  Transfer transfer = make_transfer(1, 10, 20, 5);
  transfer.business_id = BusinessId{Uint128{1, 2}};
  transfer.trace_id = TraceId{Uint128{3, 4}};
  transfer.user_id = UserId{5};
  transfer.tag = Tag{6};
  transfer.ledger = LedgerId{7};
  transfer.code = Code{8};
  transfer.timestamp = Timestamp{100};
  const auto lets_pass = [&transfer](auto change) {
    QueryFilter filter;
    change(filter);
    return passes(filter, transfer);
  };
  EXPECT_TRUE(lets_pass([](QueryFilter&) {}));
  // Both halves of a 128-bit number count.
  const auto business = [](std::uint64_t lo, std::uint64_t hi) {
    return [=](QueryFilter& filter) { filter.business_id = BusinessId{Uint128{lo, hi}}; };
  };
  EXPECT_TRUE(lets_pass(business(1, 2)));
  EXPECT_FALSE(lets_pass(business(1, 0)));
  EXPECT_FALSE(lets_pass(business(0, 2)));
  EXPECT_TRUE(lets_pass([](QueryFilter& filter) { filter.trace_id = TraceId{Uint128{3, 4}}; }));
  EXPECT_FALSE(lets_pass([](QueryFilter& filter) { filter.trace_id = TraceId{Uint128{3, 5}}; }));
  EXPECT_TRUE(lets_pass([](QueryFilter& filter) { filter.user_id = UserId{5}; }));
  EXPECT_FALSE(lets_pass([](QueryFilter& filter) { filter.user_id = UserId{6}; }));
  EXPECT_TRUE(lets_pass([](QueryFilter& filter) { filter.tag = Tag{6}; }));
  EXPECT_FALSE(lets_pass([](QueryFilter& filter) { filter.tag = Tag{5}; }));
  EXPECT_TRUE(lets_pass([](QueryFilter& filter) { filter.ledger = LedgerId{7}; }));
  EXPECT_FALSE(lets_pass([](QueryFilter& filter) { filter.ledger = LedgerId{8}; }));
  EXPECT_TRUE(lets_pass([](QueryFilter& filter) { filter.code = Code{8}; }));
  EXPECT_FALSE(lets_pass([](QueryFilter& filter) { filter.code = Code{7}; }));
  const auto between = [](std::uint64_t min, std::uint64_t max) {
    return [=](QueryFilter& filter) {
      filter.timestamp_min = Timestamp{min};
      filter.timestamp_max = Timestamp{max};
    };
  };
  EXPECT_TRUE(lets_pass(between(100, 100)));
  EXPECT_TRUE(lets_pass(between(0, 100)));
  EXPECT_TRUE(lets_pass(between(100, 0)));
  EXPECT_FALSE(lets_pass(between(101, 0)));
  EXPECT_FALSE(lets_pass(between(0, 99)));
  const auto account = [](std::uint64_t id, unsigned flags) {
    return [=](QueryFilter& filter) {
      filter.account_id = account_id(id);
      filter.flags = static_cast<std::uint16_t>(flags);
    };
  };
  EXPECT_TRUE(lets_pass(account(10, query_flag::debits)));
  EXPECT_FALSE(lets_pass(account(10, query_flag::credits)));
  EXPECT_TRUE(lets_pass(account(20, query_flag::credits)));
  EXPECT_FALSE(lets_pass(account(20, query_flag::debits)));
  EXPECT_TRUE(lets_pass(account(20, query_flag::debits | query_flag::credits)));
  EXPECT_FALSE(lets_pass(account(30, query_flag::debits | query_flag::credits)));
}

}  // namespace
}  // namespace daybook::test
