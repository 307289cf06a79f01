#include "tools/daybook/saga/saga_check.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "engine/saga/definition.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/saga/saga_plan.hpp"
#include "tools/daybook/text/json_text.hpp"

namespace daybook {
namespace {

using OpenFile = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

int do_not_close(std::FILE*) { return 0; }

// One byte more than is allowed is enough to be told that there are too many.
Result<std::string> read_text(const std::string& path) {
  const OpenFile file = path == "-" ? OpenFile{stdin, &do_not_close}
                                    : OpenFile{std::fopen(path.c_str(), "rb"), &std::fclose};
  const auto failure = [&path](const char* act) {
    return Failure{FailureKind::io, fmt::format("cannot {} {}: {}; check the path and run it again",
                                                act, path, std::strerror(errno))};
  };
  if (!file) return failure("open");
  std::string text(limits::saga_definition_bytes_max + 1, '\0');
  errno = 0;
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return failure("read");
  return text;
}

int tell_faults(const SagaCheckOptions& options, const SagaFaults& faults) {
  if (options.json) {
    std::vector<std::string> listed;
    for (const SagaFault& fault : faults) {
      listed.push_back(JsonObject{}.text("path", fault.path).text("what", fault.what).str());
    }
    say(JsonObject{}.truth("good", false).raw("faults", json_array(listed)).str());
    return exit_code::no;
  }
  for (const SagaFault& fault : faults) say(to_text(fault));
  say(fmt::format("{}: {} {}; a definition is only stored without any", options.file, faults.size(),
                  faults.size() == 1 ? "fault" : "faults"));
  return exit_code::no;
}

}  // namespace

int run_saga_check(const SagaCheckOptions& options) {
  const Result<std::string> text = read_text(options.file);
  if (!text) return complain(text.error().what);
  const Result<SagaDefinition, SagaFaults> definition = read_definition(text.value());
  if (!definition) return tell_faults(options, definition.error());
  if (options.json) {
    say(plan_json(definition.value()));
  } else {
    print_text(plan_text(definition.value()));
  }
  return exit_code::good;
}

}  // namespace daybook
