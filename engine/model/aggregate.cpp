#include "engine/model/aggregate.hpp"

#include <array>
#include <bit>
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
  Use quantity = Use::no;
  Use ledger = Use::no;
  Use text = Use::no;
  bool transfer = true;
  std::uint16_t flags = 0;
};

// Beginnings of lines that are much alike.
constexpr auto no = Use::no;
constexpr auto may = Use::may;
constexpr auto must = Use::must;
constexpr std::uint16_t proposal_flags =
    command_flag::accepts | command_flag::force_closes | command_flag::starts_saga;

constexpr Shape shapes[command_count] = {
    {Command::order_create, "OrderCreated", no, must, must, must, must},
    {Command::order_pay, "OrderPaid", must},
    {Command::order_ship, "OrderShipped", no, no, no, no, must},
    {Command::order_complete, "OrderCompleted", no, no, no, no, no, false},
    {Command::order_cancel, "OrderCancelled", no, no, no, no, must},
    {Command::order_refund, "OrderRefunded", must},
    {Command::payment_initiate, "PaymentInitiated", may, must, no, must, must, false},
    {Command::payment_authorise, "PaymentAuthorised", no, no, no, no, must},
    {Command::payment_capture, "PaymentCaptured", no, must, no, no, no, true,
     command_flag::final_capture},
    {Command::payment_void, "PaymentVoided", no, no, no, no, may},
    {Command::payment_fail, "PaymentFailed", no, no, no, no, must},
    {Command::payment_settle, "PaymentSettled", no, no, no, no, may},
    {Command::refund_request, "RefundRequested", must, must, no, no, may},
    {Command::refund_succeed, "RefundSucceeded", must, no, no, no, may},
    {Command::refund_fail, "RefundFailed", must, no, no, no, may},
    {Command::dispute_open, "DisputeOpened", must, must, no, no, may},
    {Command::dispute_win, "DisputeWon", must, no, no, no, may},
    {Command::dispute_lose, "DisputeLost", must, no, no, no, may},
    {Command::reconciliation_define, "ReconciliationDefined", no, no, no, no, must, false},
    {Command::approval_limit_set, "ApprovalLimitSet", no, may, must, must, no, false,
     command_flag::automatic},
    {Command::run_create, "RunCreated", must, no, must, no, must, false},
    {Command::run_import, "RunImported", no, no, no, no, may, false},
    {Command::run_validate, "RunValidated", no, no, no, no, may, false},
    {Command::run_cut, "RunCut", may, no, must, no, may, false},
    {Command::run_sort, "RunSorted", no, no, no, no, may, false},
    {Command::run_match, "RunMatched", no, no, no, no, may, false},
    {Command::run_prove, "RunProved", no, no, may, no, must, false},
    {Command::run_review, "RunInReview", no, no, no, no, may, false},
    {Command::run_close, "RunClosed", no, no, no, no, may, false},
    {Command::run_fail, "RunFailed", no, no, no, no, must, false},
    {Command::run_cancel, "RunCancelled", no, no, no, no, must, false},
    {Command::correction_propose, "CorrectionProposed", must, may, must, must, must, false,
     proposal_flags},
    {Command::correction_approve, "CorrectionApproved", must, no, no, no, may, false,
     command_flag::automatic},
    {Command::correction_reject, "CorrectionRejected", no, no, no, no, must, false},
    {Command::correction_fail, "CorrectionFailed", no, no, no, no, must, false},
    {Command::difference_assign, "DifferenceAssigned", no, no, no, no, must, false},
    {Command::difference_reopen, "DifferenceReopened", no, no, no, no, must, false},
    {Command::correction_post, "CorrectionPosted", must, no, no, no, must, false},
};

const Shape& shape_of(Command command) { return shapes[static_cast<std::size_t>(command)]; }

/// The ids behind the names.
struct Ids {
  Uint128 order = id_of("order");
  Uint128 payment = id_of("payment");
  Uint128 reconciliation = id_of("reconciliation");
  Uint128 run = id_of("reconciliation_run");
  Uint128 difference = id_of("difference");
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

bool is_of_reconciliation(Command command) { return command > Command::dispute_lose; }

bool is_reconciliation_aggregate(const Uint128& type) {
  return type == ids().reconciliation || type == ids().run || type == ids().difference;
}

// A day as a number that is written like it: 20260131.
bool is_day(std::uint64_t number) {
  const std::uint64_t month = number / 100 % 100;
  const std::uint64_t day = number % 100;
  return number >= 1970'01'01 && number <= 9999'12'31 && month >= 1 && month <= 12 && day >= 1 &&
         day <= 31;
}

// Only what rounding and fees differ by may be posted without a checker.
bool may_be_automatic(std::uint64_t code) {
  constexpr std::uint64_t fee_mismatch = 22;
  constexpr std::uint64_t rounding = 25;
  return code == fee_mismatch || code == rounding;
}

bool has_bad_number(Command command, const CommandDetails& details) {
  const bool is_automatic = (details.flags & command_flag::automatic) != 0;
  if (command == Command::approval_limit_set && is_automatic &&
      !may_be_automatic(details.quantity)) {
    return true;
  }
  if (command == Command::run_create) return !is_day(details.quantity);
  const bool of_code =
      command == Command::approval_limit_set || command == Command::correction_propose;
  // A correction ends one way.
  const bool is_torn =
      command == Command::correction_propose && std::popcount(unsigned{details.flags}) > 1;
  return (of_code && details.quantity > UINT8_MAX) || is_torn;
}

bool is_allowed(EventScope scope, Command command) {
  // What may be approved is no business of whoever proposes.
  const bool reviews =
      command == Command::correction_approve || command == Command::correction_reject ||
      command == Command::reconciliation_define || command == Command::approval_limit_set;
  if (scope == EventScope::automatic) return command == Command::correction_approve;
  // What came of it is said by whoever meant to post, or finds that a saga has ended.
  if (command == Command::correction_fail || command == Command::correction_post) return true;
  return reviews == (scope == EventScope::reviews);
}

bool is_wrong(Use use, bool is_set) { return use == Use::no && is_set; }
bool is_missing(Use use, bool is_set) { return use == Use::must && !is_set; }

}  // namespace

const Uint128& order_type() noexcept { return ids().order; }
const Uint128& payment_type() noexcept { return ids().payment; }
const Uint128& reconciliation_type() noexcept { return ids().reconciliation; }
const Uint128& reconciliation_run_type() noexcept { return ids().run; }
const Uint128& difference_type() noexcept { return ids().difference; }

std::string_view to_string(Command command) noexcept { return shape_of(command).event_type; }

const Uint128& event_type_of(Command command) noexcept {
  return ids().event_types[static_cast<std::size_t>(command)];
}

const Uint128& aggregate_type_of(Command command) noexcept {
  if (command <= Command::order_refund) return ids().order;
  if (command <= Command::dispute_lose) return ids().payment;
  if (command <= Command::approval_limit_set) return ids().reconciliation;
  return command <= Command::run_cancel ? ids().run : ids().difference;
}

std::size_t text_bytes_max_of(Command command) noexcept {
  return is_of_reconciliation(command) ? limits::reconciliation_text_bytes_max
                                       : limits::command_text_bytes_max;
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
  const Command command = read->command;
  if (read->text.size() > text_bytes_max_of(command)) return Status::text_too_long;
  const unsigned known =
      is_of_reconciliation(command) ? command_flag::known : command_flag::final_capture;
  if (!is_printable_utf8(read->text) || (details.flags & ~known) != 0) {
    return Status::details_malformed;
  }
  const Shape& shape = shape_of(command);
  const bool has_amount = !details.amount.value().is_zero();
  if (is_wrong(shape.subject, !details.subject_id.is_zero()) ||
      is_wrong(shape.amount, has_amount) || is_wrong(shape.ledger, details.ledger.value() != 0) ||
      is_wrong(shape.quantity, details.quantity != 0) ||
      is_wrong(shape.text, !read->text.empty()) || (details.flags & ~unsigned{shape.flags}) != 0 ||
      (!shape.transfer && !details.transfer_id.value().is_zero())) {
    return Status::detail_not_expected;
  }
  if (is_missing(shape.subject, !details.subject_id.is_zero())) {
    return Status::subject_id_must_not_be_zero;
  }
  if (is_missing(shape.quantity, details.quantity != 0)) return Status::quantity_must_not_be_zero;
  const bool ends = command == Command::payment_capture && details.flags != 0;
  if (!ends && is_missing(shape.amount, has_amount)) return Status::amount_must_not_be_zero;
  if (is_missing(shape.ledger, details.ledger.value() != 0)) {
    return Status::ledger_must_not_be_zero;
  }
  if (is_missing(shape.text, !read->text.empty())) return Status::text_must_not_be_empty;
  return has_bad_number(command, details) ? Status::details_malformed : Status::created;
}

EventScope scope_of(RequestKind kind) noexcept {
  if (kind == RequestKind::order_commands) return EventScope::orders;
  if (kind == RequestKind::payment_commands) return EventScope::payments;
  if (drives_sagas(kind) || kind == RequestKind::drive_sagas || kind == RequestKind::forget_sagas) {
    return EventScope::sagas;
  }
  if (kind == RequestKind::reconciliation_commands) return EventScope::reconciliations;
  if (kind == RequestKind::review_corrections) return EventScope::reviews;
  if (kind == RequestKind::post_automatically) return EventScope::automatic;
  return kind == RequestKind::bundle ? EventScope::any : EventScope::own;
}

bool is_engine_aggregate(const Uint128& aggregate_type) noexcept {
  return aggregate_type == ids().order || aggregate_type == ids().payment ||
         is_reconciliation_aggregate(aggregate_type);
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
  const bool reconciles = is_reconciliation_aggregate(event.aggregate_type);
  const bool is_for_that = scope >= EventScope::reconciliations;
  if (scope == EventScope::own && (engine_s || of_sagas)) return Status::aggregate_type_reserved;
  if ((scope == EventScope::orders && event.aggregate_type != ids().order) ||
      (scope == EventScope::payments && event.aggregate_type != ids().payment) ||
      (scope == EventScope::any && of_sagas) ||
      (scope != EventScope::own && reconciles != is_for_that)) {
    return Status::aggregate_type_not_of_request;
  }
  const bool earlier = fault == Status::aggregate_id_must_not_be_zero ||
                       fault == Status::event_type_must_not_be_zero;
  if (engine_s && !earlier) {
    const auto command = command_of(event.aggregate_type, event.event_type);
    if (!command) return Status::event_type_unknown;
    if (is_for_that && !is_allowed(scope, *command)) return Status::event_type_not_of_request;
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
  ENSURE(text.size() <= text_bytes_max_of(command), "the caller measures the text");
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
