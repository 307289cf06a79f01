#include "tests/simulation/command_writer.hpp"

#include <cstring>
#include <iterator>
#include <string>
#include <vector>

namespace daybook::test {
namespace {

/// Lets the commands that a state allows come more often.
template <typename Random>
Command pick(Random& random, const std::vector<Command>& likely, Command first, Command last) {
  if (!likely.empty() && random.chance(80)) return likely[random.below(likely.size())];
  return static_cast<Command>(
      random.between(static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(last)));
}

}  // namespace

void CommandWriter::fill(WriteRequest& request) {
  const bool orders = random_.chance(45);
  request.kind = orders ? RequestKind::order_commands : RequestKind::payment_commands;
  for (std::uint64_t left = random_.between(1, 3); left > 0; --left) {
    const bool other = random_.chance(2);
    request.events.push_back(orders != other ? order_command(request) : payment_command(request));
  }
  if (random_.chance(12)) spoil(request.events[random_.below(request.events.size())]);
}

AskedEvent CommandWriter::some_command(const WriteRequest& request) {
  return random_.chance(50) ? order_command(request) : payment_command(request);
}

LedgerId CommandWriter::some_ledger() {
  const auto& ledgers = around_.guide->ledgers();
  if (ledgers.empty() || random_.chance(5)) return LedgerId{987'654};
  return std::next(ledgers.begin(), static_cast<std::ptrdiff_t>(random_.below(ledgers.size())))
      ->first;
}

Command CommandWriter::command_for_order(const Uint128& id) {
  const auto& orders = around_.guide->aggregates().orders;
  const auto found = orders.find(id);
  std::vector<Command> likely{Command::order_create};
  if (found != orders.end()) {
    const std::string& state = found->second.state;
    likely.clear();
    if (state == "pending")
      likely = {Command::order_pay, Command::order_pay, Command::order_cancel};
    if (state == "paid")
      likely = {Command::order_ship, Command::order_cancel, Command::order_refund};
    if (state == "shipped") likely = {Command::order_complete};
  }
  return pick(random_, likely, Command::order_create, Command::order_refund);
}

/// Mostly one of the order's that is captured.
void CommandWriter::name_payment(const Uint128& order, CommandDetails& details) {
  details.subject_id = around_.wide_id(random_.between(1, 6));
  if (random_.chance(30)) return;
  for (const auto& [id, payment] : around_.guide->aggregates().payments) {
    if (payment.order == order && random_.chance(60)) details.subject_id = id;
  }
}

AskedEvent CommandWriter::order_command(const WriteRequest& request) {
  const Uint128 id = around_.wide_id(random_.between(1, random_.chance(70) ? 8 : 200));
  const Command command = command_for_order(id);
  CommandDetails details;
  if (command == Command::order_create) {
    details.amount = amount_of(small_amount());
    details.quantity = small_amount();
    details.ledger = some_ledger();
  }
  const bool names = command == Command::order_pay || command == Command::order_refund;
  if (names) name_payment(id, details);
  const bool says = !names && command != Command::order_complete;
  return finish(command, id, details, says ? "words" : "", request);
}

Command CommandWriter::command_for_payment(const Uint128& id) {
  const auto& payments = around_.guide->aggregates().payments;
  const auto found = payments.find(id);
  std::vector<Command> likely{Command::payment_initiate};
  if (found != payments.end()) {
    const std::string& state = found->second.state;
    likely.clear();
    if (state == "initiated") likely = {Command::payment_authorise};
    if (state == "authorised") likely = {Command::payment_capture};
    const bool captured = state == "captured" || state == "settled";
    if (state == "partially_captured") likely = {Command::payment_capture};
    if (state == "captured" && random_.chance(30)) likely = {Command::payment_settle};
    if (captured || state == "partially_captured") {
      likely.insert(likely.end(),
                    {Command::refund_request, Command::refund_succeed, Command::refund_fail,
                     Command::dispute_open, Command::dispute_win, Command::dispute_lose});
    }
  }
  return pick(random_, likely, Command::payment_initiate, Command::dispute_lose);
}

AskedEvent CommandWriter::payment_command(const WriteRequest& request) {
  const Uint128 id = around_.wide_id(random_.between(1, random_.chance(85) ? 5 : 200));
  const Command command = command_for_payment(id);
  CommandDetails details;
  std::string text;
  if (command == Command::payment_initiate) {
    details.subject_id = around_.wide_id(random_.between(1, 8));
    details.ledger = some_ledger();
    details.amount = amount_of(small_amount());
    text = "card";
  }
  if (command == Command::payment_capture) {
    details.amount = amount_of(small_amount());
    if (random_.chance(30)) details.flags = command_flag::final_capture;
    if (random_.chance(20)) details.amount = {};
  }
  if (command >= Command::refund_request) {
    details.subject_id = Uint128{random_.between(1, 3), 0};
    const bool begins = command == Command::refund_request || command == Command::dispute_open;
    if (begins) details.amount = amount_of(random_.between(1, random_.chance(70) ? 2 : 9));
  }
  if (command == Command::payment_authorise || command == Command::payment_fail) text = "why";
  return finish(command, id, details, text, request);
}

AskedEvent CommandWriter::finish(Command command, const Uint128& id, CommandDetails details,
                                 std::string text, const WriteRequest& request) {
  const bool may_move = command != Command::order_complete && command != Command::payment_initiate;
  if (may_move && !request.transfers.empty() && random_.chance(50)) {
    const Transfer& transfer = request.transfers[random_.below(request.transfers.size())];
    details.transfer_id = transfer.id;
    const bool amounts = command == Command::refund_request || command == Command::dispute_open;
    if (amounts && random_.chance(60)) details.amount = transfer.amount;
    if (command == Command::order_create && random_.chance(60)) {
      details.quantity = transfer.amount.value().lo;
    }
  } else if (may_move && random_.chance(3)) {
    details.transfer_id = around_.transfer_id_to_use();
  }
  AskedEvent asked;
  asked.event.id = Uint128{++last_command_, 0xc0};
  asked.event.aggregate_id = id;
  std::vector<std::byte> payload;
  put_command(command, details, text, asked.event, payload);
  asked.payload.assign(reinterpret_cast<const char*>(payload.data()), payload.size());
  if (random_.chance(10)) {
    asked.event.flags = event_flag::expects_version;
    const auto& streams = around_.guide->streams();
    const auto stream = streams.find({asked.event.aggregate_type, id});
    asked.event.version = stream == streams.end() ? 0 : stream->second.size();
    if (random_.chance(20)) asked.event.version += 1;
  }
  return asked;
}

void CommandWriter::spoil(AskedEvent& asked) {
  CommandDetails details;
  std::memcpy(&details, asked.payload.data(), sizeof(details));
  std::string text = asked.payload.substr(sizeof(details));
  switch (random_.below(10)) {
    case 0:
      details.subject_id = details.subject_id.is_zero() ? Uint128{5, 0} : Uint128{};
      break;
    case 1:
      details.amount = details.amount == Amount{} ? amount_of(5) : Amount{};
      break;
    case 2:
      details.quantity = details.quantity == 0 ? 5 : 0;
      break;
    case 3:
      details.ledger = LedgerId{details.ledger.value() == 0 ? 1U : 0U};
      break;
    case 4:
      text = text.empty() ? "more" : "";
      break;
    case 5:
      text = std::string(random_.between(160, 161), 't');
      break;
    case 6:
      text += '\n';
      break;
    case 7:
      details.flags = static_cast<std::uint16_t>(random_.between(1, 3));
      break;
    case 8:
      asked.event.event_type.lo += 1;
      break;
    default:
      asked.event.content_type = ContentType::text;
      break;
  }
  details.text_bytes = static_cast<std::uint16_t>(text.size());
  std::memcpy(asked.payload.data(), &details, sizeof(details));
  asked.payload = asked.payload.substr(0, sizeof(details)) + text;
  asked.event.payload_bytes = static_cast<std::uint32_t>(asked.payload.size());
}

}  // namespace daybook::test
