#include "engine/follower/query_worker.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "engine/follower/aggregate_query.hpp"
#include "engine/follower/as_of_query.hpp"
#include "engine/follower/event_query.hpp"
#include "engine/follower/filtered_query.hpp"
#include "engine/follower/operation_query.hpp"
#include "engine/follower/resolved_hold.hpp"
#include "engine/replay/entry_reader.hpp"

namespace daybook {
namespace {

template <typename Item>
void append(std::vector<std::byte>& bytes, const Item& item) {
  const std::size_t at = bytes.size();
  bytes.resize(at + sizeof(Item));
  std::memcpy(bytes.data() + at, &item, sizeof(Item));
}

template <typename Item>
void answer_with(RequestSlot& slot, const std::vector<Item>& items) {
  slot.query_items.resize(items.size() * sizeof(Item));
  if (!items.empty()) {
    std::memcpy(slot.query_items.data(), items.data(), slot.query_items.size());
  }
  slot.item_count = static_cast<std::uint32_t>(items.size());
}

}  // namespace

void QueryWorker::run() {
  for (;;) {
    const bool last_turn =
        links_.progress.failed() || links_.progress.journaler_done.load(std::memory_order_acquire);
    bool worked = take();
    worked = serve_waiting() || worked;
    if (worked) continue;
    if (last_turn && waiting_.empty()) return;
    rest();
  }
}

bool QueryWorker::take() {
  bool worked = false;
  for (IoChannel* const channel : links_.channels) {
    while (RequestSlot** const front = channel->queries.front()) {
      waiting_.push_back(
          {.slot = *front, .channel = channel, .since_ns = links_.time.monotonic_ns()});
      channel->queries.pop();
      worked = true;
    }
  }
  return worked;
}

bool QueryWorker::serve_waiting() {
  bool worked = false;
  // Who asks for sequence 1 takes whatever there is, nothing included.
  const bool reads_ready = links_.progress.reads_ready.load(std::memory_order_acquire);
  const std::uint64_t followed = std::max<std::uint64_t>(links_.progress.followed().value(), 1);
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    RequestSlot& slot = *at->slot;
    if (slot.kind == RequestKind::take_snapshot) {
      if (!settle_snapshot(*at)) {
        ++at;
        continue;
      }
      reply(*at);
      at = waiting_.erase(at);
      worked = true;
      continue;
    }
    const bool ready = slot.rebuild_reply || (reads_ready && slot.min_sequence <= followed);
    const bool late = links_.time.monotonic_ns() - at->since_ns >= limits::index_wait_ns;
    if (!ready && !late && !links_.progress.failed()) {
      ++at;
      continue;
    }
    fill_in(slot, ready);
    reply(*at);
    at = waiting_.erase(at);
    worked = true;
  }
  return worked;
}

// Asks the follower for one, and says whether it has answered. It takes as long as it takes.
bool QueryWorker::settle_snapshot(Waiting& waiting) {
  RequestSlot& slot = *waiting.slot;
  slot.query_items.clear();
  slot.item_count = 0;
  const bool ends =
      links_.progress.failed() || links_.progress.journaler_done.load(std::memory_order_acquire);
  if (!links_.progress.failed()) {
    // What the client was told of is in it.
    const std::uint64_t followed = std::max<std::uint64_t>(links_.progress.followed().value(), 1);
    if (waiting.snapshot == 0 && !ends && slot.min_sequence > followed) return false;
    if (waiting.snapshot == 0) waiting.snapshot = links_.follower.ask_for_snapshot();
    if (const auto answer = links_.follower.snapshot_answer(waiting.snapshot)) {
      slot.status = answer->status;
      slot.detail = answer->detail;
      slot.first_sequence = answer->sequence;
      slot.state_digest = answer->digest;
      slot.head_segment = 0;
      slot.head = {};
      return true;
    }
  }
  slot.status = RequestStatus::stopping;
  return ends;
}

void QueryWorker::fill_in(RequestSlot& slot, bool ready) {
  slot.query_items.clear();
  slot.item_count = 0;
  slot.status = RequestStatus::index_behind;
  if (!ready && slot.at_sequence > links_.progress.followed().value()) {
    slot.detail = "the journal does not reach the sequence that was asked for";
  }
  if (ready && !links_.progress.failed()) {
    if (const auto answered = answer(slot); !answered.ok()) links_.on_fatal(answered.error());
  }
  if (!links_.progress.failed()) return;
  // Asked last: what was read meanwhile may be what the follower applied wrongly.
  slot.query_items.clear();
  slot.item_count = 0;
  slot.status = RequestStatus::stopping;
}

void QueryWorker::reply(const Waiting& waiting) {
  const bool pushed = waiting.channel->query_replies.try_push(waiting.slot);
  ENSURE(pushed, "an io thread has fewer requests under way than its ring has places");
  if (waiting.channel->io_sleeper != nullptr) waiting.channel->io_sleeper->wake();
}

void QueryWorker::rest() {
  links_.sleeper.announce();
  const bool work =
      links_.progress.failed() ||
      std::any_of(links_.channels.begin(), links_.channels.end(),
                  [](const IoChannel* channel) { return channel->queries.size_approximate() > 0; });
  // The follower wakes this thread as it goes on; the time limits of waiting queries do not, so
  // the sleep is short while there are any.
  constexpr std::uint64_t idle_ns = 100'000'000;
  if (!work) links_.sleeper.sleep(waiting_.empty() ? idle_ns : sleep_ns_max);
  links_.sleeper.retract();
}

Result<void> QueryWorker::answer(RequestSlot& slot) {
  if (slot.rebuild_reply) return rebuild_reply(slot);
  const bool known = is_query(slot.kind) && slot.kind != RequestKind::take_snapshot;
  slot.status = known ? RequestStatus::ok : RequestStatus::unknown_kind;
  return known ? answer_by_kind(slot) : Result<void>{};
}

// Requires: is_query(), and no take_snapshot.
Result<void> QueryWorker::answer_by_kind(RequestSlot& slot) {
  using Kind = RequestKind;
  const Kind kind = slot.kind;
  if (kind == Kind::lookup_transfers) return lookup_transfers(slot);
  if (kind == Kind::list_transfers) return list_transfers(slot);
  if (kind == Kind::lookup_names) return lookup_names(slot);
  if (kind == Kind::lookup_holds) {
    return slot.names_moment() ? as_of_query(slot).lookup_holds() : lookup_holds(slot);
  }
  if (is_filtered(kind) || kind == Kind::read_events || kind == Kind::query_operations) {
    return answer_by_filter(slot);
  }
  if (kind == Kind::lookup_accounts_at) return as_of_query(slot).lookup_accounts();
  if (kind == Kind::trial_balance_at) return as_of_query(slot).trial_balance();
  if (kind == Kind::lookup_orders || kind == Kind::lookup_payments) {
    return AggregateQuery{as_of_links(), slot}.run();
  }
  if (kind == Kind::rebuild) {
    return rebuilds_.run(links_.follower, links_.progress.followed(), slot);
  }
  answer_from_state(slot);
  return {};
}

// What indexes lead to and a filter lets pass.
Result<void> QueryWorker::answer_by_filter(RequestSlot& slot) {
  const auto followed = links_.progress.followed();
  if (slot.kind == RequestKind::read_events) {
    return EventQuery{links_.follower, reader_, followed, slot}.run();
  }
  if (slot.kind == RequestKind::query_operations) {
    return OperationQuery{links_.follower, reader_, followed, slot}.run();
  }
  return FilteredQuery{links_.follower, reader_, followed, slot}.run();
}

// What needs nothing but the follower's state.
void QueryWorker::answer_from_state(RequestSlot& slot) {
  if (slot.kind == RequestKind::trial_balance) return trial_balance(slot);
  if (slot.kind == RequestKind::list_accounts) return list_accounts(slot);
  if (slot.kind == RequestKind::list_ledgers) return list_ledgers(slot);
  if (slot.kind == RequestKind::lookup_checkpoints) return lookup_checkpoints(slot);
  if (slot.kind == RequestKind::list_sagas) return list_sagas(slot);
  lookup_tccs(slot);
}

AsOfQuery::Links QueryWorker::as_of_links() {
  return {.follower = links_.follower,
          .with_facts = reader_,
          .journal = links_.journal,
          .as_of = links_.progress.followed()};
}

AsOfQuery QueryWorker::as_of_query(RequestSlot& slot) { return AsOfQuery{as_of_links(), slot}; }

Result<void> QueryWorker::with_facts(Sequence sequence,
                                     const std::function<void(const EntryFacts&)>& use) {
  std::optional<Failure> failure;
  auto read = links_.journal.with_entry(sequence, [&](const EntryView& view) {
    const auto facts = read_facts(view);
    if (facts.ok()) {
      use(facts.value());
    } else {
      failure = facts.error();
    }
  });
  if (read.ok() && failure) return *failure;
  return read;
}

Result<void> QueryWorker::lookup_transfers(RequestSlot& slot) {
  slot.first_sequence = links_.progress.followed();
  const auto* const ids = reinterpret_cast<const TransferId*>(slot.events);
  auto searched = links_.follower.find_transfers({ids, slot.event_count});
  if (!searched.ok()) return searched.error();
  auto candidates = std::move(searched).value();
  std::erase_if(candidates, [](const Follower::Candidate& each) { return each.burnt; });

  // Entry by entry, so that each is read once however many of the ids it holds.
  std::sort(candidates.begin(), candidates.end(),
            [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  std::vector<std::optional<Transfer>> found(slot.event_count);
  for (std::size_t at = 0; at < candidates.size();) {
    const std::size_t begin = at;
    auto read = with_facts(candidates[at].sequence, [&](const EntryFacts& facts) {
      for (; at < candidates.size() && candidates[at].sequence <= facts.header.last(); ++at) {
        const auto transfer = transfer_in(facts, candidates[at].sequence);
        const std::uint32_t index = candidates[at].index;
        if (transfer && transfer->id == ids[index]) found[index] = transfer;
      }
    });
    if (!read.ok()) return read;
    ENSURE(at > begin, "the entry of a sequence holds it");
  }
  for (const auto& transfer : found) {
    if (!transfer) continue;
    append(slot.query_items, *transfer);
    ++slot.item_count;
  }
  return {};
}

// A hold that is not open: its pending transfer and what resolved it, from the journal.
Result<void> QueryWorker::lookup_holds(RequestSlot& slot) {
  const auto* const ids = reinterpret_cast<const TransferId*>(slot.events);
  auto searched = links_.follower.find_holds({ids, slot.event_count});
  if (!searched.ok()) return searched.error();
  Follower::HoldFinds finds = std::move(searched).value();
  slot.first_sequence = finds.as_of;
  std::vector<ResolvedHold> resolved(slot.event_count);
  auto& candidates = finds.candidates;
  std::sort(candidates.begin(), candidates.end(),
            [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  for (std::size_t at = 0; at < candidates.size();) {
    auto read = with_facts(candidates[at].sequence, [&](const EntryFacts& facts) {
      for (; at < candidates.size() && candidates[at].sequence <= facts.header.last(); ++at) {
        const std::uint32_t index = candidates[at].index;
        resolved[index].note_fact(facts, candidates[at].sequence, ids[index]);
      }
    });
    if (!read.ok()) return read;
  }
  auto open = finds.open.begin();
  for (std::uint32_t index = 0; index < slot.event_count; ++index) {
    std::optional<HoldView> view = resolved[index].view();
    if (open != finds.open.end() && open->index == index) view = (open++)->view;
    if (!view) continue;
    append(slot.query_items, *view);
    ++slot.item_count;
  }
  return {};
}

Result<void> QueryWorker::lookup_names(RequestSlot& slot) {
  const std::span keys{reinterpret_cast<const NameKey*>(slot.events), slot.event_count};
  Follower::NameFinds finds = links_.follower.find_names(keys);
  slot.first_sequence = finds.as_of;
  auto& candidates = finds.candidates;
  std::sort(candidates.begin(), candidates.end(),
            [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  std::vector<std::optional<Name>> found(keys.size());
  for (std::size_t at = 0; at < candidates.size();) {
    auto read = with_facts(candidates[at].sequence, [&](const EntryFacts& facts) {
      const FactPlaces places{facts};
      for (; at < candidates.size() && candidates[at].sequence <= facts.header.last(); ++at) {
        const Name* const name = places.name_at(candidates[at].sequence);
        const std::uint32_t index = candidates[at].index;
        if (name != nullptr && name->key() == keys[index]) found[index] = *name;
      }
    });
    if (!read.ok()) return read;
  }
  for (const auto& name : found) {
    if (!name) continue;
    append(slot.query_items, *name);
    ++slot.item_count;
  }
  return {};
}

void QueryWorker::trial_balance(RequestSlot& slot) {
  const Follower::Balances balances = links_.follower.trial_balance();
  slot.first_sequence = balances.as_of;
  // Pages of ledgers, in the order of registration; the cursor counts them.
  const std::size_t begin = std::min<std::size_t>(slot.argument, balances.ledgers.size());
  const std::size_t end = std::min<std::size_t>(begin + slot.limit, balances.ledgers.size());
  for (std::size_t at = begin; at < end; ++at) append(slot.query_items, balances.ledgers[at]);
  slot.item_count = static_cast<std::uint32_t>(end - begin);
  slot.cursor = end;
  slot.more = end < balances.ledgers.size();
}

Result<void> QueryWorker::list_transfers(RequestSlot& slot) {
  const std::uint64_t followed = links_.progress.followed().value();
  slot.first_sequence = Sequence{followed};
  slot.cursor = slot.argument;
  // Not for ever: a journal may hold long stretches without transfers. The caller goes on from
  // the cursor.
  constexpr std::uint32_t entries_max = 256;
  for (std::uint32_t entries = 0; entries < entries_max && slot.cursor < followed; ++entries) {
    auto read = with_facts(Sequence{slot.cursor + 1}, [&](const EntryFacts& facts) {
      RunWalker walker{facts};
      for (PlacedRun placed; walker.next(placed);) {
        if (placed.run.kind != FactKind::transfer) continue;
        for (std::uint32_t each = 0; each < placed.run.count; ++each) {
          const std::uint64_t sequence = placed.first_sequence.value() + each;
          if (sequence <= slot.cursor) continue;
          if (slot.item_count == slot.limit) return;
          append(slot.query_items, facts.transfers[placed.run.first + each]);
          ++slot.item_count;
          slot.cursor = sequence;
        }
      }
      slot.cursor = facts.header.last().value();
    });
    if (!read.ok()) return read;
    if (slot.item_count == slot.limit) break;
  }
  slot.more = slot.cursor < followed;
  return {};
}

void QueryWorker::list_accounts(RequestSlot& slot) {
  const auto page = links_.follower.list_accounts(AccountId{slot.argument_id}, slot.limit);
  if (!page) {
    slot.status = RequestStatus::cursor_unknown;
    slot.first_sequence = links_.progress.followed();
    return;
  }
  answer_with(slot, page->accounts);
  slot.more = page->more;
  slot.first_sequence = page->as_of;
}

void QueryWorker::list_ledgers(RequestSlot& slot) {
  const LedgerId after{static_cast<std::uint32_t>(slot.argument)};
  const auto page = links_.follower.list_ledgers(after, slot.limit);
  if (!page) {
    slot.status = RequestStatus::cursor_unknown;
    slot.first_sequence = links_.progress.followed();
    return;
  }
  answer_with(slot, page->ledgers);
  slot.more = page->more;
  slot.first_sequence = page->as_of;
}

void QueryWorker::lookup_checkpoints(RequestSlot& slot) {
  const Follower::Checkpoints found = links_.follower.list_checkpoints();
  answer_with(slot, found.all);
  slot.first_sequence = found.as_of;
}

void QueryWorker::lookup_tccs(RequestSlot& slot) {
  const bool lists = slot.kind == RequestKind::list_tccs;
  const Follower::TccPage page =
      lists ? links_.follower.list_tccs(slot.argument, slot.argument_id.lo, slot.limit)
            : links_.follower.find_tccs(
                  {reinterpret_cast<const Uint128*>(slot.events), slot.event_count});
  answer_with(slot, page.tccs);
  for (const TccBranch& branch : page.branches) append(slot.query_items, branch);
  slot.cursor = page.cursor;
  slot.more = page.more;
  slot.first_sequence = page.as_of;
}

void QueryWorker::list_sagas(RequestSlot& slot) {
  SagaFilter filter;
  std::memcpy(&filter, slot.events, sizeof(filter));
  const Follower::SagaPage page = links_.follower.list_sagas(filter);
  answer_with(slot, page.sagas);
  slot.cursor = page.cursor;
  slot.more = page.more;
  slot.first_sequence = page.as_of;
}

// A repeat whose refusals were not kept in memory: they stand in the operation's record.
Result<void> QueryWorker::rebuild_reply(RequestSlot& slot) {
  return with_facts(slot.first_sequence, [&](const EntryFacts& facts) {
    const auto placed = operation_in(facts, slot.first_sequence);
    ENSURE(placed.has_value(), "a kept operation stands where the window says");
    slot.status = placed->operation.status;
    for (const Refusal& refusal : placed->refusals) append(slot.query_items, refusal);
    slot.item_count = static_cast<std::uint32_t>(placed->refusals.size());
  });
}

}  // namespace daybook
