#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "engine/base/limits.hpp"
#include "engine/base/result.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/sequence.hpp"
#include "engine/state/state.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/journal_reader.hpp"

/// What the commands share that read a data directory without an engine. The directory may be live
/// (its writer is not disturbed), a copy, or read-only.

namespace daybook {

/// Where a journal is read from: a data directory, and perhaps an archive of its older segments.
struct JournalPlace {
  std::string directory;
  std::string archive;  ///< Empty: none.

  JournalPlace() = default;
  JournalPlace(std::string from, std::string older = {})
      : directory{std::move(from)}, archive{std::move(older)} {}
  JournalPlace(const char* from) : directory{from} {}
  [[nodiscard]] Result<JournalLayout> layout() const {
    return layout_with_archive(directory, archive);
  }
};

/// How a journal is read from its first sequence on: forks are taken for what they are.
[[nodiscard]] ReadOptions reading_of(const JournalPlace& place);

/// How large a state may become. Only address space until it is used.
struct StateRoom {
  std::uint64_t accounts_max = limits::accounts_default;
  std::uint64_t transfer_ids_max = limits::transfer_ids_default;
  std::uint64_t holds_max = limits::holds_default;
  std::uint64_t names_max = limits::names_default;
  std::uint64_t streams_max = limits::streams_default;
  std::uint64_t orders_max = limits::orders_default;
  std::uint64_t payments_max = limits::payments_default;
  std::uint64_t tccs_max = limits::tccs_default;
  std::uint64_t sagas_max = limits::sagas_default;
  std::uint64_t event_ids_max = limits::event_ids_default;
};

/// What a state of that size is made with.
[[nodiscard]] StateSettings settings_for(const StateRoom& room);

/// Prints the failure on stderr. Damage is an answer (exit_code::no); whatever else went wrong
/// means that there is none (exit_code::failed).
int complain_of(const Failure& failure);

/// The last sequence of the journal in `place`; 0 when it cannot be told. For progress only.
[[nodiscard]] Sequence newest_sequence_in(const JournalPlace& place);

/// Calls `use` with the id of each transfer of the journal, in the order of sequences. Fails when
/// the journal cannot be read to its end.
[[nodiscard]] Result<void> for_each_transfer_id(const JournalPlace& place,
                                                const std::function<void(TransferId)>& use);

}  // namespace daybook
