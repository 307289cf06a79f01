#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/ports/journal.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/settings.hpp"
#include "storage/lmdb/environment.hpp"

namespace daybook {

/// The journal's helper: everything about segment files that takes disk time and can be done
/// early or late. Prepares the next segment when the current one is half full, grows the first
/// one ahead of need, trims and hashes sealed ones, watches free space, removes dead readers.
///
/// Place.    Owned by the Journal; its thread sleeps on a condition variable.
/// Threads.  Public functions are the journaler's; the rest runs on the thread inside. The mutex
///           guards a few words and is never held over a system call on the disk.
/// Errors.   Failing to trim or hash is final and shows in failure(). Failing to prepare or grow
///           is tried again each `disk_check_interval`, and counts only once the journaler needs
///           the segment; a full disk is told to the observer at once.
class SegmentPreparer {
 public:
  struct Start {
    std::uint64_t next = 1;      ///< Ordinal of the segment after the newest with entries.
    bool next_is_ready = false;  ///< It was found prepared.
    bool needed_now = false;     ///< The very next entry opens it.
    std::uint64_t unhashed = 1;  ///< First ordinal to trim and hash, up to `sealed`.
    std::uint64_t sealed = 0;    ///< Newest sealed ordinal.
    Sha256Digest chain{};        ///< Of the segment before `unhashed`.
  };

  SegmentPreparer(JournalLayout layout, JournalSettings settings, const Start& start,
                  JournalObserver& observer);

  /// Finishes the step at hand, not the task, and joins the thread.
  ~SegmentPreparer();

  SegmentPreparer(const SegmentPreparer&) = delete;
  SegmentPreparer& operator=(const SegmentPreparer&) = delete;

  /// The segment `environment` of `file_bytes` is the one being written now.
  void writing(std::shared_ptr<lmdb::Environment> environment, std::uint64_t file_bytes);

  /// So many pages of it are in use. Cost: two atomic operations; a wake-up at thresholds.
  void progress(std::uint64_t used_pages);

  /// Waits until the next segment is prepared and hands it over: its ordinal.
  [[nodiscard]] Result<std::uint64_t> take_next();

  /// The segment being written is complete and durable.
  void sealed(std::uint64_t ordinal);

  /// Why the journal must stop, if it must. Cost: an atomic load.
  [[nodiscard]] std::optional<Failure> failure() const;

 private:
  enum class Task : std::uint8_t { none, stop, grow, prepare, hash };
  using Clock = std::chrono::steady_clock;

  void run();
  [[nodiscard]] Task choose();
  void perform(Task task, std::unique_lock<std::mutex>& lock);
  void grow(std::unique_lock<std::mutex>& lock);
  void prepare(std::unique_lock<std::mutex>& lock);
  void hash(std::unique_lock<std::mutex>& lock);
  void fail(const Failure& failure);
  void look_around();
  void look_at_disk();
  void tell_disk(bool low);
  void set_threshold();
  [[nodiscard]] bool is_overtaken(std::uint64_t ordinal, std::uint64_t used_at_start,
                                  std::uint64_t filled_bytes, std::uint64_t total_bytes) const;
  [[nodiscard]] std::uint64_t bytes_of(std::uint64_t ordinal) const;

  const JournalLayout layout_;
  const JournalSettings settings_;
  const std::uint64_t limit_pages_;
  JournalObserver& observer_;

  // Written by the journaler, read by the helper, and the other way round. Sequentially
  // consistent: the journaler stores one and loads the other while the helper does the reverse,
  // and at least one of the two must see the other's store.
  std::atomic<std::uint64_t> used_pages_{0};
  std::atomic<std::uint64_t> wake_at_pages_;

  // Written by the journaler or the destructor, read between steps of a task; relaxed, for a
  // late look only makes the step one longer.
  std::atomic<bool> stopping_{false};
  std::atomic<bool> next_is_awaited_{false};

  // Release after failure_ is written, acquire before it is read.
  std::atomic<bool> failed_{false};
  std::optional<Failure> failure_;

  mutable std::mutex mutex_;
  std::condition_variable helper_wakes_;
  std::condition_variable journaler_wakes_;
  bool woken_ = false;
  std::shared_ptr<lmdb::Environment> writing_;
  std::uint64_t allocated_bytes_ = 0;
  std::uint64_t next_;
  bool next_is_ready_;
  bool next_is_wanted_;
  std::optional<Failure> prepare_failure_;
  Clock::time_point retry_at_{};  // Of preparing and growing.
  std::deque<std::uint64_t> unhashed_;

  // The helper's own.
  Sha256Digest chain_;
  Clock::time_point disk_check_at_{};
  Clock::time_point reader_check_at_{};
  bool disk_is_low_ = false;

  std::thread thread_;  // Last: it uses everything above.
};

}  // namespace daybook
