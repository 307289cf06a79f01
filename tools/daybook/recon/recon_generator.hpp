#pragma once

#include <cstdint>
#include <filesystem>
#include <map>

#include "engine/base/result.hpp"
#include "engine/recon/difference.hpp"

namespace daybook::recon {

/// Two files that are the same but for planted differences, and what was planted.
struct GeneratorOptions {
  std::uint64_t records = 1'000'000;  ///< A side, before differences are planted.
  std::uint64_t per_million = 1'000;  ///< Planted differences.
  std::uint64_t seed = 1;
};

/// Writes `a.csv`, `b.csv` and `labels.csv` (reference,code) into `directory`, both sides in random
/// orders of their own, 53 bytes a line. Returns how often each code was planted.
///
/// Limits.  10^15 records; memory for one megabyte of text.
[[nodiscard]] Result<std::map<Code, std::uint64_t>> generate_files(
    const std::filesystem::path& directory, const GeneratorOptions& options);

}  // namespace daybook::recon
