#include "tests/engine/ledger/ledger_fixture.hpp"

#include <fmt/format.h>

#include "engine/codec/entry_facts.hpp"

namespace daybook::test {
namespace {

Statuses named(const BatchReply& reply, RequestKind kind, std::size_t count) {
  EXPECT_EQ(reply.status, RequestStatus::ok) << to_string(reply.status);
  Statuses names;
  for (std::uint32_t at = 0; at < count; ++at) {
    const std::uint16_t status = reply.status_of(at);
    names.push_back(status_name(kind, status));
  }
  return names;
}

WriteRequest request_of(RequestKind kind) {
  WriteRequest request;
  request.kind = kind;
  return request;
}

WriteRequest transfers_request(const std::vector<Transfer>& batch) {
  WriteRequest request = request_of(RequestKind::create_transfers);
  request.transfers = batch;
  return request;
}

}  // namespace

LedgerTest::LedgerTest(LedgerSettings settings) : ledger_{GetParam().make(settings)} {
  ledger_->put_ledgers(std::vector{make_ledger(1, "EUR"), make_ledger(2, "USD")});
}

void LedgerTest::TearDown() {
  if (EngineUnderTest* const live = engine()) {
    live->restart();
    EXPECT_EQ(live->first_failure(), std::nullopt) << live->first_failure().value_or("");
    live->state().audit_balances();
  }
}

BatchReply LedgerTest::submit(WriteRequest request) {
  request.client = ClientId{Uint128{0x7e58, 0}};
  request.number = ++last_number_;
  request.frame_checksum = last_number_;
  return ledger_->submit(request);
}

Statuses LedgerTest::transfers(const std::vector<Transfer>& batch) {
  return named(submit(transfers_request(batch)), RequestKind::create_transfers, batch.size());
}

Statuses LedgerTest::accounts(const std::vector<Account>& batch) {
  WriteRequest request = request_of(RequestKind::create_accounts);
  request.accounts = batch;
  return named(submit(request), RequestKind::create_accounts, batch.size());
}

Statuses LedgerTest::changes(const std::vector<AccountChange>& batch) {
  WriteRequest request = request_of(RequestKind::change_accounts);
  request.account_changes = batch;
  request.role = Role::operator_;
  request.reason = "because the test says so";
  return named(submit(request), RequestKind::change_accounts, batch.size());
}

std::string LedgerTest::transfer_by_operator(const Transfer& event) {
  WriteRequest request = transfers_request({event});
  request.role = Role::operator_;
  request.reason = "a customer complained";
  return named(submit(request), RequestKind::create_transfers, 1).at(0);
}

Statuses LedgerTest::transfers_by_coordinator(const std::vector<Transfer>& batch,
                                              std::uint64_t owner) {
  WriteRequest request = transfers_request(batch);
  request.authority = Authority::coordinator;
  request.owner = Uint128{owner, 0};
  return named(submit(request), RequestKind::create_transfers, batch.size());
}

std::string LedgerTest::transfer_by_coordinator(const Transfer& event, std::uint64_t owner) {
  return transfers_by_coordinator({event}, owner).at(0);
}

void LedgerTest::open_accounts(const std::vector<Account>& batch) {
  EXPECT_EQ(accounts(batch), Statuses(batch.size(), "created"));
}

void LedgerTest::open_accounts(std::initializer_list<std::uint64_t> ids) {
  std::vector<Account> batch;
  for (const std::uint64_t id : ids) batch.push_back(make_account(id));
  open_accounts(batch);
}

void LedgerTest::expect_created(const std::vector<Transfer>& batch) {
  EXPECT_EQ(transfers(batch), Statuses(batch.size(), "created"));
}

void LedgerTest::set_clock(std::uint64_t now_ns) { ledger_->set_clock(now_ns); }

RequestStatus LedgerTest::advance_clock(std::uint64_t by_ns) {
  WriteRequest request = request_of(RequestKind::advance_clock);
  request.argument = by_ns;
  return submit(request).status;
}

Account LedgerTest::account(std::uint64_t id) {
  const auto found = ledger_->lookup_account(account_id(id));
  EXPECT_TRUE(found.has_value()) << "account " << id;
  return found.value_or(Account{});
}

std::string LedgerTest::balances(std::uint64_t id) {
  const Account found = account(id);
  return fmt::format("{}/{} {}/{}", found.debits_pending.value().lo, found.debits_posted.value().lo,
                     found.credits_pending.value().lo, found.credits_posted.value().lo);
}

RecordedTransfer LedgerTest::journaled(std::uint64_t id) {
  engine()->close_entry();
  const MemoryJournal& journal = engine()->journal();
  for (std::size_t at = 0; at < journal.count(); ++at) {
    const auto facts = read_facts(journal.at(at));
    if (!facts.ok()) continue;
    const auto& all = facts.value().transfers;
    for (std::size_t index = 0; index < all.size(); ++index) {
      if (all[index].id == transfer_id(id)) return {all[index], facts.value().note_of(index)};
    }
  }
  ADD_FAILURE() << "transfer " << id << " is not in the journal";
  return {};
}

Transfer make_pending(std::uint64_t id, std::uint64_t debit, std::uint64_t credit,
                      std::uint64_t amount, std::uint32_t timeout_s) {
  Transfer event = make_transfer(id, debit, credit, amount, 1, transfer_flag::pending);
  event.timeout = timeout_s;
  return event;
}

namespace {

Transfer naming(std::uint64_t id, std::uint64_t pending_id, Amount amount, unsigned flags) {
  Transfer event;
  event.id = transfer_id(id);
  event.pending_id = transfer_id(pending_id);
  event.amount = amount;
  event.flags = static_cast<std::uint16_t>(flags);
  return event;
}

}  // namespace

Transfer make_post(std::uint64_t id, std::uint64_t pending_id, std::uint64_t amount,
                   std::uint16_t more_flags) {
  return naming(id, pending_id, amount_of(amount),
                transfer_flag::post_pending_transfer | more_flags);
}

Transfer make_post_of_all(std::uint64_t id, std::uint64_t pending_id, std::uint16_t more_flags) {
  return naming(id, pending_id, Amount{Uint128{u128_max}},
                transfer_flag::post_pending_transfer | more_flags);
}

Transfer make_void(std::uint64_t id, std::uint64_t pending_id, std::uint64_t amount) {
  return naming(id, pending_id, amount_of(amount), transfer_flag::void_pending_transfer);
}

Transfer make_reversal(std::uint64_t id, std::uint64_t target_id, std::uint64_t amount) {
  return naming(id, target_id, amount_of(amount), transfer_flag::reversal);
}

Transfer imported(Transfer event, std::uint64_t timestamp) {
  event.flags |= transfer_flag::imported;
  event.timestamp = Timestamp{timestamp};
  return event;
}

Account imported(Account event, std::uint64_t timestamp) {
  event.flags |= account_flag::imported;
  event.timestamp = Timestamp{timestamp};
  return event;
}

AccountChange make_change(std::uint64_t account, AccountChangeKind kind, std::uint16_t sides) {
  AccountChange change;
  change.account_id = account_id(account);
  change.kind = kind;
  change.sides = sides;
  return change;
}

AccountChange make_limits(std::uint64_t account, std::int64_t minimum, std::int64_t maximum) {
  AccountChange change = make_change(account, AccountChangeKind::set_limits);
  change.minimum = wide(minimum);
  change.maximum = wide(maximum);
  return change;
}

}  // namespace daybook::test
