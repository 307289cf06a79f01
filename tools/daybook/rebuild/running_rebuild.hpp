#pragma once

#include "tools/daybook/client/client_options.hpp"
#include "tools/daybook/rebuild/rebuild_text.hpp"

namespace daybook {

struct RunningRebuildOptions {
  ClientOptions client;
  RebuildTexts what;
};

/// Has a running engine fold its journal anew and compare, page by page, with progress on a
/// terminal. exit_code::no: something differs, or there is no such aggregate.
int run_running_rebuild(const RunningRebuildOptions& options);

}  // namespace daybook
