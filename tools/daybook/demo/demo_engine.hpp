#pragma once

#include <optional>
#include <string>

#include "tools/daybook/demo/stage.hpp"

namespace daybook::demo {

/// The demo's engine: `daybook serve` on the directory `data`, killed with this.
///
/// Threads. That of the stage.
class DemoEngine {
 public:
  static constexpr const char* data = "data";  ///< In the stage's directory.

  explicit DemoEngine(Stage& stage) : stage_{stage} {}

  /// Starts it, shows what it says until it listens, and sets the stage's DAYBOOK_CONNECT.
  /// `address`: where; without it on a port of the system's choice.
  void start(const std::string& address = "127.0.0.1:0");
  /// SIGKILL.
  void kill();
  /// SIGHUP: it reads again who may do what.
  void read_identities();
  /// SIGTERM; it must end well.
  void stop();

  /// Where it listens, or did.
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  void send(int number, const char* name);

  Stage& stage_;
  std::optional<ChildProcess> process_;
  std::string address_;
};

}  // namespace daybook::demo
