#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "net/client/step_values.hpp"
#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/saga/saga_source.hpp"

namespace daybook {

/// What a step's values mean: the ledgers of its amounts, and the definition that declares its
/// outputs. Asked of the engine when it is first needed, and kept.
///
/// Threads. Any.
class StepWorld {
 public:
  explicit StepWorld(ClientOptions options) : options_{std::move(options)} {}

  struct Meaning {
    std::shared_ptr<const SagaDefinition> definition;
    std::shared_ptr<const LedgerBook> ledgers;
  };
  /// Cost: where something new is named, a question to the engine, for which others wait.
  [[nodiscard]] Result<Meaning> meaning_of(const StepCommand& command);

 private:
  [[nodiscard]] Result<Client*> client();

  ClientOptions options_;
  std::mutex mutex_;
  std::unique_ptr<Client> client_;
  std::shared_ptr<const LedgerBook> ledgers_;
  std::map<std::pair<std::string, std::uint32_t>, std::shared_ptr<const SagaDefinition>>
      definitions_;
};

}  // namespace daybook
