#include "engine/snapshot/state_snapshot.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "engine/ledger/account_state.hpp"
#include "engine/snapshot/state_blocks.hpp"

namespace daybook {
namespace {

/// Puts one snapshot's blocks into a state.
class StateReader {
 public:
  StateReader(SnapshotReader& from, RunStore& store, State& state,
              const std::function<void(const IdRunSet&)>& publish, DigestCheck check)
      : from_{from}, store_{store}, state_{state}, publish_{publish}, check_{check} {}

  Result<SavedIds> read();

 private:
  Result<void> take(const SnapshotBlock& block);
  template <typename T, typename Use>
  Result<void> each(const SnapshotBlock& block, Use use);
  template <typename T, typename Kept>
  Result<void> take_one(const SnapshotBlock& block, Kept& kept) {
    return each<T>(block, [&](const T& item) -> Result<void> {
      kept = item;
      return {};
    });
  }
  Result<void> take_accounts(const SnapshotBlock& block);
  Result<void> take_limits(const SavedLimits& saved);
  Result<void> take_hold(const Hold& hold);
  Result<void> take_stream(const Stream& stream);
  Result<void> take_aggregates(const SnapshotBlock& block);
  Result<void> take_order(const Order& order);
  Result<void> take_payment(const Payment& payment);
  Result<void> take_claim(const Claim& claim);
  Result<void> take_reconciliations(const SnapshotBlock& block);
  Result<void> take_places(const SnapshotBlock& block);
  Result<void> take_ids(const SnapshotBlock& block);
  template <typename Row>
  Result<void> take_row(const Row& row, const RowTable<Row>& table, bool is_possible,
                        const char* what);
  Result<void> take_ledger(const SavedLedger& saved);
  Result<void> take_checkpoint(const EventCheckpoint& saved);
  Result<void> take_definition(const SnapshotBlock& block);
  Result<void> take_of_sagas(const SnapshotBlock& block);
  Result<void> take_sagas(const SnapshotBlock& block);
  Result<void> take_participant(const SnapshotBlock& block);
  Result<void> take_tccs(const SnapshotBlock& block);
  Result<void> take_tcc(const TccView& view);
  Result<void> take_tcc_branch(const TccTable::SavedBranch& saved);
  template <typename Saved, typename Table>
  Result<void> restore_places(std::span<const std::span<const Saved>> blocks, Table& table,
                              const char* what);
  template <typename Saved, typename Table>
  Result<void> take_place(const Saved& saved, Table& table);
  Result<void> finish_windows();
  Result<void> take_id_run(const SavedIdRun& saved);
  Result<void> take_recent(const SavedRun& saved);
  Result<void> restore_ids();
  Result<void> finish();

  [[nodiscard]] Result<void> wrong(const char* what) const { return from_.damaged(what); }
  [[nodiscard]] static Result<void> full(const char* what) {
    return Failure{FailureKind::no_space,
                   std::string{"the snapshot has more "} + what + " than the settings allow"};
  }

  SnapshotReader& from_;
  RunStore& store_;
  State& state_;
  const std::function<void(const IdRunSet&)>& publish_;
  DigestCheck check_;
  std::optional<State::Totals> totals_;
  std::vector<SavedClient> clients_;
  std::vector<KeptOperation> kept_;
  std::vector<TransferTimes::Note> notes_;
  // Of the snapshot's bytes, which the reader keeps.
  std::vector<std::span<const SavedName>> names_;
  std::vector<std::span<const SavedEventId>> event_ids_;
  std::vector<TransferIdTable::SavedGeneration> generations_;
  SavedRuns run_set_;
  SavedIds ids_;
};

template <typename T, typename Use>
Result<void> StateReader::each(const SnapshotBlock& block, Use use) {
  const auto items = block.items<T>();
  if (!items) return wrong("has a block with half an item");
  for (const T& item : *items) {
    if (auto taken = use(item); !taken.ok()) return taken;
  }
  return {};
}

template <typename T>
Result<void> append_to(std::vector<T>& all, const SnapshotBlock& block,
                       const SnapshotReader& from) {
  const auto items = block.items<T>();
  if (!items) return from.damaged("has a block with half an item");
  all.insert(all.end(), items->begin(), items->end());
  return {};
}

Result<SavedIds> StateReader::read() {
  for (;;) {
    const auto block = from_.next();
    if (!block.ok()) return block.error();
    if (!block.value()) return from_.damaged("ends before its state does");
    if (block.value()->kind == BlockKind::end) break;
    if (auto taken = take(*block.value()); !taken.ok()) return taken.error();
  }
  if (auto finished = finish(); !finished.ok()) return finished.error();
  return std::move(ids_);
}

Result<void> StateReader::take(const SnapshotBlock& block) {
  switch (block.kind) {
    case BlockKind::totals:
      return take_one<State::Totals>(block, totals_);
    case BlockKind::ledgers:
      return each<SavedLedger>(block, [&](const SavedLedger& saved) { return take_ledger(saved); });
    case BlockKind::accounts:
      return take_accounts(block);
    case BlockKind::account_limits:
      return each<SavedLimits>(block, [&](const SavedLimits& saved) { return take_limits(saved); });
    case BlockKind::holds:
      return each<Hold>(block, [&](const Hold& hold) { return take_hold(hold); });
    case BlockKind::names:
    case BlockKind::event_ids:
      return take_places(block);
    case BlockKind::streams:
      return each<Stream>(block, [&](const Stream& stream) { return take_stream(stream); });
    case BlockKind::orders:
    case BlockKind::payments:
    case BlockKind::claims:
      return take_aggregates(block);
    case BlockKind::reconciliations:
    case BlockKind::approval_limits:
    case BlockKind::reconciliation_runs:
    case BlockKind::periods:
    case BlockKind::differences:
      return take_reconciliations(block);
    case BlockKind::event_checkpoints:
      return each<EventCheckpoint>(
          block, [&](const EventCheckpoint& saved) { return take_checkpoint(saved); });
    case BlockKind::saga_definitions:
    case BlockKind::sagas:
    case BlockKind::participants:
      return take_of_sagas(block);
    case BlockKind::tcc_watermark:
    case BlockKind::tccs:
    case BlockKind::tcc_branches:
      return take_tccs(block);
    case BlockKind::time_notes:
      return append_to(notes_, block, from_);
    case BlockKind::window_clients:
      return append_to(clients_, block, from_);
    case BlockKind::window_kept:
      return append_to(kept_, block, from_);
    case BlockKind::id_generations:
    case BlockKind::id_run_set:
    case BlockKind::id_runs:
    case BlockKind::recent_ids:
      return take_ids(block);
    case BlockKind::end:
    case BlockKind::index_runs:
    case BlockKind::index_pairs:
    case BlockKind::index_tail:
    case BlockKind::index_marks:
    case BlockKind::checkpoint_runs:
    case BlockKind::checkpoints:
    case BlockKind::account_count:
    case BlockKind::accounts_created:
    case BlockKind::attributes_changed:
    case BlockKind::closing_holds:
    case BlockKind::ledger_totals:
    case BlockKind::index_end:
      break;
  }
  return Failure{FailureKind::unsupported,
                 "the snapshot at sequence " + std::to_string(from_.header().sequence) +
                     " has a kind of block that this build does not know"};
}

// Kept until all of them are known: they come in the order of their tags, and a table that is too
// small for all of them would take the first ones into one corner.
Result<void> StateReader::take_places(const SnapshotBlock& block) {
  const auto keep = [&](const auto& items, auto& blocks) -> Result<void> {
    if (!items) return wrong("has a block with half an item");
    blocks.push_back(*items);
    return {};
  };
  if (block.kind == BlockKind::names) return keep(block.items<SavedName>(), names_);
  return keep(block.items<SavedEventId>(), event_ids_);
}

template <typename Saved, typename Table>
Result<void> StateReader::restore_places(std::span<const std::span<const Saved>> blocks,
                                         Table& table, const char* what) {
  std::uint64_t count = 0;
  for (const auto& items : blocks) count += items.size();
  if (count > table.room()) return full(what);
  table.reserve(count);
  for (const auto& items : blocks) {
    for (const Saved& saved : items) {
      if (auto taken = take_place(saved, table); !taken.ok()) return taken;
    }
  }
  return {};
}

Result<void> StateReader::take_ids(const SnapshotBlock& block) {
  if (block.kind == BlockKind::id_generations) return append_to(generations_, block, from_);
  if (block.kind == BlockKind::id_run_set) return take_one<SavedRuns>(block, run_set_);
  if (block.kind == BlockKind::id_runs) {
    return each<SavedIdRun>(block, [&](const SavedIdRun& saved) { return take_id_run(saved); });
  }
  return each<SavedRun>(block, [&](const SavedRun& saved) { return take_recent(saved); });
}

Result<void> StateReader::take_limits(const SavedLimits& saved) {
  if (saved.account >= state_.accounts.count()) return wrong("limits an account that is not");
  state_.accounts.limits(static_cast<AccountSlot>(saved.account)) = saved.limits;
  return {};
}

Result<void> StateReader::take_ledger(const SavedLedger& saved) {
  if (state_.ledgers.full()) return full("ledgers");
  if (state_.ledgers.contains(saved.ledger.id)) return wrong("has a ledger twice");
  state_.ledgers.restore(saved.ledger, saved.automatic != 0);
  return {};
}

Result<void> StateReader::take_accounts(const SnapshotBlock& block) {
  const auto accounts = block.items<Account>();
  if (!accounts) return wrong("has a block with half an item");
  if (accounts->size() > state_.accounts.room()) return full("accounts");
  state_.accounts.prepare(accounts->size());
  for (const Account& account : *accounts) {
    if (!state_.ledgers.contains(account.ledger)) return wrong("has an account of no ledger");
    if (state_.accounts.find(account.id) != no_account) return wrong("has an account twice");
    state_.ledgers.add_account(account.ledger);
    state_.accounts.insert(account);
  }
  return {};
}

Result<void> StateReader::take_hold(const Hold& hold) {
  if (state_.holds.room() == 0) return full("open holds");
  const std::uint64_t accounts = state_.accounts.count();
  if (hold.debit >= accounts || hold.credit >= accounts) return wrong("has a hold on no account");
  if (hold.id.value().is_zero() || state_.holds.find(hold.id) != no_hold) {
    return wrong("has a hold twice");
  }
  state_.holds.prepare(1);
  state_.holds.insert(hold);
  return {};
}

Result<void> StateReader::take_stream(const Stream& stream) {
  if (state_.streams.room() == 0) return full("streams");
  if (state_.streams.find(stream.key) != no_stream) return wrong("has a stream twice");
  state_.streams.prepare(1);
  const StreamSlot slot = state_.streams.insert(stream.key);
  state_.streams.set_head(slot, stream.version, stream.last_sequence);
  return {};
}

Result<void> StateReader::take_aggregates(const SnapshotBlock& block) {
  if (block.kind == BlockKind::orders) {
    return each<Order>(block, [&](const Order& order) { return take_order(order); });
  }
  if (block.kind == BlockKind::payments) {
    return each<Payment>(block, [&](const Payment& payment) { return take_payment(payment); });
  }
  return each<Claim>(block, [&](const Claim& claim) { return take_claim(claim); });
}

Result<void> StateReader::take_order(const Order& order) {
  if (!state_.aggregates.order_fits()) return full("orders");
  if (state_.aggregates.find_order(order.id) != nullptr) return wrong("has an order twice");
  state_.aggregates.prepare(1);
  state_.aggregates.put(order);
  return {};
}

Result<void> StateReader::take_payment(const Payment& payment) {
  if (!state_.aggregates.payment_fits()) return full("payments");
  if (state_.aggregates.find_payment(payment.id) != nullptr) return wrong("has a payment twice");
  state_.aggregates.prepare(1);
  state_.aggregates.put(payment);
  return {};
}

Result<void> StateReader::take_claim(const Claim& claim) {
  if (claim.kind != ClaimKind::refund && claim.kind != ClaimKind::dispute) {
    return wrong("has neither a refund nor a dispute where one should be");
  }
  if (!state_.aggregates.claim_fits(claim.kind)) return full("refunds or disputes");
  if (state_.aggregates.find_claim(claim.kind, claim.key()) != nullptr) {
    return wrong("has a refund or dispute twice");
  }
  state_.aggregates.prepare(1);
  state_.aggregates.put(claim);
  return {};
}

// Whoever uses them takes for granted that what a row belongs to is there.
Result<void> StateReader::take_reconciliations(const SnapshotBlock& block) {
  const AggregateTables& rows = state_.aggregates;
  if (block.kind == BlockKind::reconciliations) {
    return each<ReconciliationRow>(block, [&](const ReconciliationRow& row) {
      return take_row(row, rows.reconciliations(), true, "reconciliations");
    });
  }
  if (block.kind == BlockKind::approval_limits) {
    return each<ApprovalLimit>(block, [&](const ApprovalLimit& row) {
      const bool is_owned = rows.find_reconciliation(row.reconciliation_id) != nullptr;
      return take_row(row, rows.limits(), is_owned, "limits of approvals");
    });
  }
  if (block.kind == BlockKind::periods) {
    return each<Period>(block, [&](const Period& row) {
      const bool is_owned = rows.find_reconciliation(row.reconciliation_id) != nullptr;
      // Whoever follows them comes to an end.
      const bool is_in_order = row.previous < row.day && (row.next == 0 || row.next > row.day);
      return take_row(row, rows.periods(), is_owned && is_in_order, "days of reconciliations");
    });
  }
  if (block.kind == BlockKind::reconciliation_runs) {
    return each<ReconciliationRun>(block, [&](const ReconciliationRun& row) {
      const bool is_owned = rows.find_period({row.reconciliation_id, row.day}) != nullptr;
      return take_row(row, rows.runs(), is_owned && is_possible(row), "runs of reconciliations");
    });
  }
  return each<DifferenceRow>(block, [&](const DifferenceRow& row) {
    const bool is_known =
        row.state >= DifferenceState::open && row.state <= DifferenceState::approved;
    const bool is_owned = rows.find_run(row.run_id) != nullptr;
    return take_row(row, rows.differences(), is_owned && is_known, "differences");
  });
}

template <typename Row>
Result<void> StateReader::take_row(const Row& row, const RowTable<Row>& table, bool is_possible,
                                   const char* what) {
  if (table.room() == 0) return full(what);
  if (!is_possible || table.find(row.key()) != nullptr) {
    return from_.damaged(std::string{"has a row that cannot be among the "} + what);
  }
  state_.aggregates.prepare(1);
  state_.aggregates.put(row);
  return {};
}

Result<void> StateReader::take_checkpoint(const EventCheckpoint& saved) {
  EventCheckpoint asked = saved;
  asked.timestamp = {};
  if (fault_of(asked) != PutCheckpointStatus::created || saved.flags != 0) {
    return wrong("has a checkpoint that nobody could have put");
  }
  if (state_.checkpoints.find(saved.name()) != nullptr) return wrong("has a checkpoint twice");
  if (state_.checkpoints.full()) return full("checkpoints");
  state_.checkpoints.put(saved);
  return {};
}

Result<void> StateReader::take_tccs(const SnapshotBlock& block) {
  if (block.kind == BlockKind::tccs) {
    return each<TccView>(block, [&](const TccView& view) { return take_tcc(view); });
  }
  if (block.kind == BlockKind::tcc_branches) {
    using Saved = TccTable::SavedBranch;
    return each<Saved>(block, [&](const Saved& saved) { return take_tcc_branch(saved); });
  }
  return each<Timestamp>(block, [&](const Timestamp& watermark) -> Result<void> {
    if (state_.tccs.watermark() != Timestamp{}) return wrong("has two watermarks");
    return state_.tccs.restore_watermark(watermark), Result<void>{};
  });
}

Result<void> StateReader::take_tcc(const TccView& view) {
  if (view.gid.is_zero()) return wrong("has a transaction that nobody could have begun");
  if (state_.tccs.find(view.gid) != no_tcc) return wrong("has a transaction twice");
  if (state_.tccs.room() == 0) return full("transactions");
  state_.tccs.prepare(1);
  state_.tccs.restore(view);
  return {};
}

Result<void> StateReader::take_tcc_branch(const TccTable::SavedBranch& saved) {
  const TccSlot slot = state_.tccs.find(saved.gid);
  if (slot == no_tcc || saved.branch.branch == 0) return wrong("has a branch of no transaction");
  std::uint32_t before = 0;
  bool is_there = false;
  state_.tccs.for_each_branch(slot, [&](const TccBranch& each) {
    ++before;
    is_there |= each.branch == saved.branch.branch;
  });
  if (is_there) return wrong("has a branch of a transaction twice");
  if (before == limits::tcc_branches_max) {
    return wrong("has a transaction with more branches than one may have");
  }
  if (state_.tccs.branch_room() == 0) return full("branches of transactions");
  state_.tccs.restore(saved);
  return {};
}

Result<void> StateReader::take_of_sagas(const SnapshotBlock& block) {
  if (block.kind == BlockKind::saga_definitions) return take_definition(block);
  return block.kind == BlockKind::sagas ? take_sagas(block) : take_participant(block);
}

Result<void> StateReader::take_definition(const SnapshotBlock& block) {
  const auto text = block.items<char>();
  if (!text) return wrong("has a block with half an item");
  auto definition = read_definition({text->data(), text->size()});
  if (!definition.ok() || definition.value().canonical.size() != text->size()) {
    return wrong("has a definition of sagas that none can be");
  }
  if (state_.sagas.find_definition(definition.value().hash) != nullptr) {
    return wrong("has a definition of sagas twice");
  }
  if (!state_.sagas.definition_fits()) return full("definitions of sagas");
  state_.sagas.define(std::move(definition).value());
  return {};
}

Result<void> StateReader::take_sagas(const SnapshotBlock& block) {
  const auto bytes = block.items<std::byte>();
  if (!bytes) return wrong("has a block with half an item");
  std::span<const std::byte> left = *bytes;
  while (!left.empty()) {
    SagaTable::Saved saved;
    if (left.size() < sizeof(saved)) return wrong("has half a saga");
    std::memcpy(&saved, left.data(), sizeof(saved));
    left = left.subspan(sizeof(saved));
    if (saved.body_bytes > left.size()) return wrong("has half a saga");
    const std::size_t padded = std::min<std::size_t>((saved.body_bytes + 7) / 8 * 8, left.size());
    const char* const fault =
        state_.sagas.restore(saved, left.first(saved.body_bytes), state_.participants.count());
    if (fault != nullptr) return wrong(fault);
    left = left.subspan(padded);
  }
  return {};
}

Result<void> StateReader::take_participant(const SnapshotBlock& block) {
  const auto bytes = block.items<std::byte>();
  ParticipantTable::Saved saved;
  if (!bytes || bytes->size() < sizeof(saved)) return wrong("has half a participant");
  std::memcpy(&saved, bytes->data(), sizeof(saved));
  const auto text = bytes->subspan(sizeof(saved));
  if (text.size() != saved.text_bytes) return wrong("has half a participant");
  const char* const fault =
      state_.participants.restore(saved, {reinterpret_cast<const char*>(text.data()), text.size()});
  if (fault != nullptr) return wrong(fault);
  return {};
}

// Of a table that has things in places, found by tag.
template <typename Saved, typename Table>
Result<void> StateReader::take_place(const Saved& saved, Table& table) {
  if (!table.is_free(saved.place)) return wrong("has two things in one place");
  if (!IdIndex::is_tag(saved.tag)) return wrong("has a tag that no id has");
  if (!table.has_place(saved.tag)) return wrong("has more tags alike than hashes give");
  table.restore(saved.tag, saved.place, saved.kept);
  return {};
}

Result<void> StateReader::take_id_run(const SavedIdRun& saved) {
  auto bytes = store_.open_kept(saved.run.name());
  if (!bytes.ok()) return bytes.error();
  auto run = IndexRun::open(bytes.value().bytes, bytes.value().keeper, saved.run.name());
  if (!run.ok()) return run.error();
  if (run.value()->identity().index != IndexKind::transfer_ids) return wrong("has a run of others");
  if (auto checked = run.value()->check(); !checked.ok()) return checked;
  ids_.runs.runs.push_back({std::move(run).value(), saved.ids, saved.run.name()});
  return {};
}

Result<void> StateReader::take_recent(const SavedRun& saved) {
  auto bytes = store_.open_kept(saved.name());
  if (!bytes.ok()) return bytes.error();
  auto array = StoredArray::open(id_array, std::move(bytes).value());
  if (!array.ok()) return array.error();
  if (array.value().bytes().size() % sizeof(IdPair) != 0) return wrong("has half an id");
  if (auto checked = array.value().check(); !checked.ok()) return checked;
  const Sequence last{array.value().words()[0]};
  ids_.recent.push_back({std::move(array).value(), last});
  return {};
}

Result<void> StateReader::restore_ids() {
  if (run_set_.count != ids_.runs.runs.size()) return wrong("has not all of its runs of ids");
  ids_.runs.generations = run_set_.generations;
  publish_(ids_.runs);
  std::uint64_t values = 0;
  for (const RecentIds& each : ids_.recent) values += items_of<IdPair>(each.array).size();
  TransferIdTable& table = state_.transfer_ids;
  // One generation may have them all.
  if (!table.restore(generations_, totals_->ids, values)) return full("transfer ids");
  for (const RecentIds& each : ids_.recent) {
    constexpr std::size_t ahead = 16;
    const auto pairs = items_of<IdPair>(each.array);
    for (std::size_t at = 0; at < pairs.size(); ++at) {
      if (at + ahead < pairs.size()) table.prefetch_restore(pairs[at + ahead].tag);
      if (!IdIndex::is_tag(pairs[at].tag) || pairs[at].value > IdIndex::value_max) {
        return wrong("has a tag that no id has");
      }
      table.restore_value(pairs[at].tag, pairs[at].value);
    }
  }
  table.end_restore(generations_);
  return {};
}

Result<void> StateReader::finish_windows() {
  std::span<const KeptOperation> kept{kept_};
  for (const SavedClient& client : clients_) {
    if (client.kept > kept.size()) return wrong("has not all operations of its clients");
    if (!state_.windows.restore(client.id, client.highest, kept.first(client.kept))) {
      return full("kept operations (or they are out of order)");
    }
    kept = kept.subspan(client.kept);
  }
  return kept.empty() ? Result<void>{} : wrong("has operations of no client");
}

Result<void> StateReader::finish() {
  if (auto names = restore_places<SavedName>(names_, state_.names, "names"); !names.ok()) {
    return names;
  }
  if (auto ids = restore_places<SavedEventId>(event_ids_, state_.event_ids, "ids of events");
      !ids.ok()) {
    return ids;
  }
  if (!totals_) return wrong("does not say what its state amounts to");
  if (totals_->last_sequence != from_.header().sequence ||
      totals_->digest != from_.header().state_digest) {
    return wrong("is of another sequence or digest than it says");
  }
  if (notes_.size() > state_.transfer_times.notes_max()) return full("transfers");
  state_.transfer_times.restore(notes_, Timestamp{totals_->last_transfer_time});
  if (const char* const fault = state_.tccs.fault_of_rows()) return wrong(fault);
  if (const char* const fault = state_.link_branches()) return wrong(fault);
  if (auto windows = finish_windows(); !windows.ok()) return windows;
  if (auto restored = restore_ids(); !restored.ok()) return restored;
  ids_.has_digest = state_.restore(*totals_);
  if (ids_.has_digest || check_ == DigestCheck::tell) return {};
  return wrong("does not have the digest that it says");
}

}  // namespace

Result<SavedIds> read_state(SnapshotReader& from, RunStore& store, State& state,
                            const std::function<void(const IdRunSet&)>& publish,
                            DigestCheck check) {
  return StateReader{from, store, state, publish, check}.read();
}

Result<std::vector<std::string>> runs_needed(SnapshotReader from) {
  std::vector<std::string> names;
  const auto take = [&](const SnapshotBlock& block) -> bool {
    if (block.kind == BlockKind::id_runs) {
      const auto items = block.items<SavedIdRun>();
      if (!items) return false;
      for (const SavedIdRun& each : *items) names.push_back(each.run.name());
    } else if (block.kind == BlockKind::recent_ids || block.kind == BlockKind::index_runs ||
               block.kind == BlockKind::checkpoint_runs) {
      const auto items = block.items<SavedRun>();
      if (!items) return false;
      for (const SavedRun& each : *items) names.push_back(each.name());
    }
    return true;
  };
  for (;;) {
    const auto block = from.next();
    if (!block.ok()) return block.error();
    if (!block.value()) return names;
    if (!take(*block.value())) return from.damaged("has a block with half an item");
  }
}

}  // namespace daybook
