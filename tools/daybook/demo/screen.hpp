#pragma once

#include <string_view>

namespace daybook::demo {

/// What the demo's reader sees: headings, commands, their output, and what held or did not. In
/// colour on a terminal. Each call is on its way when it returns.
///
/// Errors.  Where standard output cannot be written it throws DemoEnd.
/// Threads. One.
class Screen {
 public:
  Screen();

  void step(std::string_view title) const;
  /// A command as its reader would type it.
  void command(std::string_view typed) const;
  /// What a command has printed, or a file holds.
  void output(std::string_view text) const;
  void good(std::string_view what) const;
  /// Says so on standard error, and throws DemoEnd.
  [[noreturn]] void wrong(std::string_view what) const;

 private:
  bool has_colours_;
  bool errors_have_colours_;
};

}  // namespace daybook::demo
