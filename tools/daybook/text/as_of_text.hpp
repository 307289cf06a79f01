#pragma once

#include <span>
#include <string>

#include "engine/base/result.hpp"
#include "engine/model/views.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/ledger_book.hpp"
#include "tools/daybook/text/name_book.hpp"
#include "tools/daybook/text/table.hpp"

namespace daybook {

/// Accounts as they were, with their limits: alike from an engine and from a journal.
[[nodiscard]] Table table_of(std::span<const AccountAsOf> accounts, const LedgerBook& ledgers,
                             const NameBook& names = {});

/// Limits only where there are any.
[[nodiscard]] JsonObject to_json(const AccountAsOf& account, const LedgerBook& ledgers);

/// "as of sequence 12, committed 2026-..."
[[nodiscard]] std::string as_of_line(Sequence sequence, Timestamp commit_time);

/// A moment of the past, as --at-sequence and --at-time have it.
struct AsOfTexts {
  std::string sequence;
  std::string time;

  [[nodiscard]] bool given() const { return !sequence.empty() || !time.empty(); }
};

/// One of the two is not 0.
struct AsOfMoment {
  Sequence sequence;
  Timestamp time;
};

/// Requires: given(). Refuses both at once.
[[nodiscard]] Result<AsOfMoment> parse_as_of(const AsOfTexts& texts);

}  // namespace daybook
