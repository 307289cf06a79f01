#include "tools/daybook/command.hpp"

#include <cstdio>
#include <string>

#include <fmt/format.h>

namespace daybook {

int complain(std::string_view what) {
  // One write, so that lines of several processes do not mix.
  const std::string line = fmt::format("daybook: {}\n", what);
  std::fwrite(line.data(), 1, line.size(), stderr);
  return exit_code::failed;
}

void say(std::string_view line) {
  print_text(line);
  std::fputc('\n', stdout);
}

void print_text(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace daybook
