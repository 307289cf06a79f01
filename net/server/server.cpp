#include "net/server/server.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include "engine/base/assert.hpp"
#include "net/server/address.hpp"
#include "net/server/client_registry.hpp"
#include "net/server/frame_input.hpp"
#include "net/server/io_thread.hpp"

namespace daybook {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::size_t io_threads_max = 64;
/// Connections above the limit that are told so at a time; further ones are only closed.
constexpr std::uint32_t turned_away_max = 64;
/// After accept() failed for want of descriptors or memory.
constexpr std::chrono::milliseconds accept_again_after{100};

Result<void> check(const ServerSettings& settings) {
  const auto wrong = [](std::string what) { return Failure{FailureKind::invalid, what}; };
  if (settings.io_threads < 1 || settings.io_threads > io_threads_max) {
    return wrong(fmt::format("{} io threads were asked for; choose 1 to {}", settings.io_threads,
                             io_threads_max));
  }
  if (settings.connections_max < 1) return wrong("at least 1 connection must be allowed");
  if (settings.in_flight_requests_max < 1) return wrong("at least 1 request must be in flight");
  const std::size_t buffers_min =
      std::max(settings.connections_max * std::size_t{2} * FrameInput::slab_bytes,
               settings.io_threads * 2 * limits::frame_bytes_max);
  if (settings.receive_bytes_max < buffers_min) {
    return wrong(fmt::format(
        "{} bytes of receive buffers are too few for {} connections on {} io threads; allow at "
        "least {}, or fewer connections",
        settings.receive_bytes_max, settings.connections_max, settings.io_threads, buffers_min));
  }
  return {};
}

}  // namespace

struct Server::Implementation {
  Implementation(ServerSettings given, EngineDoor& door, const PrincipalDirectory& principals)
      : settings{std::move(given)} {
    for (std::size_t i = 0; i < settings.io_threads; ++i) {
      io_threads.push_back(std::make_unique<IoThread>(i, settings, door, principals, registry));
    }
    for (const auto& io : io_threads) io->set_peers(&io_threads);
    acceptor = std::make_unique<tcp::acceptor>(io_threads.front()->context());
    accept_again = std::make_unique<asio::steady_timer>(io_threads.front()->context());
  }

  Result<void> listen();
  void accept();
  void accepted(IoThread& target, const boost::system::error_code& error, tcp::socket socket);
  [[nodiscard]] IoThread& least_busy();
  [[nodiscard]] std::uint32_t connections() const;

  const ServerSettings settings;
  ClientRegistry registry;
  std::vector<std::unique_ptr<IoThread>> io_threads;
  // On the first io thread.
  std::unique_ptr<tcp::acceptor> acceptor;
  std::unique_ptr<asio::steady_timer> accept_again;
  std::atomic<std::uint16_t> port{0};
  std::atomic<std::uint64_t> accepted_count{0};
  std::atomic<std::uint64_t> refused_count{0};
  bool started = false;
  bool stopped = false;
};

Result<std::unique_ptr<Server>> Server::make(ServerSettings settings, EngineDoor& door,
                                             const PrincipalDirectory& principals) {
  if (const auto checked = check(settings); !checked.ok()) return checked.error();
  return std::unique_ptr<Server>{
      new Server{std::make_unique<Implementation>(std::move(settings), door, principals)}};
}

Server::Server(std::unique_ptr<Implementation> implementation)
    : implementation_{std::move(implementation)} {}

Server::~Server() { stop(); }

std::uint16_t Server::port() const { return implementation_->port.load(std::memory_order_relaxed); }

Result<void> Server::start() {
  Implementation& self = *implementation_;
  ENSURE(!self.started, "a server is started once");
  if (const auto listening = self.listen(); !listening.ok()) return listening.error();
  self.started = true;
  self.accept();
  for (const auto& io : self.io_threads) io->start();
  return {};
}

Result<void> Server::Implementation::listen() {
  const auto address = parse_address(settings.listen);
  if (!address.ok()) return address.error();
  const auto failed = [this](const boost::system::error_code& error) {
    return Failure{FailureKind::io,
                   fmt::format("cannot listen on {}: {}; choose another address with --listen, or "
                               "stop what listens there",
                               settings.listen, error.message())};
  };
  boost::system::error_code error;
  tcp::resolver resolver{io_threads.front()->context()};
  const auto found = resolver.resolve(address.value().host, std::to_string(address.value().port),
                                      tcp::resolver::passive, error);
  if (error) return failed(error);
  const tcp::endpoint endpoint = found.begin()->endpoint();
  acceptor->open(endpoint.protocol(), error);
  if (!error) acceptor->set_option(asio::socket_base::reuse_address{true}, error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(asio::socket_base::max_listen_connections, error);
  if (error) return failed(error);
  port.store(acceptor->local_endpoint(error).port(), std::memory_order_relaxed);
  if (error) return failed(error);
  return {};
}

IoThread& Server::Implementation::least_busy() {
  const auto count = [](const auto& io) {
    return io->connection_count.load(std::memory_order_relaxed);
  };
  return **std::min_element(io_threads.begin(), io_threads.end(),
                            [&](const auto& a, const auto& b) { return count(a) < count(b); });
}

std::uint32_t Server::Implementation::connections() const {
  std::uint32_t sum = 0;
  for (const auto& io : io_threads) sum += io->connection_count.load(std::memory_order_relaxed);
  return sum;
}

void Server::Implementation::accept() {
  IoThread& target = least_busy();
  acceptor->async_accept(target.context(), [this, &target](const boost::system::error_code& error,
                                                           tcp::socket socket) {
    accepted(target, error, std::move(socket));
  });
}

void Server::Implementation::accepted(IoThread& target, const boost::system::error_code& error,
                                      tcp::socket socket) {
  if (!acceptor->is_open()) return;
  if (error) {
    // Out of descriptors or memory, or a peer that left at once: the listener goes on.
    accept_again->expires_after(accept_again_after);
    accept_again->async_wait([this](const boost::system::error_code& cancelled) {
      if (!cancelled && acceptor->is_open()) accept();
    });
    return;
  }
  if (connections() < settings.connections_max) {
    accepted_count.fetch_add(1, std::memory_order_relaxed);
    target.connection_count.fetch_add(1, std::memory_order_relaxed);
    target.adopt(std::move(socket), false);
  } else {
    refused_count.fetch_add(1, std::memory_order_relaxed);
    if (target.turned_away_count.load(std::memory_order_relaxed) < turned_away_max) {
      target.turned_away_count.fetch_add(1, std::memory_order_relaxed);
      target.adopt(std::move(socket), true);
    }
  }
  accept();
}

void Server::recheck_principals() {
  for (const auto& io : implementation_->io_threads) io->recheck_principals();
}

void Server::stop() {
  Implementation& self = *implementation_;
  if (!self.started || std::exchange(self.stopped, true)) return;
  asio::post(self.io_threads.front()->context(), [&self] {
    boost::system::error_code ignored;
    self.acceptor->close(ignored);
    self.accept_again->cancel();
  });
  std::vector<std::future<void>> drained;
  for (const auto& io : self.io_threads) drained.push_back(io->drain());
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::nanoseconds{self.settings.stop_within_ns};
  for (auto& done : drained) done.wait_until(deadline);
  for (const auto& io : self.io_threads) io->close_all();
  for (const auto& io : self.io_threads) io->join();
}

ServerStats Server::stats() const {
  const Implementation& self = *implementation_;
  ServerStats sum;
  sum.connections_now = self.connections();
  sum.connections_accepted = self.accepted_count.load(std::memory_order_relaxed);
  sum.connections_refused = self.refused_count.load(std::memory_order_relaxed);
  for (const auto& io : self.io_threads) {
    const IoCounters& counters = io->counters();
    sum.requests_now += counters.requests_now.value();
    sum.sessions_opened += counters.sessions_opened.value();
    sum.sessions_replaced += counters.sessions_replaced.value();
    sum.frames_received += counters.frames_received.value();
    sum.bytes_received += counters.bytes_received.value();
    sum.reads += counters.reads.value();
    sum.replies_sent += counters.replies_sent.value();
    sum.bytes_sent += counters.bytes_sent.value();
    sum.writes += counters.writes.value();
    sum.frames_malformed += counters.frames_malformed.value();
    sum.requests_busy += counters.requests_busy.value();
    sum.reading_paused += counters.reading_paused.value();
    sum.connections_stalled += counters.connections_stalled.value();
    sum.consumers_too_slow += counters.consumers_too_slow.value();
    sum.wakes += io->wakes();
  }
  return sum;
}

}  // namespace daybook
