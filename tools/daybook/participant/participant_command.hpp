#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/daybook/client/client_options.hpp"

/// What `daybook participant` does. Each function returns an exit code.

namespace daybook {

struct ParticipantPutOptions {
  ClientOptions client;
  WriteOptions write;
  std::string name;                ///< Or, where no types are given, a file; "-": standard input.
  std::vector<std::string> types;  ///< "T,retry=idempotent,can_query,keeps_keys=7d" each.
  std::uint32_t in_flight = 256;
  std::string reason;
  std::string event_id;  ///< Empty: a new one.
};
/// Registers a participant, or replaces its registration.
int run_participant_put(const ParticipantPutOptions& options);

struct ParticipantPauseOptions {
  ClientOptions client;
  WriteOptions write;
  std::string name;
  std::string reason;
  std::string event_id;  ///< Empty: a new one.
  bool resumes = false;
};
int run_participant_pause(const ParticipantPauseOptions& options);

/// All that are registered, and how they are doing.
int run_participant_list(const ClientOptions& options);

/// The commands that wait, by type, and for whom.
int run_participant_waiting(const ClientOptions& options);

struct ParticipantRunOptions {
  ClientOptions client;
  std::string name;
  std::vector<std::string> types;
  std::vector<std::string> programs;  ///< Of the types, in their order; for `sh -c`.
  bool asks_program = false;          ///< What the table of keys cannot tell, the program is asked.
  std::string store;
  std::string keeps_keys = "7d";
  std::uint32_t in_flight = 8;
  std::uint32_t threads = 4;
};
/// Does steps with programs until SIGTERM or SIGINT.
int run_participant_run(const ParticipantRunOptions& options);

}  // namespace daybook
