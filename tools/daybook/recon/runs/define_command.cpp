// recon define: a definition goes into the journal, with the limits of what may be approved by it.

#include <fmt/format.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/definition/definition_file.hpp"
#include "tools/daybook/recon/runs/runs_command.hpp"
#include "tools/daybook/recon/runs/stored_definition.hpp"
#include "tools/daybook/text/json_text.hpp"

namespace daybook::recon {
namespace {

Result<int, Trouble> define(const DefineOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return trouble(attributes.error());
  const auto definition = read_definition_file(options.file);
  if (!definition) return trouble(definition.error());
  auto engine = EngineRuns::open(options.client, attributes.value());
  if (!engine) return engine.error();
  const auto stored = store_definition(*engine.value(), definition.value(), options.file);
  if (!stored) return stored.error();
  say_stored(definition.value(), stored.value(), options.client.json);
  return exit_code::good;
}

}  // namespace

int run_define(const DefineOptions& options) {
  const auto code = define(options);
  return code ? code.value() : complain(code.error());
}

}  // namespace daybook::recon
