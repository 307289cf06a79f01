#include "engine/sequencer/journaler.hpp"

#include <utility>

#include <sched.h>

namespace daybook {

void Journaler::run() {
  const ActingAs role{journaler_thread};
  for (;;) {
    if (links_.progress.failed()) return;
    const auto stepped = step();
    if (!stepped.ok()) {
      links_.on_fatal(stepped.error());
      return;
    }
    if (!stepped.value()) break;
  }
  links_.progress.journaler_done.store(true, std::memory_order_release);
  links_.on_durable();
}

bool Journaler::entry_waits() const {
  return links_.progress.entries_closed.load(std::memory_order_acquire) > written_;
}

// One thing: an entry, a sync, or a rest. False when there will be no more.
Result<bool> Journaler::step() {
  if (entry_waits()) {
    if (auto written = write_next(); !written.ok()) return written.error();
  } else if (last_committed_ > links_.progress.durable()) {
    // What the sequencer has begun follows within moments and carries this entry's meta page with
    // its own flush; a flush now would only delay both.
    if (links_.progress.entry_open.load(std::memory_order_acquire)) {
      ::sched_yield();
    } else if (auto synced = sync_now(); !synced.ok()) {
      return synced.error();
    }
  } else if (links_.progress.sequencer_done.load(std::memory_order_acquire)) {
    if (entry_waits()) return true;
    if (auto witnessed = witness(true); !witnessed.ok()) return witnessed.error();
    return false;
  } else {
    wait_for_entry();
  }
  if (auto witnessed = witness(false); !witnessed.ok()) return witnessed.error();
  return true;
}

Result<void> Journaler::write_next() {
  const Slabs::Closed& closed = links_.slabs.at(written_);
  const FaultMarks marks = closed.marks;
  marks.hit_decided();
  const auto space = links_.journal.append(closed.value, closed.place);
  if (!space.ok()) return space.error();
  const Sequence before = last_committed_;
  last_committed_ = closed.last;
  const bool seals = closed.place == EntryPlace::seals_segment;
  ++written_;
  Progress& progress = links_.progress;
  progress.pages_left.store(space.value().pages_left, std::memory_order_release);
  progress.committed_sequence.store(last_committed_.value(), std::memory_order_release);
  progress.entries_committed.store(written_, std::memory_order_release);
  links_.on_committed();
  // A sealed segment was synced whole. Else this commit's flush carried the entry before, if that
  // one is in the same segment; if not, sealing made it durable.
  FaultMarks durable_marks = std::exchange(marks_, seals ? FaultMarks{} : marks);
  if (seals) durable_marks.add(marks);
  publish_durable(seals ? last_committed_ : before, durable_marks);
  return {};
}

Result<void> Journaler::sync_now() {
  if (auto synced = links_.journal.sync(); !synced.ok()) return synced;
  publish_durable(last_committed_, std::exchange(marks_, {}));
  return {};
}

// `marks`: of what has become durable with this.
void Journaler::publish_durable(Sequence sequence, FaultMarks marks) {
  if (sequence <= links_.progress.durable()) return;
  marks.hit_durable();
  if (links_.progress.acknowledge(sequence)) links_.on_durable();
}

Result<void> Journaler::witness(bool at_end) {
  const Sequence durable = links_.progress.durable();
  if (durable == witnessed_ || durable.value() == 0) return {};
  const std::uint64_t now = links_.time.monotonic_ns();
  if (!at_end && now - witnessed_at_ < witness_every_ns) return {};
  witnessed_at_ = now;
  witnessed_ = durable;
  return links_.journal.witness(durable);
}

void Journaler::wait_for_entry() {
  FutexSleeper& sleeper = links_.sleeper;
  sleeper.announce();
  const bool work = entry_waits() || links_.progress.failed() ||
                    links_.progress.sequencer_done.load(std::memory_order_acquire);
  if (!work) sleeper.sleep(witness_every_ns);
  sleeper.retract();
}

}  // namespace daybook
