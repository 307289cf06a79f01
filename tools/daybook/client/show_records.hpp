#pragma once

#include <span>
#include <vector>

#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/client/print_records.hpp"

namespace daybook {

/// Prints records that `client` has just been told, with amounts by the scales of the ledgers and,
/// where `with_names`, the names of ids beside them.
template <typename Record>
[[nodiscard]] Result<void, Trouble> show_records(Client& client, std::span<const Record> records,
                                                 Sequence as_of, bool json, bool with_names) {
  // Asked for afterwards: whatever ledger or name a record has is not younger than the record.
  const auto ledgers = fetch_ledgers(client);
  if (!ledgers) return ledgers.error();
  NameBook names;
  if (with_names) {
    auto fetched = fetch_names(client, keys_of(records));
    if (!fetched) return fetched.error();
    names = std::move(fetched).value();
  }
  print_records(records, as_of, ledgers.value(), json, with_names ? &names : nullptr);
  return {};
}

}  // namespace daybook
