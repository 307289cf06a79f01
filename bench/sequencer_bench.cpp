// What one transfer costs the sequencer: decide, apply, digest, and writing the fact into a slab.
// No socket, no journal, no other thread.
//
// Sketch: 100 ns to decide and apply with prefetched probes, 20 ns to write 144 bytes, 5 ns for the
// digest: 125 ns with 10,000 accounts; more with a million, whose lines miss the caches.
// Arguments: accounts, transfers a request.

#include <cstdint>
#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

#include "engine/codec/entry_builder.hpp"
#include "engine/replay/replayer.hpp"
#include "engine/sequencer/sequencer.hpp"
#include "engine/sequencer/slab_fact_reader.hpp"

namespace daybook {
namespace {

// No id of this benchmark is used twice, so nothing is ever read back.
class NoFacts final : public FactReader {
 public:
  bool transfer_at(Sequence, RecordedTransfer&) override { return false; }
  bool released_at(Sequence, TransferId) override { return false; }
  bool burnt_at(Sequence, TransferId) override { return false; }
  bool name_at(Sequence, Name&) override { return false; }
  bool event_at(Sequence, DomainEvent&) override { return false; }
};

struct Bench {
  explicit Bench(std::uint64_t accounts) : state{settings(accounts)} {
    std::vector<Account> batch(1);
    reply.resize(std::size_t{limits::batch_events_max} * sizeof(Refusal));
    for (std::uint64_t id = 1; id <= accounts; ++id) {
      batch[0].id = AccountId{Uint128{id * 7919, id}};
      batch[0].ledger = LedgerId{1};
      batch[0].code = Code{1};
      run(RequestKind::create_accounts, batch.data(), 1);
    }
    account_count = accounts;
  }

  static StateSettings settings(std::uint64_t accounts) {
    StateSettings wanted;
    wanted.accounts_max = accounts + 1;
    return wanted;
  }

  void fill(std::vector<Transfer>& batch) {
    for (Transfer& transfer : batch) {
      random = random * 6364136223846793005 + 1442695040888963407;
      const std::uint64_t debit = (random >> 33) % account_count + 1;
      const std::uint64_t credit = debit % account_count + 1;
      transfer.id = TransferId{Uint128{random, ++serial}};
      transfer.debit_account_id = AccountId{Uint128{debit * 7919, debit}};
      transfer.credit_account_id = AccountId{Uint128{credit * 7919, credit}};
      transfer.amount = Amount{Uint128{random & 0xffff, 0}};
      transfer.ledger = LedgerId{1};
      transfer.code = Code{1};
    }
  }

  std::span<std::byte> run(RequestKind kind, const void* events, std::uint32_t count) {
    RequestSlot request;
    request.kind = kind;
    request.client = ClientId{Uint128{1, 1}};
    request.request_number = ++number;
    request.events = static_cast<const std::byte*>(events);
    request.event_count = count;
    request.reply_room = reply.data();
    sequencer.open(slab);
    sequencer.execute(request, 1'000'000'000 + number);
    ENSURE(request.status == RequestStatus::ok && request.item_count == 0, "all are created");
    return sequencer.close(1, JournalId{});
  }

  NoFacts facts;
  State state;
  Sequencer sequencer{SequencerSettings{.auto_ledgers = true, .manual_clock = false}, state, facts};
  EntryBuilder slab;
  std::vector<std::byte> reply;
  std::uint64_t account_count = 0;
  std::uint64_t number = 0;
  std::uint64_t serial = 0;
  std::uint64_t random = 42;
};

void decide_and_apply(benchmark::State& state) {
  Bench bench{static_cast<std::uint64_t>(state.range(0))};
  std::vector<Transfer> batch(static_cast<std::size_t>(state.range(1)));
  for (auto _ : state) {
    state.PauseTiming();
    bench.fill(batch);
    state.ResumeTiming();
    benchmark::DoNotOptimize(bench.run(RequestKind::create_transfers, batch.data(),
                                       static_cast<std::uint32_t>(batch.size())));
  }
  state.SetItemsProcessed(state.iterations() * state.range(1));
}
BENCHMARK(decide_and_apply)
    ->Args({10'000, 8'189})
    ->Args({1'000'000, 8'189})
    ->Args({10'000, 1})
    ->Unit(benchmark::kMicrosecond);

// The same entries applied by replay, as the follower and recovery do.
void replay(benchmark::State& state) {
  const auto accounts = static_cast<std::uint64_t>(state.range(0));
  Bench bench{accounts};
  Bench copy{accounts};
  Replayer replayer{copy.state};
  std::vector<Transfer> batch(static_cast<std::size_t>(state.range(1)));
  for (auto _ : state) {
    state.PauseTiming();
    bench.fill(batch);
    const auto value = bench.run(RequestKind::create_transfers, batch.data(),
                                 static_cast<std::uint32_t>(batch.size()));
    seal_entry(value, Uint128{});
    const auto entry = check_entry(value);
    state.ResumeTiming();
    const auto applied = replayer.apply(entry.value());
    ENSURE(applied.ok(), "what was decided can be applied");
  }
  state.SetItemsProcessed(state.iterations() * state.range(1));
}
BENCHMARK(replay)->Args({10'000, 8'189})->Args({1'000'000, 8'189})->Unit(benchmark::kMicrosecond);

void checksum_of_an_entry(benchmark::State& state) {
  Bench bench{10'000};
  std::vector<Transfer> batch(limits::batch_events_max);
  bench.fill(batch);
  const auto value =
      bench.run(RequestKind::create_transfers, batch.data(), limits::batch_events_max);
  for (auto _ : state) benchmark::DoNotOptimize(seal_entry(value, Uint128{}));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(value.size()));
}
BENCHMARK(checksum_of_an_entry)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace daybook
