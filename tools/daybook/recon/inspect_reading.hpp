#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/recon/totals.hpp"
#include "tools/daybook/recon/side_source.hpp"

namespace daybook::recon {

/// What a pass over the whole of a side found.
struct WholeReading {
  SideTotals totals;
  std::uint64_t left_out = 0;
  std::vector<std::pair<InvalidLine, std::string>> first_invalid;  ///< With their texts.
};

/// Reads all of it, and keeps the first few lines that cannot be read.
[[nodiscard]] Result<WholeReading> read_whole(SideSource& source);

}  // namespace daybook::recon
