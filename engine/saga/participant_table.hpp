#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/limits.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/model/saga_types.hpp"
#include "engine/saga/participant.hpp"

namespace daybook {

/// Which participant: from 1, in the order in which they were registered first; 0 = none.
using ParticipantNumber = std::uint16_t;

/// The participants that operators have registered; their part of the state digest. None is ever
/// removed: what it was sent may still be in doubt.
///
/// Threads.  One.
/// Limits.   limits::participants_max.
/// Cost.     Finding is O(participants). put() allocates.
class ParticipantTable {
 public:
  struct Row {
    ParticipantRegistration registration;
    Uint128 id;               ///< id_of() its name.
    Timestamp registered_at;  ///< The newest registration.
    bool is_paused = false;
  };

  ParticipantTable() { rows_.reserve(limits::participants_max); }

  /// 0 where none of this id is registered.
  [[nodiscard]] ParticipantNumber find(const Uint128& id) const;
  /// Requires: 1 to count().
  [[nodiscard]] const Row& at(ParticipantNumber number) const { return *rows_[number - 1U]; }
  [[nodiscard]] std::size_t count() const { return rows_.size(); }
  [[nodiscard]] bool fits() const { return rows_.size() < limits::participants_max; }

  /// What an event of a participant does. Requires: it was decided, or checked with fault_of().
  void apply(SagaNews news, const DomainEvent& event, std::span<const std::byte> payload);

  /// Why the event cannot be what it says; null if nothing is wrong. Any bytes are safe. Whether
  /// there is room is not looked at.
  [[nodiscard]] const char* fault_of(SagaNews news, const DomainEvent& event,
                                     std::span<const std::byte> payload) const;

  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  /// The same, added up anew.
  [[nodiscard]] std::uint64_t digest_of_rows() const;

  // ---- For snapshots. ----

  /// In front of a registration's text. 16 bytes.
  struct Saved {
    Timestamp registered_at;
    std::uint32_t text_bytes = 0;
    std::uint8_t is_paused = 0;
    std::uint8_t reserved[3] = {};
  };
  [[nodiscard]] Saved saved(ParticipantNumber number) const;
  /// What is wrong with it; null if nothing, and then it is the next one. Any bytes are safe.
  [[nodiscard]] const char* restore(const Saved& saved, std::string_view text);

 private:
  [[nodiscard]] std::uint64_t digest_of(ParticipantNumber number) const;

  std::vector<std::unique_ptr<Row>> rows_;
  std::uint64_t digest_ = 0;
};
static_assert(sizeof(ParticipantTable::Saved) == 16);

}  // namespace daybook
