#pragma once

#include <cstdint>
#include <memory>

#include "engine/base/result.hpp"
#include "engine/ports/io_channel.hpp"
#include "net/server/settings.hpp"

namespace daybook {

/// The engine's TCP server: a listener and io threads that speak the protocol of net/protocol.
///
/// Order of life.  1. Make the Server: it sets the io_sleeper of every channel. 2. Start the
///                 engine. 3. start(). 4. stop(), while the engine still runs: what is under way is
///                 answered. 5. Stop the engine. 6. Destroy the Server, before the EngineDoor.
/// Errors.         No exception leaves. What is wrong with a connection ends that connection.
/// Threads.        One thread makes, starts, stops and destroys it; port() and stats() are for any.
class Server {
 public:
  /// Fails where a setting is out of its bounds. `door` must have a channel for each io thread.
  /// `door` and `principals` must outlive the server.
  [[nodiscard]] static Result<std::unique_ptr<Server>> make(ServerSettings settings,
                                                            EngineDoor& door,
                                                            const PrincipalDirectory& principals);
  /// Stops first, if stop() was not called.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Listens and serves. Fails where the address cannot be had. Call once.
  [[nodiscard]] Result<void> start();

  /// The identities have changed: sessions that would not be let in again the way they came end,
  /// once what they have under way is answered, with an error frame that says so. Returns at once;
  /// any thread, between start() and stop().
  void recheck_principals();

  /// Accepts no more, reads no more, waits until everything under way is answered and sent (at
  /// most settings.stop_within_ns), tells every client, and closes.
  void stop();

  /// Where it listens: the port that was chosen, if settings.listen named port 0. After start().
  [[nodiscard]] std::uint16_t port() const;

  [[nodiscard]] ServerStats stats() const;

 private:
  struct Implementation;
  explicit Server(std::unique_ptr<Implementation> implementation);

  std::unique_ptr<Implementation> implementation_;
};

}  // namespace daybook
