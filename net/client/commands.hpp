#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/model/aggregate.hpp"
#include "net/client/batch.hpp"

namespace daybook {

/// A command to an order, a payment or a reconciliation, as it goes into order_commands(),
/// payment_commands(), reconciliation_commands() or a bundle. Which details it has: the table in
/// net/README.md.
struct CommandDraft {
  Command command{};
  /// Good for one command, for ever: sent again, it is answered with `exists`. 0 for what creates
  /// something: creation_id(), so that no order, payment, refund or dispute is created twice.
  Uint128 id;
  Uint128 aggregate_id;    ///< The order's, or the payment's.
  CommandDetails details;  ///< Without text_bytes.
  std::string_view text;   ///< SKU, tracking number, channel, external reference or reason.
  BusinessId business_id;
  TraceId trace_id;
  UserId user_id;
  std::optional<std::uint64_t> expected_version;  ///< Of the aggregate's stream; 0 = it is new.
};

/// Adds the command to `events`. `invalid` where it has no id and creates nothing, or its text is
/// longer than text_bytes_max_of(); the engine checks the rest.
[[nodiscard]] Result<void> add_command(EventList& events, const CommandDraft& draft);

}  // namespace daybook
