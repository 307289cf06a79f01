#include "tools/daybook/bench/bench_engine.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/journal/data_directory.hpp"
#include "storage/journal/journal_reader.hpp"

namespace daybook {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// Recovery of a large kept directory may take its time.
constexpr std::chrono::seconds start_time_max{120};
// Syncs, the last snapshot.
constexpr std::chrono::seconds stop_time_max{120};
constexpr std::string_view port_line = "listening on ";
constexpr std::size_t last_words_bytes_max = 2'000;

Failure system_failure(const char* act) {
  return {FailureKind::io, fmt::format("cannot {} an engine to measure: {}; free resources, or use "
                                       "--connect with a running one",
                                       act, std::strerror(errno))};
}

/// "VmHWM:     1234 kB" as bytes; 0 when the line is not there.
std::uint64_t status_bytes(std::string_view status, std::string_view name) {
  const std::size_t at = status.find(name);
  if (at == std::string_view::npos) return 0;
  std::string_view rest = status.substr(at + name.size());
  rest.remove_prefix(std::min(rest.find_first_of("0123456789"), rest.size()));
  std::uint64_t kib = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), kib);
  return kib * 1'024;
}

std::uint64_t bytes_of(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return 0;
  return static_cast<std::uint64_t>(status.st_blocks) * 512;
}

}  // namespace

Result<std::unique_ptr<MeasuredEngine>> MeasuredEngine::start(const EngineStart& start) {
  std::vector<std::string> words = {
      "daybook",  "serve",       "--data",        start.data_directory,
      "--listen", "127.0.0.1:0", "--auto-ledgers"};
  words.insert(words.end(), start.options.begin(), start.options.end());
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_failure("make a pipe for");
  Descriptor ours{ends[0]};
  Descriptor theirs{ends[1]};
  const Descriptor log{
      ::open(start.log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
  if (log.number() < 0) return system_failure("start");
  auto child = ChildProcess::start({.program = own_program,
                                    .words = std::move(words),
                                    .output = theirs.number(),
                                    .errors = log.number()});
  if (!child) return child.error();
  theirs.close();
  std::unique_ptr<MeasuredEngine> engine{
      new MeasuredEngine{std::move(child).value(), std::move(ours), start.log_file}};
  const Result<void> ready = engine->await_port();
  if (!ready) return ready.error();
  return engine;
}

MeasuredEngine::MeasuredEngine(ChildProcess child, Descriptor output, std::string log_file)
    : child_{std::move(child)}, output_{std::move(output)}, log_file_{std::move(log_file)} {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGINT, &ignore, &interrupt_);
}

MeasuredEngine::~MeasuredEngine() { ::sigaction(SIGINT, &interrupt_, nullptr); }

Result<void> MeasuredEngine::await_port() {
  const Clock::time_point end = Clock::now() + start_time_max;
  std::string said;
  while (true) {
    const std::size_t at = said.find(port_line);
    const std::size_t line_end = at == std::string::npos ? at : said.find('\n', at);
    if (line_end != std::string::npos) {
      const std::size_t colon = said.rfind(':', line_end);
      const char* const digits = said.data() + colon + 1;
      const auto parsed = std::from_chars(digits, said.data() + line_end, port_);
      if (parsed.ec == std::errc{} && port_ != 0) break;
      return Failure{
          FailureKind::invalid,
          fmt::format("the engine said where it listens, but not as expected: {}", said)};
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    pollfd wait{output_.number(), POLLIN, 0};
    if (left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) == 0) {
      return Failure{FailureKind::timed_out,
                     fmt::format("the engine did not say where it listens within {} s; its log "
                                 "({}) ends: {}",
                                 start_time_max.count(), log_file_, last_words())};
    }
    std::array<char, 512> piece;
    const ssize_t count = ::read(output_.number(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      return Failure{FailureKind::closed,
                     fmt::format("the engine ended before it listened; its log ({}) ends: {}",
                                 log_file_, last_words())};
    }
    said.append(piece.data(), static_cast<std::size_t>(count));
  }
  ::fcntl(output_.number(), F_SETFL, ::fcntl(output_.number(), F_GETFL) | O_NONBLOCK);
  return {};
}

void MeasuredEngine::drain_output() {
  std::array<char, 4'096> piece;
  while (::read(output_.number(), piece.data(), piece.size()) > 0) {
  }
}

void MeasuredEngine::sample() {
  drain_output();
  std::array<char, 4'096> text;
  const int file =
      ::open(fmt::format("/proc/{}/status", child_.id()).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return;  // It is gone; the client will notice.
  const ssize_t count = ::read(file, text.data(), text.size());
  ::close(file);
  if (count <= 0) return;
  const std::string_view status{text.data(), static_cast<std::size_t>(count)};
  const auto keep = [](std::uint64_t& highest, std::uint64_t value) {
    highest = std::max(highest, value);
  };
  keep(memory_.anonymous_bytes, status_bytes(status, "RssAnon:"));
  keep(memory_.file_bytes, status_bytes(status, "RssFile:") + status_bytes(status, "RssShmem:"));
  keep(memory_.resident_bytes, status_bytes(status, "VmHWM:"));
}

Result<void> MeasuredEngine::stop() {
  child_.signal(SIGTERM);
  const Clock::time_point end = Clock::now() + stop_time_max;
  while (!child_.has_ended() && Clock::now() < end) {
    static_cast<void>(
        child_.wait(std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now())));
  }
  if (!child_.has_ended()) {
    return Failure{FailureKind::timed_out,
                   fmt::format("the engine did not stop within {} s of SIGTERM and was killed; its "
                               "log ({}) ends: {}",
                               stop_time_max.count(), log_file_, last_words())};
  }
  if (child_.exit_code() == 0) return {};
  const std::string how = child_.end_signal() != 0
                              ? fmt::format("by signal {}", child_.end_signal())
                              : fmt::format("with {}", child_.exit_code());
  return Failure{FailureKind::closed, fmt::format("the engine ended {}; its log ({}) ends: {}", how,
                                                  log_file_, last_words())};
}

std::string MeasuredEngine::last_words() const {
  std::ifstream file{log_file_, std::ios::binary | std::ios::ate};
  if (!file) return "(unreadable)";
  const auto size = static_cast<std::size_t>(std::max<std::streamoff>(file.tellg(), 0));
  std::string text(std::min(size, last_words_bytes_max), '\0');
  file.seekg(static_cast<std::streamoff>(size - text.size()));
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text.empty() ? "(nothing was said)" : text;
}

std::uint64_t bytes_on_disk(const std::string& directory) {
  std::uint64_t bytes = bytes_of(directory);
  std::error_code error;
  fs::recursive_directory_iterator at{directory, error};
  while (!error && at != fs::recursive_directory_iterator{}) {
    bytes += bytes_of(at->path());
    at.increment(error);
  }
  return bytes;
}

Result<std::uint64_t> bytes_on_disk_without_prepared(const std::string& directory,
                                                     std::uint64_t some_sequence) {
  auto reader = JournalReader::open(directory, {.from = Sequence{some_sequence},
                                                .previous_hash = {},
                                                .durable = {},
                                                .accepts_fork = {},
                                                .archive = {}});
  if (!reader) return reader.error();
  while (true) {
    const auto entry = reader.value()->next();
    if (!entry) return entry.error();
    if (!entry.value()) break;
  }
  const std::uint64_t newest = reader.value()->tail().segment;
  const JournalLayout layout{directory};
  const Result<SegmentListing> listing = list_segments(layout);
  if (!listing) return listing.error();
  std::uint64_t bytes = bytes_on_disk(directory);
  for (const std::uint64_t ordinal : listing.value().ordinals) {
    if (ordinal > newest) bytes -= bytes_of(layout.segment(ordinal));
  }
  for (const fs::path& file : listing.value().leftover) bytes -= bytes_of(file);
  return bytes;
}

}  // namespace daybook
