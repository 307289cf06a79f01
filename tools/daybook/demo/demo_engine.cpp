#include "tools/daybook/demo/demo_engine.hpp"

#include <csignal>
#include <string_view>

#include <fmt/format.h>

#include "tools/daybook/demo/shell_words.hpp"

namespace daybook::demo {
namespace {

constexpr const char* said_file = "engine.said";
constexpr const char* errors_file = "engine.errors";
constexpr std::string_view address_words = "listening on ";

/// What stands behind "listening on " in a whole line; empty where there is none yet.
std::string address_in(std::string_view said) {
  const std::size_t at = said.find(address_words);
  if (at == std::string_view::npos) return {};
  said.remove_prefix(at + address_words.size());
  if (said.find('\n') == std::string_view::npos) return {};
  return std::string{said.substr(0, said.find_first_of(" \n"))};
}

}  // namespace

void DemoEngine::start(const std::string& address) {
  const Words words{"serve", "--data", data, "--listen", address};
  stage_.screen().command(fmt::format("daybook {} &", as_typed(words)));
  process_.emplace(stage_.start(words, said_file, errors_file));
  bool has_ended = false;
  std::string said;
  address_.clear();
  stage_.await(
      [&] {
        has_ended = process_->has_ended();
        said = stage_.read(said_file);
        address_ = address_in(said);
        return has_ended || !address_.empty();
      },
      "the engine does not say where it listens");
  stage_.screen().output(said);
  if (has_ended) {
    stage_.screen().output(stage_.read(errors_file));
    stage_.screen().wrong("the engine did not start");
  }
  stage_.screen().command("export DAYBOOK_CONNECT=" + address_);
  stage_.set("DAYBOOK_CONNECT", address_);
}

void DemoEngine::send(int number, const char* name) {
  stage_.screen().command(fmt::format("kill -{} {}", name, process_->id()));
  process_->signal(number);
}

void DemoEngine::kill() {
  send(SIGKILL, "KILL");
  stage_.await_end(*process_, "the engine outlives SIGKILL");
}

void DemoEngine::read_identities() { send(SIGHUP, "HUP"); }

void DemoEngine::stop() {
  send(SIGTERM, "TERM");
  stage_.await_end(*process_, "the engine does not end");
  if (process_->exit_code() == 0) return;
  stage_.screen().output(stage_.read(errors_file));
  stage_.screen().wrong("the engine did not end well");
}

}  // namespace daybook::demo
