#pragma once

#include <filesystem>

#include "engine/base/result.hpp"
#include "storage/file/file.hpp"

namespace daybook::recon {

/// An empty file in `directory` that nobody else finds and that is gone with this process.
///
/// Errors. Those of the file; `not_found` without the directory.
[[nodiscard]] Result<File> open_unnamed(const std::filesystem::path& directory);

}  // namespace daybook::recon
