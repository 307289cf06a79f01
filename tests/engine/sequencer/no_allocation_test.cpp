// After start, executing requests allocates nothing: operator new is trapped while the sequencer
// works through every kind of request, refusals, broken chains and growing tables included.
//
// This binary replaces the global operator new, so it stands alone.

#include <cstdio>
#include <cstdlib>
#include <new>
#include <vector>

#include "engine/model/aggregate.hpp"
#include "tests/engine/sequencer/no_allocation_fixture.hpp"

namespace daybook::test {
thread_local bool trapped = false;
}

namespace {

using daybook::test::trapped;

void* allocate(std::size_t bytes) {
  if (trapped) {
    std::fputs("operator new was called on the sequencer's path\n", stderr);
    std::abort();
  }
  void* memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

void* operator new(std::size_t bytes) { return allocate(bytes); }
void* operator new[](std::size_t bytes) { return allocate(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace daybook::test {
namespace {

TEST_F(NoAllocationTest, AllocatesNothingForAnyRequest) {
  std::vector<Account> accounts(5'000);
  for (std::uint64_t at = 0; at < accounts.size(); ++at) {
    accounts[at].id = AccountId{Uint128{at + 1, 0}};
    accounts[at].ledger = LedgerId{static_cast<std::uint32_t>(at % 50 + 1)};
    accounts[at].code = Code{1};
  }
  execute(RequestKind::create_accounts, accounts.data(), 5'000);
  EXPECT_EQ(items_, 0U);
  execute(RequestKind::create_accounts, accounts.data(), 5'000);
  EXPECT_EQ(items_, 5'000U);  // All exist.

  std::vector<Transfer> transfers(8'192);
  for (std::uint64_t round = 0; round < 40; ++round) {
    for (std::uint64_t at = 0; at < transfers.size(); ++at) {
      Transfer& transfer = transfers[at];
      transfer = Transfer{};
      transfer.id = TransferId{Uint128{round * 10'000 + at + 1, 5}};
      transfer.debit_account_id = AccountId{Uint128{at % 5'000 + 1, 0}};
      transfer.credit_account_id = AccountId{Uint128{(at + 50) % 5'000 + 1, 0}};
      transfer.amount = Amount{Uint128{1, 0}};
      transfer.ledger = LedgerId{static_cast<std::uint32_t>(at % 5'000 % 50 + 1)};
      transfer.code = Code{1};
      if (at % 10 < 3 && round % 2 == 0) transfer.flags = transfer_flag::linked;
      if (at % 100 == 3) transfer.credit_account_id = AccountId{Uint128{999'999, 0}};
      if (at % 1'000 == 7 && at > 7) transfer.id = transfers[at - 1].id;
    }
    execute(RequestKind::create_transfers, transfers.data(), 8'192);
    EXPECT_GT(items_, 0U);  // Broken chains, burnt ids and repeats.
    execute(RequestKind::create_transfers, &transfers[round], 1);
  }
  std::vector<Uint128> ids(1'000);
  for (std::uint64_t at = 0; at < ids.size(); ++at) ids[at] = Uint128{at + 1, 0};
  execute(RequestKind::lookup_accounts, ids.data(), 1'000);
  EXPECT_EQ(items_, 1'000U);
  execute(RequestKind::state_digest, nullptr, 0);
}

Transfer transfer_of(std::uint64_t id, std::uint64_t debit, std::uint64_t credit,
                     unsigned flags = 0) {
  Transfer transfer;
  transfer.id = TransferId{Uint128{id, 6}};
  transfer.debit_account_id = AccountId{Uint128{debit, 0}};
  transfer.credit_account_id = AccountId{Uint128{credit, 0}};
  transfer.amount = Amount{Uint128{10, 0}};
  transfer.ledger = LedgerId{1};
  transfer.code = Code{1};
  transfer.flags = static_cast<std::uint16_t>(flags);
  return transfer;
}

Transfer naming(std::uint64_t id, std::uint64_t target, std::uint64_t amount, unsigned flags) {
  Transfer transfer;
  transfer.id = TransferId{Uint128{id, 6}};
  transfer.pending_id = TransferId{Uint128{target, 6}};
  transfer.amount = Amount{Uint128{amount, 0}};
  transfer.flags = static_cast<std::uint16_t>(flags);
  return transfer;
}

TEST_F(NoAllocationTest, AllocatesNothingForHoldsAndWhatBecomesOfThem) {
  namespace flag = transfer_flag;
  create_accounts(1'000);
  constexpr std::uint64_t holds = 2'000;
  std::vector<Transfer> batch;
  for (std::uint64_t round = 0; round < 20; ++round) {
    const std::uint64_t base = round * 100'000;
    batch.clear();
    for (std::uint64_t at = 0; at < holds; ++at) {
      batch.push_back(transfer_of(base + at + 1, at % 999 + 1, at % 999 + 2, flag::pending));
      batch.back().timeout = at % 2 == 0 ? 0 : static_cast<std::uint32_t>(at % 50 + 1);
      if (at % 500 == 0) batch.back().flags |= flag::balancing_debit;
    }
    execute(RequestKind::create_transfers, batch);
    EXPECT_EQ(items_, 0U);
    // Captures, posts and voids; every tenth in a chain that breaks.
    batch.clear();
    for (std::uint64_t at = 0; at < holds; ++at) {
      const std::uint64_t hold = base + at + 1;
      const unsigned kind = at % 3 == 0   ? flag::post_pending_transfer | flag::keep_remainder
                            : at % 3 == 1 ? flag::post_pending_transfer
                                          : flag::void_pending_transfer;
      batch.push_back(naming(base + 10'000 + at, hold, at % 3 == 2 ? 0 : 4, kind));
      if (at % 10 == 0) {
        batch.back().flags |= flag::linked;
        batch.push_back(transfer_of(base + 20'000 + at, 1, 999'999));
      }
    }
    execute(RequestKind::create_transfers, batch);
    EXPECT_EQ(items_, holds / 10 * 2);
    now_ += 60'000'000'000;
    EXPECT_GT(release_due(), 0U);
  }
  execute(RequestKind::create_transfers, nullptr, 0);
  EXPECT_EQ(status_, RequestStatus::ok);
}

TEST_F(NoAllocationTest, AllocatesNothingForReversalsAndChanges) {
  namespace flag = transfer_flag;
  create_accounts(1'000);
  for (std::uint64_t round = 0; round < 20; ++round) {
    const std::uint64_t base = round * 100'000;
    reopen();  // What is reversed stands in the slab still: NoJournal has none.
    std::vector<Transfer> batch;
    for (std::uint64_t at = 0; at < 500; ++at) {
      batch.push_back(transfer_of(base + at + 1, at % 999 + 1, at % 999 + 2));
    }
    execute(RequestKind::create_transfers, batch);
    batch.clear();
    for (std::uint64_t at = 0; at < 500; ++at) {
      batch.push_back(naming(base + 10'000 + at, base + at + 1, 4, flag::reversal | flag::linked));
      batch.push_back(
          naming(base + 20'000 + at, base + at + 1, at % 10 == 0 ? 7 : 0, flag::reversal));
    }
    execute(RequestKind::create_transfers, batch, "an operator's words", Role::operator_);
    EXPECT_EQ(items_, 100U);

    std::vector<AccountChange> changes(1'000);
    for (std::uint64_t at = 0; at < changes.size(); ++at) {
      AccountChange& change = changes[at];
      change.account_id = AccountId{Uint128{at / 6 + 1, 0}};
      change.kind = static_cast<AccountChangeKind>(at % 6 + 1);
      change.sides = account_side::both;
      change.maximum = {0, 1};
      if (at % 100 == 0) change.account_id = AccountId{Uint128{999'999, 0}};
    }
    execute(RequestKind::change_accounts, changes, "an operator's words", Role::operator_);
    EXPECT_EQ(status_, RequestStatus::ok);
    EXPECT_GE(items_, 10U);
  }
}

TEST_F(NoAllocationTest, AllocatesNothingForNames) {
  create_accounts(1'000);
  std::vector<Name> names(limits::batch_events_max);
  for (std::uint64_t round = 0; round < 4; ++round) {
    reopen();  // A name that differs is read back: NoJournal has none.
    for (std::uint64_t at = 0; at < names.size(); ++at) {
      names[at] = make_name(NameKind::business, Uint128{at + 1, round}, "a name");
      if (at % 100 == 1) names[at].id = names[at - 1].id;
      if (at % 100 == 2) names[at].set_text("");
    }
    execute(RequestKind::put_names, names);
    EXPECT_EQ(items_, 164U);
  }
  names.resize(limits::request_names_max);
  for (std::uint64_t round = 0; round < 20; ++round) {
    for (std::uint64_t at = 0; at < names.size(); ++at) {
      names[at] = make_name(NameKind::transfer, Uint128{at / 2 + 1, round / 2}, "a name");
    }
    if (round % 5 == 4) names.back().set_text("another");
    names_ = names;
    execute(RequestKind::create_transfers, std::vector{transfer_of(round + 1, 1, 2)});
    EXPECT_EQ(status_, round % 5 == 4 ? RequestStatus::name_conflict : RequestStatus::ok);
  }
  EXPECT_EQ(state_.names.size(), 4 * (limits::batch_events_max - 164) + 10 * names.size() / 2);
}

TEST_F(NoAllocationTest, AllocatesNothingForDomainEvents) {
  constexpr std::uint32_t payload_bytes = 40;
  const std::vector<std::byte> payloads(limits::batch_events_max * payload_bytes);
  payloads_ = payloads;
  std::vector<DomainEvent> events(limits::batch_events_max);
  for (std::uint64_t round = 0; round < 12; ++round) {
    for (std::uint64_t at = 0; at < events.size(); ++at) {
      events[at].id = Uint128{at + 1, round};
      events[at].aggregate_type = Uint128{at % 3 + 1, 0};
      events[at].aggregate_id = Uint128{at % (round * 500 + 100) + 1, 0};
      events[at].event_type = Uint128{1, 0};
      events[at].payload_bytes = payload_bytes;
    }
    execute(RequestKind::append_events, events);
    EXPECT_EQ(items_, 0U);
    execute(RequestKind::append_events, events);
    EXPECT_EQ(items_, events.size());  // All exist.
    events.back().flags = event_flag::expects_version;
    events.back().id.lo += 1;
    events.back().version = 1;
    execute(RequestKind::append_events, events);
    EXPECT_EQ(items_, events.size());  // In part.
    events.back().flags = 0;
    events.back().version = 0;
  }
  EXPECT_EQ(state_.event_ids.size(), 12 * events.size());
}

TEST_F(NoAllocationTest, AllocatesNothingForCommands) {
  create_accounts(2);  // And with them their ledger.
  constexpr std::uint64_t orders = 4'000;
  std::vector<DomainEvent> events(orders);
  std::vector<std::byte> payloads;
  for (std::uint64_t round = 0; round < 6; ++round) {
    payloads.clear();
    for (std::uint64_t at = 0; at < orders; ++at) {
      CommandDetails details;
      const bool creates = round % 2 == 0;
      if (creates) {
        details.amount = Amount{Uint128{5, 0}};
        details.quantity = 1;
        details.ledger = LedgerId{1};
      }
      events[at].id = Uint128{at + 1, round};
      events[at].aggregate_id = Uint128{at + 1, round / 2};
      put_command(creates ? Command::order_create : Command::order_cancel, details, "tea",
                  events[at], payloads);
    }
    payloads_ = payloads;
    execute(RequestKind::order_commands, events);
    EXPECT_EQ(items_, 0U);
    execute(RequestKind::order_commands, events);
    EXPECT_EQ(items_, events.size());  // All exist.
  }
  EXPECT_EQ(state_.aggregates.orders().all().size(), 3 * orders);
}

TEST_F(NoAllocationTest, AllocatesNothingForTransactions) {
  create_accounts(100);
  std::vector<TccCommand> commands;
  std::vector<TccCommand> settling;
  std::vector<TccAmount> amounts;
  for (std::uint64_t at = 0; at < 500; ++at) {
    TccCommand begin;
    begin.gid = Uint128{at + 1, 0};
    begin.kind = TccCommandKind::begin;
    begin.created_at = 1'000;
    begin.timeout_ns = 1'000'000'000;
    commands.push_back(begin);
    for (std::uint64_t branch = 1; branch <= 2; ++branch) {
      TccCommand& attempt = commands.emplace_back();
      attempt.gid = begin.gid;
      attempt.kind = TccCommandKind::try_;
      attempt.branch = branch;
      attempt.debit_account_id = AccountId{Uint128{at % 100 + 1, 0}};
      attempt.credit_account_id = AccountId{Uint128{(at + branch) % 100 + 1, 0}};
      attempt.amount = Amount{Uint128{1, 0}};
      attempt.ledger = LedgerId{1};
      attempt.code = Code{1};
    }
    if (at % 3 == 0) continue;  // Left to expire.
    TccCommand& settle = settling.emplace_back();
    settle.gid = begin.gid;
    settle.kind = at % 3 == 1 ? TccCommandKind::confirm : TccCommandKind::cancel;
    if (settle.kind == TccCommandKind::cancel) continue;
    settle.amounts = 2;
    for (std::uint64_t branch = 1; branch <= 2; ++branch) {
      amounts.push_back({.branch = branch, .reserved = 0, .amount = Amount{Uint128{1, 0}}});
    }
  }
  execute(RequestKind::tcc_commands, commands);
  EXPECT_EQ(items_, 0U);
  execute(RequestKind::tcc_commands, commands);
  EXPECT_EQ(items_, commands.size()) << "all are duplicates";
  payloads_ = std::as_bytes(std::span{amounts});
  execute(RequestKind::tcc_commands, settling);
  EXPECT_EQ(items_, 0U);
  now_ += 2'000'000'000;
  trapped = true;
  while (sequencer_.work_is_due(now_)) {
    if (!sequencer_.do_due_work(now_)) reopen();
  }
  trapped = false;
  EXPECT_EQ(state_.tccs.ended_count(), 500U);
  EXPECT_EQ(state_.holds.count(), 0U);
}

TEST_F(NoAllocationTest, AllocatesNothingForCheckpoints) {
  std::vector<EventCheckpoint> checkpoints(limits::checkpoints_max + 1);
  for (std::uint64_t round = 1; round <= 4; ++round) {
    for (std::uint64_t at = 0; at < checkpoints.size(); ++at) {
      checkpoints[at] = make_checkpoint("consumer 0000", round);
      checkpoints[at].name_text[9] = static_cast<char>('0' + at / 1'000);
      checkpoints[at].name_text[10] = static_cast<char>('0' + at / 100 % 10);
      checkpoints[at].name_text[11] = static_cast<char>('0' + at / 10 % 10);
      checkpoints[at].name_text[12] = static_cast<char>('0' + at % 10);
    }
    execute(RequestKind::put_checkpoints, checkpoints);
    EXPECT_EQ(items_, 1U);  // There is no room for the last one.
    execute(RequestKind::put_checkpoints, checkpoints);
    EXPECT_EQ(items_, checkpoints.size());  // All stand there.
  }
  EXPECT_TRUE(state_.checkpoints.full());
}

TEST_F(NoAllocationTest, AllocatesNothingForBundles) {
  create_accounts(100);
  std::vector<Transfer> transfers(500);
  std::vector<DomainEvent> events(500);
  for (std::uint64_t round = 0; round < 20; ++round) {
    for (std::uint64_t at = 0; at < events.size(); ++at) {
      transfers[at] = transfer_of(round * 1'000 + at + 1, at % 50 + 1, at % 50 + 51);
      events[at].id = Uint128{at + 1, round};
      events[at].aggregate_type = events[at].event_type = Uint128{1, 0};
      events[at].aggregate_id = Uint128{at + 1, 0};
      events[at].flags = event_flag::expects_version;
      events[at].version = round / 2;
    }
    if (round % 2 == 1) events.back().version += 7;
    bundled_ = events;
    execute(RequestKind::bundle, transfers);
    EXPECT_EQ(items_, round % 2 == 1 ? 1'000U : 0U);
    execute(RequestKind::bundle, transfers);
    EXPECT_EQ(items_, 1'000U);  // Exists, or fails again.
  }
}

TEST(NoAllocationDeathTest, TheTrapWorks) {
  EXPECT_DEATH(
      {
        trapped = true;
        std::vector<int> grown(100);
        std::printf("%d", grown[0]);
      },
      "on the sequencer's path");
}

}  // namespace
}  // namespace daybook::test
