#include "tools/daybook/saga/saga_check.hpp"

#include <fmt/format.h>

#include "engine/saga/definition.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/saga/saga_file.hpp"
#include "tools/daybook/saga/saga_plan.hpp"
#include "tools/daybook/text/json_text.hpp"

namespace daybook {
namespace {

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
  const Result<std::string> text = read_saga_file(options.file);
  if (!text) return complain(text.error().what);
  const Result<SagaDefinition, SagaFaults> definition = read_definition(text.value());
  if (!definition) return tell_faults(options, definition.error());
  const SagaFaults secret = faults_of_secrets(definition.value());
  if (!secret.empty()) return tell_faults(options, secret);
  if (options.json) {
    say(plan_json(definition.value()));
  } else {
    print_text(plan_text(definition.value()));
  }
  return exit_code::good;
}

}  // namespace daybook
