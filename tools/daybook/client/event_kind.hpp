#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/model/status.hpp"
#include "net/client/client.hpp"

/// What differs between accounts and transfers for commands that treat both alike.

namespace daybook {

template <typename Event>
struct EventKind;

template <>
struct EventKind<Account> {
  using Id = AccountId;
  using Cursor = AccountId;
  using Status = CreateAccountStatus;
  using Page = AccountPage;
  static constexpr std::string_view one = "account";
  static constexpr std::string_view many = "accounts";

  static auto new_batch(Client& client, std::size_t count, const OperationAttributes& attributes,
                        std::span<const Name> names = {}) {
    return client.new_account_batch(count, attributes, names);
  }
  static auto lookup(Client& client, std::span<const Id> ids) {
    return client.lookup_accounts(ids);
  }
  static auto list(Client& client, Cursor after, std::uint32_t limit, const QueryOptions& options) {
    return client.list_accounts(after, limit, options);
  }
  static const std::vector<Account>& found(const AccountsResult& result) { return result.accounts; }
};

template <>
struct EventKind<Transfer> {
  using Id = TransferId;
  using Cursor = Sequence;
  using Status = CreateTransferStatus;
  using Page = TransferPage;
  static constexpr std::string_view one = "transfer";
  static constexpr std::string_view many = "transfers";

  static auto new_batch(Client& client, std::size_t count, const OperationAttributes& attributes,
                        std::span<const Name> names = {}) {
    return client.new_transfer_batch(count, attributes, names);
  }
  static auto lookup(Client& client, std::span<const Id> ids, const QueryOptions& options = {}) {
    return client.lookup_transfers(ids, options);
  }
  static auto list(Client& client, Cursor after, std::uint32_t limit, const QueryOptions& options) {
    return client.list_transfers(after, limit, options);
  }
  static const std::vector<Transfer>& found(const TransfersResult& result) {
    return result.transfers;
  }
};

}  // namespace daybook
