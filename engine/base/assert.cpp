#include "engine/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace daybook {

void stop_on_bug(const char* condition, const char* why, const char* file, int line) noexcept {
  std::fprintf(stderr, "daybook: stopped on a bug at %s:%d: %s (%s)\n", file, line, why, condition);
  std::abort();
}

}  // namespace daybook
