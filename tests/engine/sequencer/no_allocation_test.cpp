// After start, executing requests allocates nothing: operator new is trapped while the sequencer
// works through every kind of request, refusals, broken chains and growing tables included.
//
// This binary replaces the global operator new, so it stands alone.

#include <cstdio>
#include <cstdlib>
#include <new>
#include <vector>

#include <gtest/gtest.h>

#include "engine/codec/entry_builder.hpp"
#include "engine/sequencer/sequencer.hpp"
#include "engine/sequencer/slab_fact_reader.hpp"

namespace {

thread_local bool trapped = false;

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

namespace daybook {
namespace {

class NoJournal final : public FactReader {
 public:
  bool transfer_at(Sequence, RecordedTransfer&) override { return false; }
  bool released_at(Sequence, TransferId) override { return false; }
  bool burnt_at(Sequence, TransferId) override { return false; }
};

class NoAllocationTest : public ::testing::Test {
 protected:
  NoAllocationTest() { reply_.resize(std::size_t{limits::batch_events_max} * 128); }

  void execute(RequestKind kind, const void* events, std::uint32_t count) {
    RequestSlot request;
    request.kind = kind;
    request.client = ClientId{Uint128{number_ % 7 + 1, 1}};
    request.request_number = ++number_;
    request.events = static_cast<const std::byte*>(events);
    request.event_count = count;
    request.reply_room = reply_.data();
    trapped = true;
    if (!open_ || !sequencer_.fits(request)) {
      if (open_) static_cast<void>(sequencer_.close(number_, JournalId{}));
      sequencer_.open(slabs_[entries_++ % slabs_.size()]);
      open_ = true;
    }
    sequencer_.execute(request, 1'000 + number_);
    trapped = false;
    items_ = request.item_count;
  }

  NoJournal journal_;
  State state_{StateSettings{}};
  std::vector<EntryBuilder> slabs_ = std::vector<EntryBuilder>(4);
  SlabFactReader facts_{slabs_, journal_};
  Sequencer sequencer_{SequencerSettings{.auto_ledgers = true, .manual_clock = false}, state_,
                       facts_};
  std::vector<std::byte> reply_;
  std::uint64_t number_ = 0;
  std::uint64_t entries_ = 0;
  std::uint32_t items_ = 0;
  bool open_ = false;
};

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
}  // namespace daybook
