#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/limits.hpp"
#include "engine/base/mapped_array.hpp"
#include "engine/ledger/deadline_heap.hpp"
#include "engine/ledger/id_index.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/model/saga_types.hpp"
#include "engine/model/saga_view.hpp"
#include "engine/model/tcc.hpp"
#include "engine/saga/definition.hpp"
#include "engine/saga/progress.hpp"

namespace daybook {

/// Where a saga stands in its table. Used again once it has left memory.
using SagaSlot = std::uint32_t;
inline constexpr SagaSlot no_saga = ~SagaSlot{0};

/// A definition as it is stored, with what a saga of it needs at most.
struct StoredDefinition {
  SagaDefinition definition;
  Uint128 name_id;                   ///< id_of() its name.
  Uint128 completed_event_type;      ///< id_of() its completed_event.
  bool has_remote_steps = false;     ///< So somebody may say something when the saga has ended.
  std::uint32_t output_bytes = 0;    ///< Of all its steps, with their heads.
  std::uint32_t facts_max = 0;       ///< That driving it once makes.
  std::uint32_t fact_bytes_max = 0;  ///< Of those, in an entry.
  std::uint8_t tcc_wait = no_step;   ///< The step that waits for a transaction's decision.
};

/// The definitions of sagas, and the sagas that are not done with, found by id and by what is due
/// next; their part of the state digest.
///
/// What is kept of a saga is its view and its body: its progress, its inputs and the outputs of its
/// steps, side by side. A saga leaves memory as soon as it has ended, but one with remote steps
/// stays, so that a late answer meets it, until it is forgotten; those that ended stand in the
/// order in which they did. Their streams of events stay in the journal for ever.
///
/// Threads.  One, but for tend_memory().
/// Limits.   sagas_max at construction, and bodies of saga_body_bytes_each on average; fits() says
///           whether there is room. limits::saga_definitions_max.
/// Cost.     No allocation but by define(). A body is in memory of the next power of two.
class SagaTable {
 public:
  struct Settings {
    std::uint64_t sagas_max = limits::sagas_default;
    std::uint64_t hash_seed = 0;
  };
  explicit SagaTable(const Settings& settings);

  // ---- Definitions. ----

  /// By hash; null where there is none. Stays where it is.
  [[nodiscard]] const StoredDefinition* find_definition(const Uint128& hash) const;
  /// 0 = no version of this name.
  [[nodiscard]] std::uint32_t newest_version(const Uint128& name_id) const;
  [[nodiscard]] std::span<const std::unique_ptr<const StoredDefinition>> definitions() const {
    return definitions_;
  }
  [[nodiscard]] bool definition_fits() const {
    return definitions_.size() < limits::saga_definitions_max;
  }
  /// Requires: of a new hash; room.
  void define(SagaDefinition definition);

  // ---- Sagas. ----

  /// no_saga when there is none in memory.
  [[nodiscard]] SagaSlot find(const Uint128& id) const;
  [[nodiscard]] const SagaView& at(SagaSlot slot) const { return rows_[slot].view; }
  [[nodiscard]] const StoredDefinition& definition_of(SagaSlot slot) const {
    return *definitions_[rows_[slot].definition];
  }
  void load(SagaSlot slot, SagaProgress& progress) const;
  /// Valid until the next apply(), as the next.
  [[nodiscard]] std::span<const std::byte> inputs(SagaSlot slot) const;
  /// Is it at its tcc.wait, and neither stuck nor on its way back?
  [[nodiscard]] bool awaits_decision(SagaSlot slot) const;
  /// Does it run towards it? Requires: its definition has such a step.
  [[nodiscard]] bool comes_to_decision(SagaSlot slot) const;
  /// Follows from the branches of transactions, so it is no part of the state.
  [[nodiscard]] const TccOwner& owner(SagaSlot slot) const { return rows_[slot].owner; }
  void give_to(SagaSlot slot, const TccOwner& owner) { rows_[slot].owner = owner; }
  /// What a step brought; empty where it has not succeeded.
  [[nodiscard]] std::span<const std::byte> outputs(SagaSlot slot, std::uint8_t step) const;

  [[nodiscard]] std::uint64_t count() const { return index_.size(); }
  [[nodiscard]] std::uint64_t ended_count() const { return ended_count_; }
  [[nodiscard]] std::uint64_t room() const { return rows_.size() - index_.size(); }
  [[nodiscard]] std::uint64_t sagas_max() const { return rows_.size(); }
  /// The slots in use are below this; of those, the free ones have the id 0.
  [[nodiscard]] SagaSlot slot_end() const { return used_; }
  /// Is there room for a saga of this definition with so many bytes of inputs?
  [[nodiscard]] bool fits(const StoredDefinition& definition, std::size_t input_bytes) const;

  /// When something is due for some saga by itself; the end of time when never.
  [[nodiscard]] std::uint64_t next_due_at() const { return deadlines_.next_time(); }
  /// Requires: next_due_at() is not the end of time.
  [[nodiscard]] SagaSlot next_due() const { return deadlines_.next_slot(); }
  /// Nothing of what is due up to `now` can be done for it: it is due by what comes later, or when
  /// something happens to it. No part of the state.
  void park(SagaSlot slot, std::uint64_t now);
  /// The opposite: it is due at `now`, until something happens to it. No part of the state.
  void wake(SagaSlot slot, std::uint64_t now);
  /// The one that ended first of those kept; no_saga when none is.
  [[nodiscard]] SagaSlot first_ended() const {
    return first_ended_ == 0 ? no_saga : first_ended_ - 1;
  }

  /// As IdIndex::prepare().
  void prepare(std::uint64_t count) { index_.prepare(count); }

  /// What an event of a saga does. `after`: the progress that it leads to; of SagaForgotten none.
  /// Requires: prepared; room; `after` is what fold_saga() makes of the event.
  void apply(SagaNews news, const DomainEvent& event, std::span<const std::byte> payload,
             const SagaProgress& after);

  /// The sum over all rows and definitions of the digest of their bytes: a part of the state
  /// digest.
  [[nodiscard]] std::uint64_t digest() const { return digest_; }
  /// The same, added up anew. Cost: O(sagas).
  [[nodiscard]] std::uint64_t digest_of_rows() const;

  void tend_memory() { index_.tend_memory(); }

  // ---- For snapshots. ----

  /// In front of a saga's body, in a snapshot. 152 bytes.
  struct Saved {
    SagaView view;
    std::uint32_t input_bytes = 0;
    std::uint32_t output_bytes = 0;
    std::uint64_t body_bytes = 0;  ///< Progress, inputs and outputs.
  };

  /// Those that have ended, in the order in which they did; then the others.
  template <typename Use>
  void for_each(Use use) const {
    for (std::uint32_t at = first_ended_; at != 0; at = rows_[at - 1].next) use(at - 1);
    for (SagaSlot slot = 0; slot < used_; ++slot) {
      if (!rows_[slot].view.id.is_zero() && !is_end(status_of(slot))) use(slot);
    }
  }
  [[nodiscard]] Saved saved(SagaSlot slot) const;
  [[nodiscard]] std::span<const std::byte> body(SagaSlot slot) const;
  /// What is wrong with it; null if nothing, and then it is in the table. Any bytes are safe; those
  /// that have ended come first, in their order.
  /// `participants`: how many there are.
  [[nodiscard]] const char* restore(const Saved& saved, std::span<const std::byte> body,
                                    std::size_t participants);

 private:
  struct Row {
    SagaView view;
    TccOwner owner;
    std::uint64_t body_at = 0;
    std::uint32_t definition = 0;  // Its place.
    std::uint32_t input_bytes = 0;
    std::uint32_t output_bytes = 0;
    std::uint32_t next = 0;  // Of one that has ended: the next one, and 1. Of a free one as well.
    std::uint32_t previous = 0;     // Of one that has ended.
    std::uint32_t deadline_at = 0;  // The heap's.
    std::uint32_t body_class = 0;
    std::uint32_t reserved = 0;
  };
  // In front of each output.
  struct OutputHead {
    std::uint8_t step = 0;
    std::uint8_t reserved = 0;
    std::uint16_t bytes = 0;
  };
  static constexpr std::size_t body_classes = 12;
  static constexpr std::size_t body_bytes_min = 256;

  [[nodiscard]] SagaStatus status_of(SagaSlot slot) const {
    return static_cast<SagaStatus>(rows_[slot].view.status);
  }
  [[nodiscard]] StepState state_of(SagaSlot slot, std::uint8_t step) const;
  [[nodiscard]] static std::size_t class_of(std::size_t bytes);
  [[nodiscard]] static std::size_t progress_bytes(std::size_t steps) {
    return sizeof(SagaHead) + steps * sizeof(StepProgress);
  }
  [[nodiscard]] static std::size_t body_bytes_max(const StoredDefinition& definition,
                                                  std::size_t input_bytes);
  [[nodiscard]] std::uint64_t digest_of(const Row& row) const;
  [[nodiscard]] std::uint32_t place_of(const Uint128& hash) const;
  void take_body(std::size_t body_class, Row& row);
  [[nodiscard]] const std::byte* body_of(const Row& row) const {
    return bodies_[row.body_class].items() + row.body_at;
  }
  [[nodiscard]] std::byte* body_of(const Row& row) {
    return bodies_[row.body_class].items() + row.body_at;
  }
  SagaSlot insert(const SagaView& view, std::uint32_t definition,
                  std::span<const std::byte> inputs);
  void store(SagaSlot slot, const SagaProgress& progress);
  void start(const DomainEvent& event, std::span<const std::byte> payload,
             const SagaProgress& after);
  void add_outputs(SagaSlot slot, std::uint8_t step, std::span<const std::byte> front,
                   std::span<const std::byte> bytes);
  void take_outputs(SagaSlot slot, SagaNews news, Timestamp at, std::span<const std::byte> payload);
  void place(SagaSlot slot);
  void drop_deadline(SagaSlot slot);
  void append_ended(SagaSlot slot);
  void unlink_ended(SagaSlot slot);
  void erase(SagaSlot slot);

  std::vector<std::unique_ptr<const StoredDefinition>> definitions_;
  std::vector<std::uint32_t> definition_places_;  // A hash table of places and 1.
  MappedArray<Row> rows_;
  // By class: address space for all that may be, so that whether one fits depends on nothing but
  // the sagas that there are.
  std::array<MappedArray<std::byte>, body_classes> bodies_;
  DeadlineHeap deadlines_;
  IdIndex index_;
  std::uint64_t digest_ = 0;
  std::uint64_t ended_count_ = 0;
  std::uint64_t body_bytes_max_ = 0;
  std::uint64_t body_bytes_used_ = 0;
  std::array<std::uint64_t, body_classes> bodies_end_{};
  std::array<std::uint64_t, body_classes> free_bodies_{};  // A place and 1.
  SagaSlot used_ = 0;
  std::uint32_t free_ = 0;
  std::uint32_t first_ended_ = 0;
  std::uint32_t last_ended_ = 0;
};
static_assert(sizeof(SagaTable::Saved) == 152);

}  // namespace daybook
