#pragma once

#include "engine/model/aggregate.hpp"
#include "tests/simulation/surroundings.hpp"

namespace daybook::test {

/// Makes up commands to orders and payments: few of them, mostly what their state allows.
class CommandWriter {
 public:
  /// `around` outlives the writer.
  explicit CommandWriter(Surroundings& around) : around_{around}, random_{around.random} {}

  /// Commands to orders or to payments.
  void fill(WriteRequest& request);
  /// One of either kind, which may name one of the request's transfers.
  AskedEvent some_command(const WriteRequest& request);
  /// At the beginning of an episode.
  void forget() { last_command_ = 0; }

 private:
  AskedEvent order_command(const WriteRequest& request);
  AskedEvent payment_command(const WriteRequest& request);
  Command command_for_order(const Uint128& id);
  Command command_for_payment(const Uint128& id);
  void name_payment(const Uint128& order, CommandDetails& details);
  AskedEvent finish(Command command, const Uint128& id, CommandDetails details, std::string text,
                    const WriteRequest& request);
  void spoil(AskedEvent& asked);
  std::uint64_t small_amount() { return random_.between(random_.chance(5) ? 0 : 1, 12); }
  LedgerId some_ledger();

  Surroundings& around_;
  Random& random_;
  std::uint64_t last_command_ = 0;
};

}  // namespace daybook::test
