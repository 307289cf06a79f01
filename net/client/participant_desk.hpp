#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/client/client.hpp"
#include "net/client/engine_clock.hpp"
#include "net/client/participant.hpp"
#include "net/client/step_workers.hpp"

namespace daybook {

/// A participant at work: what it was asked, who is at it, and which answers are on their way.
///
/// Threads. That of run(), but for what is said to be for any.
class Participant::Desk {
 public:
  Desk(ParticipantSettings settings, std::unique_ptr<StepTable> table);

  [[nodiscard]] Result<void> run();
  /// Any thread, as the next.
  void stop();
  [[nodiscard]] ParticipantCounts counts() const;

 private:
  using Clock = std::chrono::steady_clock;

  /// A command that a worker has, or will have.
  struct Active {
    WorkCommand work;  ///< As it came last.
    std::shared_ptr<std::atomic<std::uint32_t>> attempt;
    std::chrono::nanoseconds lease{};
    Clock::time_point last_sign;       ///< When it came, or its last heartbeat was made.
    std::vector<TakenCommand> parked;  ///< Commands that must wait for it.
  };
  struct Answer {
    StepAnswer answer;
    std::vector<std::byte> payload{};
    bool is_kept = false;  ///< The table owes it.
  };
  using Answers = std::shared_ptr<std::vector<Answer>>;

  // participant_desk.cpp: commands.
  void take(TakenCommand taken);
  void decide(StepCommand command, std::vector<std::byte> payload);
  void begin(StepCommand command, const StepVerdict& verdict, const StepHandler* handler,
             std::optional<StepRecord> target);
  [[nodiscard]] bool is_under_way(const WorkCommand& command);
  [[nodiscard]] bool is_parked(const StepCommand& command, std::span<const std::byte> payload);
  void take_back_all();
  void take_done();
  [[nodiscard]] std::optional<StepRecord> find(const Uint128& key);
  [[nodiscard]] const HandledType* type_of(const Uint128& type) const;
  void release(const WorkCommand& command, std::string_view why);
  void say(const WorkCommand& command, EncodedReply reply, bool is_kept);

  // participant_talk.cpp: what goes to the engine and comes from it.
  void ask_for_work();
  void take_work(std::uint64_t places, const Result<WorkResult>& result);
  void send_answers();
  [[nodiscard]] Answers next_answers(AnswerList& list);
  void take_receipt(const Answers& answers, const Result<BatchResult>& result);
  void keep_unsent(Answers answers);
  void settle(const std::vector<Answer>& answers, const BatchResult& result);
  void send_heartbeats();

  void begin_stopping();
  [[nodiscard]] bool is_finished();
  void forget_old_keys();
  void wait();
  void end(Failure why);
  void notice(const std::string& words) const;

  ParticipantSettings settings_;
  std::unique_ptr<StepTable> table_;
  Uint128 participant_;
  std::map<Uint128, const HandledType*> types_;
  std::vector<StepKeeping> keeping_;

  ClientLoop loop_;
  std::atomic<bool> stop_asked_{false};  ///< Set by any thread; relaxed: it comes alone.
  bool stopping_ = false;
  std::optional<Failure> ended_;

  std::map<StepPlace, Active> active_;
  EngineClock engine_clock_;
  std::uint64_t places_asked_ = 0;  ///< That open questions may fill.
  std::uint32_t questions_open_ = 0;
  Clock::time_point ask_after_;
  std::deque<Answer> unsent_;
  std::uint32_t answers_open_ = 0;                  ///< Requests.
  std::size_t answers_most_ = limits::answers_max;  ///< In one of them.
  Clock::time_point send_after_;
  Clock::time_point last_active_;  ///< When something was still being done, or told.
  Clock::time_point forget_after_;

  struct {
    std::atomic<std::uint64_t> commands{0}, calls{0}, repeats{0}, released{0}, answered{0},
        dropped{0};
  } counts_;  ///< Written by the thread of run(), read by any; relaxed.

  StepWorkers workers_;
  std::unique_ptr<Client> client_;  ///< Gone first: its callbacks point here.
};

}  // namespace daybook
