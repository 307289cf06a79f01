#pragma once

#include <cstdint>
#include <string_view>

#include "engine/index/stored_array.hpp"
#include "engine/ledger/account_table.hpp"
#include "engine/ledger/id_runs.hpp"
#include "engine/ledger/name_table.hpp"
#include "engine/model/account.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/ledger.hpp"
#include "engine/snapshot/saved_run.hpp"
#include "engine/snapshot/snapshot_blocks.hpp"
#include "engine/streams/event_id_table.hpp"

/// What stands in the blocks of a state's snapshot beside what the tables keep themselves: shared
/// by its writer and its reader.

namespace daybook {

inline constexpr StoredArray::What id_array{'D', 'B', 'R', 'E', 'C', 'I', 'D', '1'};
inline constexpr std::string_view id_array_name = "recent-ids";

struct SavedLedger {
  Ledger ledger;
  std::uint64_t automatic = 0;
};
struct SavedLimits {
  std::uint64_t account = 0;  // Its place.
  AccountLimits limits;
};
struct SavedName {
  std::uint64_t tag = 0;
  std::uint64_t place = 0;
  NameTable::Kept kept;
};
struct SavedEventId {
  std::uint64_t tag = 0;
  std::uint64_t place = 0;
  EventIdTable::Kept kept;
};
struct SavedClient {
  ClientId id;
  std::uint64_t highest = 0;
  std::uint64_t kept = 0;
};
struct SavedIdRun {
  SavedRun run;
  IdSpan ids;
};
struct SavedRuns {
  std::uint64_t generations = 0;
  std::uint64_t count = 0;
};
struct IdPair {
  std::uint64_t tag = 0;
  std::uint64_t value = 0;
};
static_assert(sizeof(SavedLedger) == 80 && sizeof(SavedLimits) == 40 && sizeof(SavedName) == 32);
static_assert(sizeof(SavedClient) == 32 && sizeof(SavedIdRun) == 96 && sizeof(IdPair) == 16);

}  // namespace daybook
