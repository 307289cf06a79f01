#include "tools/daybook/demo/screen.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/demo/demo_end.hpp"

namespace daybook::demo {
namespace {

constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view green = "\x1b[32m";
constexpr std::string_view red = "\x1b[31m";
constexpr std::string_view plain = "\x1b[0m";

std::string in_colour(std::string_view colour, std::string_view text, bool really) {
  return really ? fmt::format("{}{}{}", colour, text, plain) : std::string{text};
}

void send() {
  // main() tells why.
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) throw DemoEnd{exit_code::failed, {}};
}

}  // namespace

Screen::Screen()
    : has_colours_{::isatty(STDOUT_FILENO) == 1},
      errors_have_colours_{::isatty(STDERR_FILENO) == 1} {}

void Screen::step(std::string_view title) const {
  say("\n" + in_colour(bold, title, has_colours_));
  send();
}

void Screen::command(std::string_view typed) const {
  say(fmt::format("  $ {}", typed));
  send();
}

void Screen::output(std::string_view text) const {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    say(line.empty() ? std::string{} : fmt::format("    {}", line));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  send();
}

void Screen::good(std::string_view what) const {
  say(in_colour(green, fmt::format("  ok: {}", what), has_colours_));
  send();
}

void Screen::wrong(std::string_view what) const {
  const std::string line =
      in_colour(red, fmt::format("  WRONG: {}", what), errors_have_colours_) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
  throw DemoEnd{exit_code::no, {}};
}

}  // namespace daybook::demo
