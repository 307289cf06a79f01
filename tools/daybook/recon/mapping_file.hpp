#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/recon/comparison.hpp"
#include "tools/daybook/recon/csv_source.hpp"
#include "tools/daybook/recon/source_mapping.hpp"

namespace daybook::recon {

inline constexpr std::size_t mapping_bytes_max = 256 * 1'024;

/// A mapping that comes with the program.
struct ReadyMapping {
  std::string_view name;
  std::string_view json;
};
/// In the order of their names.
[[nodiscard]] std::span<const ReadyMapping> ready_mappings();

/// The mapping in a JSON text. `invalid` for anything that is not understood, unknown members
/// included; the words name it.
[[nodiscard]] Result<SourceMapping> parse_mapping(std::string_view json);

/// A ready mapping by its name, "daybook" for the standard one, or that in a file.
[[nodiscard]] Result<SourceMapping> load_mapping(const std::string& name_or_path);

/// What the trailer of a file says against its lines. Nothing where the mapping has no trailer;
/// where lines are invalid, sums are theirs to explain, so only the count is told. A trailer that
/// is missing is told as a count that the file does not have: it was cut short.
[[nodiscard]] Result<std::vector<ControlTotal>> control_totals_of(const CsvSource& source,
                                                                  const ComparisonReport& report,
                                                                  Side side);

}  // namespace daybook::recon
