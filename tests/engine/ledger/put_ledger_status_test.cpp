// put_ledgers and what accounts owe to it: every status in order, alone and in pairs; ledgers that
// are used do not change; --auto-ledgers registers what an account needs and forgets it with it.

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/ledger_under_test.hpp"

namespace daybook::test {
namespace {

using Status = PutLedgerStatus;

// Ledgers of the fixture.
constexpr std::uint32_t used = 1;    // "EUR", has an account.
constexpr std::uint32_t unused = 2;  // "USD".
constexpr std::uint32_t fresh = 50;

struct Row {
  Status status;
  std::function<void(Ledger&)> spoil;
};

void set_raw_name(Ledger& ledger, std::string_view bytes) {
  ledger.name_text.fill('\0');
  std::copy(bytes.begin(), bytes.end(), ledger.name_text.begin());
  ledger.name_bytes = static_cast<std::uint16_t>(bytes.size());
}

/// Faults of the ledger itself, in the order of checking.
const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {Status::ledger_must_not_be_zero, [](Ledger& l) { l.id = LedgerId{0}; }},
      {Status::name_must_not_be_empty, [](Ledger& l) { l.name_bytes = 0; }},
      {Status::name_too_long, [](Ledger& l) { l.name_bytes = 65; }},
      {Status::name_too_long, [](Ledger& l) { l.name_bytes = 0xffff; }},
      {Status::name_must_be_utf8, [](Ledger& l) { l.name_text[1] = '\xff'; }},
      {Status::scale_out_of_range, [](Ledger& l) { l.scale = 31; }},
      {Status::scale_out_of_range, [](Ledger& l) { l.scale = 255; }},
      {Status::kind_unknown, [](Ledger& l) { l.kind = LedgerKind{0}; }},
      {Status::kind_unknown, [](Ledger& l) { l.kind = LedgerKind{4}; }},
  };
  return all;
}

class PutLedgerStatusTest : public ::testing::TestWithParam<LedgerMaker> {
 protected:
  PutLedgerStatusTest() : ledger_{GetParam().make({})} {
    ledger_->put_ledgers(std::vector{make_ledger(used, "EUR"), make_ledger(unused, "USD")});
    ledger_->create_accounts(std::vector{make_account(1, used)});
  }

  Status put(const Ledger& ledger) {
    const BatchReply reply = ledger_->put_ledgers(std::vector{ledger});
    EXPECT_EQ(reply.status, RequestStatus::ok);
    return static_cast<Status>(reply.status_of(0));
  }

  CreateAccountStatus open(std::uint64_t id, std::uint32_t ledger) {
    const BatchReply reply = ledger_->create_accounts(std::vector{make_account(id, ledger)});
    return static_cast<CreateAccountStatus>(reply.status_of(0));
  }

  std::unique_ptr<LedgerUnderTest> ledger_;
};

TEST_P(PutLedgerStatusTest, AnswersEachFaultAlone) {
  for (const Row& row : rows()) {
    Ledger ledger = make_ledger(fresh, "GBP");
    row.spoil(ledger);
    EXPECT_EQ(to_string(put(ledger)), to_string(row.status));
  }
}

TEST_P(PutLedgerStatusTest, AnswersTheEarlierOfAnyTwoFaults) {
  for (std::size_t i = 0; i < rows().size(); ++i) {
    for (std::size_t k = i + 1; k < rows().size(); ++k) {
      const Row& earlier = rows()[i];
      const Row& later = rows()[k];
      const bool same_field =
          earlier.status == later.status || (earlier.status == Status::name_must_not_be_empty &&
                                             later.status == Status::name_too_long);
      if (same_field) continue;
      Ledger ledger = make_ledger(fresh, "GBP");
      later.spoil(ledger);
      earlier.spoil(ledger);
      ASSERT_EQ(to_string(put(ledger)), to_string(earlier.status)) << to_string(later.status);
    }
  }
}

TEST_P(PutLedgerStatusTest, AFaultOfItsOwnComesBeforeWhatIsRegistered) {
  for (const Row& row : rows()) {
    if (row.status == Status::ledger_must_not_be_zero) continue;
    for (const std::uint32_t id : {used, unused}) {
      Ledger ledger = make_ledger(id, "EUR");
      row.spoil(ledger);
      ASSERT_EQ(to_string(put(ledger)), to_string(row.status));
    }
  }
}

TEST_P(PutLedgerStatusTest, ComparesWithWhatIsRegistered) {
  struct Case {
    Ledger ledger;
    Status status;
  };
  Ledger other_kind = make_ledger(used, "EUR");
  other_kind.kind = LedgerKind::asset;
  const Case cases[] = {
      {make_ledger(used, "EUR"), Status::exists},
      {make_ledger(unused, "USD"), Status::exists},
      {make_ledger(fresh, "EUR"), Status::name_taken},
      {make_ledger(unused, "EUR"), Status::name_taken},
      {make_ledger(used, "USD"), Status::name_taken},  // In use, too.
      {make_ledger(used, "GBP"), Status::ledger_in_use},
      {make_ledger(used, "EUR", 3), Status::ledger_in_use},
      {other_kind, Status::ledger_in_use},
      {make_ledger(unused, "USD", 0), Status::created},
      {make_ledger(unused, "USD", 0), Status::exists},
      {make_ledger(unused, "GBP", 30), Status::created},
      {make_ledger(fresh, "USD"), Status::created},  // The name is free again.
  };
  for (const Case& each : cases) {
    EXPECT_EQ(to_string(put(each.ledger)), to_string(each.status))
        << each.ledger.id.value() << " " << each.ledger.name();
  }
}

TEST_P(PutLedgerStatusTest, IsImmutableFromItsFirstAccountOn) {
  EXPECT_EQ(put(make_ledger(unused, "USD", 4)), Status::created);
  EXPECT_EQ(open(2, unused), CreateAccountStatus::created);
  EXPECT_EQ(put(make_ledger(unused, "USD", 5)), Status::ledger_in_use);
  EXPECT_EQ(put(make_ledger(unused, "USD", 4)), Status::exists);
}

TEST_P(PutLedgerStatusTest, AnUndoneAccountUsesNothing) {
  const BatchReply undone = ledger_->create_accounts(
      std::vector{make_account(2, unused, account_flag::linked), make_account(0, unused)});
  EXPECT_EQ(undone.refused.size(), 2U);
  EXPECT_EQ(put(make_ledger(unused, "USD", 4)), Status::created);
}

TEST_P(PutLedgerStatusTest, TakesNamesOfOneToSixtyFourBytesOfPrintableUtf8) {
  std::uint32_t id = fresh;
  const auto status_of_name = [&](std::string_view bytes) {
    Ledger ledger = make_ledger(++id, "x");
    set_raw_name(ledger, bytes);
    return std::string{to_string(put(ledger))};
  };
  for (const std::string_view good :
       {"a", "\xc2\xa0", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbd",
        "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "caf\xc3\xa9 \xe4\xba\xba"}) {
    EXPECT_EQ(status_of_name(good), "created") << good;
  }
  EXPECT_EQ(status_of_name(std::string(64, 'n')), "created");
  EXPECT_EQ(status_of_name(std::string(62, 'n') + "\xc3\xa9"), "created");

  using namespace std::string_view_literals;
  for (const std::string_view bad : {"\0"sv,
                                     "a\0b"sv,
                                     "\n"sv,
                                     "\x1f"sv,
                                     "\x7f"sv,
                                     "\xc2\x80"sv,
                                     "\xc2\x9f"sv,
                                     "\x80"sv,
                                     "\xbf"sv,
                                     "\xc0\x80"sv,
                                     "\xc1\xbf"sv,
                                     "\xc3"sv,
                                     "\xc3\x28"sv,
                                     "\xe0\x9f\xbf"sv,
                                     "\xe2\x82"sv,
                                     "\xed\xa0\x80"sv,
                                     "\xed\xbf\xbf"sv,
                                     "\xf0\x8f\xbf\xbf"sv,
                                     "\xf4\x90\x80\x80"sv,
                                     "\xf5\x80\x80\x80"sv,
                                     "\xff"sv,
                                     "\xf0\x90\x80"sv}) {
    EXPECT_EQ(status_of_name(bad), "name_must_be_utf8") << testing::PrintToString(bad);
  }
  EXPECT_EQ(status_of_name(std::string(63, 'n') + "\xc3"), "name_must_be_utf8");
}

TEST_P(PutLedgerStatusTest, RefusesBytesBehindTheName) {
  for (const std::size_t place : {std::size_t{3}, std::size_t{63}}) {
    Ledger ledger = make_ledger(fresh, "GBP");
    ledger.name_text[place] = 'x';
    ledger.name_bytes = 3;
    EXPECT_EQ(put(ledger), Status::name_must_be_utf8);
  }
}

TEST_P(PutLedgerStatusTest, ABatchSeesItsOwnEarlierLedgers) {
  const BatchReply reply = ledger_->put_ledgers(
      std::vector{make_ledger(60, "A"), make_ledger(61, "A"), make_ledger(60, "B"),
                  make_ledger(61, "A"), make_ledger(60, "B")});
  EXPECT_EQ(reply.status_of(0), 0U);
  EXPECT_EQ(static_cast<Status>(reply.status_of(1)), Status::name_taken);
  EXPECT_EQ(reply.status_of(2), 0U);
  EXPECT_EQ(reply.status_of(3), 0U);
  EXPECT_EQ(static_cast<Status>(reply.status_of(4)), Status::exists);
}

TEST_P(PutLedgerStatusTest, RegistersUpToItsLimitAndNotOneMore) {
  constexpr std::uint32_t batch_size = 4'096;
  std::uint32_t registered = 2;
  while (registered < limits::ledgers_max) {
    std::vector<Ledger> batch;
    for (; batch.size() < batch_size && registered < limits::ledgers_max; ++registered) {
      batch.push_back(make_ledger(1'000 + registered, "L" + std::to_string(registered)));
    }
    ASSERT_TRUE(ledger_->put_ledgers(batch).refused.empty());
  }
  EXPECT_EQ(put(make_ledger(fresh, "one more")), Status::too_many_ledgers);
  EXPECT_EQ(put(make_ledger(fresh, "EUR")), Status::name_taken);
  EXPECT_EQ(put(make_ledger(unused, "USD", 7)), Status::created);  // Changing one takes no room.
}

INSTANTIATE_TEST_SUITE_P(Ledgers, PutLedgerStatusTest, ::testing::ValuesIn(ledgers_under_test()),
                         [](const auto& test) { return name_of_maker(test.param); });

class AutoLedgersTest : public ::testing::TestWithParam<LedgerMaker> {
 protected:
  AutoLedgersTest() : ledger_{GetParam().make({.auto_ledgers = true})} {}

  Status put(const Ledger& ledger) {
    return static_cast<Status>(ledger_->put_ledgers(std::vector{ledger}).status_of(0));
  }

  std::unique_ptr<LedgerUnderTest> ledger_;
};

TEST_P(AutoLedgersTest, AnAccountRegistersItsLedgerWithoutAFactOfItsOwn) {
  const BatchReply made =
      ledger_->create_accounts(std::vector{make_account(1, 7), make_account(2, 7)});
  EXPECT_TRUE(made.refused.empty());
  const BatchReply next = ledger_->create_accounts(std::vector{make_account(3, 7)});
  EXPECT_EQ(next.first_sequence.value(), made.first_sequence.value() + 3);
  EXPECT_EQ(put(make_ledger(7, "ledger-7", 0)), Status::exists);
  EXPECT_EQ(put(make_ledger(7, "seven", 0)), Status::ledger_in_use);
  EXPECT_EQ(put(make_ledger(8, "ledger-7", 0)), Status::name_taken);
}

TEST_P(AutoLedgersTest, StillWantALedgerThatIsNotZero) {
  const BatchReply reply = ledger_->create_accounts(std::vector{make_account(1, 0)});
  EXPECT_EQ(static_cast<CreateAccountStatus>(reply.status_of(0)),
            CreateAccountStatus::ledger_must_not_be_zero);
}

TEST_P(AutoLedgersTest, AnUndoneAccountTakesItsLedgerBackWithIt) {
  const std::uint16_t linked = account_flag::linked;
  const BatchReply undone =
      ledger_->create_accounts(std::vector{make_account(1, 7, linked), make_account(2, 8, linked),
                                           make_account(3, 7, linked), make_account(0, 9)});
  EXPECT_EQ(undone.refused.size(), 4U);
  EXPECT_EQ(put(make_ledger(8, "ledger-7", 3)), Status::created);
  EXPECT_EQ(put(make_ledger(7, "seven", 3)), Status::created);
}

TEST_P(AutoLedgersTest, ARefusedAccountRegistersNothing) {
  Account account = make_account(1, 7);
  account.code = Code{0};
  ledger_->create_accounts(std::vector{account});
  EXPECT_EQ(put(make_ledger(7, "seven", 3)), Status::created);
}

TEST_P(AutoLedgersTest, KeepLedgersThatWerePutBefore) {
  EXPECT_EQ(put(make_ledger(7, "seven", 3)), Status::created);
  ledger_->create_accounts(std::vector{make_account(1, 7)});
  EXPECT_EQ(put(make_ledger(7, "seven", 3)), Status::exists);
}

INSTANTIATE_TEST_SUITE_P(Ledgers, AutoLedgersTest, ::testing::ValuesIn(ledgers_under_test()),
                         [](const auto& test) { return name_of_maker(test.param); });

}  // namespace
}  // namespace daybook::test
