// How many small requests and replies can this machine carry over loopback TCP at all?
//
// A bare epoll echo: no protocol, no checks, no ledger, no disk. What a real engine does with one
// transfer a request can only be slower, so its rate is judged as a share of this one, measured in
// the same minute with the same connections and messages in flight. Expected: 64 connections with
// one message each are bound by system calls, about three a message and side, so 100,000 to
// 200,000/s on two cores; 16 connections with 256 each are bound by copying, several millions/s.
//
//   echo_ceiling [--connections C] [--in-flight N] [--bytes B] [--seconds S] [--json]
//
// Without --connections it runs the two cases above. Server and client are two processes of one
// thread each, as engine and client are.

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/daybook/bench/histogram.hpp"

namespace daybook {
namespace {

using Clock = std::chrono::steady_clock;

struct Case {
  unsigned connections = 64;
  unsigned in_flight = 1;
  std::size_t message_bytes = 248;  // One transfer's request: 32 + 72 + 144.
  double seconds = 3;
};

struct Outcome {
  double rate = 0;
  std::unique_ptr<Histogram> latency_ns = std::make_unique<Histogram>();
};

constexpr std::size_t buffer_bytes = 256 * 1'024;
constexpr std::size_t lane_bytes_max = 96 * 1'024;
constexpr int events_max = 128;

[[noreturn]] void give_up(const char* act) {
  std::fputs(fmt::format("echo_ceiling: cannot {}: {}\n", act, std::strerror(errno)).c_str(),
             stderr);
  std::exit(2);
}

void want(bool done, const char* act) {
  if (!done) give_up(act);
}

void set_no_delay(int socket) {
  const int on = 1;
  want(::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0, "set TCP_NODELAY");
}

void watch(int epoll, int socket) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = socket;
  want(::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) == 0, "watch a socket");
}

/// Blocking sockets: what a lane has under way fits into the sockets' buffers (lane_bytes_max), so
/// the two ends never wait for each other.
void write_all(int socket, const std::byte* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t written = ::send(socket, bytes, count, MSG_NOSIGNAL);
    if (written < 0 && errno == EINTR) continue;
    want(written > 0, "send");
    bytes += written;
    count -= static_cast<std::size_t>(written);
  }
}

int listen_on_loopback(std::uint16_t& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  want(::bind(listener, generic, size) == 0, "bind");
  want(::listen(listener, SOMAXCONN) == 0, "listen");
  want(::getsockname(listener, generic, &size) == 0, "learn the port");
  port = ntohs(address.sin_port);
  return listener;
}

/// Sends back whatever comes, until every client has gone.
void serve(int listener, unsigned connections) {
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  for (unsigned i = 0; i < connections; ++i) {
    const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    want(socket >= 0, "accept");
    set_no_delay(socket);
    watch(epoll, socket);
  }
  std::vector<std::byte> buffer(buffer_bytes);
  std::array<epoll_event, events_max> events;
  while (connections > 0) {
    const int ready = ::epoll_wait(epoll, events.data(), events_max, -1);
    for (int i = 0; i < ready; ++i) {
      const int socket = events[static_cast<std::size_t>(i)].data.fd;
      const ssize_t count = ::recv(socket, buffer.data(), buffer.size(), 0);
      if (count <= 0) {
        ::close(socket);
        --connections;
        continue;
      }
      write_all(socket, buffer.data(), static_cast<std::size_t>(count));
    }
  }
}

/// One connection's messages under way: when each was sent, and the bytes of one that came in part.
struct Lane {
  int socket = -1;
  std::deque<Clock::time_point> sent;
  std::size_t partial_bytes = 0;
};

class EchoClient {
 public:
  explicit EchoClient(const Case& settings)
      : settings_{settings}, messages_(settings.message_bytes * settings.in_flight) {}

  Outcome run(std::uint16_t port) {
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    std::vector<Lane> lanes(settings_.connections);
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      lanes[i].socket = connect_to(port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      want(::epoll_ctl(epoll, EPOLL_CTL_ADD, lanes[i].socket, &event) == 0, "watch a socket");
    }
    const Clock::time_point begin = Clock::now();
    end_ = begin + std::chrono::duration_cast<Clock::duration>(
                       std::chrono::duration<double>(settings_.seconds));
    for (Lane& lane : lanes) send(lane, settings_.in_flight, begin);
    std::array<epoll_event, events_max> events;
    while (outstanding_ > 0) {
      const int ready = ::epoll_wait(epoll, events.data(), events_max, -1);
      for (int i = 0; i < ready; ++i) receive(lanes[events[static_cast<std::size_t>(i)].data.u64]);
    }
    const std::chrono::duration<double> took = Clock::now() - begin;
    for (const Lane& lane : lanes) ::close(lane.socket);
    ::close(epoll);
    outcome_.rate = static_cast<double>(outcome_.latency_ns->count()) / took.count();
    return std::move(outcome_);
  }

 private:
  static int connect_to(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    want(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0, "connect");
    set_no_delay(socket);
    return socket;
  }

  void send(Lane& lane, std::size_t count, Clock::time_point now) {
    write_all(lane.socket, messages_.data(), count * settings_.message_bytes);
    lane.sent.insert(lane.sent.end(), count, now);
    outstanding_ += count;
  }

  void receive(Lane& lane) {
    const ssize_t received = ::recv(lane.socket, buffer_.data(), buffer_.size(), 0);
    if (received < 0 && errno == EINTR) return;
    want(received > 0, "receive");
    const Clock::time_point now = Clock::now();
    lane.partial_bytes += static_cast<std::size_t>(received);
    const std::size_t whole = lane.partial_bytes / settings_.message_bytes;
    lane.partial_bytes %= settings_.message_bytes;
    for (std::size_t i = 0; i < whole; ++i) {
      outcome_.latency_ns->record(static_cast<std::uint64_t>((now - lane.sent.front()).count()));
      lane.sent.pop_front();
    }
    outstanding_ -= whole;
    if (whole > 0 && now < end_) send(lane, whole, now);
  }

  const Case& settings_;
  std::vector<std::byte> messages_;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(buffer_bytes);
  Clock::time_point end_;
  std::size_t outstanding_ = 0;
  Outcome outcome_;
};

Outcome measure(const Case& settings) {
  std::uint16_t port = 0;
  const int listener = listen_on_loopback(port);
  const pid_t server = ::fork();
  want(server >= 0, "fork");
  if (server == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    serve(listener, settings.connections);
    ::_exit(0);
  }
  ::close(listener);
  Outcome outcome = EchoClient{settings}.run(port);
  ::waitpid(server, nullptr, 0);
  return outcome;
}

void print(const Case& settings, const Outcome& outcome, bool json) {
  const auto us = [&outcome](std::uint32_t share) {
    return static_cast<double>(outcome.latency_ns->percentile(share)) / 1'000;
  };
  const double max_us = static_cast<double>(outcome.latency_ns->max()) / 1'000;
  const std::string line =
      json
          ? fmt::format(
                R"({{"connections":{},"in_flight":{},"message_bytes":{},"messages_per_second":{:.0f},)"
                R"("latency_us":{{"p50":{:.1f},"p99":{:.1f},"p999":{:.1f},"max":{:.1f}}}}})"
                "\n",
                settings.connections, settings.in_flight, settings.message_bytes, outcome.rate,
                us(50'000), us(99'000), us(99'900), max_us)
          : fmt::format(
                "{:>4} connections x {:>3} in flight, {} bytes: {:>9.0f}/s   p50 {:.0f} us  "
                "p99 {:.0f} us  max {:.0f} us\n",
                settings.connections, settings.in_flight, settings.message_bytes, outcome.rate,
                us(50'000), us(99'000), max_us);
  std::fputs(line.c_str(), stdout);
}

template <typename Number>
Number number_of(std::string_view text, Number least, Number most) {
  Number value{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || value < least ||
      value > most) {
    std::fputs(
        fmt::format("echo_ceiling: {} is not a number from {} to {}\n", text, least, most).c_str(),
        stderr);
    std::exit(2);
  }
  return value;
}

int run(int count, char** words) {
  Case settings;
  bool json = false;
  bool one_case = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--json") {
      json = true;
      continue;
    }
    const std::string_view value = i + 1 < count ? words[i + 1] : "";
    ++i;
    if (word == "--connections") {
      settings.connections = number_of(value, 1U, 1'000U);
      one_case = true;
    } else if (word == "--in-flight") {
      settings.in_flight = number_of(value, 1U, 512U);
    } else if (word == "--bytes") {
      settings.message_bytes = number_of(value, std::size_t{1}, std::size_t{4'096});
    } else if (word == "--seconds") {
      settings.seconds = number_of(value, 0.1, 3'600.0);
    } else {
      std::fputs(
          "usage: echo_ceiling [--connections C] [--in-flight N] [--bytes B] [--seconds S] "
          "[--json]\n",
          stderr);
      return word == "--help" ? 0 : 2;
    }
  }
  if (settings.message_bytes * settings.in_flight > lane_bytes_max) {
    std::fputs(
        fmt::format("echo_ceiling: --bytes times --in-flight may be {} at most\n", lane_bytes_max)
            .c_str(),
        stderr);
    return 2;
  }
  std::vector<Case> cases{settings};
  if (!one_case) {
    cases.push_back(settings);
    cases[0].connections = 64;
    cases[0].in_flight = 1;
    cases[1].connections = 16;
    cases[1].in_flight = 256;
  }
  for (const Case& each : cases) print(each, measure(each), json);
  return 0;
}

}  // namespace
}  // namespace daybook

int main(int count, char** words) { return daybook::run(count, words); }
