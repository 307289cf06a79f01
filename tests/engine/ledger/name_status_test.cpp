// put_names and names that come with a request: every fault in order, alone and in pairs, on the
// engine and the model alike.

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/model/ids.hpp"
#include "tests/engine/ledger/ledger_fixture.hpp"

namespace daybook::test {
namespace {

using Status = PutNameStatus;

struct Row {
  Status status;
  std::function<void(Name&)> spoil;
};

/// Faults of the name itself, in the order of checking.
const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {Status::reserved_field, [](Name& n) { n.reserved = 1; }},
      {Status::reserved_field, [](Name& n) { n.reserved = 1U << 31; }},
      {Status::kind_unknown, [](Name& n) { n.kind = NameKind{0}; }},
      {Status::kind_unknown, [](Name& n) { n.kind = NameKind{8}; }},
      {Status::kind_unknown, [](Name& n) { n.kind = NameKind{0xffff}; }},
      {Status::id_must_not_be_zero, [](Name& n) { n.id = {}; }},
      {Status::text_must_not_be_empty, [](Name& n) { n.text_bytes = 0; }},
      {Status::text_too_long, [](Name& n) { n.text_bytes = 65; }},
      {Status::text_too_long, [](Name& n) { n.text_bytes = 0xffff; }},
      {Status::text_must_be_utf8, [](Name& n) { n.text_data[0] = '\xff'; }},
      {Status::text_must_be_utf8, [](Name& n) { n.text_data[0] = '\n'; }},
      {Status::text_must_be_utf8, [](Name& n) { n.text_data[63] = 'x'; }},
      {Status::text_must_be_utf8, [](Name& n) { n.text_bytes = 60; }},
  };
  return all;
}

class NameStatusTest : public LedgerTest {
 protected:
  static Name good() { return make_name(NameKind::account, Uint128{1, 0}, "till"); }

  BatchReply put(const std::vector<Name>& names) {
    WriteRequest request;
    request.kind = RequestKind::put_names;
    request.names = names;
    return submit(request);
  }
  std::string status_of(const Name& name) {
    const BatchReply reply = put({name});
    EXPECT_EQ(reply.status, RequestStatus::ok);
    return status_name(RequestKind::put_names, reply.status_of(0));
  }
  /// Of a request that brings the names with an account.
  RequestStatus with_account(std::uint64_t id, const std::vector<Name>& names) {
    WriteRequest request;
    request.kind = RequestKind::create_accounts;
    request.accounts = {make_account(id)};
    request.names = names;
    return submit(request).status;
  }
};

TEST_P(NameStatusTest, AnswersEachFaultAlone) {
  for (const Row& row : rows()) {
    Name name = good();
    row.spoil(name);
    EXPECT_EQ(status_of(name), to_string(row.status));
  }
  EXPECT_EQ(status_of(good()), "created");
}

TEST_P(NameStatusTest, AnswersTheEarlierOfAnyTwoFaults) {
  for (std::size_t i = 0; i < rows().size(); ++i) {
    for (std::size_t k = i + 1; k < rows().size(); ++k) {
      const Row& earlier = rows()[i];
      const Row& later = rows()[k];
      if (earlier.status == later.status) continue;
      Name name = good();
      later.spoil(name);
      earlier.spoil(name);
      ASSERT_EQ(status_of(name), to_string(earlier.status)) << to_string(later.status);
    }
  }
}

TEST_P(NameStatusTest, AFaultOfItsOwnComesBeforeWhatIsKnown) {
  EXPECT_EQ(status_of(good()), "created");
  for (const Row& row : rows()) {
    Name name = good();
    row.spoil(name);
    ASSERT_EQ(status_of(name), to_string(row.status));
  }
}

TEST_P(NameStatusTest, AnIdKeepsItsNameForEver) {
  const Name till = good();
  const Name other = make_name(till.kind, till.id, "Till");
  EXPECT_EQ(status_of(till), "created");
  EXPECT_EQ(status_of(till), "exists");
  EXPECT_EQ(status_of(other), "name_conflict");
  EXPECT_EQ(status_of(make_name(NameKind::transfer, till.id, "Till")), "created");
  EXPECT_EQ(status_of(make_name(NameKind::business, till.id, "TILL")), "created");
  EXPECT_EQ(status_of(make_name(NameKind::account, Uint128{2, 0}, "till")), "created");
  EXPECT_EQ(status_of(till), "exists");
}

TEST_P(NameStatusTest, ABatchSeesItsOwnEarlierNames) {
  const BatchReply reply = put({good(), make_name(NameKind::account, Uint128{1, 0}, "x"), good(),
                                make_name(NameKind::account, Uint128{2, 0}, "x")});
  EXPECT_EQ(reply.status_of(0), 0U);
  EXPECT_EQ(static_cast<Status>(reply.status_of(1)), Status::name_conflict);
  EXPECT_EQ(static_cast<Status>(reply.status_of(2)), Status::exists);
  EXPECT_EQ(reply.status_of(3), 0U);
}

TEST_P(NameStatusTest, ARequestWithAFaultyNameIsMalformedAndNothingIsDone) {
  std::uint64_t id = 10;
  for (const Row& row : rows()) {
    Name name = good();
    row.spoil(name);
    const Name fine = make_name(NameKind::business, Uint128{++id, 0}, "fine");
    ASSERT_EQ(with_account(id, {fine, name}), RequestStatus::malformed) << to_string(row.status);
    EXPECT_FALSE(ledger_->lookup_account(account_id(id)).has_value());
    EXPECT_EQ(status_of(fine), "created");  // It was not kept then.
  }
}

TEST_P(NameStatusTest, ARequestWithAnotherNameForAnIdIsRefusedAndNothingIsDone) {
  EXPECT_EQ(with_account(1, {good()}), RequestStatus::ok);
  const Name fine = make_name(NameKind::business, Uint128{9, 0}, "fine");
  Name other = good();
  other.set_text("another");
  EXPECT_EQ(with_account(2, {fine, other}), RequestStatus::name_conflict);
  EXPECT_FALSE(ledger_->lookup_account(account_id(2)).has_value());
  EXPECT_EQ(status_of(fine), "created");
  EXPECT_EQ(with_account(2, {fine, good()}), RequestStatus::ok);
  EXPECT_TRUE(ledger_->lookup_account(account_id(2)).has_value());
}

TEST_P(NameStatusTest, NamesOfOneRequestMustAgree) {
  Name other = good();
  other.set_text("another");
  EXPECT_EQ(with_account(1, {good(), other}), RequestStatus::name_conflict);
  EXPECT_EQ(with_account(1, {good(), good(), good()}), RequestStatus::ok);
  EXPECT_EQ(status_of(good()), "exists");
}

TEST_P(NameStatusTest, OnlyAccountsAndTransfersBringNames) {
  WriteRequest request;
  request.kind = RequestKind::put_ledgers;
  request.ledgers = {make_ledger(7, "seven")};
  request.names = {good()};
  EXPECT_EQ(submit(request).status, RequestStatus::malformed);
  request.kind = RequestKind::change_accounts;
  request.ledgers.clear();
  EXPECT_EQ(submit(request).status, RequestStatus::malformed);
}

TEST_P(NameStatusTest, ARequestBringsUpToItsLimitAndNotOneMore) {
  std::vector<Name> names;
  for (std::uint64_t id = 1; id <= limits::request_names_max; ++id) {
    names.push_back(make_name(NameKind::business, Uint128{id, 0}, std::to_string(id)));
  }
  EXPECT_EQ(with_account(1, names), RequestStatus::ok);
  names.push_back(names.back());
  EXPECT_EQ(with_account(2, names), RequestStatus::too_large);
  names.pop_back();
  EXPECT_EQ(with_account(2, names), RequestStatus::ok);
}

DAYBOOK_ON_EVERY_LEDGER(NameStatusTest);

class NameRoomTest : public NameStatusTest {
 protected:
  NameRoomTest() : NameStatusTest() {
    LedgerSettings settings;
    settings.names_max = 2;
    ledger_ = GetParam().make(settings);
    ledger_->put_ledgers(std::vector{make_ledger(1, "EUR")});
  }
};

TEST_P(NameRoomTest, IsFullAtItsLimit) {
  const Name a = make_name(NameKind::account, Uint128{1, 0}, "a");
  const Name b = make_name(NameKind::account, Uint128{2, 0}, "b");
  const Name c = make_name(NameKind::account, Uint128{3, 0}, "c");
  EXPECT_EQ(with_account(1, {a, b, c}), RequestStatus::too_many_names);
  EXPECT_FALSE(ledger_->lookup_account(account_id(1)).has_value());
  EXPECT_EQ(with_account(1, {a, a, b}), RequestStatus::ok);
  EXPECT_EQ(with_account(2, {b, a}), RequestStatus::ok);  // No news.
  EXPECT_EQ(with_account(3, {c}), RequestStatus::too_many_names);
  EXPECT_EQ(status_of(c), "too_many_names");
  EXPECT_EQ(status_of(b), "exists");
}

DAYBOOK_ON_EVERY_LEDGER(NameRoomTest);

}  // namespace
}  // namespace daybook::test
