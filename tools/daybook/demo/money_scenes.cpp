// Transfers, what is refused, amounts that are held, and transactions over several parties.

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/demo/day.hpp"

namespace daybook::demo {

std::string ask_balances(Day& day) {
  return day.stage.ask({"account", "get", "1000", "2001", "2002", "2003", "3001", "3002", "4000"});
}

std::string ask_holds(Day& day) {
  return day.stage.ask({"hold", "get", "101", "111", "121", "131"});
}

std::string ask_transactions(Day& day) {
  return day.stage.ask({"tcc", "get", "8001", "8002", "8003"});
}

namespace {

/// A card payment that is held: in euros, and with what `more` says.
Words holding(const std::string& id, const std::string& payer, const std::string& shop,
              const std::string& amount, const Words& more) {
  Words words{"transfer", "create", "--id",     id,    "--debit", payer, "--credit", shop,
              "--amount", amount,   "--ledger", "978", "--code",  "6",   "--pending"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

void post_transfers(Day& day) {
  Stage& stage = day.stage;
  stage.screen().step("2. A gateway registers the euro, opens accounts and posts transfers");
  stage.show({"ledger", "put", "978", "--name", "EUR", "--scale", "2", "--kind", "currency"});
  stage.show({"import", "accounts", "accounts.csv"});
  stage.show({"import", "transfers", "transfers.csv"});
  stage.show({"account", "get", "1000", "2001", "2002", "2003", "3001", "3002", "4000"});
}

void refuse_one(Day& day) {
  Stage& stage = day.stage;
  stage.screen().step("3. One transfer that must be refused: the wallet would be overdrawn");
  const int code = stage
                       .try_show({"transfer", "create", "--id", "15", "--debit", "2001", "--credit",
                                  "3001", "--amount", "1000.00", "--ledger", "978", "--code", "2"})
                       .exit_code;
  // Exit code 1: the answer is no.
  stage.expect(code == exit_code::no, fmt::format("it was not refused (exit {})", code));
  stage.screen().good("refused, and the refusal is in the journal too");
}

void hold_and_capture(Day& day) {
  Stage& stage = day.stage;
  stage.screen().step(
      "4. Card payments: amounts are held, then captured, released or left to expire; one is "
      "refunded");
  stage.show(
      holding("101", "2003", "3002", "80.00", {"--timeout", "2h", "--business", "name:order-5"}));
  stage.show({"transfer", "post", "101", "--id", "102", "--amount", "50.00", "--keep-remainder"});
  stage.show({"transfer", "post", "101", "--id", "103"});
  stage.show({"transfer", "reverse", "102", "--id", "104", "--amount", "12.00"});
  stage.show(holding("111", "2001", "3001", "40.00", {}));
  stage.show({"transfer", "void", "111", "--id", "112"});
  stage.show(holding("121", "2001", "3001", "20.00", {"--timeout", "1s"}));
  stage.show(holding("131", "2003", "3002", "30.00", {"--timeout", "2h"}));
  stage.show({"transfer", "post", "131", "--id", "132", "--amount", "10.00", "--keep-remainder"});
  // The second of hold 121 is soon over; the engine then releases it by itself.
  stage.await(
      [&] {
        return stage.field({"hold", "get", "121"}, "state") == "expired";
      },
      "no hold is expired");
  stage.show({"hold", "get", "101", "111", "121", "131"});
  day.holds = ask_holds(day);
  for (const std::string_view state : {"posted", "voided", "expired", "open"}) {
    stage.expect(day.holds.find(fmt::format(" {} ", state)) != std::string::npos,
                 fmt::format("no hold is {}", state));
  }
  stage.show({"trial-balance"});
  stage.screen().good(
      "one hold was captured in two parts, one released, one expired; one is still open");
}

Words trying(const std::string& transaction, const std::string& branch, const std::string& shop,
             const std::string& amount) {
  return {"tcc", "try",      transaction, branch,     "--debit", "2003",   "--credit",
          shop,  "--amount", amount,      "--ledger", "978",     "--code", "6"};
}

/// A marketplace order: 30.00 to one shop and 12.00 to another, or nothing at all.
void try_order(Stage& stage, const std::string& transaction) {
  stage.show({"tcc", "begin", transaction, "--created", "2026-01-31T08:00:00Z", "--timeout", "1h",
              "--business", "name:order-" + transaction});
  stage.show(trying(transaction, "1", "3001", "30.00"));
  stage.show(trying(transaction, "2", "3002", "12.00"));
}

void try_confirm_and_cancel(Day& day) {
  Stage& stage = day.stage;
  stage.screen().step(
      "5. Transactions over several parties: tried, then confirmed or cancelled as a whole");
  stage.show({"transfer", "create", "--id", "141", "--debit", "1000", "--credit", "2003",
              "--amount", "200.00", "--ledger", "978", "--code", "1"});
  try_order(stage, "8001");
  stage.show({"tcc", "confirm", "8001", "1", "2=10.00", "--ledger", "978"});
  try_order(stage, "8002");
  stage.show({"tcc", "cancel", "8002"});
  // Late, after the cancel: it must not hold anything.
  stage.expect(stage.try_show(trying("8002", "3", "3001", "1.00")).exit_code == exit_code::no,
               "a try after the cancel was taken");
  try_order(stage, "8003");
  stage.show({"tcc", "get", "8001", "8002", "8003"});
  day.transactions = ask_transactions(day);
  stage.show({"trial-balance"});
  stage.screen().good(
      "one was confirmed, with less on one branch; one was cancelled; one is still open");
}

}  // namespace

void play_money(Day& day) {
  day.stage.screen().step("1. An engine on an empty directory");
  day.engine.start();
  post_transfers(day);
  refuse_one(day);
  hold_and_capture(day);
  try_confirm_and_cancel(day);
}

}  // namespace daybook::demo
