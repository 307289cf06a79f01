#include "tools/daybook/participant/step_world.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace daybook {
namespace {

Failure failure_of(const Trouble& trouble) { return {FailureKind::closed, trouble.what}; }

bool knows_all(const LedgerBook& ledgers, const std::vector<StepValue>& values) {
  return std::all_of(values.begin(), values.end(), [&](const StepValue& each) {
    return each.type != WorkValueType::money || ledgers.find(LedgerId{each.ledger}) != nullptr;
  });
}

}  // namespace

Result<Client*> StepWorld::client() {
  if (!client_) {
    auto made = connect_to(options_);
    if (!made) return failure_of(made.error());
    client_ = std::move(made).value();
  }
  return client_.get();
}

Result<StepWorld::Meaning> StepWorld::meaning_of(const StepCommand& command) {
  const std::lock_guard lock{mutex_};
  const bool knows_ledgers = ledgers_ != nullptr && knows_all(*ledgers_, command.arguments) &&
                             knows_all(*ledgers_, command.outputs);
  if (!knows_ledgers) {
    const auto asked = client();
    if (!asked) return asked.error();
    auto ledgers = fetch_ledgers(*asked.value());
    if (!ledgers) return failure_of(ledgers.error());
    ledgers_ = std::make_shared<const LedgerBook>(std::move(ledgers).value());
  }
  auto& definition = definitions_[{command.definition, command.version}];
  if (!definition) {
    const auto asked = client();
    if (!asked) return asked.error();
    const auto everything = see_everything(*asked.value());
    if (!everything) return failure_of(everything.error());
    const auto found = fetch_definition(*asked.value(), everything.value(),
                                        fmt::format("{}@{}", command.definition, command.version));
    if (!found) return failure_of(found.error());
    definition = found.value().definition;
  }
  if (command.work.step >= definition->steps.size()) {
    return Failure{FailureKind::damaged, fmt::format("{}@{} has no step {}", command.definition,
                                                     command.version, command.work.step)};
  }
  return Meaning{definition, ledgers_};
}

}  // namespace daybook
