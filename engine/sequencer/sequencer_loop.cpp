#include "engine/sequencer/sequencer_loop.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include <sched.h>

#include "engine/model/engine_version.hpp"

namespace daybook {
namespace {

// What an entry can take out of a segment: its own pages, and what the journal's tree adds to a
// commit at most.
constexpr std::uint64_t tree_pages_max = 32;

constexpr std::uint64_t pages_of_value(std::size_t bytes) {
  return (bytes + 16 + entry_page_bytes - 1) / entry_page_bytes + tree_pages_max;
}
constexpr std::uint64_t largest_entry_pages = pages_of_value(limits::entry_bytes_max);

}  // namespace

SequencerLoop::SequencerLoop(Links links, const LoopSettings& settings,
                             const SegmentPosition& position)
    : links_{links}, settings_{settings}, segment_{position} {
  pages_at_begin_ = position.pages_left;
}

void SequencerLoop::run() {
  const ActingAs role{sequencer_thread};
  for (;;) {
    if (links_.progress.failed()) return;
    bool worked = take_own_facts();
    worked = take_requests() || worked;
    worked = give_back_recalled() || worked;
    worked = close_if_idle() || worked;
    leave_empty_entry();
    if (worked) {
      idle_turns_ = 0;
      continue;
    }
    if (links_.progress.stop.load(std::memory_order_acquire) && !entry_is_open_ &&
        !work_waits(now_ns())) {
      break;
    }
    rest();
  }
  links_.progress.sequencer_done.store(true, std::memory_order_release);
  links_.journaler.wake();
}

std::uint64_t SequencerLoop::now_ns() {
  return links_.clock == nullptr ? 0 : links_.clock->now_ns();
}

// Questions for work that their io threads want back.
bool SequencerLoop::give_back_recalled() {
  const std::uint64_t recalled = recalled_now();
  if (recalled == recalled_) return false;
  recalled_ = recalled;
  while (RequestSlot* const question = links_.sequencer.take_recalled()) {
    question->cursor = links_.sequencer.engine_time(now_ns());
    push_reply(*question->kept_for, *question);
    if (question->kept_for->io_sleeper != nullptr) question->kept_for->io_sleeper->wake();
  }
  return true;
}

bool SequencerLoop::take_requests() {
  if (follower_is_far_behind() || advance_ != nullptr) return false;
  bool worked = false;
  for (auto& channel : links_.channels) worked = take_from(*channel) || worked;
  return worked;
}

bool SequencerLoop::take_from(IoChannel& channel) {
  std::uint32_t taken = 0;
  bool ready = false;
  for (; taken < requests_per_turn; ++taken) {
    RequestSlot** const front = channel.requests.front();
    if (front == nullptr) break;
    RequestSlot& request = **front;
    if (is_journaled(request.kind)) {
      if (entry_is_open_ && !links_.sequencer.fits(request)) close_entry();
      if (!open_entry()) break;
    }
    channel.requests.pop();
    const Sequence before = links_.sequencer.state().last_sequence();
    execute(request);
    if (request.is_kept) {
      request.kept_for = &channel;
      continue;
    }
    if (request.kind == RequestKind::advance_clock && request.status == RequestStatus::ok &&
        before < request.wait_for) {
      // All that falls due with it is released before it is answered.
      advance_ = &request;
      advance_channel_ = &channel;
      ++taken;
      break;
    }
    ready = ready || request.wait_for <= links_.progress.durable();
    push_reply(channel, request);
  }
  // Writes are announced by the journaler once they are durable; what need not wait goes now.
  if (ready && channel.io_sleeper != nullptr) channel.io_sleeper->wake();
  return taken > 0;
}

// Also moves the clock that an operator accepts. A repeat of that request is answered like the
// first one and accepts nothing: the clock may be held again since.
void SequencerLoop::execute(RequestSlot& request) {
  EngineClock* const clock = links_.clock;
  const bool was_held = links_.sequencer.state().clock_is_held();
  if (request.kind == RequestKind::accept_clock && clock != nullptr) {
    request.argument = clock->wall_ns();
  }
  links_.sequencer.execute(request, now_ns());
  if (clock == nullptr || !was_held || links_.sequencer.state().clock_is_held()) return;
  clock->accept();
  if (links_.on_clock) links_.on_clock(false, {clock->now_ns(), request.argument});
}

void SequencerLoop::push_reply(IoChannel& channel, RequestSlot& request) {
  const bool pushed = channel.replies.try_push(&request);
  ENSURE(pushed, "an io thread has fewer requests under way than its ring has places");
}

bool SequencerLoop::do_due_work() {
  if (follower_is_far_behind() && advance_ == nullptr) return false;
  if (!links_.sequencer.work_is_due(now_ns())) return finish_advance();
  // One slice an entry, right after it was opened; a clock that is moved waits for all of them.
  if (!entry_is_open_) return open_entry();
  if (advance_ == nullptr) return false;
  if (!links_.sequencer.do_due_work(now_ns())) close_entry();
  return true;
}

bool SequencerLoop::finish_advance() {
  if (advance_ == nullptr) return false;
  advance_->wait_for = links_.sequencer.state().last_sequence();
  push_reply(*advance_channel_, *advance_);
  advance_ = nullptr;
  return true;
}

bool SequencerLoop::take_own_facts() {
  bool worked = do_due_work();
  links_.sequencer.set_disk_low(links_.progress.disk_low.load(std::memory_order_relaxed));
  if (links_.clock != nullptr) {
    static_cast<void>(links_.clock->now_ns());
    worked = hold_clock_if_stepped() || worked;
  }
  while (const SegmentHash* hash = links_.segment_hashes.front()) {
    if (!open_entry()) break;
    const SegmentHashed fact{.ordinal = hash->ordinal,
                             .file_bytes = hash->file_bytes,
                             .file = hash->file,
                             .chain = hash->chain};
    links_.segment_hashes.pop();
    links_.sequencer.hash_segment(fact);
    worked = true;
  }
  return worked;
}

// A step is told once, so it is taken only when there is an entry for it.
bool SequencerLoop::hold_clock_if_stepped() {
  if (!links_.clock->has_step() || !open_entry()) return false;
  const EngineClock::Step step = *links_.clock->take_step();
  links_.sequencer.hold_clock(step.engine_ns, step.wall_ns);
  if (links_.on_clock) links_.on_clock(true, step);
  return true;
}

bool SequencerLoop::open_entry() {
  if (entry_is_open_) return true;
  const std::uint64_t committed = links_.progress.entries_committed.load(std::memory_order_acquire);
  if (closed_ - committed >= Slabs::slab_count || !links_.sequencer.make_ready()) return false;
  links_.sequencer.open(links_.slabs.builder(closed_));
  entry_is_open_ = true;
  links_.progress.entry_open.store(true, std::memory_order_release);
  if (segment_.sealed) open_segment();
  if (links_.sequencer.work_is_due(now_ns())) {
    // What does not fit comes with the next entry.
    static_cast<void>(links_.sequencer.do_due_work(now_ns()));
  }
  return true;
}

void SequencerLoop::open_segment() {
  SegmentOpened opened{.ordinal = segment_.ordinal + 1,
                       .previous_ordinal = segment_.ordinal,
                       .schema_version = journal_schema_version,
                       .engine_version = {}};
  const std::string_view version = engine_version;
  std::copy_n(version.begin(), std::min(version.size(), opened.engine_version.size()),
              opened.engine_version.begin());
  segment_ = {.ordinal = opened.ordinal,
              .sealed = false,
              .entry_count = 0,
              .first_sequence = links_.slabs.builder(closed_).first().value(),
              .pages_left = settings_.segment_pages};
  segment_began_at_ = closed_;
  pages_at_begin_ = settings_.segment_pages;
  links_.sequencer.open_segment(opened);
}

// What is left of the segment once everything closed so far is in it. The journaler's number counts
// down as it commits; entries that it has not committed are counted here.
std::uint64_t SequencerLoop::pages_left_estimate() const {
  const std::uint64_t committed = links_.progress.entries_committed.load(std::memory_order_acquire);
  std::uint64_t left = pages_at_begin_;
  std::uint64_t from = segment_began_at_;
  if (committed > segment_began_at_) {
    left = links_.progress.pages_left.load(std::memory_order_acquire);
    from = committed;
  }
  for (std::uint64_t entry = from; entry < closed_; ++entry) {
    left -= std::min(left, pages_of_[entry % Slabs::slab_count]);
  }
  return left;
}

void SequencerLoop::close_entry() {
  const EntryBuilder& slab = links_.sequencer.slab();
  const bool opens = segment_.entry_count == 0;
  ++segment_.entry_count;
  // A slab's bytes before padding, with the slack that the front may take.
  const std::uint64_t pages = pages_of_value(padded_entry_bytes(slab.used_bytes() + 1'024));
  // The next entry may be the largest there is; if it might not fit any more, this one is the last.
  const std::uint64_t left = pages_left_estimate();
  const bool seals = !opens && left < pages + largest_entry_pages + pages_of_value(0);
  if (seals) {
    links_.sequencer.seal_segment({.ordinal = segment_.ordinal,
                                   .first_sequence = segment_.first_sequence,
                                   .entry_count = segment_.entry_count});
    segment_.sealed = true;
  }
  Slabs::Closed& closed = links_.slabs.at(closed_);
  closed.value = links_.sequencer.close(now_ns(), settings_.journal);
  closed.last = links_.sequencer.state().last_sequence();
  closed.place =
      seals ? EntryPlace::seals_segment : (opens ? EntryPlace::opens_segment : EntryPlace::within);
  closed.marks = links_.sequencer.take_marks();
  pages_of_[closed_ % Slabs::slab_count] = pages;
  ++closed_;
  entry_is_open_ = false;
  // With the entry on its way: they leave once it is durable.
  while (RequestSlot* const question = links_.sequencer.take_filled()) {
    question->wait_for = closed.last;
    question->first_sequence = closed.last;
    question->cursor = links_.sequencer.engine_time(now_ns());
    push_reply(*question->kept_for, *question);
  }
  links_.progress.entries_closed.store(closed_, std::memory_order_release);
  links_.progress.entry_open.store(false, std::memory_order_release);
  links_.journaler.wake();
}

bool SequencerLoop::close_if_idle() {
  if (!entry_is_open_ || links_.sequencer.entry_is_empty()) return false;
  const std::uint64_t committed = links_.progress.entries_committed.load(std::memory_order_acquire);
  if (committed != closed_) return false;
  close_entry();
  return true;
}

// A repeat is answered from the window and puts nothing into the entry that was opened for it.
// While one is open the journaler puts off its last sync, nobody rests and nothing ends.
void SequencerLoop::leave_empty_entry() {
  if (!entry_is_open_ || !links_.sequencer.entry_is_empty()) return;
  entry_is_open_ = false;
  links_.progress.entry_open.store(false, std::memory_order_release);
}

bool SequencerLoop::follower_is_far_behind() const {
  const std::uint64_t last = links_.sequencer.state().last_sequence().value();
  return last - std::min(last, links_.progress.followed().value()) > settings_.follower_lag_max;
}

bool SequencerLoop::work_waits(std::uint64_t engine_now) const {
  const std::uint64_t committed = links_.progress.entries_committed.load(std::memory_order_acquire);
  const bool may_open = entry_is_open_ || closed_ - committed < Slabs::slab_count;
  if (entry_is_open_ && committed == closed_) return true;
  if (!may_open) return false;
  if (links_.segment_hashes.size_approximate() > 0 || advance_ != nullptr) return true;
  if (follower_is_far_behind()) return false;
  if (!entry_is_open_ && links_.sequencer.work_is_due(engine_now)) return true;
  return std::any_of(links_.channels.begin(), links_.channels.end(),
                     [](const auto& channel) { return channel->requests.size_approximate() > 0; });
}

std::uint64_t SequencerLoop::recalled_now() const {
  std::uint64_t recalled = 0;
  for (const auto& channel : links_.channels) {
    recalled += channel->recalled.load(std::memory_order_acquire);
  }
  return recalled;
}

void SequencerLoop::rest() {
  ++idle_turns_;
  if (idle_turns_ <= settings_.idle_spins) return;
  if (idle_turns_ <= settings_.idle_spins + settings_.idle_yields) {
    ::sched_yield();
    return;
  }
  links_.sleeper.announce();
  const bool stop_now = links_.progress.failed() ||
                        (links_.progress.stop.load(std::memory_order_acquire) && !entry_is_open_);
  const std::uint64_t now = now_ns();
  const std::uint64_t deadline = links_.sequencer.next_deadline();
  const bool falls_due = links_.clock != nullptr && deadline > now;
  if (!work_waits(now) && recalled_now() == recalled_ && !stop_now) {
    links_.sleeper.sleep(falls_due ? std::min(sleep_ns_max, deadline - now) : sleep_ns_max);
  }
  links_.sleeper.retract();
}

}  // namespace daybook
