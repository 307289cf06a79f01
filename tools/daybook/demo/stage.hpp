#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tools/daybook/demo/screen.hpp"
#include "tools/daybook/process/child_process.hpp"

namespace daybook::demo {

/// Of the command line of `daybook`, without its name.
using Words = std::vector<std::string>;

/// What a command has left.
struct Answer {
  int exit_code = 0;
  std::string output;
  std::string errors;  ///< Empty where both were read as one.
};

/// Runs this very program's commands, each in a process of its own in the demo's directory, and
/// shows them. Of the DAYBOOK_ variables they see only those that are set here.
///
/// Errors.  What does not hold is told and ends the demo, as an interruption does: DemoEnd.
/// Threads. One, from beginning to end.
/// Limits.  A command may take command_time_max, and so may everything that is waited for.
class Stage {
 public:
  static constexpr std::chrono::seconds command_time_max{300};

  explicit Stage(std::filesystem::path directory) : directory_{std::move(directory)} {}

  [[nodiscard]] const Screen& screen() const { return screen_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

  /// For the commands from now on.
  void set(const std::string& name, std::string value);

  /// Shows the command and what it prints; it must end with 0.
  void show(const Words& words);
  /// The same, and how it ends is its caller's; what it has printed is in `output`.
  Answer try_show(const Words& words);
  /// Runs it without a word.
  Answer try_quietly(const Words& words);
  /// The same; it must end with 0. What it has printed on standard output.
  std::string ask(const Words& words);
  /// A member of the JSON object that `words --json` prints, whatever it ends with.
  std::string field(Words words, const std::string& name);

  /// Starts a command that goes on beside the others, with what it prints in files of the
  /// directory; `errors` empty: in the same one.
  ChildProcess start(const Words& words, const std::string& output, const std::string& errors);

  /// Complains of `what` where it is not so.
  void expect(bool holds, std::string_view what);
  /// Complains of `what`, with both, where they are not the same.
  void same(std::string_view before, std::string_view after, std::string_view what);
  /// Looks again and again until it is so; complains of `what` where it never is.
  void await(const std::function<bool()>& holds, std::string_view what);
  /// Waits for its end, and complains of `what` where it comes not.
  void await_end(ChildProcess& child, std::string_view what);

  /// The text of a file of the directory; empty where it is not there.
  [[nodiscard]] std::string read(const std::string& name) const;
  void write(const std::string& name, std::string_view text);

 private:
  Answer run(const Words& words, bool errors_apart);
  ChildProcess launch(const Words& words, int output, int errors);
  [[nodiscard]] std::vector<std::string> environment() const;

  Screen screen_;
  std::filesystem::path directory_;
  std::map<std::string, std::string> variables_;
};

}  // namespace daybook::demo
