#include "storage/journal/segment_preparer.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/base/uint128.hpp"
#include "storage/file/file.hpp"
#include "storage/journal/segment_file.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

/// Filling may trail the load by this share of a segment before it is called overtaken.
constexpr std::uint64_t lag_divisor = 8;

}  // namespace

SegmentPreparer::SegmentPreparer(JournalLayout layout, JournalSettings settings, const Start& start,
                                 JournalObserver& observer)
    : layout_{std::move(layout)},
      settings_{std::move(settings)},
      limit_pages_{settings_.segment_bytes / journal_limits::page_bytes},
      observer_{observer},
      wake_at_pages_{never},
      next_{start.next},
      next_is_ready_{start.next_is_ready},
      next_is_wanted_{start.needed_now},
      chain_{start.chain} {
  for (std::uint64_t ordinal = start.unhashed; ordinal <= start.sealed; ++ordinal) {
    unhashed_.push_back(ordinal);
  }
  reader_check_at_ = Clock::now() + journal_limits::reader_check_interval;
  // Once before anybody can ask for work: a start on a full disk refuses from the first request on.
  disk_check_at_ = Clock::now() + settings_.disk_check_interval;
  look_at_disk();
  thread_ = std::thread{[this] { run(); }};
  place_thread(thread_, "preparer", settings_.cores);
}

SegmentPreparer::~SegmentPreparer() {
  {
    const std::lock_guard lock{mutex_};
    stopping_.store(true, std::memory_order_relaxed);
    helper_wakes_.notify_one();
  }
  thread_.join();
}

std::uint64_t SegmentPreparer::bytes_of(std::uint64_t ordinal) const {
  return ordinal == 1 ? std::min(settings_.first_segment_bytes, settings_.segment_bytes)
                      : settings_.segment_bytes;
}

void SegmentPreparer::writing(std::shared_ptr<lmdb::Environment> environment,
                              std::uint64_t file_bytes) {
  const std::uint64_t used = environment->last_page() + 1;
  const std::lock_guard lock{mutex_};
  writing_ = std::move(environment);
  allocated_bytes_ = file_bytes;
  used_pages_.store(used);
  set_threshold();
  woken_ = true;
  helper_wakes_.notify_one();
}

void SegmentPreparer::progress(std::uint64_t used_pages) {
  used_pages_.store(used_pages);
  if (used_pages < wake_at_pages_.load()) return;
  const std::lock_guard lock{mutex_};
  wake_at_pages_.store(never);
  woken_ = true;
  helper_wakes_.notify_one();
}

/// Where the journaler must wake the helper next. Requires: the mutex.
void SegmentPreparer::set_threshold() {
  std::uint64_t threshold = next_is_wanted_ || next_is_ready_ ? never : limit_pages_ / 2;
  if (allocated_bytes_ < settings_.segment_bytes) {
    threshold = std::min(threshold, allocated_bytes_ / journal_limits::page_bytes / 2);
  }
  // After a failure the helper looks again by itself; until then nobody need wake it.
  wake_at_pages_.store(Clock::now() < retry_at_ ? never : threshold);
}

Result<std::uint64_t> SegmentPreparer::take_next() {
  std::unique_lock lock{mutex_};
  next_is_awaited_.store(true, std::memory_order_relaxed);
  next_is_wanted_ = true;
  prepare_failure_.reset();  // An old one may have been the full disk of a minute ago.
  retry_at_ = {};
  woken_ = true;
  helper_wakes_.notify_one();
  journaler_wakes_.wait(
      lock, [&] { return next_is_ready_ || prepare_failure_.has_value() || failed_.load(); });
  next_is_awaited_.store(false, std::memory_order_relaxed);
  if (failed_.load()) return *failure_;
  if (!next_is_ready_) return *prepare_failure_;
  next_is_ready_ = false;
  next_is_wanted_ = false;
  return next_++;
}

void SegmentPreparer::sealed(std::uint64_t ordinal) {
  const std::lock_guard lock{mutex_};
  writing_.reset();
  used_pages_.store(0);
  wake_at_pages_.store(never);
  unhashed_.push_back(ordinal);
  next_is_wanted_ = true;
  woken_ = true;
  helper_wakes_.notify_one();
}

std::optional<Failure> SegmentPreparer::failure() const {
  if (!failed_.load(std::memory_order_acquire)) return std::nullopt;
  return failure_;
}

void SegmentPreparer::run() {
  std::unique_lock lock{mutex_};
  for (;;) {
    lock.unlock();
    look_around();
    lock.lock();
    const Task task = choose();
    if (task == Task::stop) return;
    if (task != Task::none) {
      perform(task, lock);
      continue;
    }
    helper_wakes_.wait_for(lock, settings_.disk_check_interval,
                           [&] { return woken_ || stopping_.load(std::memory_order_relaxed); });
    woken_ = false;
  }
}

/// What is most urgent. Requires: the mutex.
SegmentPreparer::Task SegmentPreparer::choose() {
  if (stopping_.load(std::memory_order_relaxed)) return Task::stop;
  if (failed_.load(std::memory_order_relaxed)) return Task::none;
  set_threshold();
  const std::uint64_t used = used_pages_.load();
  const bool may_try = Clock::now() >= retry_at_;
  if (writing_ && may_try && allocated_bytes_ < settings_.segment_bytes &&
      used >= allocated_bytes_ / journal_limits::page_bytes / 2) {
    return Task::grow;
  }
  if (writing_ && used >= limit_pages_ / 2 && !next_is_wanted_) {
    next_is_wanted_ = true;
    set_threshold();
  }
  if (next_is_wanted_ && !next_is_ready_ && may_try) return Task::prepare;
  return unhashed_.empty() ? Task::none : Task::hash;
}

void SegmentPreparer::perform(Task task, std::unique_lock<std::mutex>& lock) {
  switch (task) {
    case Task::grow:
      grow(lock);
      break;
    case Task::prepare:
      prepare(lock);
      break;
    case Task::hash:
      hash(lock);
      break;
    case Task::none:
    case Task::stop:
      break;
  }
}

/// Requires: the mutex, which it gives back meanwhile.
void SegmentPreparer::grow(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t ordinal = next_ - 1;
  const std::uint64_t target = std::min(allocated_bytes_ * 2, settings_.segment_bytes);
  lock.unlock();
  const auto grown = settings_.preallocation == Preallocation::none
                         ? Result<void>{}
                         : grow_segment(layout_, ordinal, target);
  if (!grown && grown.error().kind == FailureKind::no_space) tell_disk(true);
  lock.lock();
  if (!grown) retry_at_ = Clock::now() + settings_.disk_check_interval;
  // The journaler may have gone on to another segment meanwhile, whose size this is not.
  if (grown && next_ - 1 == ordinal) allocated_bytes_ = std::max(allocated_bytes_, target);
}

/// Requires: the mutex, which it gives back meanwhile.
void SegmentPreparer::prepare(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t ordinal = next_;
  const std::uint64_t used_at_start = used_pages_.load();
  lock.unlock();
  const auto prepared =
      prepare_segment(layout_, ordinal, bytes_of(ordinal), settings_.preallocation,
                      [&](std::uint64_t filled, std::uint64_t total) {
                        return is_overtaken(ordinal, used_at_start, filled, total);
                      });
  if (!prepared && prepared.error().kind == FailureKind::no_space) tell_disk(true);
  lock.lock();
  if (prepared) {
    next_is_ready_ = true;
  } else {
    prepare_failure_ = prepared.error();
    retry_at_ = Clock::now() + settings_.disk_check_interval;
  }
  journaler_wakes_.notify_one();
}

bool SegmentPreparer::is_overtaken(std::uint64_t ordinal, std::uint64_t used_at_start,
                                   std::uint64_t filled_bytes, std::uint64_t total_bytes) const {
  if (stopping_.load(std::memory_order_relaxed)) return true;
  // The first segment of a directory is waited for from the start, and small.
  if (next_is_awaited_.load(std::memory_order_relaxed)) return ordinal != 1;
  const std::uint64_t used = used_pages_.load();
  if (used < used_at_start) return true;  // The segment before was sealed meanwhile.
  if (used_at_start >= limit_pages_) return true;
  const u128 load = static_cast<u128>(used - used_at_start) * total_bytes;
  const u128 filling =
      static_cast<u128>(filled_bytes + total_bytes / lag_divisor) * (limit_pages_ - used_at_start);
  return load > filling;
}

/// Requires: the mutex, which it gives back meanwhile.
void SegmentPreparer::hash(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t ordinal = unhashed_.front();
  lock.unlock();
  std::optional<Failure> failure;
  if (auto trimmed = trim_segment(layout_, ordinal); !trimmed) {
    failure = trimmed.error();
  } else {
    const auto hashed = hash_segment(layout_, ordinal, chain_,
                                     [this] { return stopping_.load(std::memory_order_relaxed); });
    if (hashed) {
      chain_ = hashed.value().chain;
      observer_.segment_hashed(hashed.value());
    } else if (hashed.error().kind != FailureKind::closed) {
      failure = hashed.error();
    }
  }
  lock.lock();
  if (failure) fail(*failure);
  if (!stopping_.load(std::memory_order_relaxed)) unhashed_.pop_front();
}

/// Requires: the mutex.
void SegmentPreparer::fail(const Failure& failure) {
  failure_ = failure;
  failed_.store(true, std::memory_order_release);
  journaler_wakes_.notify_one();
}

void SegmentPreparer::look_around() {
  const auto now = Clock::now();
  if (now >= disk_check_at_) {
    disk_check_at_ = now + settings_.disk_check_interval;
    look_at_disk();
  }
  if (now < reader_check_at_) return;
  reader_check_at_ = now + journal_limits::reader_check_interval;
  std::shared_ptr<lmdb::Environment> environment;
  {
    const std::lock_guard lock{mutex_};
    environment = writing_;
  }
  if (!environment) return;
  if (const auto checked = environment->check_readers(); !checked) {
    const std::lock_guard lock{mutex_};
    fail(checked.error());
  }
}

void SegmentPreparer::look_at_disk() {
  const auto free = settings_.free_bytes ? settings_.free_bytes(layout_.journal())
                                         : free_bytes_of(layout_.journal());
  // A file system that does not say how much is left is found full by writing.
  if (free) tell_disk(free.value() < settings_.low_water_bytes);
}

void SegmentPreparer::tell_disk(bool low) {
  if (low == disk_is_low_) return;
  disk_is_low_ = low;
  observer_.disk_low(low);
}

}  // namespace daybook
