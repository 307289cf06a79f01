#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "net/client/answers.hpp"

namespace daybook {

/// The sequences that answers have claimed. What touches becomes one range, so it stays small.
class ClaimedSequences {
 public:
  /// False when one of [first, first + count) was claimed before.
  [[nodiscard]] bool claim(std::uint64_t first, std::uint64_t count);

 private:
  std::map<std::uint64_t, std::uint64_t> ranges_;  ///< First to one past the last.
};

/// Whether the engine answers batches as it should: everything created, no sequence given twice.
///
/// Threads. One at a time.
class AnswerCheck {
 public:
  enum class What : std::uint8_t { accounts, transfers, expiring_holds };

  /// What is wrong with the answer to events `first` to `first + count - 1`, in words; nothing when
  /// all is as it should be.
  [[nodiscard]] std::optional<std::string> fault_of(const BatchResult& result, What what,
                                                    std::uint64_t first, std::uint32_t count);

 private:
  ClaimedSequences claimed_;
};

}  // namespace daybook
