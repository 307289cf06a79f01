#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "engine/base/sleeper.hpp"
#include "engine/codec/entry_facts.hpp"
#include "engine/follower/as_of_query.hpp"
#include "engine/follower/follower.hpp"
#include "engine/follower/rebuild_jobs.hpp"
#include "engine/ports/clock.hpp"
#include "engine/ports/io_channel.hpp"
#include "engine/ports/journal.hpp"
#include "engine/sequencer/progress.hpp"

namespace daybook {

/// Answers queries from what the follower has published and from the journal.
///
/// A query waits until the follower has reached its min_sequence, at most limits::index_wait_ns;
/// then the answer is `index_behind`. Waiting queries hold nobody up.
///
/// Threads.  run() is the query thread's main function.
/// Errors.   A journal that cannot be read is told to `on_fatal`: what the tables say would be
///           lies. Once the engine has failed, every query is answered with `stopping`.
class QueryWorker {
 public:
  struct Links {
    const Follower& follower;
    EntryLookup& journal;
    Progress& progress;
    std::vector<IoChannel*>
        channels;  ///< Of this thread alone: its queries are taken by nobody else.
    TimeSource& time;
    FutexSleeper& sleeper;  ///< This thread's own.
    std::function<void(const Failure&)> on_fatal;
  };

  explicit QueryWorker(Links links)
      : links_{std::move(links)},
        reader_{[this](Sequence sequence, const std::function<void(const EntryFacts&)>& use) {
          return with_facts(sequence, use);
        }} {}
  QueryWorker(const QueryWorker&) = delete;
  QueryWorker& operator=(const QueryWorker&) = delete;

  /// Returns when Progress::journaler_done is set and no query waits; or when the engine failed.
  void run();

 private:
  struct Waiting {
    RequestSlot* slot = nullptr;
    IoChannel* channel = nullptr;
    std::uint64_t since_ns = 0;
    std::uint64_t snapshot = 0;  ///< As Follower::ask_for_snapshot() has it; 0: not asked.
  };

  [[nodiscard]] bool take();
  [[nodiscard]] bool serve_waiting();
  [[nodiscard]] bool settle_snapshot(Waiting& waiting);
  void reply(const Waiting& waiting);
  void rest();

  void fill_in(RequestSlot& slot, bool ready);
  [[nodiscard]] Result<void> answer(RequestSlot& slot);
  [[nodiscard]] Result<void> answer_by_kind(RequestSlot& slot);
  [[nodiscard]] Result<void> answer_by_filter(RequestSlot& slot);
  [[nodiscard]] Result<void> lookup_transfers(RequestSlot& slot);
  [[nodiscard]] Result<void> list_transfers(RequestSlot& slot);
  [[nodiscard]] Result<void> lookup_holds(RequestSlot& slot);
  [[nodiscard]] Result<void> lookup_names(RequestSlot& slot);
  void trial_balance(RequestSlot& slot);
  [[nodiscard]] Result<void> rebuild_reply(RequestSlot& slot);
  void list_accounts(RequestSlot& slot);
  void list_ledgers(RequestSlot& slot);
  void answer_from_state(RequestSlot& slot);
  void lookup_checkpoints(RequestSlot& slot);
  void lookup_tccs(RequestSlot& slot);
  void list_sagas(RequestSlot& slot);
  [[nodiscard]] Result<void> with_facts(Sequence sequence,
                                        const std::function<void(const EntryFacts&)>& use);

  static constexpr std::uint64_t sleep_ns_max = 20'000'000;

  [[nodiscard]] AsOfQuery::Links as_of_links();
  [[nodiscard]] AsOfQuery as_of_query(RequestSlot& slot);

  Links links_;
  WithFacts reader_;  // Calls with_facts().
  std::deque<Waiting> waiting_;
  RebuildJobs rebuilds_{reader_};
};

}  // namespace daybook
