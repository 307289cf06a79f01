#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/ledger_under_test.hpp"

namespace daybook::test {

/// One thing that happens to a ledger. Steps do not depend on each other's answers, so any part of
/// a list of steps is a list of steps: that is what makes shrinking possible.
struct Step {
  enum class Kind : std::uint8_t {
    submit,          ///< `request`.
    set_clock,       ///< To `number`.
    release_due,     ///< At most `number` holds.
    look_up,         ///< The account `id`.
    close_entry,     ///< A group commit.
    rotate_segment,  ///< Seal a segment, open the next.
    restart,         ///< Lose all memory, recover from the journal.
  };
  Kind kind = Kind::submit;
  WriteRequest request;
  std::uint64_t number = 0;
  AccountId id;
};

[[nodiscard]] std::string to_text(const Step& step);

/// A ledger's settings, and what happens to it.
struct Episode {
  LedgerSettings settings;
  std::uint32_t requests_per_entry = 1;
  std::vector<Step> steps;
};

/// Settings and steps, one a line.
[[nodiscard]] std::string to_text(const Episode& episode);

}  // namespace daybook::test
