#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/ids.hpp"
#include "tools/daybook/recon/compare_command.hpp"
#include "tools/daybook/recon/report/report_details.hpp"

namespace daybook::recon {

struct BalanceOptions {
  CompareOptions compare;  ///< Side A is a journal; of its accounts, one.
  std::string closing;     ///< Of a file that does not say it.
};

/// A ledger's balance against a statement's.
///
/// Units. Minor units; what was debited less what was credited: more than 0 is money that is there.
struct BalanceFacts {
  std::array<std::string, 2> names;
  std::array<SideIdentity, 2> identities;
  std::uint64_t currency = 0;
  unsigned scale = 0;
  std::string account;                    ///< As the statement calls it; may be empty.
  i128 ledger = 0;                        ///< At the cut.
  i128 ledger_before = 0;                 ///< Of what was before `since`.
  i128 closing = 0;                       ///< Of the statement.
  std::optional<i128> opening;            ///< Of the statement, where it says one.
  i128 entries = 0;                       ///< What the statement's entries make.
  std::optional<Timestamp> since;         ///< From where on movements are compared one by one.
  std::uint64_t differences = 0;          ///< Among these, that moved something.
  i128 explained = 0;                     ///< What they make.
  std::vector<ReportedDifference> shown;  ///< Those that moved something, the largest first.

  [[nodiscard]] i128 difference() const { return closing - ledger; }
  /// The statement's opening balance, or what it must have been for its entries to lead to the
  /// closing one.
  [[nodiscard]] i128 opening_or_made() const { return opening.value_or(closing - entries); }
  [[nodiscard]] i128 at_opening() const { return opening_or_made() - ledger_before; }
  /// By how much the statement is not what it says of itself.
  [[nodiscard]] i128 of_statement() const { return closing - opening_or_made() - entries; }
};

/// Says by how much they differ and what explains it. Exit codes: 0 they are the same, 1 they
/// differ, 2 it could not be told.
[[nodiscard]] int run_balance(const BalanceOptions& options);

[[nodiscard]] std::string balance_text(const BalanceFacts& facts);
[[nodiscard]] std::string balance_json(const BalanceFacts& facts);
[[nodiscard]] std::string balance_html(const BalanceFacts& facts);

}  // namespace daybook::recon
