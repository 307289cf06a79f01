#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "engine/assembly/engine.hpp"
#include "engine/base/result.hpp"
#include "storage/journal/settings.hpp"
#include "tools/daybook/serve/recovery.hpp"

namespace daybook {

struct EngineProcessSettings {
  std::filesystem::path data;
  EngineSettings engine;
  JournalSettings journal;
  SnapshotSettings snapshots;
};

/// An engine on a data directory: lock, recovery, journal, threads. What `serve` and tests start.
///
/// Usage.    open(); whatever wants the engine's channels before it runs (the server); run();
/// stop(). Threads.  open(), run() and stop() on one thread. Errors.   What goes wrong while
/// running is told to `on_fatal`, on whichever thread met it; the
///           process should then end without another word to clients, and recover at its next
///           start.
class EngineProcess {
 public:
  /// Locks the directory (made when it is missing), restores its newest good snapshot, replays the
  /// journal after it and opens the journal for writing. Without a good snapshot the whole journal
  /// is replayed; what was wrong with one is told to `on_alarm`. `progress(transfers replayed so
  /// far)`. `on_alarm`: as the Engine's; may be empty.
  [[nodiscard]] static Result<std::unique_ptr<EngineProcess>> open(
      const EngineProcessSettings& settings, std::function<void(const Failure&)> on_fatal,
      const std::function<void(std::uint64_t)>& progress,
      std::function<void(const Alarm&)> on_alarm = {});

  ~EngineProcess();
  EngineProcess(const EngineProcess&) = delete;
  EngineProcess& operator=(const EngineProcess&) = delete;

  /// Starts the engine's threads. Call once.
  [[nodiscard]] Result<void> run();

  [[nodiscard]] Engine& engine();
  [[nodiscard]] const JournalId& journal_id() const;
  [[nodiscard]] const Recovered& recovered() const;

  /// Everything taken is executed, durable and witnessed when it returns.
  void stop();

 private:
  struct Parts;
  explicit EngineProcess(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace daybook
