// Sequencer: bundles, a chain of transfers and domain events that are all done or none of them.

#include <algorithm>

#include "engine/sequencer/sequencer.hpp"

namespace daybook {
namespace {

std::uint32_t count_of_transfers(const RequestSlot& request) {
  return request.event_count - static_cast<std::uint32_t>(request.bundled.size());
}

}  // namespace

// The transfers first, as one chain, and undone where the domain events cannot follow; those are
// decided as a whole before any is appended.
void Sequencer::execute_bundle(Batch& batch) {
  const RequestSlot& request = *batch.request;
  const std::uint32_t count = count_of_transfers(request);
  const std::span transfers{reinterpret_cast<const Transfer*>(request.events), count};
  if (bundle_exists(batch, transfers)) return;
  state_.transfer_ids.prepare(count);
  state_.holds.prepare(std::min<std::uint64_t>(count, state_.holds.room()));
  batch.chain = {
      .open = true, .broken = false, .first_event = 0, .first_fact = slab_->transfer_count()};
  state_.begin_chain();
  if (create_bundled_transfers(batch, transfers)) {
    const CreatedTransfers created{state_.transfer_ids,
                                   slab_->transfers().subspan(batch.chain.first_fact),
                                   next(batch.operation)};
    const auto decisions = request_events_.decide(state_, facts_,
                                                  {.events = request.bundled,
                                                   .payloads = request.payloads,
                                                   .scope = scope_of(request.kind),
                                                   .transfers = created,
                                                   .principal = request.principal});
    if (request_events_.appends()) {
      slab_->last_run().count = count;
      slab_->add_run({.kind = FactKind::domain_event,
                      .reserved = 0,
                      .operation = slab_->operation_count(),
                      .first = slab_->event_count(),
                      .count = static_cast<std::uint32_t>(request.bundled.size())},
                     next(state_.last_sequence()));
      append_decided(batch, request.bundled, decisions, count);
    } else {
      undo_chain<Transfer>(batch, count);
      refuse_bundled_events(batch, decisions);
    }
  } else {
    refuse_bundled_events(batch, {});
  }
  batch.chain.open = false;
  state_.end_chain();
}

// The whole bundle again: each of its events is told so. Nothing is changed.
bool Sequencer::bundle_exists(Batch& batch, std::span<const Transfer> transfers) {
  const RequestSlot& request = *batch.request;
  for (std::uint32_t index = 0; index < transfers.size(); ++index) {
    const Transfer& event = transfers[index];
    const TransferTags tags = look_up_tags(state_, event);
    const TransferDecision decision =
        decide_transfer(state_, facts_, batch.rules, event, batch.slot(index), tags, record_);
    if (decision.status != CreateTransferStatus::exists) {
      batch.refusal_count = 0;
      return false;
    }
    // Kept in the reply only, as long as the others are not known to exist.
    batch.refusals[batch.refusal_count++] = {.index = index,
                                             .status = static_cast<std::uint16_t>(decision.status),
                                             .part = bundle_part::transfers,
                                             .timestamp = decision.original};
  }
  const auto decisions = request_events_.decide(state_, facts_,
                                                {.events = request.bundled,
                                                 .payloads = request.payloads,
                                                 .scope = scope_of(request.kind),
                                                 .principal = request.principal});
  const bool exist = !request_events_.appends() &&
                     std::all_of(decisions.begin(), decisions.end(), [](const auto& decision) {
                       return decision.status == AppendEventStatus::exists;
                     });
  const std::uint32_t found = batch.refusal_count;
  batch.refusal_count = 0;
  if (!exist) return false;
  for (std::uint32_t index = 0; index < found; ++index) {
    const Refusal refusal = batch.refusals[index];
    refuse(batch, index, transfers[index], refusal.status, refusal.timestamp);
  }
  for (std::uint32_t index = 0; index < request.bundled.size(); ++index) {
    refuse(batch, index, request.bundled[index],
           static_cast<std::uint16_t>(AppendEventStatus::exists), decisions[index].original);
  }
  return true;
}

// False, and the chain is undone and refused, where any fails.
bool Sequencer::create_bundled_transfers(Batch& batch, std::span<const Transfer> transfers) {
  TransferLookahead lookahead{state_, transfers};
  for (std::uint32_t index = 0; index < transfers.size(); ++index) {
    const Transfer& event = transfers[index];
    Timestamp timestamp = batch.slot(index);
    const std::uint16_t status = try_transfer(batch, event, lookahead.tags_of(index), timestamp);
    if (status == 0) continue;
    undo_chain<Transfer>(batch, index);
    refuse(batch, index, event, status, timestamp);
    burn_if_transient(batch, index, event);
    for (std::uint32_t later = index + 1; later < transfers.size(); ++later) {
      refuse(batch, later, transfers[later], linked_event_failed, batch.slot(later));
    }
    return false;
  }
  return true;
}

// `decisions`: none where it was a transfer that failed. Where all exist, the transfers did not,
// and the first one says so.
void Sequencer::refuse_bundled_events(Batch& batch,
                                      std::span<const RequestEvents::Decision> decisions) {
  const RequestSlot& request = *batch.request;
  const std::uint32_t first_slot = count_of_transfers(request);
  const bool exist = !decisions.empty() && decisions.front().status == AppendEventStatus::exists;
  for (std::uint32_t index = 0; index < request.bundled.size(); ++index) {
    const bool says = !decisions.empty() && (index == 0 || !exist);
    const std::uint16_t status =
        says ? static_cast<std::uint16_t>(decisions[index].status) : linked_event_failed;
    const Timestamp timestamp =
        says && exist ? decisions[index].original : batch.slot(first_slot + index);
    refuse(batch, index, request.bundled[index], status, timestamp);
  }
}

}  // namespace daybook
