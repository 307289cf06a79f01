#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/daybook/client/client_options.hpp"

namespace daybook {

struct ImportOptions {
  ClientOptions client;
  WriteOptions write;
  std::string file;                  ///< "-" is standard input.
  std::string rejects;               ///< CSV of the refused lines; empty: none.
  std::vector<std::string> ignored;  ///< Columns to skip.
  std::uint32_t batch_events = 8'192;
  std::uint32_t in_flight = 4;
};

/// Imports a CSV file and prints the summary. exit_code::no when lines were refused,
/// exit_code::failed when it stopped before the file's end. Defined for Account and Transfer.
template <typename Event>
int run_import(const ImportOptions& options);

}  // namespace daybook
