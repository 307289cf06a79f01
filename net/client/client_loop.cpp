#include "net/client/client_loop.hpp"

#include <boost/asio/post.hpp>

#include "engine/base/assert.hpp"
#include "net/client/loop_state.hpp"

namespace daybook {
namespace {

/// Marks the loop as running for the time of a scope.
class Running {
 public:
  explicit Running(bool& flag) : flag_{flag} {
    ENSURE(!flag_, "a loop is not driven, and no blocking call made, from inside a callback");
    flag_ = true;
  }
  ~Running() { flag_ = false; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  bool& flag_;
};

}  // namespace

ClientLoop::ClientLoop() : state_{std::make_unique<State>()} {}
ClientLoop::~ClientLoop() = default;

Result<void> ClientLoop::run_until(const std::function<bool()>& done) {
  const Running running{state_->running};
  while (!done()) {
    if (state_->io.stopped()) state_->io.restart();
    if (state_->io.run_one() == 0) {
      return Failure{FailureKind::invalid,
                     "the client loop was asked to wait for something, but no client has anything "
                     "under way; submit a request first"};
    }
  }
  return {};
}

bool ClientLoop::turn(std::chrono::nanoseconds wait_max) {
  const Running running{state_->running};
  if (state_->io.stopped()) state_->io.restart();
  std::size_t ran = 0;
  if (wait_max > std::chrono::nanoseconds::zero()) ran = state_->io.run_one_for(wait_max);
  return ran + state_->io.poll() > 0;
}

void ClientLoop::wake() {
  boost::asio::post(state_->io, [] {});
}

}  // namespace daybook
