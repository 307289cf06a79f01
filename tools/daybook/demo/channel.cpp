#include "tools/daybook/demo/channel.hpp"

#include <cerrno>
#include <sstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/demo/demo_end.hpp"
#include "tools/daybook/demo/shell_words.hpp"

namespace daybook::demo {
namespace {

constexpr const char* book_file = "charges";
constexpr const char* pipe_file = "charges.pipe";

}  // namespace

void Channel::start() {
  const std::string pipe_path = (stage_.directory() / pipe_file).string();
  if (::mkfifo(pipe_path.c_str(), 0600) != 0 && errno != EEXIST) {
    throw DemoEnd{exit_code::failed, fmt::format("{}: cannot be made", pipe_path)};
  }
  // By the shell, not as a program: there are temporary directories that nothing is executed in.
  // With `exec`, because a shell that waits for it could not take it along when it is killed.
  const Words words{"participant", "run",
                    "--name",      "channel",
                    "--store",     "channel.db",
                    "--type",      "channel.charge.v1",
                    "--exec",      "exec /bin/sh participants/channel.sh"};
  stage_.screen().command(fmt::format("CHANNEL_BOOK={} daybook {} &", book_file, as_typed(words)));
  stage_.set("CHANNEL_BOOK", book_file);
  process_.emplace(stage_.start(words, "channel.said", {}));
}

void Channel::stop() {
  stage_.screen().command(fmt::format("kill -KILL {}", process_->id()));
  process_.reset();
}

bool Channel::lets_answer() {
  // Refused until the channel's program reads from it.
  const Descriptor file{
      ::open((stage_.directory() / pipe_file).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC)};
  if (file.number() < 0 || ::write(file.number(), "\n", 1) != 1) return false;
  stage_.screen().command(fmt::format("echo >{}", pipe_file));
  return true;
}

std::vector<std::string> Channel::charges() const {
  std::vector<std::string> keys;
  std::istringstream lines{stage_.read(book_file)};
  for (std::string line; std::getline(lines, line);) keys.push_back(line);
  return keys;
}

}  // namespace daybook::demo
