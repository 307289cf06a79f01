#pragma once

#include <cstdint>
#include <optional>

namespace daybook::test {

/// How many random rounds to do: `usual` in CI, `at_length` where DAYBOOK_TEST_LONG=1; either is
/// divided by DAYBOOK_TEST_ROUNDS_DIVISOR (slow builds: sanitizers). At least 1.
[[nodiscard]] std::uint64_t rounds(std::uint64_t usual, std::uint64_t at_length);

/// DAYBOOK_TEST_SEED, where somebody wants one seed again.
[[nodiscard]] std::optional<std::uint64_t> wanted_seed();

}  // namespace daybook::test
