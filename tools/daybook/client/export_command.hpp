#pragma once

#include <string>

#include "tools/daybook/client/client_options.hpp"

namespace daybook {

struct ExportOptions {
  ClientOptions client;
  std::string file;         ///< "-" is standard output.
  bool for_import = false;  ///< Only what import reads.
};

/// Writes all accounts or all transfers, in the order of the journal, as CSV. The file
/// appears under its name once it is complete. Defined for Account and Transfer.
template <typename Event>
int run_export(const ExportOptions& options);

}  // namespace daybook
