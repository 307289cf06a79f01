#pragma once

#include <string>

#include "engine/base/result.hpp"
#include "net/client/answers.hpp"
#include "net/client/settings.hpp"

/// The options that all commands share which talk to a running engine.

namespace CLI {
class App;
}

namespace daybook {

struct ClientOptions {
  std::string connect = "127.0.0.1:7420";
  std::string token;
  std::string token_file;  ///< Wins over `token`.
  std::string client_id;   ///< Empty: a random one.
  double timeout_s = 30;
  bool json = false;
};

/// Adds --connect, --token, --token-file, --client-id, --request-timeout and --json.
/// `options` must live as long as `command`.
void add_client_options(CLI::App& command, ClientOptions& options);

/// Adds --names, for commands that show ids. `names` must live as long as `command`.
void add_names_option(CLI::App& command, bool& names);

/// Reads the texts and the token's file.
[[nodiscard]] Result<ClientSettings> settings_from(const ClientOptions& options);

/// Who and why: for the journal's operation record.
struct WriteOptions {
  std::string user;
  std::string trace;
  std::string business;
};

/// Adds --user, --trace and --business. `options` must live as long as `command`.
void add_write_options(CLI::App& command, WriteOptions& options);

[[nodiscard]] Result<OperationAttributes> attributes_from(const WriteOptions& options);

}  // namespace daybook
