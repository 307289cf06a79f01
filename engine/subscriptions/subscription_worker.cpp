#include "engine/subscriptions/subscription_worker.hpp"

#include <algorithm>
#include <cstring>

#include "engine/base/assert.hpp"
#include "engine/subscriptions/record_writer.hpp"

namespace daybook {
namespace {

/// Entries that are read for one subscription before the next one has its turn.
constexpr std::uint32_t entries_a_turn = 32;
/// A filter that lets nothing of so many sequences pass is told how far it has come, so that its
/// checkpoint can follow; and where fewer come, after so long.
constexpr std::uint64_t silent_sequences_max = 65'536;
constexpr std::uint64_t silent_ns_max = 1'000'000'000;
constexpr std::uint64_t sleep_ns_max = 100'000'000;
/// While one waits for the follower to know its checkpoint.
constexpr std::uint64_t begin_sleep_ns_max = 2'000'000;

Subscription subscription_of(const RequestSlot& slot) {
  Subscription wanted;
  std::memcpy(&wanted, slot.events, sizeof(wanted));
  return wanted;
}

bool is_cancelled(const RequestSlot& slot) {
  return slot.cancelled != nullptr && slot.cancelled->load(std::memory_order_acquire);
}

}  // namespace

void SubscriptionWorker::run() {
  for (;;) {
    const bool last_turn =
        links_.progress.failed() || links_.progress.journaler_done.load(std::memory_order_acquire);
    bool worked = take();
    for (Waiting& waiting : waiting_) {
      if (last_turn) refuse(waiting, RequestStatus::stopping);
      if (!waiting.done) worked = serve(waiting) || worked;
    }
    worked = give_back_done() || worked;
    if (worked) continue;
    if (last_turn && waiting_.empty()) return;
    rest();
  }
}

bool SubscriptionWorker::take() {
  bool worked = false;
  for (IoChannel* const channel : links_.channels) {
    while (RequestSlot** const front = channel->subscriptions.front()) {
      RequestSlot* const slot = *front;
      channel->subscriptions.pop();
      slot->status = RequestStatus::ok;
      slot->query_items.clear();
      waiting_.push_back({.slot = slot,
                          .channel = channel,
                          .since_ns = links_.time.monotonic_ns(),
                          .cursor_before = slot->cursor});
      worked = true;
    }
  }
  return worked;
}

// True when anything was done for it.
bool SubscriptionWorker::serve(Waiting& waiting) {
  RequestSlot& slot = *waiting.slot;
  if (is_cancelled(slot)) {
    waiting.done = true;
    return true;
  }
  if (!slot.subscription_began) return begin(waiting);
  const std::uint64_t durable = links_.progress.durable().value();
  bool worked = false;
  for (std::uint32_t entries = 0; entries < entries_a_turn && !waiting.done; ++entries) {
    if (slot.cursor >= durable) break;
    read_entry(waiting);
    worked = true;
    if (slot.query_items.size() >= limits::subscription_batch_bytes_max) waiting.done = true;
  }
  look_at_limits(waiting, durable);
  return worked || waiting.done;
}

void SubscriptionWorker::look_at_limits(Waiting& waiting, std::uint64_t durable) {
  RequestSlot& slot = *waiting.slot;
  slot.first_sequence = Sequence{durable};
  slot.more = slot.cursor < durable;
  if (waiting.done) return;
  if (!slot.query_items.empty()) {
    waiting.done = !slot.more;
    return;
  }
  const std::uint64_t silent = slot.cursor - waiting.cursor_before;
  waiting.done = silent >= silent_sequences_max ||
                 (silent > 0 && links_.time.monotonic_ns() - waiting.since_ns >= silent_ns_max);
}

void SubscriptionWorker::read_entry(Waiting& waiting) {
  RequestSlot& slot = *waiting.slot;
  const Subscription wanted = subscription_of(slot);
  std::optional<Failure> failure;
  const Sequence from = next(Sequence{slot.cursor});
  auto read = links_.journal.with_entry(from, [&](const EntryView& view) {
    const auto facts = read_facts(view);
    if (!facts.ok()) {
      failure = facts.error();
      return;
    }
    const std::size_t room =
        limits::subscription_batch_bytes_max -
        std::min(limits::subscription_batch_bytes_max, slot.query_items.size());
    const std::size_t bytes_max = slot.query_items.size() + room;
    slot.cursor = EntryEvents{facts.value()}
                      .append(wanted, Sequence{slot.cursor}, bytes_max, slot.query_items)
                      .value();
  });
  if (!read.ok()) return failed_to_read(waiting, read.error());
  if (failure) return failed_to_read(waiting, *failure);
  ENSURE(slot.cursor >= from.value(), "the entry of a sequence holds it");
}

// What is durable is in the journal: where it is not found, its segment was taken away.
void SubscriptionWorker::failed_to_read(Waiting& waiting, const Failure& failure) {
  if (failure.kind == FailureKind::not_found) {
    return refuse(waiting, RequestStatus::events_not_here);
  }
  links_.on_fatal(failure);
  refuse(waiting, RequestStatus::stopping);
}

bool SubscriptionWorker::begin(Waiting& waiting) {
  RequestSlot& slot = *waiting.slot;
  const Subscription wanted = subscription_of(slot);
  if (const auto fault = fault_of(wanted)) {
    slot.detail = *fault;
    refuse(waiting, RequestStatus::filter_invalid);
    return true;
  }
  slot.cursor = 0;
  if (wanted.start == SubscriptionStart::sequence) {
    slot.cursor = wanted.from == 0 ? 0 : wanted.from - 1;
  } else if (wanted.start == SubscriptionStart::time) {
    const auto before = sequence_before_time(wanted.from);
    if (!before) {
      refuse(waiting, RequestStatus::stopping);
      return true;
    }
    slot.cursor = *before;
  } else if (wanted.start == SubscriptionStart::now) {
    slot.cursor = links_.progress.durable().value();
  } else {
    begin_at_checkpoint(waiting, wanted);
    if (!waiting.done && !slot.subscription_began) return false;
  }
  slot.subscription_began = true;
  slot.first_sequence = links_.progress.durable();
  slot.more = slot.cursor < slot.first_sequence.value();
  waiting.done = true;  // Answered at once, with nothing: who asked knows that it was accepted.
  return true;
}

// The follower knows them, and may have to come as far as what this client was told.
void SubscriptionWorker::begin_at_checkpoint(Waiting& waiting, const Subscription& wanted) {
  RequestSlot& slot = *waiting.slot;
  const bool ready = links_.progress.reads_ready.load(std::memory_order_acquire) &&
                     slot.min_sequence <= links_.progress.followed().value();
  if (!ready) {
    const bool late = links_.time.monotonic_ns() - waiting.since_ns >= limits::index_wait_ns;
    if (late) refuse(waiting, RequestStatus::index_behind);
    return;
  }
  const auto found = links_.follower.find_checkpoint(wanted.checkpoint_name());
  if (!found) return refuse(waiting, RequestStatus::checkpoint_unknown);
  slot.cursor = found->sequence;
  slot.subscription_began = true;
}

// The last sequence of the newest entry that was committed before `time_ns`; 0 where none was.
std::optional<std::uint64_t> SubscriptionWorker::sequence_before_time(std::uint64_t time_ns) {
  if (time_ns == 0 || links_.progress.durable() == Sequence{}) return 0;
  std::uint64_t last = 0;
  const auto read = links_.journal.with_entry_at_time(
      time_ns - 1, [&](const EntryView& view) { last = view.header.last().value(); });
  if (read.ok() || read.error().kind == FailureKind::not_found) return last;
  links_.on_fatal(read.error());
  return std::nullopt;
}

void SubscriptionWorker::refuse(Waiting& waiting, RequestStatus status) {
  waiting.slot->query_items.clear();
  waiting.slot->status = status;
  waiting.done = true;
}

bool SubscriptionWorker::give_back_done() {
  bool any = false;
  for (const Waiting& each : waiting_) {
    if (!each.done) continue;
    const bool pushed = each.channel->subscription_replies.try_push(each.slot);
    ENSURE(pushed, "there are no more subscriptions than places in the ring");
    if (each.channel->io_sleeper != nullptr) each.channel->io_sleeper->wake();
    any = true;
  }
  if (any) std::erase_if(waiting_, [](const Waiting& each) { return each.done; });
  return any;
}

bool SubscriptionWorker::has_work() const {
  const std::uint64_t durable = links_.progress.durable().value();
  return links_.progress.failed() ||
         links_.progress.journaler_done.load(std::memory_order_acquire) ||
         std::any_of(links_.channels.begin(), links_.channels.end(),
                     [](const IoChannel* channel) {
                       return channel->subscriptions.size_approximate() > 0;
                     }) ||
         std::any_of(waiting_.begin(), waiting_.end(), [&](const Waiting& each) {
           return is_cancelled(*each.slot) ||
                  (each.slot->subscription_began && each.slot->cursor < durable);
         });
}

void SubscriptionWorker::rest() {
  events_awaited_.exchange(waiting_.empty() ? 0 : 1, std::memory_order_acq_rel);
  links_.sleeper.announce();
  const bool begins = std::any_of(waiting_.begin(), waiting_.end(), [](const Waiting& each) {
    return !each.slot->subscription_began;
  });
  if (!has_work()) links_.sleeper.sleep(begins ? begin_sleep_ns_max : sleep_ns_max);
  links_.sleeper.retract();
}

}  // namespace daybook
