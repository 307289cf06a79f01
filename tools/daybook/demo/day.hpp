#pragma once

#include <cstdint>
#include <string>

#include "tools/daybook/demo/channel.hpp"
#include "tools/daybook/demo/demo_engine.hpp"
#include "tools/daybook/demo/stage.hpp"

namespace daybook::demo {

/// The day of a gateway: who plays in it, and what the engine had said before it was killed.
struct Day {
  explicit Day(Stage& where) : stage{where}, engine{where}, channel{where} {}

  Stage& stage;
  DemoEngine engine;
  Channel channel;
  std::string balances;
  std::string holds;
  std::string transactions;
  std::string sagas;
};

[[nodiscard]] std::string ask_balances(Day& day);
[[nodiscard]] std::string ask_holds(Day& day);
[[nodiscard]] std::string ask_transactions(Day& day);
[[nodiscard]] std::string ask_sagas(Day& day);

/// Steps 1 to 5: transfers, what is refused, holds, transactions of several parties.
void play_money(Day& day);
/// Steps 6 and 7: orders are placed or undone, and paid with the help of the channel.
void play_sagas(Day& day);
/// Steps 8 to 10: the engine is killed while it waits for the channel, and amid a load of so many
/// transfers; it comes back.
void play_crashes(Day& day, std::uint64_t transfers);
/// Steps 11 and 12: the day is reconciled with a statement, checked and replayed; the engine ends.
void play_evening(Day& day);

}  // namespace daybook::demo
