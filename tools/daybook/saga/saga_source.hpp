#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/saga/definition.hpp"
#include "engine/saga/saga_history.hpp"
#include "tools/daybook/client/connection.hpp"

/// Sagas and their definitions, read from a running engine's streams of events.

namespace daybook {

/// A definition with the event that stored it.
struct FoundDefinition {
  std::shared_ptr<const SagaDefinition> definition;
  FoundEvent stored;
};

/// All versions of the definition, or of all; the newest event last.
[[nodiscard]] Result<std::vector<FoundDefinition>, Trouble> fetch_definitions(
    Client& client, const QueryOptions& everything, std::string_view name = {});

/// "NAME" is the newest version, "NAME@3" the third one.
[[nodiscard]] Result<FoundDefinition, Trouble> fetch_definition(Client& client,
                                                                const QueryOptions& everything,
                                                                const std::string& name);

/// A saga, folded from its events.
struct FoundSaga {
  Uint128 id;
  FoundDefinition definition;
  std::unique_ptr<SagaHistory> history;
  std::vector<FoundEvent> events;  ///< The first one started it.
};
/// exit_code::no where there is none. `known`: definitions that need not be asked for.
[[nodiscard]] Result<FoundSaga, Trouble> fetch_saga(Client& client, const QueryOptions& everything,
                                                    const Uint128& id,
                                                    std::span<const FoundDefinition> known = {});

}  // namespace daybook
