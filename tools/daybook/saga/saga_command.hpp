#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/saga/saga_event.hpp"
#include "tools/daybook/client/client_options.hpp"

/// What `daybook saga` asks of a running engine. Each function returns an exit code: good also for
/// what was done before in the same way, no for what the engine will not do.

namespace daybook {

struct SagaPutOptions {
  ClientOptions client;
  WriteOptions write;
  std::vector<std::string> files;  ///< "-" is standard input.
};
/// Stores definitions, in the order of the files. Nothing is sent where one has a fault.
int run_saga_put(const SagaPutOptions& options);

struct SagaDefinitionsOptions {
  ClientOptions client;
  std::string name;  ///< NAME or NAME@VERSION: shown whole. Empty: a list of all.
};
int run_saga_definitions(const SagaDefinitionsOptions& options);

struct SagaStartOptions {
  ClientOptions client;
  WriteOptions write;
  std::string definition;  ///< NAME or NAME@VERSION.
  std::vector<std::string> values;
  std::string input;  ///< A file with a JSON object of them instead; "-" is standard input.
  std::string id;     ///< Empty: a new UUIDv7.
};
/// Starts a saga, and says what has become of it by then. Good: it was started.
int run_saga_start(const SagaStartOptions& options);

/// Cancel and signal.
struct SagaTellOptions {
  ClientOptions client;
  WriteOptions write;
  std::string id;
  std::string signal;
  std::vector<std::string> values;
  std::string event_id;  ///< Empty: a new one.
};
int run_saga_cancel(const SagaTellOptions& options);
int run_saga_signal(const SagaTellOptions& options);

struct SagaOperateOptions {
  ClientOptions client;
  WriteOptions write;
  SagaEventKind act{};
  std::string id;
  std::string step;
  bool succeeded = false;  ///< Of resolve, one of the two.
  bool failed = false;
  std::vector<std::string> outputs;  ///< Of what has succeeded: name=value each.
  std::string reason;
  std::string event_id;  ///< Empty: a new one.
};
int run_saga_operate(const SagaOperateOptions& options);

struct SagaKickOptions {
  ClientOptions client;
  WriteOptions write;
  std::vector<std::string> ids;
  std::string type;  ///< Instead of ids: all that wait for a participant of it.
  std::string reason;
};
/// Waits of sagas for another try are over now.
int run_saga_kick(const SagaKickOptions& options);

struct SagaShowOptions {
  ClientOptions client;
  std::string id;
};
int run_saga_show(const SagaShowOptions& options);

struct SagaListOptions {
  ClientOptions client;
  std::vector<std::string> statuses;
  std::string definition;  ///< NAME or NAME@VERSION.
  std::string business;
  bool all = false;  ///< Those that have left the engine's memory as well.
  std::uint64_t limit = 100;
};
int run_saga_list(const SagaListOptions& options);

struct SagaStatsOptions {
  ClientOptions client;
  std::string definition;  ///< Only of this name; empty: all.
  std::string from;        ///< Empty: from the beginning.
  std::string until;       ///< Empty: up to now.
  bool prometheus = false;
};
int run_saga_stats(const SagaStatsOptions& options);

}  // namespace daybook
