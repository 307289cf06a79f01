#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/aggregate.hpp"
#include "engine/model/aggregate_views.hpp"
#include "engine/model/name.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/ledger_book.hpp"

/// Commands to orders and payments as people and scripts write them, and what these are.

namespace daybook {

/// A command's fields as they were written; empty: not given.
struct CommandFields {
  std::string id;         ///< The command's own.
  std::string aggregate;  ///< The order, or the payment.
  std::string subject;    ///< The payment of pay, the order of initiate, the refund, the dispute.
  std::string amount;     ///< By the scale of the ledger.
  std::string amount_minor;
  std::string quantity;
  std::string ledger;
  std::string text;
  std::string transfer;
  std::string expect_version;
  bool final_capture = false;
};

/// A command that was read.
struct CommandInput {
  Command command{};
  Uint128 id;  ///< 0: none was given.
  Uint128 aggregate_id;
  CommandDetails details;
  std::string text;
  std::optional<std::uint64_t> expected_version;
  std::vector<Name> names;  ///< Of the ids that were written as texts.
};

/// "pay" and so on: how the command is called behind `order` or `payment`.
[[nodiscard]] std::string_view word_of(Command command);

/// Is the amount by the scale of a ledger that the command itself does not name?
[[nodiscard]] bool needs_ledger(Command command, const CommandFields& fields);

/// `ledger`: that of the payment, for the scale of the amount; nothing where it is not known.
[[nodiscard]] Result<CommandInput> parse_command(Command command, const CommandFields& fields,
                                                 const LedgerBook& ledgers,
                                                 std::optional<LedgerId> ledger);

/// A line of a bundle: the object's fields are `command` ("order.pay"), `order` or `payment`,
/// `subject`, and those of CommandFields.
struct CommandLine {
  Command command{};
  CommandFields fields;
};
[[nodiscard]] Result<CommandLine> parse_command_line(std::string_view json);

[[nodiscard]] JsonObject to_json(const OrderView& order, const LedgerBook& ledgers);
[[nodiscard]] JsonObject to_json(const PaymentView& payment, const LedgerBook& ledgers,
                                 std::span<const ClaimView> claims);

}  // namespace daybook
