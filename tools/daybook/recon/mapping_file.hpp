#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
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

/// All formats that need no columns, for messages and help.
[[nodiscard]] std::string names_of_formats();

/// The mapping in a JSON text. `invalid` for anything that is not understood, unknown members
/// included; the words name it.
[[nodiscard]] Result<SourceMapping> parse_mapping(std::string_view json);

/// A ready mapping by its name, "daybook" for the standard one, a format's name for files in that,
/// or what is in a file.
[[nodiscard]] Result<SourceMapping> load_mapping(const std::string& name_or_path);

}  // namespace daybook::recon
