#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/limits.hpp"
#include "engine/ledger/fact_reader.hpp"
#include "engine/ledger/id_index.hpp"
#include "engine/ledger/id_runs.hpp"
#include "engine/model/sequence.hpp"
#include "engine/model/transfer.hpp"

namespace daybook {

/// Every transfer id that was ever used: created, or burnt by a transient refusal; and of those
/// that something came after (a hold that was resolved, a posted transfer that was reversed), what
/// came last.
///
/// It keeps 12 bytes an id and no id: a hit is confirmed by reading the fact it leads to (see
/// FactReader), which a repeat needs anyway to be compared. New ids, the common case, miss.
///
/// Generations.  With a shelf, memory is bounded. Ids gather in a generation; when it has as many
///               as the settings say it is sealed, at the beginning of an entry, so that live and
///               replay do it alike, and the next one begins. IdRetirement makes sorted runs of
///               sealed generations; once they are on the shelf, begin_entry() uses them and lets
///               the generation go. None of that changes an answer.
/// Threads.      One, but for tend_memory().
/// Errors.       A damaged run stops the process: the next start finds it damaged and makes it anew
///               from the journal.
class TransferIdTable {
 public:
  struct Settings {
    std::uint64_t ids_max = limits::transfer_ids_default;
    std::uint64_t hash_seed = 0;
    IdRunShelf* shelf = nullptr;  ///< Null: all ids stay in memory.
    std::uint64_t ids_a_generation = limits::ids_a_generation_default;
  };

  explicit TransferIdTable(const Settings& settings);

  struct Use {
    Sequence sequence;  ///< Of the transfer; where burnt, of the operation that refused it.
    bool burnt = false;
  };

  /// What came last after a transfer.
  struct FollowUp {
    Sequence sequence;
    bool released = false;      ///< The hold's time was over; else `recorded` says what came.
    RecordedTransfer recorded;  ///< A post, a void, a reversal.
  };

  /// Any thread. The same of all generations.
  [[nodiscard]] std::uint64_t tag_of(TransferId id) const {
    return generations_[0]->index.tag_of(id.value());
  }
  void prefetch(TransferId id, std::uint64_t tag) const {
    current_->index.prefetch(tag);
    if (has_older_) prefetch_older(id, tag);
  }

  /// Asks for what follow() of this id changes.
  void prefetch_follow(TransferId id) const { current_->index.prefetch(tag_of(id)); }

  /// False: `id`, whose tag this is, was never used.
  [[nodiscard]] bool may_hold(TransferId id, std::uint64_t tag) const {
    if (current_->index.candidate(tag) != IdIndex::none) return true;
    return has_older_ && older_may_hold(id, tag);
  }

  /// How `id` was used. `facts` is asked about each candidate; on a hit it left the transfer in
  /// `*recorded` (unless burnt).
  [[nodiscard]] std::optional<Use> find(TransferId id, std::uint64_t tag, FactReader& facts,
                                        RecordedTransfer* recorded) const;

  /// What came last after the transfer `id`, if anything did.
  [[nodiscard]] std::optional<FollowUp> find_follow_up(TransferId id, FactReader& facts) const;

  /// Something that may be a use of an id (`follows`: or may have come after it), unconfirmed.
  struct Candidate {
    Sequence sequence;
    bool burnt = false;
    bool follows = false;
  };

  /// Calls `use(const Candidate&)` for all of `id`; some perhaps twice.
  template <typename Callback>
  void for_each_candidate(TransferId id, Callback use) const {
    static_cast<void>(visit(
        id, tag_of(id), [&](std::uint64_t value) { return use(candidate_of(value)), false; },
        [] { return false; }));
  }

  /// The same for those in memory only. Together with for_each_in_runs() on what the shelf shares
  /// afterwards, it is all: so queries hold up nobody while a disk is read.
  template <typename Callback>
  void for_each_in_memory(TransferId id, Callback use) const {
    const auto each = [&](std::uint64_t value) { return use(candidate_of(value)), false; };
    static_cast<void>(visit_memory(id, tag_of(id), each, [] { return false; }));
  }
  /// `before`: what generation_first() was.
  template <typename Callback>
  [[nodiscard]] static Result<void> for_each_in_runs(const IdRunSet& set, Sequence before,
                                                     TransferId id, std::uint64_t tag,
                                                     Callback use) {
    for (const IdRun& run : set.runs) {
      if (run.run->identity().first >= before) continue;
      if (!run.may_hold(id.value(), IdIndex::key_of(tag))) continue;
      const auto each = [&](std::uint64_t value) { return use(candidate_of(value)), false; };
      const auto visited = run.run->visit(IdIndex::key_of(tag), each);
      if (!visited.ok()) return visited.error();
    }
    return {};
  }
  /// Sequences from here on are in the generation that is gathering.
  [[nodiscard]] Sequence generation_first() const { return current_->first; }

  // ---- Between entries. ----

  /// Takes up what is new on the shelf. False: the next entry would begin a generation that there
  /// is no room for yet; begin no entry before IdRetirement has gone on.
  [[nodiscard]] bool make_ready();

  /// An entry begins whose first sequence is `first`. Requires: make_ready().
  void begin_entry(Sequence first) {
    if (is_due()) begin_generation(first);
  }

  /// Makes room for `count` transfers, each of which may come after another.
  void prepare(std::uint64_t count) { current_->index.prepare(2 * count); }

  void insert(TransferId id, std::uint64_t tag, Sequence sequence) {
    current_->index.insert(tag, value_of(sequence, created));
    current_->ids.add(id.value());
    ++ids_;
  }
  void insert_burnt(TransferId id, std::uint64_t tag, Sequence operation) {
    current_->index.insert(tag, value_of(operation, burnt));
    current_->ids.add(id.value());
    ++ids_;
  }
  /// Undoes the latest insert().
  void take_back(std::uint64_t tag, Sequence sequence) {
    current_->index.take_back(tag, value_of(sequence, created));
    --ids_;
  }

  /// Did the fact at `sequence` come after the transfer `id`, whose tag this is? Where several did,
  /// one that others came after may pass, too.
  [[nodiscard]] bool follows(TransferId id, std::uint64_t tag, Sequence sequence) const;

  /// `sequence` came after the transfer `id`; `before` did so until now (0: nothing).
  void follow(TransferId id, Sequence before, Sequence sequence);
  /// Undoes the latest follow(), of the same arguments.
  void take_back_follow(TransferId id, Sequence before, Sequence sequence);

  /// Ids ever used.
  [[nodiscard]] std::uint64_t size() const { return ids_; }
  [[nodiscard]] std::uint64_t room() const { return ids_max_ - ids_; }

  /// As IdIndex::tend_memory(), of all generations; empties those that nobody needs.
  void tend_memory();

  // ---- For IdRetirement, on the owner's thread. ----

  /// A sealed generation.
  struct Sealed {
    const IdIndex& index;
    const IdSpan& ids;
    std::uint64_t ordinal;
    Sequence first;  ///< Its sequences: from here
    Sequence last;   ///< to here.
  };
  /// The oldest sealed generation from number `generations` on.
  [[nodiscard]] std::optional<Sealed> oldest_sealed(std::uint64_t generations) const;

  static constexpr std::uint64_t generations_in_memory = 4;

  // ---- For snapshots. ----

  /// A generation in memory.
  struct SavedGeneration {
    std::uint64_t ordinal = 0;
    Sequence first;
    std::uint64_t values = 0;  ///< That count for its being full.
    std::uint64_t reserved = 0;
    IdSpan ids;
  };
  static_assert(sizeof(SavedGeneration) == 64);
  /// Oldest first; the last one gathers.
  [[nodiscard]] std::vector<SavedGeneration> saved_generations() const;

  /// Calls `use(tag, value)` for what is in memory and came after `sequence`.
  template <typename Use>
  void for_each_since(Sequence sequence, Use use) const {
    for (std::uint64_t ordinal = oldest_; ordinal <= ordinal_; ++ordinal) {
      generation(ordinal).index.for_each([&](std::uint64_t tag, std::uint64_t value) {
        if (Sequence{value >> kind_bits} > sequence) use(tag, value);
      });
    }
  }

  /// From a snapshot. False, and nothing is changed: these are no generations, or there is no room
  /// for `values_max` values in each. Requires: nothing was inserted; there is a shelf, which has
  /// the runs of the same snapshot, or newer ones.
  [[nodiscard]] bool restore(std::span<const SavedGeneration> generations, std::uint64_t ids,
                             std::uint64_t values_max);
  /// What for_each_since() gave, in any order, from all snapshots since the oldest generation
  /// began. What follow() replaced since may be among it: that changes no answer.
  void restore_value(std::uint64_t tag, std::uint64_t value);
  void prefetch_restore(std::uint64_t tag) const { current_->index.prefetch(tag); }
  /// Once all values are restored.
  void end_restore(std::span<const SavedGeneration> generations);

 private:
  static constexpr unsigned kind_bits = 2;
  static constexpr std::uint64_t kind_mask = 3;
  static constexpr std::uint64_t created = 0;
  static constexpr std::uint64_t burnt = 1;
  static constexpr std::uint64_t followed = 2;

  struct Generation {
    Generation(std::uint64_t entries_max, std::uint64_t seed) : index{entries_max, seed} {}

    IdIndex index;
    IdSpan ids;
    Sequence first;
    std::uint64_t replaced = 0;  ///< Values from a snapshot that stand for nothing any more.
    /// Nobody needs it: whoever calls tend_memory() empties it. The owner sets it, the other
    /// clears it; each then leaves the generation to the other.
    std::atomic<bool> left{false};
  };

  static std::uint64_t value_of(Sequence sequence, std::uint64_t kind) {
    return sequence.value() << kind_bits | kind;
  }
  static Candidate candidate_of(std::uint64_t value) {
    return {.sequence = Sequence{value >> kind_bits},
            .burnt = (value & kind_mask) == burnt,
            .follows = (value & kind_mask) == followed};
  }

  [[nodiscard]] bool is_due() const {
    return reader_ && current_->index.size() - current_->replaced >= ids_a_generation_;
  }
  [[nodiscard]] Generation& generation(std::uint64_t ordinal) const {
    return *generations_[ordinal % generations_in_memory];
  }
  void begin_generation(Sequence first);
  void let_go();
  void prefetch_older(TransferId id, std::uint64_t tag) const;
  [[nodiscard]] bool older_may_hold(TransferId id, std::uint64_t tag) const;
  [[noreturn]] static void stop_on(const Failure& failure);

  /// Calls `use(value)` for the values of `tag`, newest generation first, until it returns true.
  /// `enough()` is asked after each generation and run.
  template <typename Callback, typename Enough>
  bool visit_memory(TransferId id, std::uint64_t tag, Callback use, Enough enough) const {
    for (std::uint64_t ordinal = ordinal_ + 1; ordinal-- > oldest_;) {
      const Generation& from = generation(ordinal);
      if (!from.ids.contains(id.value())) continue;
      if (from.index.find(tag, use) != IdIndex::none || enough()) return true;
    }
    return false;
  }
  template <typename Callback, typename Enough>
  bool visit(TransferId id, std::uint64_t tag, Callback use, Enough enough) const {
    if (visit_memory(id, tag, use, enough)) return true;
    for (const IdRun& run : runs_) {
      if (!run.may_hold(id.value(), IdIndex::key_of(tag))) continue;
      const auto visited = run.run->visit(IdIndex::key_of(tag), use);
      if (!visited.ok()) stop_on(visited.error());
      if (visited.value() || enough()) return true;
    }
    return false;
  }

  std::uint64_t ids_max_;
  std::uint64_t ids_a_generation_;
  std::optional<IdRunShelf::Reader> reader_;
  std::array<std::unique_ptr<Generation>, generations_in_memory> generations_;
  Generation* current_ = nullptr;
  std::uint64_t ordinal_ = 0;  // Of the current generation.
  std::uint64_t oldest_ = 0;   // Ordinal of the oldest one in memory.
  bool has_older_ = false;     // Anything but the current generation.
  const IdRunSet* set_ = nullptr;
  std::span<const IdRun> runs_;  // Of the set: those that are older than the current generation.
  std::uint64_t ids_ = 0;
};

}  // namespace daybook
