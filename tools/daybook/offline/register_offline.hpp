#pragma once

#include <string>

#include "tools/daybook/offline/offline.hpp"

namespace CLI {
class App;
}

/// Options that every command has which replays a data directory.

namespace daybook {

/// The directory, and how large its state may become.
void add_replay_options(CLI::App& command, JournalPlace& place, StateRoom& room);

/// The directory, and the archive of its older segments.
void add_place_options(CLI::App& command, JournalPlace& place);

/// How large the state may become.
void add_room_options(CLI::App& command, StateRoom& room);

}  // namespace daybook
