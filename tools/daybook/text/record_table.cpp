#include "tools/daybook/text/record_table.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tools/daybook/text/flag_text.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

constexpr auto right = Table::Align::right;

}  // namespace

std::string ledger_text(const LedgerBook& ledgers, LedgerId id) {
  const Ledger* ledger = ledgers.find(id);
  return ledger == nullptr ? fmt::format("{}", id.value())
                           : fmt::format("{} {}", id.value(), ledger->name());
}

Table table_of(std::span<const Account> accounts, const LedgerBook& ledgers,
               const NameBook& names) {
  Table table{{{"account id", right},
               {"ledger"},
               {"code", right},
               {"debits pending", right},
               {"debits posted", right},
               {"credits pending", right},
               {"credits posted", right},
               {"flags"}}};
  for (const Account& account : accounts) {
    const auto amount = [&](Amount value) { return ledgers.format(account.ledger, value); };
    table.add({names.show(NameKind::account, account.id.value()),
               ledger_text(ledgers, account.ledger), fmt::format("{}", account.code.value()),
               amount(account.debits_pending), amount(account.debits_posted),
               amount(account.credits_pending), amount(account.credits_posted),
               format_flags(FlagSet::account, account.flags)});
  }
  return table;
}

Table table_of(std::span<const Transfer> transfers, const LedgerBook& ledgers,
               const NameBook& names) {
  const bool any_follows =
      std::any_of(transfers.begin(), transfers.end(),
                  [](const Transfer& transfer) { return transfer.pending_id != TransferId{}; });
  std::vector<Table::Column> columns = {{"transfer id", right},
                                        {"debit account", right},
                                        {"credit account", right},
                                        {"amount", right},
                                        {"ledger"},
                                        {"code", right},
                                        {"time"},
                                        {"flags"}};
  if (any_follows) columns.push_back({"of transfer", right});
  Table table{std::move(columns)};
  for (const Transfer& transfer : transfers) {
    std::vector<std::string> cells = {
        names.show(NameKind::transfer, transfer.id.value()),
        names.show(NameKind::account, transfer.debit_account_id.value()),
        names.show(NameKind::account, transfer.credit_account_id.value()),
        ledgers.format(transfer.ledger, transfer.amount),
        ledger_text(ledgers, transfer.ledger),
        fmt::format("{}", transfer.code.value()),
        format_time(transfer.timestamp),
        format_flags(FlagSet::transfer, transfer.flags),
    };
    if (any_follows) {
      const bool follows = transfer.pending_id != TransferId{};
      cells.push_back(follows ? names.show(NameKind::transfer, transfer.pending_id.value())
                              : std::string{});
    }
    table.add(std::move(cells));
  }
  return table;
}

Table table_of(std::span<const HoldView> holds, const LedgerBook& ledgers, const NameBook& names) {
  Table table{{{"hold id", right},
               {"state"},
               {"amount", right},
               {"posted", right},
               {"held", right},
               {"ledger"},
               {"debit account", right},
               {"credit account", right},
               {"expires at"},
               {"owner", right},
               {"resolved by", right}}};
  for (const HoldView& hold : holds) {
    const auto amount = [&](Amount value) { return ledgers.format(hold.ledger, value); };
    table.add({names.show(NameKind::transfer, hold.id.value()), std::string{to_string(hold.state)},
               amount(hold.amount), amount(hold.posted), amount(hold.held),
               ledger_text(ledgers, hold.ledger),
               names.show(NameKind::account, hold.debit_account_id.value()),
               names.show(NameKind::account, hold.credit_account_id.value()),
               hold.expires_at == Timestamp{} ? "never" : format_time(hold.expires_at),
               hold.owner.is_zero() ? "anyone" : format_id(hold.owner),
               hold.resolved_by == TransferId{}
                   ? ""
                   : names.show(NameKind::transfer, hold.resolved_by.value())});
  }
  return table;
}

Table table_of(std::span<const BalanceRow> rows, const LedgerBook& ledgers, const NameBook& names) {
  Table table{{{"after transfer", right},
               {"time"},
               {"debits pending", right},
               {"debits posted", right},
               {"credits pending", right},
               {"credits posted", right},
               {"sequence", right}}};
  for (const BalanceRow& row : rows) {
    const AccountBalance& balance = row.balance;
    const auto amount = [&](Amount value) { return ledgers.format(row.ledger, value); };
    table.add({names.show(NameKind::transfer, balance.transfer_id.value()),
               format_time(balance.timestamp), amount(balance.debits_pending),
               amount(balance.debits_posted), amount(balance.credits_pending),
               amount(balance.credits_posted), fmt::format("{}", balance.sequence.value())});
  }
  return table;
}

JsonObject to_json(const BalanceRow& row, const LedgerBook& ledgers) {
  const AccountBalance& balance = row.balance;
  const auto amount = [&](Amount value) { return ledgers.format(row.ledger, value); };
  return JsonObject{}
      .id("transfer_id", balance.transfer_id.value())
      .text("debits_pending", amount(balance.debits_pending))
      .text("debits_posted", amount(balance.debits_posted))
      .text("credits_pending", amount(balance.credits_pending))
      .text("credits_posted", amount(balance.credits_posted))
      .time("timestamp", balance.timestamp)
      .sequence("sequence", balance.sequence);
}

}  // namespace daybook
