#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/event_record.hpp"
#include "engine/model/subscription.hpp"
#include "tools/daybook/text/ledger_book.hpp"
#include "tools/daybook/text/name_book.hpp"

/// Events of subscriptions as people and scripts read them, and the filters that they write.

namespace daybook {

/// "account", "transfer", "domain_event" and so on, or "operation", as a bit of
/// Subscription::kinds.
[[nodiscard]] Result<std::uint64_t> parse_kind_bit(std::string_view text);

/// Sets the aggregate of "TYPE/ID", or of "TYPE" all of a type. A type is a text, such as order or
/// daybook.account, or an id.
[[nodiscard]] Result<void> set_aggregate(Subscription& wanted, std::string_view text);

/// Sequence, time, type, and what the event says, on one line.
[[nodiscard]] std::string event_line(const EventView& event, const LedgerBook& ledgers,
                                     const NameBook& names);
/// The head's fields, the fact's, and "data" or "data_hex" of a payload.
[[nodiscard]] std::string event_record_json(const EventView& event, const LedgerBook& ledgers);

/// The ids in it that may have names.
void append_keys(const EventView& event, std::vector<NameKey>& keys);

}  // namespace daybook
