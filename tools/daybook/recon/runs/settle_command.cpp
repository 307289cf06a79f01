// recon settle: the sagas of approved corrections are started where they are not, and what they
// came to is told.

#include <fmt/format.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/definition/definition_file.hpp"
#include "tools/daybook/recon/runs/correction_sagas.hpp"
#include "tools/daybook/recon/runs/runs_command.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/table.hpp"

namespace daybook::recon {
namespace {

void print(const SettledSagas& settled) {
  Table table{{{"difference", Table::Align::left},
               {"saga", Table::Align::left},
               {"definition", Table::Align::left},
               {"state", Table::Align::left},
               {"words", Table::Align::left}}};
  for (const CorrectionSaga& each : settled.sagas) {
    table.add({format_id(each.difference), format_id(each.call.id), each.name(),
               std::string{each.state()}, each.words});
  }
  if (!table.empty()) print_text(table.text());
  say(settled.words());
}

Result<int, Trouble> settle(const SettleOptions& options) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return trouble(attributes.error());
  auto engine = EngineRuns::open(options.client, attributes.value());
  if (!engine) return engine.error();
  const Uint128 id = options.name.empty() ? Uint128{} : id_of(options.name);
  if (!options.name.empty()) {
    const auto definition = definition_of(*engine.value(), options.name);
    if (!definition) return definition.error();
  }
  const auto settled = settle_sagas(*engine.value(), id, Speaker::operator_);
  if (!settled) return settled.error();
  for (const std::string& words : settled.value().refused) complain(words);
  if (options.client.json) {
    say(settled.value().json());
  } else {
    print(settled.value());
  }
  const bool is_all_posted = settled.value().posted == settled.value().sagas.size();
  return is_all_posted ? exit_code::good : exit_code::no;
}

}  // namespace

int run_settle(const SettleOptions& options) {
  const auto code = settle(options);
  return code ? code.value() : complain(code.error());
}

}  // namespace daybook::recon
