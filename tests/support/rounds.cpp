#include "tests/support/rounds.hpp"

#include <algorithm>
#include <cstdlib>

#include "engine/base/assert.hpp"
#include "engine/base/uint128.hpp"

namespace daybook::test {
namespace {

std::optional<std::uint64_t> number_in(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr || *text == '\0') return std::nullopt;
  const auto number = parse_u128(text);
  ENSURE(number && Uint128{*number}.hi == 0, "a DAYBOOK_TEST_ variable is a 64-bit number");
  return Uint128{*number}.lo;
}

}  // namespace

std::uint64_t rounds(std::uint64_t usual, std::uint64_t at_length) {
  const bool is_long = number_in("DAYBOOK_TEST_LONG").value_or(0) != 0;
  const std::uint64_t divisor = number_in("DAYBOOK_TEST_ROUNDS_DIVISOR").value_or(1);
  const std::uint64_t wanted = is_long ? at_length : usual;
  return std::max<std::uint64_t>(1, wanted / std::max<std::uint64_t>(1, divisor));
}

std::optional<std::uint64_t> wanted_seed() { return number_in("DAYBOOK_TEST_SEED"); }

}  // namespace daybook::test
