#include "tests/support/naive_ledger.hpp"

#include <algorithm>
#include <type_traits>

namespace daybook::test {
namespace {

using TransferStatus = CreateTransferStatus;

constexpr std::uint32_t releases_in_a_slice = 1'024;

/// The statuses that depend on other things and might pass later.
bool burns_the_id(TransferStatus status) {
  static const std::set<TransferStatus> transient = {
      TransferStatus::debit_account_not_found,
      TransferStatus::credit_account_not_found,
      TransferStatus::pending_transfer_not_found,
      TransferStatus::reversal_target_not_found,
      TransferStatus::debit_account_already_closed,
      TransferStatus::credit_account_already_closed,
      TransferStatus::debit_account_frozen,
      TransferStatus::credit_account_frozen,
      TransferStatus::exceeds_credits,
      TransferStatus::exceeds_debits,
      TransferStatus::below_minimum,
      TransferStatus::above_maximum,
  };
  return transient.contains(status);
}

/// Kinds of which each event takes a nanosecond of its own; the others take the request's time.
bool takes_slots(const WriteRequest& request) {
  return request.kind != RequestKind::change_accounts;
}

/// An operator is one only with a reason.
Authority authority_of(const WriteRequest& request) {
  if (request.authority != Authority::client) return request.authority;
  if (request.reason.empty()) return Authority::client;
  if (request.role == Role::operator_ || request.role == Role::admin) return Authority::operator_;
  return Authority::client;
}

}  // namespace

// ---- Requests. ----

BatchReply NaiveLedger::submit(const WriteRequest& request) {
  if (const auto answered = answer_from_window(request)) return *answered;
  make_room_for(request.client);

  BatchReply reply;
  reply.status = judge(request);
  if (reply.status == RequestStatus::ok && !payloads_are_whole(request)) {
    reply.status = RequestStatus::malformed;
  }
  if (reply.status == RequestStatus::ok) reply.status = judge_names(request);
  const bool runs = reply.status == RequestStatus::ok;
  const std::uint64_t slots = runs && takes_slots(request) ? request.event_count() : 0;
  const std::uint64_t time = next_time(slots);
  last_timestamp_ = time;
  last_sequence_ += 1;
  reply.first_sequence = Sequence{last_sequence_};
  reply.first_timestamp = Timestamp{slots == 0 ? time : time - slots + 1};

  if (runs) {
    const std::vector<Decision> decisions = execute(request, time);
    if (request.kind != RequestKind::put_names) put_names_of(request);
    for (std::uint32_t index = 0; index < decisions.size(); ++index) {
      if (decisions[index].status == 0) continue;
      const auto transfers = static_cast<std::uint32_t>(request.transfers.size());
      const bool of_events = request.kind == RequestKind::bundle && index >= transfers;
      reply.refused.push_back({of_events ? index - transfers : index, decisions[index].status,
                               decisions[index].timestamp,
                               static_cast<std::uint16_t>(of_events ? 1 : 0)});
    }
  }
  keep_answer(request, reply);
  if (runs && request.kind == RequestKind::advance_clock) {
    while (!release_due(releases_in_a_slice).empty()) continue;
  }
  return reply;
}

std::uint64_t NaiveLedger::clock_now() const {
  return settings_.manual_clock ? manual_clock_ : std::min(clock_, naive_time_max);
}

/// Whether the request as a whole may run.
RequestStatus NaiveLedger::judge(const WriteRequest& request) const {
  if (request.refuse_with != RequestStatus::ok) return request.refuse_with;
  if (settings_.accounts_max - books_.accounts.size() < request.accounts.size()) {
    return RequestStatus::too_many_accounts;
  }
  if (settings_.transfer_ids_max - transfers_.size() - burnt_.size() < request.transfers.size()) {
    return RequestStatus::too_many_transfers;
  }
  const auto pending = static_cast<std::uint64_t>(
      std::count_if(request.transfers.begin(), request.transfers.end(),
                    [](const Transfer& each) { return has(each, transfer_flag::pending); }));
  if (settings_.holds_max - open_holds_.size() < pending) return RequestStatus::too_many_holds;
  if (next_time(0) > naive_time_max - request.event_count()) {
    return RequestStatus::clock_out_of_range;
  }
  if (request.kind == RequestKind::accept_clock) return RequestStatus::clock_not_held;
  if (request.kind != RequestKind::advance_clock) return RequestStatus::ok;
  if (!settings_.manual_clock) return RequestStatus::clock_not_manual;
  if (request.argument > naive_time_max - manual_clock_) return RequestStatus::clock_out_of_range;
  return RequestStatus::ok;
}

NaiveLedger::Slot NaiveLedger::slot_of(const WriteRequest& request, std::uint64_t batch_time,
                                       std::size_t index) {
  Slot slot;
  slot.batch_time = batch_time;
  slot.timestamp = batch_time - request.event_count() + index + 1;
  slot.batch_is_imported =
      (!request.accounts.empty() && has(request.accounts[0], account_flag::imported)) ||
      (!request.transfers.empty() && request.kind != RequestKind::bundle &&
       has(request.transfers[0], transfer_flag::imported));
  slot.authority = authority_of(request);
  slot.owner = request.owner;
  return slot;
}

/// One decision an event. Every event that succeeds takes the next sequence.
std::vector<NaiveLedger::Decision> NaiveLedger::execute(const WriteRequest& request,
                                                        std::uint64_t batch_time) {
  if (request.kind == RequestKind::advance_clock) {
    manual_clock_ += request.argument;
    last_sequence_ += 1;
    return {};
  }
  if (request.kind == RequestKind::create_accounts) {
    return run_chains(
        request.accounts, request, batch_time,
        [this](const Account& account, const Slot& slot) { return create(account, slot); },
        [](const Account&, std::uint16_t) {});
  }
  const BurnId burn = [this](const Transfer& transfer, std::uint16_t status) {
    if (burns_the_id(static_cast<TransferStatus>(status))) burnt_.insert(transfer.id);
  };
  if (request.kind == RequestKind::create_transfers) {
    return run_chains(
        request.transfers, request, batch_time,
        [this](const Transfer& transfer, const Slot& slot) { return create(transfer, slot); },
        burn);
  }
  if (request.kind == RequestKind::bundle) return run_bundle(request, batch_time, burn);
  if (!request.events.empty()) return append(request, batch_time);
  std::vector<Decision> decisions;
  for (const AccountChange& each : request.account_changes) {
    decisions.push_back(change(each, batch_time));
  }
  for (const Ledger& each : request.ledgers) {
    decisions.push_back(put(each, slot_of(request, batch_time, decisions.size())));
  }
  for (const EventCheckpoint& each : request.checkpoints) {
    decisions.push_back(put(each, slot_of(request, batch_time, decisions.size())));
  }
  for (const Name& each : request.names) {
    if (request.kind != RequestKind::put_names) break;
    decisions.push_back(put(each, slot_of(request, batch_time, decisions.size())));
  }
  return decisions;
}

// ---- Chains. ----

/// Every event in order; a chain that fails gives back everything since its first event.
template <typename Event, typename Decide, typename Burn>
std::vector<NaiveLedger::Decision> NaiveLedger::run_chains(const std::vector<Event>& events,
                                                           const WriteRequest& request,
                                                           std::uint64_t batch_time, Decide decide,
                                                           Burn burn) {
  constexpr std::uint16_t linked = 1;
  constexpr std::uint16_t linked_event_failed = 1;
  constexpr std::uint16_t linked_event_chain_open = 2;

  std::vector<Decision> decisions(events.size());
  bool in_chain = false;
  bool chain_failed = false;
  std::size_t chain_start = 0;
  Before before;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const bool is_linked = has(events[i], linked);
    const bool is_last = i + 1 == events.size();
    const Slot slot = slot_of(request, batch_time, i);
    if (is_linked && !in_chain) {
      in_chain = true;
      chain_start = i;
      chain_failed = false;
      before = before_chain(request);
    }
    if (is_linked && is_last) {
      decisions[i] = {linked_event_chain_open, Timestamp{slot.timestamp}};
    } else if (in_chain && chain_failed) {
      decisions[i] = {linked_event_failed, Timestamp{slot.timestamp}};
    } else {
      decisions[i] = decide(events[i], slot);
    }
    if (decisions[i].status != 0 && in_chain && !chain_failed) {
      chain_failed = true;
      put_back(before);
      for (std::size_t k = chain_start; k < i; ++k) {
        decisions[k] = {linked_event_failed, Timestamp{slot_of(request, batch_time, k).timestamp}};
      }
    }
    if (decisions[i].status != 0) burn(events[i], decisions[i].status);
    if (!is_linked) in_chain = false;
  }
  return decisions;
}

/// A transfer changes no transfer but itself and the one that it names.
NaiveLedger::Before NaiveLedger::before_chain(const WriteRequest& request) const {
  Before before;
  before.books = books_;
  before.last_sequence = last_sequence_;
  before.last_transfer_time = last_transfer_time();
  for (const Transfer& event : request.transfers) {
    for (const TransferId id : {event.id, event.pending_id}) {
      const auto found = transfers_.find(id);
      before.transfers[id] =
          found == transfers_.end() ? std::nullopt : std::optional{found->second};
    }
  }
  return before;
}

void NaiveLedger::put_back(const Before& before) {
  books_ = before.books;
  last_sequence_ = before.last_sequence;
  // Times of transfers only grow, so those of the chain stand last.
  transfer_times_.erase(transfer_times_.upper_bound(before.last_transfer_time),
                        transfer_times_.end());
  for (const auto& [id, transfer] : before.transfers) {
    transfers_.erase(id);
    open_holds_.erase(id);
    if (!transfer) continue;
    transfers_[id] = *transfer;
    if (transfer->is_open_hold()) open_holds_.insert(id);
  }
}

}  // namespace daybook::test
