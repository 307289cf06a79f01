#pragma once

#include <cstdint>
#include <string>

namespace daybook::recon {

struct ReconBenchOptions {
  std::uint64_t records = 10'000'000;
  std::uint64_t per_million = 1'000;
  std::uint64_t runs = 5;
  std::uint64_t memory_bytes = std::uint64_t{512} << 20;
  unsigned threads = 0;
  std::uint64_t seed = 1;
  std::string directory;  ///< Empty: a new one in the system's temporary directory, removed after.
  bool json = false;
};

/// Makes two files, compares them in processes of their own, and checks every count against what
/// was planted. Exit codes: 0 as planted, 1 not, 2 it could not be done.
[[nodiscard]] int run_recon_bench(const ReconBenchOptions& options);

}  // namespace daybook::recon
