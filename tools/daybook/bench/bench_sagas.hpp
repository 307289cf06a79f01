#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace daybook {

/// `daybook bench sagas`: how many sagas of two steps an engine of our own runs a second.
struct BenchSagaOptions {
  std::uint64_t sagas = 1'000'000;
  std::uint32_t group = 500;          ///< Sagas that one request starts.
  std::uint32_t clients = 1;          ///< Connections.
  std::uint32_t in_flight = 4;        ///< Requests under way on each connection.
  std::uint32_t failing_percent = 0;  ///< So many of a hundred fail at their second step.
  bool remote = false;                ///< The steps are a participant's, not posts.
  std::uint64_t under_way = 2'000;    ///< Remote ones that go on at a time, at most.
  std::uint32_t pace = 0;             ///< Remote ones started a second; 0 = as many as can be.
  std::uint32_t beside = 0;           ///< Connections that send transfers beside remote ones.
  std::uint64_t accounts = 10'000;
  std::uint32_t runs = 1;
  std::vector<std::string> engine_options;  ///< More words for `daybook serve`.
  bool json = false;
};

/// Remote ones: see run_remote_sagas(). Each local one is two posts; one that fails pays to an
/// account that is not there, and its first post is reversed. Started, run and ended with its
/// entry, so an answer says that it is done. Every answer and the sums of all balances are checked.
/// Prints medians over the runs.
int run_bench_sagas(const BenchSagaOptions& options);

}  // namespace daybook
