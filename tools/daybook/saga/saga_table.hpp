#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "engine/model/saga_view.hpp"
#include "engine/saga/definition.hpp"
#include "engine/saga/progress.hpp"
#include "engine/saga/saga_history.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/ledger_book.hpp"
#include "tools/daybook/text/table.hpp"

/// Sagas for people and scripts.

namespace daybook {

/// "COMPLETED", "STUCK(forward)".
[[nodiscard]] std::string saga_status_text(const SagaHead& head);

/// A saga with what its events tell of it.
struct ToldSaga {
  SagaView view;
  const SagaDefinition& definition;
  const SagaHistory& history;
  std::map<std::uint64_t, std::string> reasons;  ///< Of what operators did, by the event's version.
};

/// The saga as it is, step by step, why it waits, and everything that happened to it. Lines.
[[nodiscard]] std::string saga_text(const ToldSaga& saga, const LedgerBook& ledgers);
/// The same as an object.
[[nodiscard]] JsonObject saga_json(const ToldSaga& saga, const LedgerBook& ledgers);

/// A saga in a list; `definition` is null where it is not known.
struct ListedSaga {
  SagaView view;
  const SagaDefinition* definition = nullptr;
};
[[nodiscard]] Table saga_table(std::span<const ListedSaga> sagas);
[[nodiscard]] JsonObject saga_list_json(const ListedSaga& saga);

}  // namespace daybook
