#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/limits.hpp"
#include "engine/base/result.hpp"
#include "net/client/settings.hpp"
#include "net/client/step_values.hpp"

namespace daybook {

/// Does what is asked, or undoes it, or confirms it, and says what has become of it. Called by one
/// of the participant's threads; several at a time, but never two under the same key. What it
/// throws counts as unknown.
using StepHandler = std::function<StepReply(const StepCommand&)>;

/// A type of steps that a participant does.
struct HandledType {
  std::string type;  ///< "bank.payout.v1"; 1 to limits::saga_name_bytes_max bytes.
  StepHandler handler;
  /// Told by a query of what the table of keys cannot tell: what was begun when an earlier process
  /// ended, and, without a file, all that was before this one. Without it the answer is unknown.
  StepHandler query{};
  std::uint64_t keeps_keys_ms = 604'800'000;  ///< As its registration says: 7 days.
};

struct ParticipantSettings {
  std::string name;       ///< As it is registered.
  ClientSettings client;  ///< Its request_timeout is raised to what questions for work need.
  std::vector<HandledType> types;  ///< 1 to limits::participant_types_max.
  std::uint32_t in_flight = 16;  ///< Commands that it has at a time; 1 to limits::work_credit_max.
  std::uint32_t threads = 4;     ///< That call handlers; 1 to participant_threads_max.
  /// A file that keeps the table of keys. Empty: it is in memory, and forgotten with the process.
  std::string store{};
  /// Asked now and then by run(): true ends it, as stop() does.
  std::function<bool()> stops{};
  /// Told, in words, of what its owner should know: answers that the engine will never take,
  /// commands that came too late, lost connections. By the thread of run().
  std::function<void(const std::string& words)> on_notice{};
};

inline constexpr std::uint32_t participant_threads_max = 256;

/// Counts since the start.
struct ParticipantCounts {
  std::uint64_t commands = 0;  ///< That came, queries and repeats included.
  std::uint64_t calls = 0;     ///< Of handlers.
  std::uint64_t repeats = 0;   ///< Answered by the table, or under way already.
  std::uint64_t released = 0;  ///< Given back, not begun.
  std::uint64_t answered = 0;  ///< Answers that are durable at the engine.
  std::uint64_t dropped = 0;   ///< Answers that it will never take.
};

/// A participant: asks an engine for work, has handlers do it, and answers.
///
/// What it takes care of, so that handlers need not:
///
/// - **Repeats.** A command that was answered is answered again with the same answer, one that is
///   being done is not begun a second time. What is remembered stands in a table of keys.
/// - **Undo before do.** Of what was never begun an undo that allows it is answered ok_empty, and
///   the do that comes late is refused. Without a file the table cannot know what was before this
///   process: then the handler of the undo is asked.
/// - **Secrets** come open. A command whose secret was forgotten is answered FAILED, with the code
///   work_code_secret_forgotten, or UNKNOWN where it may have been done before. Where the text of
///   a command's secret stands in the handler's reply, or in what it throws, it is masked.
/// - **Queries** are answered by the table, as far as it can tell.
/// - **Answers** are kept until the engine has said that they are durable, and sent again after
///   every lost connection and, with a file, every restart.
/// - **Time.** Heartbeats while a handler takes longer than a third of its lease. What is past its
///   lease and not begun is given back, as is all that is not begun when it stops.
///
/// What it cannot take care of: a handler that was cut off by the end of the process may have had
/// its effect. Sent again, it is called again with the same key; so handlers of types that are
/// registered as idempotent must be so by the key. net/client/BARRIER.md has how.
///
/// Durability. With a file: that a handler is about to be called is on disk before it is, and an
///             answer before it leaves.
/// Errors.     run() ends with a Failure where going on makes no sense: a name that is not
///             registered or not allowed, a store that cannot be written.
/// Threads.    run() by one thread, once; stop() by any; counts() by any.
/// Limits.     settings; one process a store. Answers wait in memory, at most as many as there are
///             commands in flight and what they are asked again.
class Participant {
 public:
  /// `invalid` where a setting is out of its limits; what the store says where it cannot be opened.
  [[nodiscard]] static Result<std::unique_ptr<Participant>> make(ParticipantSettings settings);
  ~Participant();
  Participant(const Participant&) = delete;
  Participant& operator=(const Participant&) = delete;

  /// Works until stop(). Then handlers that were begun come to their end, and answers are sent, for
  /// at most participant_stop_ns after the last of them.
  [[nodiscard]] Result<void> run();
  void stop();
  [[nodiscard]] ParticipantCounts counts() const;

 private:
  class Desk;
  explicit Participant(std::unique_ptr<Desk> desk);

  std::unique_ptr<Desk> desk_;
};

inline constexpr std::uint64_t participant_stop_ns = 10'000'000'000;

}  // namespace daybook
