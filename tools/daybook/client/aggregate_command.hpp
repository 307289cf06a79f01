#pragma once

#include <string>
#include <vector>

#include "engine/model/aggregate.hpp"
#include "net/client/batch.hpp"
#include "tools/daybook/client/client_options.hpp"
#include "tools/daybook/text/as_of_text.hpp"
#include "tools/daybook/text/command_text.hpp"

namespace daybook {

struct AggregateCommandOptions {
  Command command{};
  CommandFields fields;
  WriteOptions write;
  ClientOptions client;
};
/// One command to an order or a payment.
int run_aggregate_command(const AggregateCommandOptions& options);

/// Adds a command to what is sent: with an id of its own where it needs one and has none.
[[nodiscard]] Result<void> add_input(EventList& events, const CommandInput& input,
                                     const OperationAttributes& attributes);

struct AggregateGetOptions {
  std::vector<std::string> ids;
  AsOfTexts as_of;
  ClientOptions client;
};
int run_order_get(const AggregateGetOptions& options);
int run_payment_get(const AggregateGetOptions& options);

}  // namespace daybook
