#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/recon/comparison.hpp"

namespace daybook::recon {

/// As people write them.
struct CompareOptions {
  std::string file_a;  ///< Or "journal:DIR".
  std::string file_b;
  std::string map;    ///< Of both files.
  std::string map_a;  ///< Of one, where they differ.
  std::string map_b;
  std::uint64_t memory_bytes = limits::memory_bytes_default;
  unsigned threads = 0;  ///< 0: as many as there are cores.
  std::string out;
  std::string spill;
  std::string work;                      ///< Where sorted runs outlive a process; empty: nowhere.
  std::vector<std::string> reports;      ///< Names that end in .html or .json.
  std::vector<std::string> tolerances;   ///< "EUR=5" or "EUR=5,cap=1000": minor units.
  std::vector<std::string> fallbacks;    ///< "amount+day", "amount+party", ...
  std::string group;                     ///< "sum", or nothing.
  std::vector<std::string> scales;       ///< "BTC=8".
  std::string currency;                  ///< Of files without a column for it.
  std::string account;                   ///< Of a journal: the clearing account.
  std::string ledger;                    ///< Of a journal.
  std::vector<std::uint32_t> fee_codes;  ///< Of a journal: of transfers that are fees of others.
  std::string since_time;                ///< Of a journal: without what was before.
  std::string before_time;               ///< Of a journal: without what was then or later.
  std::string until_sequence;            ///< Of a journal: where it is cut.
  std::string until_time;
  std::uint64_t window_days = 0;
  bool has_window = false;
  bool json = false;
};

/// Settings and mappings of the options; `invalid` names the option.
[[nodiscard]] Result<Tolerance> parse_tolerance(std::string_view text);
[[nodiscard]] Result<OrderRule> parse_fallback(std::string_view text);

/// Compares and reports. Exit codes: 0 nothing differs, 1 something does, 2 it could not be done.
[[nodiscard]] int run_compare(const CompareOptions& options);

}  // namespace daybook::recon
