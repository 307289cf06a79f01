#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/daybook/demo/stage.hpp"

namespace daybook::demo {

/// Somebody outside who charges cards: the participant `channel`, whose steps a program of a few
/// lines of shell does. Killed with this.
///
/// Threads. That of the stage.
class Channel {
 public:
  explicit Channel(Stage& stage) : stage_{stage} {}

  /// At the engine that the stage's commands talk to.
  void start();
  /// SIGKILL.
  void stop();
  /// Lets it answer a charge with the token tok_slow; false while none waits for that.
  [[nodiscard]] bool lets_answer();

  /// The keys of what it has charged, by its own book.
  [[nodiscard]] std::vector<std::string> charges() const;

 private:
  Stage& stage_;
  std::optional<ChildProcess> process_;
};

}  // namespace daybook::demo
