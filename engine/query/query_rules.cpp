#include "engine/query/query_rules.hpp"

#include "engine/base/limits.hpp"

namespace daybook {
namespace {

constexpr unsigned sides = query_flag::debits | query_flag::credits;

// 0 = any.
template <typename Number>
bool is_or_any(const Number& wanted, const Number& number) {
  return wanted == Number{} || wanted == number;
}

bool is_in_time(const QueryFilter& filter, Timestamp timestamp) {
  return timestamp >= filter.timestamp_min &&
         (filter.timestamp_max.value() == 0 || timestamp <= filter.timestamp_max);
}

}  // namespace

std::optional<std::string_view> fault_of(RequestKind kind, const QueryFilter& filter) {
  const bool of_account =
      kind == RequestKind::get_account_transfers || kind == RequestKind::get_account_balances;
  if (filter.limit == 0) return "the limit is 0: ask for 1 to 8,192 items";
  if (filter.limit > limits::batch_events_max) return "the limit is above 8,192";
  if ((filter.flags & ~unsigned{query_flag::known}) != 0) {
    return "the filter has flags that nobody knows";
  }
  if (filter.timestamp_max.value() != 0 && filter.timestamp_min > filter.timestamp_max) {
    return "timestamp_min is after timestamp_max: nothing could be between";
  }
  if (filter.timestamp_min.value() > limits::timestamp_max ||
      filter.timestamp_max.value() > limits::timestamp_max) {
    return "a timestamp is after the end of time, 2^63 - 1 ns";
  }
  if (!of_account && !filter.account_id.value().is_zero()) {
    return "only an account's history has an account_id";
  }
  if (!of_account && (filter.flags & sides) != 0) {
    return "only an account's history has debits and credits";
  }
  if (of_account && filter.account_id.value().is_zero()) return "the account_id is 0";
  if (of_account && (filter.flags & sides) == 0) {
    return "neither debits nor credits are asked for: set one of the flags or both";
  }
  if (of_account && filter.ledger.value() != 0) {
    return "an account has one ledger: leave the ledger out of its history";
  }
  if (kind == RequestKind::query_accounts && !filter.trace_id.value().is_zero()) {
    return "accounts have no trace_id";
  }
  return std::nullopt;
}

bool passes(const QueryFilter& filter, const Transfer& transfer) {
  if (!filter.account_id.value().is_zero()) {
    const bool debits =
        (filter.flags & query_flag::debits) != 0 && transfer.debit_account_id == filter.account_id;
    const bool credits = (filter.flags & query_flag::credits) != 0 &&
                         transfer.credit_account_id == filter.account_id;
    if (!debits && !credits) return false;
  }
  return is_or_any(filter.business_id, transfer.business_id) &&
         is_or_any(filter.trace_id, transfer.trace_id) &&
         is_or_any(filter.user_id, transfer.user_id) && is_or_any(filter.tag, transfer.tag) &&
         is_or_any(filter.ledger, transfer.ledger) && is_or_any(filter.code, transfer.code) &&
         is_in_time(filter, transfer.timestamp);
}

bool passes(const QueryFilter& filter, const Account& account) {
  return is_or_any(filter.business_id, account.business_id) &&
         is_or_any(filter.user_id, account.user_id) && is_or_any(filter.tag, account.tag) &&
         is_or_any(filter.ledger, account.ledger) && is_or_any(filter.code, account.code) &&
         is_in_time(filter, account.timestamp);
}

}  // namespace daybook
