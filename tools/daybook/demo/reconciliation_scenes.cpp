// The evening: the day is reconciled with a bank's statement, checked and replayed.

#include <chrono>
#include <ctime>
#include <utility>

#include <fmt/format.h>
#include <poll.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/demo/day.hpp"

namespace daybook::demo {
namespace {

using Seconds = std::chrono::seconds;
using Days = std::chrono::duration<std::int64_t, std::ratio<86'400>>;

/// Left of the day in which the card payments and the statement must both be.
constexpr Seconds day_left_min{30};

Seconds now() {
  return std::chrono::duration_cast<Seconds>(std::chrono::system_clock::now().time_since_epoch());
}

/// The day by UTC, such as 2026-01-31.
std::string today() {
  const auto seconds = static_cast<std::time_t>(now().count());
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1'900, parts.tm_mon + 1, parts.tm_mday);
}

void wait_past_midnight(Stage& stage) {
  const auto left = [] { return Days{1} - now() % Days{1}; };
  if (left() >= day_left_min) return;
  stage.screen().output("waiting for midnight by UTC: the next steps must be of one day");
  stage.await([&] { return left() >= day_left_min; }, "midnight does not come");
}

/// From here on everybody says who they are: the one who proposes must not be the one who approves.
void add_identities(Day& day) {
  Stage& stage = day.stage;
  for (const auto& [name, role] : {std::pair{"root", "admin"}, std::pair{"maker", "operator"},
                                   std::pair{"checker", "checker"}}) {
    stage.screen().command(fmt::format("daybook identity add {0} --role {1} --data {2} >{0}.token",
                                       name, role, DemoEngine::data));
    stage.write(fmt::format("{}.token", name),
                stage.ask({"identity", "add", name, "--role", role, "--data", DemoEngine::data}));
  }
  day.engine.read_identities();
  stage.await(
      [&] {
        return stage.try_quietly({"ledger", "list"}).exit_code != exit_code::good;
      },
      "whoever has no token is still answered");
}

void speak_as(Stage& stage, const std::string& name) {
  stage.screen().command(fmt::format("export DAYBOOK_TOKEN=$(cat {}.token)", name));
  std::string token = stage.read(name + ".token");
  token.erase(token.find_last_not_of('\n') + 1);
  stage.set("DAYBOOK_TOKEN", std::move(token));
}

/// What the gateway has of the day, and the bank's statement of it, in which a cent, five euros and
/// a whole payment differ.
void prepare_statement(Day& day, const std::string& date) {
  Stage& stage = day.stage;
  for (const char* account : {"8100", "8101", "8102", "8103"}) {
    stage.show({"account", "create", "--id", account, "--ledger", "978", "--code", "50"});
  }
  for (const auto& [name, amount] :
       {std::pair{"card-1", "120.00"}, std::pair{"card-2", "75.50"}, std::pair{"card-3", "9.99"}}) {
    stage.show({"transfer", "create", "--name", name, "--debit", "8100", "--credit", "8103",
                "--amount", amount, "--ledger", "978", "--code", "6"});
  }
  std::string statement = "reference,amount,currency,status,time\n";
  for (const auto& [name, amount] : {std::pair{"card-1", "120.00"}, std::pair{"card-2", "80.50"},
                                     std::pair{"card-3", "10.00"}, std::pair{"stray-7", "33.00"}}) {
    statement += fmt::format("{},{},EUR,ok,{}T12:00:00Z\n", name, amount, date);
  }
  stage.write("statement.csv", statement);
  stage.screen().command("cat statement.csv");
  stage.screen().output(statement);
}

void reconcile(Day& day) {
  Stage& stage = day.stage;
  stage.screen().step(
      "11. The day is reconciled with a bank's statement, and what differs is corrected");
  add_identities(day);
  speak_as(stage, "root");
  wait_past_midnight(stage);
  const std::string date = today();
  prepare_statement(day, date);
  speak_as(stage, "checker");
  stage.show({"recon", "define", "recon/bank.json"});
  speak_as(stage, "maker");
  const Words run{"recon",          "run",   "bank", "statement.csv", "--data",
                  DemoEngine::data, "--day", date};
  // Exit code 1: something has to be dealt with.
  stage.expect(stage.try_show(run).exit_code == exit_code::no,
               "the planted differences were not found");
  stage.show({"recon", "differences", "bank"});
  stage.screen().good("a cent of rounding was posted by itself; the rest waits for somebody else");
  speak_as(stage, "checker");
  stage.show({"recon", "approve", "bank", "--yes", "--reason", "spoke with the bank"});
  speak_as(stage, "maker");
  stage.expect(stage.try_show(run).exit_code == exit_code::good, "the second run is not clean");
  stage.show({"recon", "close", "bank"});
  stage.screen().good("reconciled again: nothing is left, and the day is closed");
  stage.show({"account", "get", "8100", "8101", "8102"});
  speak_as(stage, "root");
}

void check_and_replay(Day& day) {
  Stage& stage = day.stage;
  stage.screen().step("12. The journal is checked and replayed offline, beside the running engine");
  stage.show({"trial-balance"});
  stage.show({"verify", DemoEngine::data});
  stage.show({"admin", "digest"});
  stage.show({"replay", DemoEngine::data, "--digest"});
  for (const char* name : {"sequence", "digest"}) {
    const std::string live = stage.field({"admin", "digest"}, name);
    const std::string replayed = stage.field({"replay", DemoEngine::data, "--digest"}, name);
    stage.screen().output(fmt::format("{:9} running engine {}, replayed {}",
                                      fmt::format("{}:", name), live, replayed));
    stage.expect(live == replayed, fmt::format("the replayed {} differs", name));
  }
  stage.screen().good("replaying the journal gives the state of the running engine");
}

}  // namespace

void play_evening(Day& day) {
  reconcile(day);
  check_and_replay(day);
  day.engine.stop();
}

}  // namespace daybook::demo
