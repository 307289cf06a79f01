#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <sched.h>

#include "engine/assembly/engine.hpp"
#include "engine/replay/replayer.hpp"
#include "tests/support/shared_journal.hpp"

namespace daybook::test {

/// A clock whose two hands the test moves. They stand still otherwise.
///
/// Threads.  Any.
class Hands final : public TimeSource {
 public:
  explicit Hands(std::uint64_t wall_ns) : wall_{wall_ns} {}

  std::uint64_t wall_ns() override {
    ++looks_;
    return wall_;
  }
  std::uint64_t monotonic_ns() override { return monotonic_; }

  void pass(std::uint64_t ns) {
    wall_ += ns;
    monotonic_ += ns;
  }
  /// The wall clock alone.
  void step(std::int64_t ns) { wall_ += static_cast<std::uint64_t>(ns); }
  /// How often the wall clock was looked at.
  [[nodiscard]] std::uint64_t looks() const { return looks_; }

 private:
  std::atomic<std::uint64_t> wall_;
  std::atomic<std::uint64_t> monotonic_{1'000'000'000};
  std::atomic<std::uint64_t> looks_{0};
};

/// All threads of an engine on a journal in memory, recovered from what that holds; the test is
/// the io thread.
class RunningEngine {
 public:
  static EngineSettings small_settings() {
    EngineSettings settings;
    settings.state.accounts_max = 1'000;
    settings.state.transfer_ids_max = 200'000;
    settings.sequencer.auto_ledgers = true;
    settings.loop.journal = JournalId{Uint128{7, 7}};
    settings.loop.segment_pages = 1'000'000;
    settings.slots_per_io_thread = 64;
    return settings;
  }

  /// All references outlive the engine.
  RunningEngine(SharedJournal& journal, TimeSource& time, const EngineSettings& settings,
                std::function<void(const Failure&)> on_fatal,
                std::function<void(const Alarm&)> on_alarm = {})
      : source_{journal, [this] { return engine_.durable_sequence(); }},
        sequencer_lookup_{journal},
        query_lookup_{journal},
        subscription_lookup_{journal},
        engine_{settings, time, std::move(on_fatal), std::move(on_alarm)} {
    Engine::Parts parts{.journal = &journal,
                        .follower_source = &source_,
                        .sequencer_lookup = &sequencer_lookup_,
                        .query_lookups = {&query_lookup_},
                        .subscription_lookup = &subscription_lookup_,
                        .segment = {},
                        .last_commit_time = 0};
    recover(journal, parts);
    engine_.start(parts);
  }

  /// A reply, as the io thread sees it.
  struct Answer {
    RequestStatus status = RequestStatus::ok;
    std::uint64_t timestamp = 0;  ///< Of the first event's slot.
    Sequence wait_for;
  };

  struct Asked {
    RequestKind kind = RequestKind::create_transfers;
    std::uint64_t number = 0;  ///< 0: the next one.
    std::string_view reason = {};
    std::uint64_t argument = 0;
  };

  /// Hands a write to the sequencer and does not wait.
  template <typename Event>
  void post(const Asked& asked, const std::vector<Event>& events) {
    Slot& slot = *slots_.emplace_back(std::make_unique<Slot>());
    const auto* const bytes = reinterpret_cast<const std::byte*>(events.data());
    slot.events.assign(bytes, bytes + events.size() * sizeof(Event));
    slot.request.kind = asked.kind;
    slot.request.role = Role::admin;
    slot.request.client = ClientId{Uint128{1, 0}};
    slot.request.request_number = asked.number == 0 ? ++number_ : asked.number;
    slot.request.reason = {asked.reason.data(), asked.reason.size()};
    slot.request.argument = asked.argument;
    slot.request.events = slot.events.data();
    slot.request.event_count = static_cast<std::uint32_t>(events.size());
    slot.room.resize(reply_room_bytes(asked.kind, slot.request.event_count));
    slot.request.reply_room = slot.room.data();
    ASSERT_TRUE(engine_.channel(0).requests.try_push(&slot.request));
    engine_.wake_sequencer();
  }

  /// The oldest reply, once the sequencer has made it; it may not be durable yet.
  Answer decided() {
    IoChannel& channel = engine_.channel(0);
    RequestSlot** reply = nullptr;
    while ((reply = channel.replies.front()) == nullptr) ::sched_yield();
    const RequestSlot& slot = **reply;
    channel.replies.pop();
    return {slot.status, slot.first_timestamp.value(), slot.wait_for};
  }

  /// Returns once the reply may leave: it is durable.
  template <typename Event>
  Answer ask(const Asked& asked, const std::vector<Event>& events) {
    post(asked, events);
    const Answer answer = decided();
    while (engine_.durable_sequence() < answer.wait_for) ::sched_yield();
    return answer;
  }
  Answer ask(const Asked& asked) { return ask(asked, std::vector<Account>{}); }

  [[nodiscard]] Engine& engine() { return engine_; }

 private:
  struct Slot {
    RequestSlot request;
    std::vector<std::byte> events;
    std::vector<std::byte> room;
  };

  void recover(const SharedJournal& journal, Engine::Parts& parts) {
    Replayer replayer{engine_.live_state()};
    SharedSource source{journal};
    parts.segment.pages_left = 1'000'000;
    for (;;) {
      const auto entry = source.next();
      ENSURE(entry.ok(), "the test's journal is sound");
      if (!entry.value()) break;
      ENSURE(replayer.apply(*entry.value()).ok(), "the test's journal can be replayed");
      parts.last_commit_time = entry.value()->header.commit_time;
      ++parts.segment.entry_count;
    }
    const State& state = engine_.live_state();
    parts.segment.ordinal = state.segment_opened();
    parts.segment.sealed = state.segment_opened() == state.segment_sealed();
    parts.segment.first_sequence = 1;
    number_ = state.windows.highest_number(ClientId{Uint128{1, 0}});
  }

  SharedSource source_;
  SharedLookup sequencer_lookup_;
  SharedLookup query_lookup_;
  SharedLookup subscription_lookup_;
  std::vector<std::unique_ptr<Slot>> slots_;  // The engine may still read them while it stops.
  std::uint64_t number_ = 0;
  Engine engine_;  // Last: its threads use what stands above.
};

}  // namespace daybook::test
