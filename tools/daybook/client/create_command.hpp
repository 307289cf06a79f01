#pragma once

#include <string>
#include <vector>

#include "tools/daybook/client/client_options.hpp"
#include "tools/daybook/text/event_fields.hpp"

namespace daybook {

/// Options of `account create` and `transfer create`.
struct CreateOptions {
  ClientOptions client;
  WriteOptions write;
  std::string file;  ///< JSON lines; "-" is standard input; empty: one event from `fields`.

  struct GivenField {
    std::string name;                ///< As in event_fields().
    std::vector<std::string> texts;  ///< Empty: not given. Several only for flags.
  };
  std::vector<GivenField> fields;
};

/// Sends one request and prints what became of each event. exit_code::no when any was refused; an
/// event that existed already, the same, is good. An event without an id gets a time-ordered
/// random one. Defined for Account and Transfer.
template <typename Event>
int run_create(const CreateOptions& options);

}  // namespace daybook
