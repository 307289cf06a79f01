#include "net/protocol/messages.hpp"

#include <fmt/format.h>

#include "engine/model/domain_event.hpp"
#include "net/protocol/body_reader.hpp"

namespace daybook {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::malformed_frame:
      return "malformed_frame";
    case ErrorCode::malformed_body:
      return "malformed_body";
    case ErrorCode::hello_expected:
      return "hello_expected";
    case ErrorCode::hello_too_late:
      return "hello_too_late";
    case ErrorCode::not_authenticated:
      return "not_authenticated";
    case ErrorCode::other_version:
      return "other_version";
    case ErrorCode::too_many_connections:
      return "too_many_connections";
    case ErrorCode::session_replaced:
      return "session_replaced";
    case ErrorCode::unknown_message:
      return "unknown_message";
    case ErrorCode::stopping:
      return "stopping";
    case ErrorCode::frame_stalled:
      return "frame_stalled";
    case ErrorCode::identity_changed:
      return "identity_changed";
  }
  return "unknown_error";
}

BodyFault unreadable(std::string_view message) {
  return {.status = RequestStatus::malformed,
          .not_readable = true,
          .words = fmt::format("the body is no sound FlatBuffer of the table {}; check the encoder "
                               "against daybook.fbs",
                               message)};
}

BodyFault misaligned(std::string_view message) {
  return {.status = RequestStatus::malformed,
          .not_readable = true,
          .words = fmt::format("the vector of structs in {} is not 8-byte aligned in its frame; "
                               "structs with 64-bit fields need that",
                               message)};
}

// The structs of daybook.fbs and of engine/model are the same bytes, so vectors are passed on as
// pointers. The generated classes keep their members private; size and alignment are what can be
// asserted of them, engine/model/layouts.cpp says where the model has its fields, and
// tests/net/protocol compares field by field.
static_assert(sizeof(wire::U128) == sizeof(Uint128) && alignof(wire::U128) == alignof(Uint128));
static_assert(sizeof(wire::Account) == sizeof(Account));
static_assert(alignof(wire::Account) == alignof(Account));
static_assert(sizeof(wire::Transfer) == sizeof(Transfer));
static_assert(alignof(wire::Transfer) == alignof(Transfer));
static_assert(sizeof(wire::Ledger) == sizeof(Ledger) && alignof(wire::Ledger) == alignof(Ledger));
static_assert(sizeof(wire::AccountChange) == sizeof(AccountChange));
static_assert(alignof(wire::AccountChange) == alignof(AccountChange));
static_assert(sizeof(wire::Name) == sizeof(Name) && alignof(wire::Name) == alignof(Name));
static_assert(sizeof(wire::NameKey) == sizeof(NameKey));
static_assert(alignof(wire::NameKey) == alignof(NameKey));
static_assert(sizeof(wire::DomainEvent) == sizeof(DomainEvent));
static_assert(alignof(wire::DomainEvent) == alignof(DomainEvent));
static_assert(sizeof(wire::RecordedEvent) == sizeof(RecordedEvent));
static_assert(alignof(wire::RecordedEvent) == alignof(RecordedEvent));
static_assert(sizeof(wire::EventFilter) == sizeof(EventFilter));
static_assert(alignof(wire::EventFilter) == alignof(EventFilter));
static_assert(sizeof(wire::QueryFilter) == sizeof(QueryFilter));
static_assert(alignof(wire::QueryFilter) == alignof(QueryFilter));
static_assert(sizeof(wire::OperationFilter) == sizeof(OperationFilter));
static_assert(alignof(wire::OperationFilter) == alignof(OperationFilter));
static_assert(sizeof(wire::AccountAsOf) == sizeof(AccountAsOf));
static_assert(alignof(wire::AccountAsOf) == alignof(AccountAsOf));
static_assert(sizeof(wire::RecordHeader) == sizeof(LogRecordHeader));
static_assert(sizeof(wire::LoggedOperation) == sizeof(OperationView));
static_assert(sizeof(wire::HoldReleased) == sizeof(HoldReleased));
static_assert(sizeof(wire::TransferNote) == sizeof(TransferNote));
static_assert(sizeof(wire::ClockChange) == sizeof(ClockChange));
static_assert(sizeof(wire::Hold) == sizeof(HoldView) && alignof(wire::Hold) == alignof(HoldView));
static_assert(sizeof(wire::AccountBalance) == sizeof(AccountBalance));
static_assert(alignof(wire::AccountBalance) == alignof(AccountBalance));
static_assert(sizeof(wire::LedgerBalance) == sizeof(LedgerBalance));
static_assert(alignof(wire::LedgerBalance) == alignof(LedgerBalance));
static_assert(sizeof(wire::Refusal) == sizeof(Refusal));
static_assert(alignof(wire::Refusal) == alignof(Refusal));

}  // namespace daybook
