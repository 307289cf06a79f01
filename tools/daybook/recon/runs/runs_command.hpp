#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/model/aggregate.hpp"
#include "engine/recon/recon_limits.hpp"
#include "tools/daybook/client/client_options.hpp"

/// Reconciliations that an engine keeps: what the subcommands of `recon` ask for. All return an
/// exit code: 0 it was done, or nothing differs; 1 the engine says no, or something differs; 2 it
/// could not be done.

namespace daybook::recon {

struct DefineOptions {
  std::string file;
  WriteOptions write;
  ClientOptions client;
};
/// Stores a definition, and what may be approved by it, where it says something new.
[[nodiscard]] int run_define(const DefineOptions& options);

struct RunOptions {
  std::string name;       ///< Of a reconciliation.
  std::string statement;  ///< The other system's file.
  std::string day;        ///< As 2026-01-31; empty: yesterday, where the reconciliation is.
  std::string data;       ///< The engine's data directory.
  std::string runs;       ///< Where results are kept; empty: beside the data directory.
  std::string until_sequence;
  std::uint64_t memory_bytes = limits::memory_bytes_default;
  unsigned threads = 0;
  bool proposes = true;
  WriteOptions write;
  ClientOptions client;
};
/// Compares, proves, keeps the result, and proposes what the definition says.
[[nodiscard]] int run_reconciliation(const RunOptions& options);

struct WatchOptions {
  std::string data;
  std::string inbox;  ///< Where statements are put, by renaming them into it.
  std::string runs;
  std::uint64_t memory_bytes = limits::memory_bytes_default;
  unsigned threads = 0;
  bool is_once = false;       ///< Do what is due, and end.
  std::string at;             ///< With `is_once`: take this for the time.
  double every_seconds = 30;  ///< Between two looks.
  WriteOptions write;
  ClientOptions client;
};
/// Runs every reconciliation when it is due, with the statement that is there for it, and says
/// where one is missing. What was missed is done at the start. Ends at SIGTERM, behind the run at
/// hand.
[[nodiscard]] int run_watch(const WatchOptions& options);

struct ScheduleListOptions {
  std::string at;  ///< Take this for the time; empty: now.
  ClientOptions client;
};
/// When definitions are due next, their last runs, and whether one is late: exit code 1.
[[nodiscard]] int run_schedule_list(const ScheduleListOptions& options);

struct ScheduleChangeOptions {
  std::string name;  ///< Of a reconciliation.
  bool removes = false;
  std::string cron;  ///< What is empty stays as it is.
  std::string zone;
  std::string inbox;
  std::string expected_by;
  WriteOptions write;
  ClientOptions client;
};
/// Stores one more version of the definition.
[[nodiscard]] int run_schedule_change(const ScheduleChangeOptions& options);

struct RunListOptions {
  std::string name;  ///< Of a reconciliation; empty: of all.
  ClientOptions client;
};
[[nodiscard]] int run_list_runs(const RunListOptions& options);

struct RunShowOptions {
  std::string run;
  ClientOptions client;
};
[[nodiscard]] int run_show_run(const RunShowOptions& options);

struct RunReportOptions {
  std::string run;
  std::vector<std::string> reports;  ///< Copies: names that end in .html or .json.
  ClientOptions client;
};
/// Writes the reports of a run anew, with what was posted since and by whom.
[[nodiscard]] int run_renew_report(const RunReportOptions& options);

/// Which differences of a run.
struct DifferenceChoice {
  std::string run;
  std::vector<std::string> differences;  ///< Ids.
  std::vector<std::string> codes;        ///< Names, such as b_only.
  std::string state;                     ///< "open" for those that nobody dealt with.
};

struct DifferenceListOptions {
  DifferenceChoice choice;
  ClientOptions client;
};
[[nodiscard]] int run_list_differences(const DifferenceListOptions& options);

struct SuspenseOptions {
  std::string name;  ///< Of a reconciliation.
  std::string at;    ///< Ages are as of then; empty: now.
  bool lists_items = false;
  ClientOptions client;
};
/// What corrections have put on the suspense account, by age, and its balance.
[[nodiscard]] int run_suspense(const SuspenseOptions& options);

struct ReviewOptions {
  DifferenceChoice choice;
  bool rejects = false;
  bool is_sure = false;  ///< Else what would be done is only shown.
  std::string reason;
  WriteOptions write;
  ClientOptions client;
};
/// Approves and posts, or rejects, what others proposed.
[[nodiscard]] int run_review(const ReviewOptions& options);

struct SettleOptions {
  std::string name;  ///< Of a reconciliation; empty: of all.
  WriteOptions write;
  ClientOptions client;
};
/// Starts what was approved and is not started, and posts or fails what has ended. 0 where nothing
/// is left of it, 1 where something is under way, stuck, or did not complete.
[[nodiscard]] int run_settle(const SettleOptions& options);

struct DifferenceActOptions {
  Command act = Command::difference_assign;  ///< Or difference_reopen, correction_propose.
  std::uint16_t flags = 0;                   ///< Of a proposal: accepts or force_closes.
  DifferenceChoice choice;
  std::string reason;
  WriteOptions write;
  ClientOptions client;
};
[[nodiscard]] int run_difference_act(const DifferenceActOptions& options);

struct RunActOptions {
  Command act = Command::run_close;  ///< Or run_cancel.
  std::string run;
  std::string reason;
  WriteOptions write;
  ClientOptions client;
};
[[nodiscard]] int run_run_act(const RunActOptions& options);

}  // namespace daybook::recon
