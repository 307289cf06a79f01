#include "net/client/commands.hpp"

#include <fmt/format.h>

namespace daybook {
namespace {

bool creates(Command command) {
  return command == Command::order_create || command == Command::payment_initiate ||
         command == Command::refund_request || command == Command::dispute_open;
}

/// Of a payment's creation, the order is a detail and no part of what is created.
Uint128 created_subject(const CommandDraft& draft) {
  const bool of_claim =
      draft.command == Command::refund_request || draft.command == Command::dispute_open;
  return of_claim ? draft.details.subject_id : Uint128{};
}

}  // namespace

Result<void> add_command(EventList& events, const CommandDraft& draft) {
  if (draft.text.size() > text_bytes_max_of(draft.command)) {
    return Failure{FailureKind::invalid,
                   fmt::format("the text has {} bytes, at most {} are allowed", draft.text.size(),
                               text_bytes_max_of(draft.command))};
  }
  DomainEvent event;
  event.id = draft.id;
  if (event.id.is_zero()) {
    if (!creates(draft.command)) {
      return Failure{FailureKind::invalid, "a command that creates nothing needs an id of its own"};
    }
    event.id = creation_id(draft.command, draft.aggregate_id, created_subject(draft));
  }
  event.aggregate_id = draft.aggregate_id;
  event.business_id = draft.business_id;
  event.trace_id = draft.trace_id;
  event.user_id = draft.user_id;
  if (draft.expected_version) {
    event.flags = event_flag::expects_version;
    event.version = *draft.expected_version;
  }
  std::vector<std::byte> payload;
  put_command(draft.command, draft.details, draft.text, event, payload);
  events.add(event, payload);
  return {};
}

}  // namespace daybook
