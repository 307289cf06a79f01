#pragma once

#include <boost/asio/io_context.hpp>

#include "net/client/client_loop.hpp"
#include "net/client/frame_pool.hpp"

namespace daybook {

/// What the clients of one loop share.
struct ClientLoop::State {
  // One thread at a time: the hint lets Asio leave out its wake-ups between threads.
  boost::asio::io_context io{1};
  FramePool frames;
  bool running = false;  ///< Somebody is inside run_until() or turn().
};

}  // namespace daybook
