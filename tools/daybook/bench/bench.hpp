#pragma once

#include "tools/daybook/bench/bench_options.hpp"

namespace daybook {

/// Runs the load `runs` times, each on an engine of its own and an empty directory, or all on the
/// running engine (each run with the next seed), and prints the report on stdout.
///
/// exit_code::good: measured, and every answer was right. exit_code::no: an answer or a balance was
/// wrong. exit_code::failed: it could not be measured: wrong options, no engine, an engine that
/// ended in the middle.
int run_bench(const BenchOptions& options);

}  // namespace daybook
