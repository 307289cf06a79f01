#include <algorithm>
#include <utility>

#include "engine/ledger/account_state.hpp"
#include "engine/snapshot/state_blocks.hpp"
#include "engine/snapshot/state_snapshot.hpp"

namespace daybook {
namespace {

/// Gathers items and writes them when there are many.
template <typename T>
class Batch {
 public:
  Batch(SnapshotWriter& into, BlockKind kind) : into_{into}, kind_{kind} {}
  ~Batch() { write(); }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  void add(const T& item) {
    items_.push_back(item);
    if (items_.size() == items_a_write) write();
  }

 private:
  void write() {
    into_.put(kind_, std::span<const T>{items_});
    items_.clear();
  }

  static constexpr std::size_t items_a_write = 16'384;
  SnapshotWriter& into_;
  BlockKind kind_;
  std::vector<T> items_;
};

void write_tccs(const TccTable& table, SnapshotWriter& into) {
  into.put_one(BlockKind::tcc_watermark, table.watermark());
  {
    Batch<TccView> views{into, BlockKind::tccs};
    table.for_each([&](TccSlot slot) { views.add(table.at(slot)); });
  }
  Batch<TccTable::SavedBranch> branches{into, BlockKind::tcc_branches};
  table.for_each([&](TccSlot slot) {
    const Uint128 gid = table.at(slot).gid;
    table.for_each_branch(slot, [&](const TccBranch& branch) { branches.add({gid, branch}); });
  });
}

// Those that ended first, in their order; a saga is not cut in two.
void write_sagas(const SagaTable& table, SnapshotWriter& into) {
  for (const auto& stored : table.definitions()) {
    const std::string& text = stored->definition.canonical;
    into.put(BlockKind::saga_definitions, std::as_bytes(std::span{text.data(), text.size()}));
  }
  constexpr std::size_t bytes_a_block = std::size_t{4} << 20;
  std::vector<std::byte> gathered;
  const auto write = [&] {
    if (!gathered.empty()) into.put(BlockKind::sagas, std::span<const std::byte>{gathered});
    gathered.clear();
  };
  table.for_each([&](SagaSlot slot) {
    const SagaTable::Saved saved = table.saved(slot);
    const auto head = std::as_bytes(std::span{&saved, 1});
    const auto body = table.body(slot);
    if (gathered.size() + head.size() + body.size() + 8 > bytes_a_block) write();
    gathered.insert(gathered.end(), head.begin(), head.end());
    gathered.insert(gathered.end(), body.begin(), body.end());
    gathered.resize((gathered.size() + 7) / 8 * 8);
  });
  write();
}

void write_participants(const ParticipantTable& table, SnapshotWriter& into) {
  std::vector<std::byte> gathered;
  for (std::size_t number = 1; number <= table.count(); ++number) {
    const auto which = static_cast<ParticipantNumber>(number);
    const ParticipantTable::Saved saved = table.saved(which);
    const std::string& text = table.at(which).registration.canonical;
    gathered.resize(sizeof(saved) + text.size());
    std::memcpy(gathered.data(), &saved, sizeof(saved));
    std::memcpy(gathered.data() + sizeof(saved), text.data(), text.size());
    into.put(BlockKind::participants, std::span<const std::byte>{gathered});
  }
}

void write_tables(const State& state, SnapshotWriter& into) {
  {
    Batch<SavedLedger> ledgers{into, BlockKind::ledgers};
    for (std::size_t place = 0; place < state.ledgers.count(); ++place) {
      ledgers.add({state.ledgers.at(place), state.ledgers.is_automatic(place) ? 1U : 0U});
    }
  }
  into.put(BlockKind::accounts, state.accounts.all());
  {
    Batch<SavedLimits> limits{into, BlockKind::account_limits};
    for (AccountSlot slot = 0; slot < state.accounts.count(); ++slot) {
      if ((state.accounts.at(slot).flags & account_state::limited) == 0) continue;
      limits.add({slot, state.accounts.limits(slot)});
    }
  }
  {
    Batch<Hold> holds{into, BlockKind::holds};
    for (HoldSlot slot = 0; slot < state.holds.slot_end(); ++slot) {
      const Hold& hold = state.holds.at(slot);
      if (!hold.id.value().is_zero()) holds.add(hold);
    }
  }
  {
    Batch<SavedName> names{into, BlockKind::names};
    state.names.for_each([&](std::uint64_t tag, std::uint64_t place, const NameTable::Kept& kept) {
      names.add({tag, place, kept});
    });
  }
  into.put(BlockKind::streams, state.streams.all());
  {
    Batch<SavedEventId> ids{into, BlockKind::event_ids};
    state.event_ids.for_each(
        [&](std::uint64_t tag, std::uint64_t place, const EventIdTable::Kept& kept) {
          ids.add({tag, place, kept});
        });
  }
  into.put(BlockKind::orders, state.aggregates.orders().all());
  into.put(BlockKind::payments, state.aggregates.payments().all());
  into.put(BlockKind::claims, state.aggregates.claims(ClaimKind::refund).all());
  into.put(BlockKind::claims, state.aggregates.claims(ClaimKind::dispute).all());
  into.put(BlockKind::reconciliations, state.aggregates.reconciliations().all());
  into.put(BlockKind::approval_limits, state.aggregates.limits().all());
  into.put(BlockKind::periods, state.aggregates.periods().all());
  into.put(BlockKind::reconciliation_runs, state.aggregates.runs().all());
  into.put(BlockKind::differences, state.aggregates.differences().all());
  into.put(BlockKind::event_checkpoints, state.checkpoints.all());
  write_tccs(state.tccs, into);
  write_participants(state.participants, into);  // Sagas name them.
  write_sagas(state.sagas, into);
  into.put(BlockKind::time_notes, state.transfer_times.notes());
}

void write_windows(const ReplyWindows& windows, SnapshotWriter& into) {
  {
    Batch<SavedClient> clients{into, BlockKind::window_clients};
    windows.for_each_client([&](ClientId id, std::uint64_t highest, auto for_each_kept) {
      std::uint64_t count = 0;
      for_each_kept([&](const KeptOperation&) { ++count; });
      clients.add({id, highest, count});
    });
  }
  Batch<KeptOperation> kept{into, BlockKind::window_kept};
  windows.for_each_client([&](ClientId, std::uint64_t, auto for_each_kept) {
    for_each_kept([&](const KeptOperation& each) { kept.add(each); });
  });
}

void write_ids(const State& state, const IdRunSet& runs, RunStore& store,
               std::vector<RecentIds>& recent, SnapshotWriter& into) {
  const auto generations = state.transfer_ids.saved_generations();
  std::erase_if(recent,
                [&](const RecentIds& each) { return each.last < generations.front().first; });
  const Sequence since = recent.empty() ? Sequence{} : recent.back().last;
  std::vector<IdPair> pairs;
  state.transfer_ids.for_each_since(since, [&](std::uint64_t tag, std::uint64_t value) {
    pairs.push_back({tag, value});
  });
  if (!pairs.empty()) {
    const Sequence last = state.last_sequence();
    const std::array parts{std::as_bytes(std::span{std::as_const(pairs)})};
    auto written =
        StoredArray::write(id_array, {last.value(), 0, 0, 0}, parts, store, id_array_name);
    if (!written.ok()) return into.fail(written.error());
    recent.push_back({std::move(written).value(), last});
  }
  into.put(BlockKind::id_generations, std::span{generations});
  into.put_one(BlockKind::id_run_set, SavedRuns{runs.generations, runs.runs.size()});
  for (const IdRun& run : runs.runs) {
    if (run.stored.empty()) {
      return into.fail({FailureKind::no_space, "a run of older ids is in memory only"});
    }
    into.needs_run(run.stored);
    into.put_one(BlockKind::id_runs, SavedIdRun{SavedRun{run.stored}, run.ids});
  }
  for (const RecentIds& each : recent) {
    into.needs_run(each.array.name());
    into.put_one(BlockKind::recent_ids, SavedRun{each.array.name()});
  }
}

}  // namespace

void write_state(const State& state, const IdRunSet& runs, RunStore& store,
                 std::vector<RecentIds>& recent, SnapshotWriter& into) {
  into.put_one(BlockKind::totals, state.totals());
  write_tables(state, into);
  write_windows(state.windows, into);
  write_ids(state, runs, store, recent, into);
  into.put_end(BlockKind::end);
}

}  // namespace daybook
