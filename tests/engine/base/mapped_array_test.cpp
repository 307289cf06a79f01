// What the system refuses ends the process with words and an exit code, not as a bug.
//
// Fault 28: no memory is left for a table.

#include "engine/base/mapped_array.hpp"

#include <gtest/gtest.h>

namespace daybook {
namespace {

TEST(MappedMemoryDeathTest, RefusedMemoryEndsTheProcessInWords) {
  constexpr std::size_t more_than_any_machine_has = std::size_t{1} << 62;
  EXPECT_EXIT(MappedMemory{more_than_any_machine_has}, ::testing::ExitedWithCode(2),
              "stopped: the system refused memory for a table");
}

TEST(MappedMemoryTest, IsZeroAndMayBeEmpty) {
  const MappedMemory some{4'096};
  for (std::size_t at = 0; at < some.size_bytes(); ++at) ASSERT_EQ(some.data()[at], std::byte{});
  const MappedMemory none{0};
  EXPECT_EQ(none.data(), nullptr);
}

}  // namespace
}  // namespace daybook
