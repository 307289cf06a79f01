#include "tools/daybook/demo/stage.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/demo/demo_end.hpp"
#include "tools/daybook/demo/interruption.hpp"
#include "tools/daybook/demo/shell_words.hpp"

namespace daybook::demo {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_again{20};
constexpr std::string_view own_variables = "DAYBOOK_";

[[noreturn]] void fail(std::string_view act) {
  throw DemoEnd{exit_code::failed, fmt::format("cannot {}: {}", act, std::strerror(errno))};
}

void stop_if_interrupted() {
  if (Interruption::has_come()) {
    throw DemoEnd{exit_code::failed, "interrupted by a signal; what was begun is ended"};
  }
}

/// A file in memory, for what a command prints: it never fills as a pipe does.
Descriptor open_memory() {
  Descriptor file{::memfd_create("answer", MFD_CLOEXEC)};
  if (file.number() < 0) fail("keep what a command prints");
  return file;
}

std::string text_of(const Descriptor& file) {
  std::string text;
  std::array<char, 16'384> piece;
  while (true) {
    const ssize_t got =
        ::pread(file.number(), piece.data(), piece.size(), static_cast<off_t>(text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
}

Words with_name(const Words& words) {
  Words all{"daybook"};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

}  // namespace

void Stage::set(const std::string& name, std::string value) { variables_[name] = std::move(value); }

void Stage::show(const Words& words) {
  const int code = try_show(words).exit_code;
  expect(code == exit_code::good, fmt::format("the command ended with {}", code));
}

Answer Stage::try_show(const Words& words) {
  screen_.command(as_typed(with_name(words)));
  Answer answer = run(words, false);
  screen_.output(answer.output);
  return answer;
}

Answer Stage::try_quietly(const Words& words) { return run(words, true); }

std::string Stage::ask(const Words& words) {
  Answer answer = run(words, true);
  if (answer.exit_code != exit_code::good) {
    screen_.output(answer.output + answer.errors);
    screen_.wrong(fmt::format("{} ended with {}", as_typed(with_name(words)), answer.exit_code));
  }
  return std::move(answer.output);
}

std::string Stage::field(Words words, const std::string& name) {
  words.emplace_back("--json");
  const Answer answer = run(words, true);
  const auto json = nlohmann::json::parse(answer.output, nullptr, false);
  if (!json.is_object() || !json.contains(name)) {
    screen_.output(answer.output + answer.errors);
    screen_.wrong(fmt::format("{} does not say {}", as_typed(with_name(words)), name));
  }
  const nlohmann::json& value = json[name];
  return value.is_string() ? value.get<std::string>() : value.dump();
}

ChildProcess Stage::start(const Words& words, const std::string& output,
                          const std::string& errors) {
  const auto open = [&](const std::string& name) {
    Descriptor file{
        ::open((directory_ / name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    if (file.number() < 0) fail(fmt::format("write {}", (directory_ / name).string()));
    return file;
  };
  const Descriptor said = open(output);
  const Descriptor complained = errors.empty() ? Descriptor{} : open(errors);
  return launch(words, said.number(), errors.empty() ? said.number() : complained.number());
}

Answer Stage::run(const Words& words, bool errors_apart) {
  const Descriptor output = open_memory();
  const Descriptor errors = errors_apart ? open_memory() : Descriptor{};
  ChildProcess child =
      launch(words, output.number(), errors_apart ? errors.number() : output.number());
  await_end(child, fmt::format("{} does not end", as_typed(with_name(words))));
  if (child.end_signal() != 0) {
    screen_.output(text_of(output));
    screen_.wrong(
        fmt::format("{} was ended by signal {}", as_typed(with_name(words)), child.end_signal()));
  }
  return {.exit_code = child.exit_code(),
          .output = text_of(output),
          .errors = errors_apart ? text_of(errors) : std::string{}};
}

ChildProcess Stage::launch(const Words& words, int output, int errors) {
  stop_if_interrupted();
  const Descriptor nothing{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  if (nothing.number() < 0) fail("read /dev/null");
  auto child = ChildProcess::start({.program = own_program,
                                    .words = with_name(words),
                                    .environment = environment(),
                                    .directory = directory_.string(),
                                    .input = nothing.number(),
                                    .output = output,
                                    .errors = errors,
                                    .leads_group = true});
  if (!child) throw DemoEnd{exit_code::failed, child.error().what};
  return std::move(child).value();
}

std::vector<std::string> Stage::environment() const {
  std::vector<std::string> all;
  for (char** each = environ; *each != nullptr; ++each) {
    if (!std::string_view{*each}.starts_with(own_variables)) all.emplace_back(*each);
  }
  for (const auto& [name, value] : variables_) all.push_back(fmt::format("{}={}", name, value));
  return all;
}

void Stage::expect(bool holds, std::string_view what) {
  if (!holds) screen_.wrong(what);
}

void Stage::same(std::string_view before, std::string_view after, std::string_view what) {
  if (before == after) return;
  screen_.output(fmt::format("before:\n{}after:\n{}", before, after));
  screen_.wrong(what);
}

void Stage::await(const std::function<bool()>& holds, std::string_view what) {
  const Clock::time_point end = Clock::now() + command_time_max;
  while (!holds()) {
    if (Clock::now() > end) screen_.wrong(what);
    static_cast<void>(::poll(nullptr, 0, static_cast<int>(look_again.count())));
    stop_if_interrupted();
  }
}

void Stage::await_end(ChildProcess& child, std::string_view what) {
  const Clock::time_point end = Clock::now() + command_time_max;
  while (!child.wait(look_again)) {
    stop_if_interrupted();
    if (Clock::now() > end) screen_.wrong(what);
  }
  stop_if_interrupted();
}

std::string Stage::read(const std::string& name) const {
  std::ifstream file{directory_ / name, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void Stage::write(const std::string& name, std::string_view text) {
  const Descriptor file{
      ::open((directory_ / name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  while (file.number() >= 0 && !text.empty()) {
    const ssize_t written = ::write(file.number(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (!text.empty()) fail(fmt::format("write {}", (directory_ / name).string()));
}

}  // namespace daybook::demo
