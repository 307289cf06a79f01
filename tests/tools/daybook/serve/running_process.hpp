#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "net/client/client.hpp"
#include "net/server/server.hpp"
#include "tools/daybook/serve/engine_process.hpp"

namespace daybook {

/// Everything that `serve` runs, in this process: an engine on a real directory and a server on a
/// free port, without identities.
class RunningProcess {
 public:
  using Change = std::function<void(EngineProcessSettings&)>;

  using ServerChange = std::function<void(ServerSettings&)>;

  explicit RunningProcess(const std::filesystem::path& directory, const Change& change = {},
                          const ServerChange& change_server = {}) {
    EngineProcessSettings settings;
    settings.data = directory;
    settings.engine.state.accounts_max = 10'000;
    settings.engine.state.transfer_ids_max = 1'000'000;
    settings.engine.state.holds_max = 10'000;
    settings.engine.sequencer.auto_ledgers = true;
    settings.engine.slots_per_io_thread = 4'096;
    settings.journal.segment_bytes = std::uint64_t{8} << 20;
    settings.journal.first_segment_bytes = std::uint64_t{8} << 20;
    settings.journal.low_water_bytes = 0;
    if (change) change(settings);
    auto opened = EngineProcess::open(
        settings, fail_loudly, [](std::uint64_t) {}, [this](const Alarm& alarm) { note(alarm); });
    if (!opened.ok()) fail_loudly(opened.error());
    process_ = std::move(opened).value();
    ServerSettings server_settings;
    server_settings.listen = "127.0.0.1:0";
    server_settings.io_threads = settings.engine.io_threads;
    server_settings.cores = settings.engine.cores;
    if (change_server) change_server(server_settings);
    auto server = Server::make(server_settings, process_->engine(), nobody_);
    if (!server.ok()) fail_loudly(server.error());
    server_ = std::move(server).value();
    if (auto running = process_->run(); !running.ok()) fail_loudly(running.error());
    if (auto started = server_->start(); !started.ok()) fail_loudly(started.error());
  }

  ~RunningProcess() {
    server_->stop();
    process_->stop();
    process_.reset();  // The journal's helper may still raise an alarm.
    server_.reset();
  }

  [[nodiscard]] ClientSettings client_settings() const {
    ClientSettings settings;
    settings.port = server_->port();
    return settings;
  }
  [[nodiscard]] EngineProcess& process() { return *process_; }
  [[nodiscard]] ServerStats stats() const { return server_->stats(); }

  /// Waits until so many alarms were raised, a minute at most: all of them, and empty ones for
  /// those that never were.
  std::vector<Alarm> wait_for_alarms(std::size_t count) {
    std::unique_lock lock{mutex_};
    if (!raised_.wait_for(lock, std::chrono::minutes{1}, [&] { return alarms_.size() >= count; })) {
      std::fprintf(stderr, "%zu of %zu alarms were raised\n", alarms_.size(), count);
    }
    std::vector<Alarm> all = alarms_;
    all.resize(std::max(all.size(), count));
    return all;
  }

 private:
  class Nobody final : public PrincipalDirectory {
   public:
    std::optional<Principal> authenticate(std::string_view) const override { return std::nullopt; }
    bool empty() const override { return true; }
    bool still_stands(const Principal&, const Sha256Digest&) const override { return true; }
  };

  [[noreturn]] static void fail_loudly(const Failure& failure) {
    std::fprintf(stderr, "the engine stopped: %s\n", failure.what.c_str());
    std::abort();
  }

  void note(const Alarm& alarm) {
    const std::lock_guard lock{mutex_};
    alarms_.push_back(alarm);
    raised_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable raised_;
  std::vector<Alarm> alarms_;
  Nobody nobody_;
  std::unique_ptr<EngineProcess> process_;
  std::unique_ptr<Server> server_;
};

}  // namespace daybook
