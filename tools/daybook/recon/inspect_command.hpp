#pragma once

#include <string>

namespace daybook::recon {

struct InspectOptions {
  std::string file;
  std::string map;  ///< Empty: the first mapping that fits.
  bool json = false;
};

/// Says what a file looks like, which mappings fit it, and what the mapping makes of it: records,
/// sums, times, lines that cannot be read. Exit codes: 0 every line can be read, 1 some cannot or
/// no mapping fits, 2 it could not be done.
[[nodiscard]] int run_inspect(const InspectOptions& options);

}  // namespace daybook::recon
