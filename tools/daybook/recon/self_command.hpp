#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/daybook/offline/offline.hpp"
#include "tools/daybook/rebuild/offline_rebuild.hpp"
#include "tools/daybook/text/ledger_book.hpp"

namespace daybook::recon {

struct SelfOptions {
  JournalPlace place;
  StateRoom room;
  bool json = false;
};

/// In which ledgers amounts of accounts are.
struct AccountLedgers {
  LedgerBook book;
  std::map<Uint128, LedgerId> ledger_of;
};

/// What differs between the journal's facts and each state that was made of them, in sentences;
/// amounts of accounts with the difference.
[[nodiscard]] std::vector<std::string> self_lines(const RebuildReport& report,
                                                  const AccountLedgers& ledgers);
/// The same as one JSON object.
[[nodiscard]] std::string self_json(const RebuildReport& report, const AccountLedgers& ledgers);

/// Holds the journal, folded from its beginning, against every snapshot and the state that replay
/// makes, whose digests the live engine wrote into the entries: `rebuild` without its indexes.
/// Exit codes: 0 all agree, 1 something differs or is damaged, 2 it could not be told.
[[nodiscard]] int run_self(const SelfOptions& options);

}  // namespace daybook::recon
