#pragma once

#include <string>

#include "tools/daybook/offline.hpp"

namespace CLI {
class App;
}

/// Options that every command has which replays a data directory.

namespace daybook {

/// The directory, and how large its state may become.
void add_replay_options(CLI::App& command, std::string& directory, StateRoom& room);

}  // namespace daybook
