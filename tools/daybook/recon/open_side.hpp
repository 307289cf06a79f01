#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "tools/daybook/recon/side_source.hpp"

namespace daybook::recon {

/// The format that the file begins like, else the standard mapping of CSV. Errors of the file.
[[nodiscard]] Result<SourceMapping> guess_mapping(const std::string& path);

/// The file as its mapping says. `mapping` must outlive the source; `spill` is a directory for
/// texts that do not stay in memory.
[[nodiscard]] Result<std::unique_ptr<SideSource>> open_side(const std::string& path,
                                                            const SourceMapping& mapping, Side side,
                                                            const std::filesystem::path& spill);

}  // namespace daybook::recon
