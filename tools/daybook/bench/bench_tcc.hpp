#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace daybook {

/// `daybook bench tcc`: how many TCC transactions an engine of our own settles a second.
struct BenchTccOptions {
  std::uint64_t transactions = 1'000'000;
  std::uint32_t branches = 2;        ///< Of each: holds of money.
  std::uint32_t group = 400;         ///< Transactions whose commands share a request.
  std::uint32_t clients = 1;         ///< Connections.
  std::uint32_t in_flight = 4;       ///< Groups under way on each connection.
  std::uint32_t cancel_percent = 0;  ///< So many of a hundred are cancelled, the others confirmed.
  std::uint64_t accounts = 10'000;
  std::uint32_t runs = 1;
  std::vector<std::string> engine_options;  ///< More words for `daybook serve`.
  bool json = false;
};

/// Each group of transactions is two requests: one that begins them and tries their branches, and,
/// once it is answered, one that confirms or cancels them. Every answer and the sums of all
/// balances are checked. Prints medians over the runs.
int run_bench_tcc(const BenchTccOptions& options);

}  // namespace daybook
