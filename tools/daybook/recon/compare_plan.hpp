#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "tools/daybook/recon/compare_command.hpp"
#include "tools/daybook/recon/journal_scan.hpp"
#include "tools/daybook/recon/side_source.hpp"

namespace daybook::recon {

/// Everything that the options ask for, checked.
struct ComparePlan {
  std::array<SourceMapping, 2> mappings;
  std::array<std::optional<JournalScan>, 2> journals;
  ComparisonSettings settings;
  std::filesystem::path spill;
};

/// Reads mappings, the starts of files, and journals once.
///
/// Errors.  `invalid` names the option; those of files, mappings and journals.
[[nodiscard]] Result<ComparePlan> plan_of(const CompareOptions& options);

/// Of records of a ledger that no journal was read for, and of a statement in `map_b`: what
/// plan_of() makes of these options. Errors: those of the mapping; `invalid` names the option.
[[nodiscard]] Result<std::array<SourceMapping, 2>> mappings_beside_ledger(
    const CompareOptions& options, std::uint64_t currency, unsigned scale);

/// The file or journal at `path`, of which the plan is. The plan must outlive the source.
[[nodiscard]] Result<std::unique_ptr<SideSource>> open_planned(const std::string& path,
                                                               const ComparePlan& plan, Side side);

}  // namespace daybook::recon
