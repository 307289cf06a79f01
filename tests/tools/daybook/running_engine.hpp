#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "net/client/client.hpp"
#include "net/server/server.hpp"
#include "tools/daybook/engine_process.hpp"

namespace daybook {

class Nobody final : public PrincipalDirectory {
 public:
  std::optional<Principal> authenticate(std::string_view) const override { return std::nullopt; }
  bool empty() const override { return true; }
};

[[noreturn]] inline void fail_loudly(const Failure& failure) {
  std::fprintf(stderr, "the engine stopped: %s\n", failure.what.c_str());
  std::abort();
}

/// An engine with its server on a port of the system's choice, in this process.
class RunningEngine {
 public:
  explicit RunningEngine(const std::filesystem::path& directory) {
    EngineProcessSettings settings;
    settings.data = directory;
    settings.engine.state.accounts_max = 10'000;
    settings.engine.state.transfer_ids_max = 1'000'000;
    settings.engine.sequencer.auto_ledgers = true;
    settings.engine.slots_per_io_thread = 4'096;
    settings.journal.segment_bytes = std::uint64_t{8} << 20;
    settings.journal.first_segment_bytes = std::uint64_t{8} << 20;
    settings.journal.low_water_bytes = 0;
    auto opened = EngineProcess::open(settings, fail_loudly, [](std::uint64_t) {});
    if (!opened.ok()) fail_loudly(opened.error());
    process_ = std::move(opened).value();
    ServerSettings server_settings;
    server_settings.listen = "127.0.0.1:0";
    auto server = Server::make(server_settings, process_->engine(), nobody_);
    if (!server.ok()) fail_loudly(server.error());
    server_ = std::move(server).value();
    if (auto running = process_->run(); !running.ok()) fail_loudly(running.error());
    if (auto started = server_->start(); !started.ok()) fail_loudly(started.error());
  }

  ~RunningEngine() {
    server_->stop();
    process_->stop();
    server_.reset();
  }

  [[nodiscard]] ClientSettings client_settings() const {
    ClientSettings settings;
    settings.port = server_->port();
    return settings;
  }
  [[nodiscard]] EngineProcess& process() { return *process_; }

 private:
  Nobody nobody_;
  std::unique_ptr<EngineProcess> process_;
  std::unique_ptr<Server> server_;
};

}  // namespace daybook
