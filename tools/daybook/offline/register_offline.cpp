#include "tools/daybook/offline/register_offline.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace daybook {

void add_place_options(CLI::App& command, JournalPlace& place) {
  command.add_option("directory", place.directory, "The data directory, or a copy")->required();
  command.add_option(
      "--archive", place.archive,
      "Read older segments from here, and not from the archive that DIR/ARCHIVE names");
}

void add_replay_options(CLI::App& command, JournalPlace& place, StateRoom& room) {
  add_place_options(command, place);
  add_room_options(command, room);
}

void add_room_options(CLI::App& command, StateRoom& room) {
  const auto add = [&command](const char* name, std::uint64_t& most, const char* of,
                              std::uint64_t limit) {
    command.add_option(name, most, std::string{"Room for "} + of + "; as large as the engine's")
        ->check(CLI::Range(std::uint64_t{1}, limit))
        ->capture_default_str();
  };
  add("--accounts-max", room.accounts_max, "accounts", std::uint64_t{1} << 31);
  add("--transfer-ids-max", room.transfer_ids_max, "transfer ids", std::uint64_t{1} << 36);
  add("--holds-max", room.holds_max, "open holds", std::uint64_t{1} << 31);
  add("--names-max", room.names_max, "names", std::uint64_t{1} << 33);
  add("--streams-max", room.streams_max, "streams of events", std::uint64_t{1} << 31);
  add("--orders-max", room.orders_max, "orders", std::uint64_t{1} << 31);
  add("--payments-max", room.payments_max, "payments, refunds and disputes",
      std::uint64_t{1} << 31);
  add("--tccs-max", room.tccs_max, "TCC transactions", std::uint64_t{1} << 29);
  add("--sagas-max", room.sagas_max, "sagas under way", limits::sagas_most);
  add("--event-ids-max", room.event_ids_max, "domain events", std::uint64_t{1} << 33);
}

}  // namespace daybook
