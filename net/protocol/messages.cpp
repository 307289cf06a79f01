#include "net/protocol/messages.hpp"

#include <cstddef>

#include <fmt/format.h>

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
// pointers. The generated classes keep their members private; size, alignment and order of the
// schema are what can be asserted of them, and tests/net/protocol compares field by field.
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
static_assert(sizeof(wire::QueryFilter) == sizeof(QueryFilter));
static_assert(alignof(wire::QueryFilter) == alignof(QueryFilter));
static_assert(sizeof(wire::Hold) == sizeof(HoldView) && alignof(wire::Hold) == alignof(HoldView));
static_assert(sizeof(wire::AccountBalance) == sizeof(AccountBalance));
static_assert(alignof(wire::AccountBalance) == alignof(AccountBalance));
static_assert(sizeof(wire::LedgerBalance) == sizeof(LedgerBalance));
static_assert(alignof(wire::LedgerBalance) == alignof(LedgerBalance));
static_assert(sizeof(wire::Refusal) == sizeof(Refusal));
static_assert(alignof(wire::Refusal) == alignof(Refusal));

static_assert(offsetof(Account, debits_pending) == 16 && offsetof(Account, debits_posted) == 32);
static_assert(offsetof(Account, credits_pending) == 48 && offsetof(Account, credits_posted) == 64);
static_assert(offsetof(Account, business_id) == 80 && offsetof(Account, user_id) == 96);
static_assert(offsetof(Account, tag) == 104 && offsetof(Account, reserved) == 108);
static_assert(offsetof(Account, ledger) == 112 && offsetof(Account, code) == 116);
static_assert(offsetof(Account, flags) == 118 && offsetof(Account, timestamp) == 120);

static_assert(offsetof(Transfer, debit_account_id) == 16);
static_assert(offsetof(Transfer, credit_account_id) == 32 && offsetof(Transfer, amount) == 48);
static_assert(offsetof(Transfer, pending_id) == 64 && offsetof(Transfer, business_id) == 80);
static_assert(offsetof(Transfer, trace_id) == 96 && offsetof(Transfer, user_id) == 112);
static_assert(offsetof(Transfer, timestamp) == 120 && offsetof(Transfer, timeout) == 128);
static_assert(offsetof(Transfer, ledger) == 132 && offsetof(Transfer, tag) == 136);
static_assert(offsetof(Transfer, code) == 140 && offsetof(Transfer, flags) == 142);

static_assert(offsetof(Ledger, scale) == 4 && offsetof(Ledger, kind) == 5);
static_assert(offsetof(Ledger, name_bytes) == 6 && offsetof(Ledger, name_text) == 8);

static_assert(offsetof(Name, kind) == 16 && offsetof(Name, text_bytes) == 18);
static_assert(offsetof(Name, reserved) == 20 && offsetof(Name, text_data) == 24);
static_assert(offsetof(NameKey, kind) == 16);

static_assert(offsetof(Refusal, status) == 4 && offsetof(Refusal, reserved) == 6);
static_assert(offsetof(Refusal, timestamp) == 8);

}  // namespace daybook
