#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "tools/daybook/bench/bench_generator.hpp"

namespace daybook {

/// The ids of acknowledged transfers, written with one write(2) a reply, so that they survive our
/// own end; they are not synced, for it is the engine that is put to the test, not the machine.
///
/// Threads. One at a time.
class AckLog {
 public:
  AckLog() = default;
  ~AckLog();
  AckLog(const AckLog&) = delete;
  AckLog& operator=(const AckLog&) = delete;

  [[nodiscard]] Result<void> open(const std::string& path);
  [[nodiscard]] bool is_open() const { return file_ >= 0; }

  /// The ids of the load's transfers `first` to `first + count - 1`.
  [[nodiscard]] Result<void> write(const BenchGenerator& generator, std::uint64_t first,
                                   std::uint32_t count);

 private:
  [[nodiscard]] Failure failed(const char* act) const;

  std::string path_;
  int file_ = -1;
  std::vector<Uint128> ids_;
};

}  // namespace daybook
