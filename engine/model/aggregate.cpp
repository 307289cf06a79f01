#include "engine/model/aggregate.hpp"

#include <array>
#include <cstring>

#include "engine/base/assert.hpp"
#include "engine/base/hash.hpp"
#include "engine/base/utf8.hpp"
#include "engine/model/saga_types.hpp"

namespace daybook {
namespace {

enum class Use : std::uint8_t { no, may, must };

/// Which details a command has.
struct Shape {
  Command command;
  std::string_view event_type;
  Use subject = Use::no;
  Use amount = Use::no;
  Use quantity_and_ledger = Use::no;
  Use text = Use::no;
  bool transfer = true;
};

constexpr Shape shapes[command_count] = {
    {Command::order_create, "OrderCreated", Use::no, Use::must, Use::must, Use::must},
    {Command::order_pay, "OrderPaid", Use::must},
    {Command::order_ship, "OrderShipped", Use::no, Use::no, Use::no, Use::must},
    {Command::order_complete, "OrderCompleted", Use::no, Use::no, Use::no, Use::no, false},
    {Command::order_cancel, "OrderCancelled", Use::no, Use::no, Use::no, Use::must},
    {Command::order_refund, "OrderRefunded", Use::must},
    {Command::payment_initiate, "PaymentInitiated", Use::may, Use::must, Use::must, Use::must,
     false},
    {Command::payment_authorise, "PaymentAuthorised", Use::no, Use::no, Use::no, Use::must},
    {Command::payment_capture, "PaymentCaptured", Use::no, Use::must, Use::no, Use::no},
    {Command::payment_void, "PaymentVoided", Use::no, Use::no, Use::no, Use::may},
    {Command::payment_fail, "PaymentFailed", Use::no, Use::no, Use::no, Use::must},
    {Command::payment_settle, "PaymentSettled", Use::no, Use::no, Use::no, Use::may},
    {Command::refund_request, "RefundRequested", Use::must, Use::must, Use::no, Use::may},
    {Command::refund_succeed, "RefundSucceeded", Use::must, Use::no, Use::no, Use::may},
    {Command::refund_fail, "RefundFailed", Use::must, Use::no, Use::no, Use::may},
    {Command::dispute_open, "DisputeOpened", Use::must, Use::must, Use::no, Use::may},
    {Command::dispute_win, "DisputeWon", Use::must, Use::no, Use::no, Use::may},
    {Command::dispute_lose, "DisputeLost", Use::must, Use::no, Use::no, Use::may},
};

const Shape& shape_of(Command command) { return shapes[static_cast<std::size_t>(command)]; }

/// The ids behind the names.
struct Ids {
  Uint128 order = id_of("order");
  Uint128 payment = id_of("payment");
  std::array<Uint128, command_count> event_types{};

  Ids() {
    for (const Shape& shape : shapes) {
      event_types[static_cast<std::size_t>(shape.command)] = id_of(shape.event_type);
    }
  }
};
const Ids& ids() noexcept {
  static const Ids made;
  return made;
}
// Made before main() begins, so that no thread has to; whoever asks earlier makes them.
[[maybe_unused]] const Ids& made_early = ids();

bool is_of_order(Command command) { return command <= Command::order_refund; }

bool is_wrong(Use use, bool is_set) { return use == Use::no && is_set; }
bool is_missing(Use use, bool is_set) { return use == Use::must && !is_set; }

}  // namespace

const Uint128& order_type() noexcept { return ids().order; }
const Uint128& payment_type() noexcept { return ids().payment; }

std::string_view to_string(Command command) noexcept { return shape_of(command).event_type; }

const Uint128& event_type_of(Command command) noexcept {
  return ids().event_types[static_cast<std::size_t>(command)];
}

const Uint128& aggregate_type_of(Command command) noexcept {
  return is_of_order(command) ? ids().order : ids().payment;
}

std::optional<Command> command_of(const Uint128& aggregate_type,
                                  const Uint128& event_type) noexcept {
  for (std::size_t at = 0; at < command_count; ++at) {
    const auto command = static_cast<Command>(at);
    if (ids().event_types[at] == event_type && aggregate_type_of(command) == aggregate_type) {
      return command;
    }
  }
  return std::nullopt;
}

std::optional<ReadCommand> read_command(const DomainEvent& event,
                                        std::span<const std::byte> payload) {
  const auto command = command_of(event.aggregate_type, event.event_type);
  if (!command || payload.size() < sizeof(CommandDetails)) return std::nullopt;
  ReadCommand read{.command = *command, .details = {}, .text = {}};
  std::memcpy(&read.details, payload.data(), sizeof(CommandDetails));
  const auto text = payload.subspan(sizeof(CommandDetails));
  if (text.size() != read.details.text_bytes) return std::nullopt;
  read.text = {reinterpret_cast<const char*>(text.data()), text.size()};
  return read;
}

AppendEventStatus fault_of_command(const DomainEvent& event, std::span<const std::byte> payload) {
  using Status = AppendEventStatus;
  const auto read = read_command(event, payload);
  if (!read || event.content_type != ContentType::bytes) return Status::details_malformed;
  const CommandDetails& details = read->details;
  if (read->text.size() > limits::command_text_bytes_max) return Status::text_too_long;
  if (!is_printable_utf8(read->text) || (details.flags & ~unsigned{command_flag::known}) != 0) {
    return Status::details_malformed;
  }
  const Shape& shape = shape_of(read->command);
  const bool ends = read->command == Command::payment_capture && details.flags != 0;
  if (is_wrong(shape.subject, !details.subject_id.is_zero()) ||
      is_wrong(shape.amount, !details.amount.value().is_zero()) ||
      is_wrong(shape.quantity_and_ledger, details.ledger.value() != 0) ||
      (details.quantity != 0 && read->command != Command::order_create) ||
      is_wrong(shape.text, !read->text.empty()) || (details.flags != 0 && !ends) ||
      (!shape.transfer && !details.transfer_id.value().is_zero())) {
    return Status::detail_not_expected;
  }
  if (is_missing(shape.subject, !details.subject_id.is_zero())) {
    return Status::subject_id_must_not_be_zero;
  }
  if (read->command == Command::order_create && details.quantity == 0) {
    return Status::quantity_must_not_be_zero;
  }
  if (!ends && is_missing(shape.amount, !details.amount.value().is_zero())) {
    return Status::amount_must_not_be_zero;
  }
  if (is_missing(shape.quantity_and_ledger, details.ledger.value() != 0)) {
    return Status::ledger_must_not_be_zero;
  }
  if (is_missing(shape.text, !read->text.empty())) return Status::text_must_not_be_empty;
  return Status::created;
}

EventScope scope_of(RequestKind kind) noexcept {
  if (kind == RequestKind::order_commands) return EventScope::orders;
  if (kind == RequestKind::payment_commands) return EventScope::payments;
  if (drives_sagas(kind) || kind == RequestKind::drive_sagas || kind == RequestKind::forget_sagas) {
    return EventScope::sagas;
  }
  return kind == RequestKind::bundle ? EventScope::any : EventScope::own;
}

bool is_engine_aggregate(const Uint128& aggregate_type) noexcept {
  return aggregate_type == ids().order || aggregate_type == ids().payment;
}

AppendEventStatus fault_of(const DomainEvent& event, EventScope scope) {
  using Status = AppendEventStatus;
  const Status fault = fault_of(event);
  if (fault == Status::timestamp_must_be_zero || fault == Status::reserved_flag ||
      fault == Status::id_must_not_be_zero || fault == Status::aggregate_type_must_not_be_zero) {
    return fault;
  }
  const bool engine_s = is_engine_aggregate(event.aggregate_type);
  const bool of_sagas = is_saga_aggregate(event.aggregate_type);
  if (scope == EventScope::own && (engine_s || of_sagas)) return Status::aggregate_type_reserved;
  if ((scope == EventScope::orders && event.aggregate_type != ids().order) ||
      (scope == EventScope::payments && event.aggregate_type != ids().payment) ||
      (scope == EventScope::any && of_sagas)) {
    return Status::aggregate_type_not_of_request;
  }
  const bool earlier = fault == Status::aggregate_id_must_not_be_zero ||
                       fault == Status::event_type_must_not_be_zero;
  if (engine_s && !earlier && !command_of(event.aggregate_type, event.event_type)) {
    return Status::event_type_unknown;
  }
  if (of_sagas && !earlier && !saga_news_of(event.aggregate_type, event.event_type)) {
    return Status::event_type_unknown;
  }
  return fault;
}

Uint128 creation_id(Command command, const Uint128& aggregate_id, const Uint128& subject_id) {
  const std::array parts{event_type_of(command), aggregate_id, subject_id};
  return id_of({reinterpret_cast<const char*>(parts.data()), sizeof(parts)});
}

void put_command(Command command, CommandDetails details, std::string_view text, DomainEvent& event,
                 std::vector<std::byte>& payload) {
  ENSURE(text.size() <= limits::command_text_bytes_max, "the caller measures the text");
  details.text_bytes = static_cast<std::uint16_t>(text.size());
  event.aggregate_type = aggregate_type_of(command);
  event.event_type = event_type_of(command);
  event.content_type = ContentType::bytes;
  event.payload_bytes = static_cast<std::uint32_t>(sizeof(details) + text.size());
  const auto fixed = std::as_bytes(std::span{&details, 1});
  payload.insert(payload.end(), fixed.begin(), fixed.end());
  const auto words = std::as_bytes(std::span{text});
  payload.insert(payload.end(), words.begin(), words.end());
}

}  // namespace daybook
