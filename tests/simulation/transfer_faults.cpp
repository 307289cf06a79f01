#include "tests/simulation/transfer_writer.hpp"

// Transfers that are asked for again, and transfers that are wrong.

namespace daybook::test {

/// As it was asked for or as it was recorded; mostly the same, else with one thing changed.
Transfer TransferWriter::repeated_transfer() {
  Transfer transfer = pick_recent(random_, asked_, random_.chance(80) ? 40 : 4'000);
  const auto& transfers = around_.guide->transfers();
  const auto found = transfers.find(transfer.id);
  if (found != transfers.end() && random_.chance(30)) {
    const bool imported = has(transfer, transfer_flag::imported);
    transfer = found->second.transfer;
    if (!imported) transfer.timestamp = Timestamp{};
  }
  if (random_.chance(30)) {
    transfer.amount = repeated_amount(found == transfers.end() ? transfer : found->second.transfer);
  } else {
    change_something(transfer);
  }
  return transfer;
}

/// The amounts that some kind of transfer takes for the original's, and those next to it.
Amount TransferWriter::repeated_amount(const Transfer& original) {
  switch (random_.below(4)) {
    case 0:
      return Amount{};
    case 1:
      return Amount{max_id};
    case 2:
      return original.amount;
    default:
      return about(random_, wide(original.amount));
  }
}

void TransferWriter::change_something(Transfer& transfer) {
  switch (random_.below(24)) {
    case 0:
      transfer.flags ^= transfer_flag::linked;
      break;
    case 1:
      transfer.pending_id = around_.transfer_id_to_use();
      break;
    case 2:
      transfer.timeout = 9;
      break;
    case 3:
      transfer.debit_account_id = around_.account_id_to_use();
      break;
    case 4:
      transfer.credit_account_id = around_.account_id_to_use();
      break;
    case 5:
      transfer.amount = amount_of(random_.below(30));
      break;
    case 6:
      transfer.business_id = BusinessId{Uint128{random_.below(4), 0}};
      break;
    case 7:
      transfer.user_id = UserId{random_.below(4)};
      break;
    case 8:
      transfer.tag = Tag{static_cast<std::uint32_t>(random_.below(4))};
      break;
    case 9:
      transfer.ledger = LedgerId{static_cast<std::uint32_t>(random_.below(3))};
      break;
    case 10:
      transfer.code = Code{static_cast<std::uint16_t>(random_.below(3))};
      break;
    case 11:
      spoil(transfer);
      break;
    case 12:
      transfer.debit_account_id = transfer.credit_account_id = AccountId{};
      break;
    case 13:
      transfer.trace_id = TraceId{Uint128{random_.next(), 1}};
      break;
    default:
      break;
  }
}

void TransferWriter::spoil(Transfer& transfer) {
  switch (random_.below(12)) {
    case 0:
      transfer.timeout = 1;
      break;
    case 1:
      transfer.ledger = LedgerId{0};
      break;
    case 2:
      transfer.code = Code{0};
      break;
    case 3:
      transfer.timestamp = Timestamp{random_.next()};
      break;
    case 4:
      transfer.ledger = LedgerId{static_cast<std::uint32_t>(random_.between(3, 9))};
      break;
    case 5:
      transfer.credit_account_id = transfer.debit_account_id;
      break;
    default:
      spoil_flags_or_ids(transfer);
      break;
  }
}

void TransferWriter::spoil_flags_or_ids(Transfer& transfer) {
  switch (random_.below(12)) {
    case 0:
    case 1:
    case 2:
      transfer.flags = static_cast<std::uint16_t>(transfer.flags | 1U << random_.between(1, 15));
      break;
    case 3:
      transfer.id = TransferId{};
      break;
    case 4:
      transfer.id = TransferId{max_id};
      break;
    case 5:
      transfer.pending_id = TransferId{};
      break;
    case 6:
      transfer.pending_id = TransferId{max_id};
      break;
    case 7:
      transfer.pending_id = transfer.id;
      break;
    case 8:
      transfer.pending_id = TransferId{Uint128{random_.next(), 0}};
      break;
    case 9:
      transfer.debit_account_id = AccountId{random_.chance(50) ? Uint128{} : max_id};
      break;
    case 10:
      transfer.credit_account_id = AccountId{random_.chance(50) ? Uint128{} : max_id};
      break;
    default:
      transfer.pending_id = around_.transfer_id_to_use();
      break;
  }
}

}  // namespace daybook::test
