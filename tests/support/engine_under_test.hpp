#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/codec/entry_builder.hpp"
#include "engine/codec/entry_facts.hpp"
#include "engine/model/views.hpp"
#include "engine/ports/journal.hpp"
#include "engine/ports/request_slot.hpp"
#include "engine/replay/entry_reader.hpp"
#include "engine/replay/journal_fact_reader.hpp"
#include "engine/replay/replayer.hpp"
#include "engine/sequencer/sequencer.hpp"
#include "engine/sequencer/slab_fact_reader.hpp"
#include "engine/snapshot/state_snapshot.hpp"
#include "engine/state/state.hpp"
#include "tests/support/ledger_under_test.hpp"
#include "tests/support/memory_snapshots.hpp"

namespace daybook::test {

/// Sealed entries in memory.
class MemoryJournal final : public EntryLookup {
 public:
  /// Takes a copy of a closed entry after sealing it; the view is valid for the journal's life.
  const EntryView& append(std::span<std::byte> value);

  [[nodiscard]] std::size_t count() const { return entries_.size(); }
  [[nodiscard]] const EntryView& at(std::size_t index) const { return entries_[index].view; }
  [[nodiscard]] const EntryView* find(Sequence sequence) const;

  Result<void> with_entry(Sequence sequence,
                          const std::function<void(const EntryView&)>& use) override;
  Result<void> with_entry_at_time(std::uint64_t time_ns,
                                  const std::function<void(const EntryView&)>& use) override;

 private:
  struct Entry {
    std::vector<Uint128> bytes;  // Aligned to 16 by the allocator, as an entry wants to be.
    EntryView view;
  };
  std::vector<Entry> entries_;
  Uint128 last_hash_;
};

/// The engine's deciding half, driven in process and without threads: requests go straight into the
/// sequencer, entries into memory, and each entry at once through replay into a second state, whose
/// digest must be the one in the entry.
///
/// Errors.  What replay has to say, and any difference between the states, is kept in
///          first_failure(), so that a failing run can be shrunk.
class EngineUnderTest final : public LedgerUnderTest {
 public:
  static constexpr std::uint64_t client_of_lookups = 0x100c;

  explicit EngineUnderTest(LedgerSettings settings);
  ~EngineUnderTest() override;

  BatchReply submit(const WriteRequest& request) override;
  [[nodiscard]] std::optional<Account> lookup_account(AccountId id) override;
  void set_clock(std::uint64_t now_ns) override { now_ns_ = now_ns; }
  std::vector<TransferId> release_due(std::uint32_t limit) override;

  /// Lends a participant's question for work (argument_id, events) to the engine; ok: it is kept.
  RequestStatus ask_for_work(RequestSlot& question);
  /// The questions that came back since, with commands that are durable or, where they were
  /// cancelled, without any.
  std::vector<RequestSlot*> take_given();
  [[nodiscard]] std::vector<ParticipantView> participants();
  /// All pages of them.
  [[nodiscard]] std::vector<WaitingWork> waiting_work();

  /// What the engine does of its own accord at the borders of entries, until nothing is due.
  void do_due_work();

  /// A group commit: closes the open entry, if anything is in it.
  void close_entry();

  /// From now on an entry is closed after so many requests (repeats included).
  void set_requests_per_entry(std::uint32_t count) { requests_per_entry_ = count; }

  /// Seals the segment and opens the next one, whose hash follows. Returns the sequences taken.
  std::uint64_t rotate_segment();

  /// Takes a snapshot of the replayed state, for the next restart. Only with older ids in runs.
  void take_snapshot();

  /// Drops everything but the journal and the newest snapshot, and recovers from them.
  void restart();

  [[nodiscard]] std::uint64_t highest_number(ClientId client);

  /// What became of the pending transfer `id`, as queries answer it. Requires: no entry is open.
  [[nodiscard]] std::optional<HoldView> lookup_hold(TransferId id);

  /// The name of `key`, as queries answer it. Requires: no entry is open.
  [[nodiscard]] std::optional<Name> lookup_name(const NameKey& key);

  /// Calls `use(Sequence, const Transfer&, const TransferNote&)` for each transfer of the journal.
  template <typename Use>
  void for_each_transfer(Use use);

  /// Calls `use(Sequence, const AskedEvent&)` for each domain event of the journal.
  template <typename Use>
  void for_each_event(Use use);

  [[nodiscard]] const State& state() const;
  [[nodiscard]] const MemoryJournal& journal() const { return journal_; }
  [[nodiscard]] const std::optional<std::string>& first_failure() const { return failure_; }

  /// What of the state is recovered beside the digest: the same in the live state and the replayed
  /// one, or the first difference in words.
  [[nodiscard]] static std::optional<std::string> difference(const State& a, const State& b);

 private:
  struct Live;

  struct OlderIds;
  [[nodiscard]] StateSettings state_settings(std::uint64_t hash_seed, OlderIds& ids) const;
  /// All there are, so that whatever is decided shows that it is replayed without complaint.
  [[nodiscard]] Replayer::Checks checks() {
    return {.earlier = &journal_, .reversals_in_full = true};
  }
  void start();
  /// The newest snapshot, if any, into a fresh state, and the rest of the journal.
  void recover(State& state, OlderIds& ids, std::vector<RecentIds>& recent);
  /// The first entry that comes after it.
  [[nodiscard]] std::size_t restore(State& state, OlderIds& ids, std::vector<RecentIds>& recent);
  /// Makes the replayed state anew, as the follower does at a start.
  void start_follower();
  /// Before an entry is opened or applied.
  void make_ready(State& state, OlderIds& ids) const;
  void execute(RequestSlot& slot);
  void read_refusals(Sequence operation, BatchReply& reply);
  void note(std::string what);
  [[nodiscard]] HoldView view_of(HoldSlot slot) const;

  LedgerSettings settings_;
  std::uint64_t now_ns_ = 0;
  std::uint32_t requests_per_entry_ = 1;
  std::uint32_t requests_in_entry_ = 0;
  std::uint64_t segment_ = 1;
  std::uint64_t starts_ = 0;
  MemoryJournal journal_;
  std::vector<RequestSlot*> given_;
  std::unique_ptr<RunStore> runs_;  // Outlives all that holds runs.
  std::unique_ptr<OlderIds> live_ids_;
  std::unique_ptr<Live> live_;
  std::unique_ptr<OlderIds> followed_ids_;
  std::unique_ptr<State> followed_;
  std::unique_ptr<Replayer> follower_;
  MemorySnapshots snapshots_;
  std::vector<RecentIds> recent_;
  Sequence snapshot_;  // The newest; 0 = none.
  std::vector<std::byte> reply_room_;
  std::optional<std::string> failure_;
};

template <typename Use>
void EngineUnderTest::for_each_event(Use use) {
  for (std::size_t i = 0; i < journal_.count(); ++i) {
    const auto read = read_facts(journal_.at(i));
    if (!read.ok()) return note("an entry cannot be read: " + read.error().what);
    const EntryFacts& facts = read.value();
    const auto places = payload_places(facts);
    RunWalker walker{facts};
    for (PlacedRun placed; walker.next(placed);) {
      if (placed.run.kind != FactKind::domain_event) continue;
      for (std::uint32_t each = 0; each < placed.run.count; ++each) {
        const std::size_t at = placed.run.first + each;
        AskedEvent event{facts.domain_events[at], {}};
        const auto payload = facts.event_payloads.subspan(places[at], event.event.payload_bytes);
        event.payload.assign(reinterpret_cast<const char*>(payload.data()), payload.size());
        use(Sequence{placed.first_sequence.value() + each}, event);
      }
    }
  }
}

template <typename Use>
void EngineUnderTest::for_each_transfer(Use use) {
  for (std::size_t i = 0; i < journal_.count(); ++i) {
    const auto read = read_facts(journal_.at(i));
    if (!read.ok()) return note("an entry cannot be read: " + read.error().what);
    const EntryFacts& facts = read.value();
    RunWalker walker{facts};
    for (PlacedRun placed; walker.next(placed);) {
      if (placed.run.kind != FactKind::transfer) continue;
      for (std::uint32_t each = 0; each < placed.run.count; ++each) {
        const std::uint32_t index = placed.run.first + each;
        use(Sequence{placed.first_sequence.value() + each}, facts.transfers[index],
            facts.note_of(index));
      }
    }
  }
}

}  // namespace daybook::test
