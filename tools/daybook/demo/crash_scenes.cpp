// The engine is killed, and what it had acknowledged is there again.

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/demo/day.hpp"
#include "tools/daybook/demo/orders.hpp"
#include "tools/daybook/demo/shell_words.hpp"

namespace daybook::demo {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* acknowledged_file = "acknowledged";
constexpr const char* load_file = "load.said";
constexpr std::uint64_t id_bytes = 16;  ///< Of each acknowledged transfer.
/// The load goes on until it has had so long, or a tenth of its answers.
constexpr std::chrono::seconds load_time{1};

/// A charge has its 15 seconds, of which the engine is away for a moment. Where the machine is so
/// slow that they were over, nobody knows, and it is an operator who looks into the channel's book.
void settle_late_charge(Day& day, const std::string& saga) {
  if (status_of(day, saga) != "STUCK") return;
  day.stage.show({"saga", "resolve", saga, "charge", "--succeeded", "--output",
                  "external_reference=ch_" + day.channel.charges().back(), "--reason",
                  "it took too long; the channel's book has the charge"});
}

void kill_amid_payment(Day& day) {
  Stage& stage = day.stage;
  const std::string saga = "9105";
  stage.screen().step("8. SIGKILL while a payment waits for the channel");
  stage.show(placing({.saga = "9609", .order = "609"}));
  start_payment(day, {saga, "609", "709", "tok_slow"});
  stage.await([&] { return day.channel.charges().size() == 2; }, "the card is not charged");
  stage.show({"saga", "show", saga});
  stage.expect(status_of(day, saga) == "RUNNING", fmt::format("saga {} does not wait", saga));
  day.engine.kill();
  stage.screen().good("killed: the card is charged, and the engine has not heard of it");
  // At the same address, where the channel looks for it.
  day.engine.start(std::string{day.engine.address()});
  stage.show({"saga", "show", saga});
  stage.await([&] { return day.channel.lets_answer() || status_of(day, saga) != "RUNNING"; },
              "the channel's program does not wait for an answer");
  stage.await([&] { return status_of(day, saga) != "RUNNING"; },
              "the answer of the channel does not come");
  settle_late_charge(day, saga);
  expect_end(day, saga, "COMPLETED", 7);
  stage.show({"payment", "get", "709"});
  stage.screen().command("cat charges");
  const std::vector<std::string> charges = day.channel.charges();
  for (const std::string& each : charges) stage.screen().output(each);
  stage.expect(charges.size() == 2, "the channel's book has another charge");
  stage.expect(
      stage.field({"payment", "get", "709"}, "external_reference") == "ch_" + charges.back(),
      "the payment is not of the charge in the channel's book");
  stage.expect(stage.field({"order", "get", "609"}, "state") == "paid", "order 609 is not paid");
  stage.screen().good(
      "the engine that came back has paid it, and the card is charged exactly once");
  stage.show({"trial-balance"});
  day.channel.stop();
  day.sagas = ask_sagas(day);
  day.balances = ask_balances(day);
}

std::uint64_t acknowledged(const Stage& stage) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(stage.directory() / acknowledged_file, error);
  return error ? 0 : bytes / id_bytes;
}

void kill_amid_load(Day& day, std::uint64_t transfers) {
  Stage& stage = day.stage;
  stage.screen().step("9. A load of single transfers, and SIGKILL in the middle of it");
  const Words words{"bench",
                    "--connect",
                    day.engine.address(),
                    "--transfers",
                    std::to_string(transfers),
                    "--accounts",
                    "100",
                    "--batch",
                    "1",
                    "--clients",
                    "8",
                    "--in-flight",
                    "4",
                    "--ids",
                    "random",
                    "--seed",
                    "1",
                    "--ack-log",
                    acknowledged_file};
  stage.screen().command(fmt::format("daybook {} &", as_typed(words)));
  ChildProcess load = stage.start(words, load_file, {});
  std::optional<Clock::time_point> end;
  bool has_ended = false;
  // The moment does not matter.
  stage.await(
      [&] {
        has_ended = load.has_ended();
        const std::uint64_t answers = acknowledged(stage);
        if (answers > 0 && !end) end = Clock::now() + load_time;
        return has_ended || answers >= transfers / 10 || (end && Clock::now() >= *end);
      },
      "nothing was acknowledged");
  if (has_ended) {
    stage.screen().output(stage.read(load_file));
    stage.screen().wrong("the load ended early");
  }
  day.engine.kill();
  load.end();
  const std::uint64_t count = acknowledged(stage);
  stage.expect(count > 0, "nothing was acknowledged");
  stage.screen().good(fmt::format("killed after {} acknowledged transfers of the load", count));
}

/// What was there before, and goes on where it was.
void compare_with_before(Day& day) {
  Stage& stage = day.stage;
  stage.same(day.balances, ask_balances(day), "balances differ");
  stage.screen().good("the gateway's balances are the same to the cent");
  stage.same(day.holds, ask_holds(day), "holds differ");
  stage.show({"transfer", "post", "131", "--id", "133"});
  stage.screen().good("so are the holds; the one that was open is captured to its end now");
  stage.same(day.transactions, ask_transactions(day), "transactions differ");
  stage.show({"tcc", "confirm", "8003", "1", "2"});
  stage.screen().good("so are the transactions; the open one is confirmed now");
  stage.same(day.sagas, ask_sagas(day), "sagas differ");
  stage.show(placing({.saga = "9001", .order = "601", .quantity = "3", .price = "12.50"}));
  stage.same(day.sagas, ask_sagas(day), "a saga was done twice");
  stage.screen().good("so are the sagas; a start that is repeated does nothing");
}

void come_back(Day& day) {
  Stage& stage = day.stage;
  stage.screen().step("10. The engine comes back on the same directory");
  day.engine.start();
  stage.show({"check-acks", DemoEngine::data, acknowledged_file});
  stage.screen().good("every acknowledged transfer is in the journal");
  compare_with_before(day);
  day.channel.start();
  stage.show(placing({.saga = "9608", .order = "608"}));
  pay(day, {"9104", "608", "708", "tok_visa"}, "COMPLETED");
  stage.expect(day.channel.charges().size() == 3, "the channel's book has another charge");
  day.channel.stop();
  stage.screen().good("the channel is back as well: it charges once");
  const Words refused{"transfer", "create",   "--id", "15",       "--debit", "2001",   "--credit",
                      "3001",     "--amount", "1.00", "--ledger", "978",     "--code", "2"};
  stage.expect(stage.try_show(refused).exit_code == exit_code::no, "the refused transfer is done");
  const std::string again = stage.field(refused, "status");
  stage.expect(again == "id_already_failed",
               fmt::format("the refused transfer is forgotten: {}", again));
  stage.screen().good(
      "the refused transfer is remembered: its id answers id_already_failed for ever");
}

}  // namespace

void play_crashes(Day& day, std::uint64_t transfers) {
  kill_amid_payment(day);
  kill_amid_load(day, transfers);
  come_back(day);
}

}  // namespace daybook::demo
