#pragma once

#include <cstdint>
#include <string>

#include "tools/daybook/client/client_options.hpp"
#include "tools/daybook/text/operation_filter_text.hpp"

namespace daybook {

struct OplogOptions {
  ClientOptions client;
  std::string directory;  ///< Read this journal; empty: ask the engine.
  OperationFilterTexts filter;
  std::uint64_t limit = 100;
  bool all = false;  ///< Without a limit.
};

/// Prints the operations that the filter lets pass, up to the limit, and says when there are more.
int run_oplog(const OplogOptions& options);

struct TraceOptions {
  ClientOptions client;
  std::string directory;
  std::string trace;
};

/// Prints everything that belongs to a trace, in order. exit_code::no when there is nothing.
int run_trace(const TraceOptions& options);

}  // namespace daybook
