#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/ledger.hpp"
#include "engine/model/name.hpp"
#include "engine/model/views.hpp"
#include "tools/daybook/offline/offline.hpp"
#include "tools/daybook/offline/offline_replay.hpp"
#include "tools/daybook/offline/offline_state.hpp"
#include "tools/daybook/text/ledger_book.hpp"

namespace daybook {

/// One field of an account, as people read it; `before` is empty for a new account.
struct FieldChange {
  std::string field;
  std::string before;
  std::string after;
};

struct AccountDiff {
  AccountId id;
  LedgerId ledger;
  bool is_new = false;
  std::vector<FieldChange> fields;  ///< Of a new account: those that are not zero or empty.
};

/// What happened to a hold between the two points.
struct HoldDiff {
  TransferId id;
  LedgerId ledger;
  bool opened = false;  ///< Between the points; else it was open at the first one.
  Amount amount{};      ///< Where it was opened between the points.
  Amount posted{};      ///< Between the points.
  HoldState state{};    ///< At the second one.
  Sequence sequence{};  ///< Of the fact that did the last of it.
};

struct LedgerDiff {
  LedgerSums before;
  LedgerSums after;
};

/// What stands in the journal between two points.
struct DiffCounts {
  std::uint64_t operations = 0;
  std::uint64_t operations_refused = 0;  ///< As a whole.
  std::uint64_t events_refused = 0;
  std::uint64_t accounts = 0;
  std::uint64_t transfers = 0;  ///< Of any kind; the next four are among them.
  std::uint64_t pending = 0;
  std::uint64_t posts = 0;
  std::uint64_t voids = 0;
  std::uint64_t reversals = 0;
  std::uint64_t releases = 0;
  std::uint64_t account_changes = 0;
  std::uint64_t ledgers = 0;
  std::uint64_t names = 0;
  std::uint64_t domain_events = 0;
  std::uint64_t checkpoints = 0;
  std::uint64_t tcc_facts = 0;
  std::uint64_t clock_changes = 0;
  std::uint64_t segments = 0;
};

struct JournalDiff {
  Sequence from;  ///< What was reached: operations are not cut.
  Sequence to;
  Timestamp from_time;
  Timestamp to_time;
  std::uint64_t from_digest = 0;
  std::uint64_t to_digest = 0;
  DiffCounts counts;
  std::vector<AccountDiff> accounts;  ///< In the order of creation.
  std::vector<HoldDiff> holds;        ///< In the order of what happened to them first.
  std::vector<Ledger> ledgers;        ///< Registered between the points.
  std::vector<Name> names;            ///< Put between the points; the first `names_max` of them.
  std::vector<LedgerDiff> sums;       ///< Of ledgers whose sums or accounts differ.
  LedgerBook book;

  static constexpr std::size_t names_max = 100'000;
};

/// A sequence, written in digits, or a time as RFC 3339 writes it.
[[nodiscard]] Result<ReplayGoal> parse_point(const std::string& text);

/// Compares the states at two points of the journal in `place`, and counts what lies between.
/// Replays it up to both. `invalid` when `to` is before `from`. Memory: two states.
[[nodiscard]] Result<JournalDiff> diff_journal(const JournalPlace& place, const ReplayGoal& from,
                                               const ReplayGoal& to, const StateRoom& room);

struct DiffOptions {
  JournalPlace directory;
  std::string from = "0";
  std::string to;               ///< Empty: the end.
  std::uint64_t limit = 1'000;  ///< Rows of each table.
  StateRoom room;
  bool json = false;
};

/// exit_code::good: shown, whatever differs; exit_code::no: damaged.
int run_diff(const DiffOptions& options);

/// What people and scripts see of it.
[[nodiscard]] std::string diff_text(const JournalDiff& diff, std::uint64_t limit);
/// One JSON object a line; the last one has the counts.
[[nodiscard]] std::string diff_json(const JournalDiff& diff);

}  // namespace daybook
