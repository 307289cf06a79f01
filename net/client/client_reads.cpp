// Client: what reads.

#include "net/client/client.hpp"
#include "net/client/submission.hpp"
#include "net/protocol/aggregate_messages.hpp"
#include "net/protocol/event_messages.hpp"
#include "net/protocol/rebuild_messages.hpp"

namespace daybook {

std::uint64_t Client::min_sequence_of(const QueryOptions& options) const {
  // Zero would ask the engine for the highest of the connection, which may be younger than we are.
  if (options.min_sequence) return std::max<std::uint64_t>(options.min_sequence->value(), 1);
  return session_->highest_sequence().value();
}

template <typename Id, typename Answer>
void Client::lookup(RequestKind kind, std::span<const Id> ids, std::uint64_t min_sequence,
                    Callback<Answer> callback) {
  static_assert(sizeof(Id) == sizeof(Uint128) && alignof(Id) == alignof(Uint128));
  if (!count_is_allowed(ids.size())) {
    return session_->refuse(std::move(callback), wrong_count("ids", ids.size()));
  }
  FrameBuffer buffer = session_->frames().take(lookup_frame_bytes(ids.size()));
  const std::span<const Uint128> bare{reinterpret_cast<const Uint128*>(ids.data()), ids.size()};
  buffer.size = write_lookup(buffer.frame(), kind, 0, bare, min_sequence);
  session_->submit(request_of(kind, static_cast<std::uint32_t>(ids.size()), std::move(buffer), {},
                              std::move(callback)));
}

Result<AccountsResult> Client::lookup_accounts(std::span<const AccountId> ids) {
  return wait_for<AccountsResult>(loop(), [&](Callback<AccountsResult> callback) {
    async_lookup_accounts(ids, std::move(callback));
  });
}

void Client::async_lookup_accounts(std::span<const AccountId> ids,
                                   Callback<AccountsResult> callback) {
  lookup(RequestKind::lookup_accounts, ids, 0, std::move(callback));
}

Result<AccountsAtResult> Client::lookup_accounts_at(std::span<const AccountId> ids,
                                                    const AsOf& moment,
                                                    const QueryOptions& options) {
  return wait_for<AccountsAtResult>(loop(), [&](Callback<AccountsAtResult> callback) {
    async_lookup_accounts_at(ids, moment, options, std::move(callback));
  });
}

template <typename Id, typename Answer, typename Write>
void Client::lookup_at(RequestKind kind, std::span<const Id> ids, Callback<Answer> callback,
                       const Write& write) {
  if (ids.empty() || ids.size() > limits::accounts_at_max) {
    return session_->refuse(
        std::move(callback),
        Failure{
            FailureKind::invalid,
            fmt::format("a request has 1 to {} ids, this one has {}; nothing was sent: split it",
                        limits::accounts_at_max, ids.size())});
  }
  FrameBuffer buffer = session_->frames().take(lookup_accounts_at_frame_bytes(ids.size()));
  buffer.size = write(buffer.frame());
  session_->submit(request_of(kind, static_cast<std::uint32_t>(ids.size()), std::move(buffer), {},
                              std::move(callback)));
}

void Client::async_lookup_accounts_at(std::span<const AccountId> ids, const AsOf& moment,
                                      const QueryOptions& options,
                                      Callback<AccountsAtResult> callback) {
  lookup_at(RequestKind::lookup_accounts_at, ids, std::move(callback),
            [&](std::span<std::byte> room) {
              return write_lookup_accounts_at(room, 0, ids, moment, min_sequence_of(options));
            });
}

Result<HoldsResult> Client::lookup_holds_at(std::span<const TransferId> ids, const AsOf& moment,
                                            const QueryOptions& options) {
  return wait_for<HoldsResult>(loop(), [&](Callback<HoldsResult> callback) {
    async_lookup_holds_at(ids, moment, options, std::move(callback));
  });
}

void Client::async_lookup_holds_at(std::span<const TransferId> ids, const AsOf& moment,
                                   const QueryOptions& options, Callback<HoldsResult> callback) {
  lookup_at(RequestKind::lookup_holds, ids, std::move(callback), [&](std::span<std::byte> room) {
    return write_lookup_holds_at(room, 0, ids, moment, min_sequence_of(options));
  });
}

Result<TransfersResult> Client::lookup_transfers(std::span<const TransferId> ids,
                                                 const QueryOptions& options) {
  return wait_for<TransfersResult>(loop(), [&](Callback<TransfersResult> callback) {
    async_lookup_transfers(ids, options, std::move(callback));
  });
}

void Client::async_lookup_transfers(std::span<const TransferId> ids, const QueryOptions& options,
                                    Callback<TransfersResult> callback) {
  lookup(RequestKind::lookup_transfers, ids, min_sequence_of(options), std::move(callback));
}

Result<HoldsResult> Client::lookup_holds(std::span<const TransferId> ids,
                                         const QueryOptions& options) {
  return wait_for<HoldsResult>(loop(), [&](Callback<HoldsResult> callback) {
    async_lookup_holds(ids, options, std::move(callback));
  });
}

void Client::async_lookup_holds(std::span<const TransferId> ids, const QueryOptions& options,
                                Callback<HoldsResult> callback) {
  lookup(RequestKind::lookup_holds, ids, min_sequence_of(options), std::move(callback));
}

Result<NamesResult> Client::lookup_names(std::span<const NameKey> keys,
                                         const QueryOptions& options) {
  return wait_for<NamesResult>(loop(), [&](Callback<NamesResult> callback) {
    async_lookup_names(keys, options, std::move(callback));
  });
}

void Client::async_lookup_names(std::span<const NameKey> keys, const QueryOptions& options,
                                Callback<NamesResult> callback) {
  if (!count_is_allowed(keys.size())) {
    return session_->refuse(std::move(callback), wrong_count("keys", keys.size()));
  }
  FrameBuffer buffer = session_->frames().take(lookup_names_frame_bytes(keys.size()));
  buffer.size = write_lookup_names(buffer.frame(), 0, keys, min_sequence_of(options));
  session_->submit(request_of(RequestKind::lookup_names, static_cast<std::uint32_t>(keys.size()),
                              std::move(buffer), {}, std::move(callback)));
}

template <typename Answer>
void Client::lookup_aggregates(RequestKind kind, std::span<const Uint128> ids, const AsOf& moment,
                               const QueryOptions& options, Callback<Answer> callback) {
  if (ids.empty() || ids.size() > limits::aggregates_lookup_max) {
    return session_->refuse(
        std::move(callback),
        Failure{
            FailureKind::invalid,
            fmt::format("a request has 1 to {} ids, this one has {}; nothing was sent: split it",
                        limits::aggregates_lookup_max, ids.size())});
  }
  FrameBuffer buffer = session_->frames().take(lookup_aggregates_frame_bytes(ids.size()));
  buffer.size =
      write_lookup_aggregates(buffer.frame(), kind, 0, ids, moment, min_sequence_of(options));
  session_->submit(request_of(kind, static_cast<std::uint32_t>(ids.size()), std::move(buffer), {},
                              std::move(callback)));
}

Result<OrdersResult> Client::lookup_orders(std::span<const Uint128> ids, const AsOf& moment,
                                           const QueryOptions& options) {
  return wait_for<OrdersResult>(loop(), [&](Callback<OrdersResult> callback) {
    async_lookup_orders(ids, moment, options, std::move(callback));
  });
}

void Client::async_lookup_orders(std::span<const Uint128> ids, const AsOf& moment,
                                 const QueryOptions& options, Callback<OrdersResult> callback) {
  lookup_aggregates(RequestKind::lookup_orders, ids, moment, options, std::move(callback));
}

Result<PaymentsResult> Client::lookup_payments(std::span<const Uint128> ids, const AsOf& moment,
                                               const QueryOptions& options) {
  return wait_for<PaymentsResult>(loop(), [&](Callback<PaymentsResult> callback) {
    async_lookup_payments(ids, moment, options, std::move(callback));
  });
}

void Client::async_lookup_payments(std::span<const Uint128> ids, const AsOf& moment,
                                   const QueryOptions& options, Callback<PaymentsResult> callback) {
  lookup_aggregates(RequestKind::lookup_payments, ids, moment, options, std::move(callback));
}

template <typename Answer, typename Write>
void Client::list(RequestKind kind, std::uint32_t limit, Callback<Answer> callback,
                  const Write& write) {
  if (!count_is_allowed(limit)) {
    return session_->refuse(std::move(callback), wrong_count("items asked for", limit));
  }
  FrameBuffer buffer = session_->frames().take(small_frame_bytes);
  buffer.size = write(buffer.frame());
  session_->submit(request_of(kind, 0, std::move(buffer), {}, std::move(callback)));
}

Result<AccountPage> Client::list_accounts(AccountId after, std::uint32_t limit,
                                          const QueryOptions& options) {
  return wait_for<AccountPage>(loop(), [&](Callback<AccountPage> callback) {
    async_list_accounts(after, limit, options, std::move(callback));
  });
}

void Client::async_list_accounts(AccountId after, std::uint32_t limit, const QueryOptions& options,
                                 Callback<AccountPage> callback) {
  list(RequestKind::list_accounts, limit, std::move(callback), [&](std::span<std::byte> room) {
    return write_list_accounts(room, 0, after, limit, min_sequence_of(options));
  });
}

Result<LedgerPage> Client::list_ledgers(LedgerId after, std::uint32_t limit,
                                        const QueryOptions& options) {
  return wait_for<LedgerPage>(loop(), [&](Callback<LedgerPage> callback) {
    async_list_ledgers(after, limit, options, std::move(callback));
  });
}

void Client::async_list_ledgers(LedgerId after, std::uint32_t limit, const QueryOptions& options,
                                Callback<LedgerPage> callback) {
  list(RequestKind::list_ledgers, limit, std::move(callback), [&](std::span<std::byte> room) {
    return write_list_ledgers(room, 0, after, limit, min_sequence_of(options));
  });
}

Result<TransferPage> Client::list_transfers(Sequence after, std::uint32_t limit,
                                            const QueryOptions& options) {
  return wait_for<TransferPage>(loop(), [&](Callback<TransferPage> callback) {
    async_list_transfers(after, limit, options, std::move(callback));
  });
}

void Client::async_list_transfers(Sequence after, std::uint32_t limit, const QueryOptions& options,
                                  Callback<TransferPage> callback) {
  list(RequestKind::list_transfers, limit, std::move(callback), [&](std::span<std::byte> room) {
    return write_list_transfers(room, 0, after.value(), limit, min_sequence_of(options));
  });
}

Result<BalancePage> Client::trial_balance(std::uint64_t after, std::uint32_t limit,
                                          const QueryOptions& options) {
  return wait_for<BalancePage>(loop(), [&](Callback<BalancePage> callback) {
    async_trial_balance(after, limit, options, std::move(callback));
  });
}

void Client::async_trial_balance(std::uint64_t after, std::uint32_t limit,
                                 const QueryOptions& options, Callback<BalancePage> callback) {
  list(RequestKind::trial_balance, limit, std::move(callback), [&](std::span<std::byte> room) {
    return write_numbered_list(room, RequestKind::trial_balance, 0, after, limit,
                               min_sequence_of(options));
  });
}

Result<BalancePage> Client::trial_balance_at(std::uint64_t after, std::uint32_t limit,
                                             const AsOf& moment, const QueryOptions& options) {
  return wait_for<BalancePage>(loop(), [&](Callback<BalancePage> callback) {
    async_trial_balance_at(after, limit, moment, options, std::move(callback));
  });
}

void Client::async_trial_balance_at(std::uint64_t after, std::uint32_t limit, const AsOf& moment,
                                    const QueryOptions& options, Callback<BalancePage> callback) {
  list(RequestKind::trial_balance_at, limit, std::move(callback), [&](std::span<std::byte> room) {
    return write_trial_balance_at(room, 0, after, limit, moment, min_sequence_of(options));
  });
}

template <typename Answer>
void Client::query(RequestKind kind, const QueryFilter& filter, const QueryOptions& options,
                   Callback<Answer> callback) {
  FrameBuffer buffer = session_->frames().take(query_frame_bytes);
  buffer.size = write_query(buffer.frame(), kind, 0, filter, min_sequence_of(options));
  session_->submit(request_of(kind, 0, std::move(buffer), {}, std::move(callback)));
}

Result<FoundTransfers> Client::get_account_transfers(const QueryFilter& filter,
                                                     const QueryOptions& options) {
  return wait_for<FoundTransfers>(loop(), [&](Callback<FoundTransfers> callback) {
    async_get_account_transfers(filter, options, std::move(callback));
  });
}

void Client::async_get_account_transfers(const QueryFilter& filter, const QueryOptions& options,
                                         Callback<FoundTransfers> callback) {
  query(RequestKind::get_account_transfers, filter, options, std::move(callback));
}

Result<FoundBalances> Client::get_account_balances(const QueryFilter& filter,
                                                   const QueryOptions& options) {
  return wait_for<FoundBalances>(loop(), [&](Callback<FoundBalances> callback) {
    async_get_account_balances(filter, options, std::move(callback));
  });
}

void Client::async_get_account_balances(const QueryFilter& filter, const QueryOptions& options,
                                        Callback<FoundBalances> callback) {
  query(RequestKind::get_account_balances, filter, options, std::move(callback));
}

Result<FoundTransfers> Client::query_transfers(const QueryFilter& filter,
                                               const QueryOptions& options) {
  return wait_for<FoundTransfers>(loop(), [&](Callback<FoundTransfers> callback) {
    async_query_transfers(filter, options, std::move(callback));
  });
}

void Client::async_query_transfers(const QueryFilter& filter, const QueryOptions& options,
                                   Callback<FoundTransfers> callback) {
  query(RequestKind::query_transfers, filter, options, std::move(callback));
}

Result<RebuildPage> Client::rebuild(const RebuildFilter& filter, const QueryOptions& options) {
  return wait_for<RebuildPage>(loop(), [&](Callback<RebuildPage> callback) {
    async_rebuild(filter, options, std::move(callback));
  });
}

void Client::async_rebuild(const RebuildFilter& filter, const QueryOptions& options,
                           Callback<RebuildPage> callback) {
  FrameBuffer buffer = session_->frames().take(rebuild_frame_bytes);
  buffer.size = write_rebuild(buffer.frame(), 0, filter, min_sequence_of(options));
  session_->submit(request_of(RequestKind::rebuild, 0, std::move(buffer), {}, std::move(callback)));
}

Result<FoundEvents> Client::read_events(const EventFilter& filter, const QueryOptions& options) {
  return wait_for<FoundEvents>(loop(), [&](Callback<FoundEvents> callback) {
    async_read_events(filter, options, std::move(callback));
  });
}

void Client::async_read_events(const EventFilter& filter, const QueryOptions& options,
                               Callback<FoundEvents> callback) {
  FrameBuffer buffer = session_->frames().take(read_events_frame_bytes);
  buffer.size = write_read_events(buffer.frame(), 0, filter, min_sequence_of(options));
  session_->submit(
      request_of(RequestKind::read_events, 0, std::move(buffer), {}, std::move(callback)));
}

Result<FoundAccounts> Client::query_accounts(const QueryFilter& filter,
                                             const QueryOptions& options) {
  return wait_for<FoundAccounts>(loop(), [&](Callback<FoundAccounts> callback) {
    async_query_accounts(filter, options, std::move(callback));
  });
}

void Client::async_query_accounts(const QueryFilter& filter, const QueryOptions& options,
                                  Callback<FoundAccounts> callback) {
  query(RequestKind::query_accounts, filter, options, std::move(callback));
}

Result<FoundOperations> Client::query_operations(const OperationFilter& filter,
                                                 const QueryOptions& options) {
  return wait_for<FoundOperations>(loop(), [&](Callback<FoundOperations> callback) {
    async_query_operations(filter, options, std::move(callback));
  });
}

void Client::async_query_operations(const OperationFilter& filter, const QueryOptions& options,
                                    Callback<FoundOperations> callback) {
  FrameBuffer buffer = session_->frames().take(query_operations_frame_bytes);
  buffer.size = write_query_operations(buffer.frame(), 0, filter, min_sequence_of(options));
  session_->submit(
      request_of(RequestKind::query_operations, 0, std::move(buffer), {}, std::move(callback)));
}

}  // namespace daybook
