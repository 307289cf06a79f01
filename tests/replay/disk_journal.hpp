#pragma once

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>

#include "engine/codec/entry_builder.hpp"
#include "engine/replay/journal_fact_reader.hpp"
#include "engine/sequencer/sequencer.hpp"
#include "engine/sequencer/slab_fact_reader.hpp"
#include "engine/state/state.hpp"
#include "storage/journal/journal.hpp"
#include "storage/journal/journal_lookup.hpp"
#include "tests/support/ledger_under_test.hpp"
#include "tests/support/scratch_directory.hpp"

namespace daybook::test {

struct DiskJournalSettings {
  SequencerSettings sequencer{.auto_ledgers = true, .manual_clock = false};
  WindowLimits windows{};
  Uint128 journal_id{};  ///< Zero: a random one.
};

/// A real journal on disk, written by a real sequencer, entry by entry under the test's hand.
class DiskJournal final : private JournalObserver {
 public:
  explicit DiskJournal(const std::filesystem::path& directory,
                       const DiskJournalSettings& settings = {});

  /// Any request, in the open entry. Role, client, number and room for the reply are given.
  void execute(RequestSlot& slot, ClientId client = ClientId{Uint128{1, 0}});
  /// What the engine does of its own accord.
  void release_due();
  void expire_tccs();
  void drive_sagas();
  void hold_clock();

  /// One request, in the open entry. Answers are the state's business, not the test's.
  void create_accounts(const std::vector<Account>& accounts);
  void create_transfers(const std::vector<Transfer>& transfers);

  /// From now on an id that was used in a committed entry passes for a new one: an engine that
  /// has lost its mind, or a forger with all the right checksums and digests.
  void forget() { unreliable_->forgets = true; }

  /// From now on the committed transfers pass for ones of twice their amount.
  void exaggerate() { unreliable_->exaggerates = true; }

  /// Closes the open entry and commits it.
  void commit();

  /// Seals the segment (which then says that it holds `miscount` entries too many), opens the next
  /// one, and journals the sealed one's hash once the helper thread has it.
  void rotate(std::uint64_t miscount = 0);

  /// Commits what is open and makes everything durable and witnessed.
  void finish();

  [[nodiscard]] const State& state() const { return state_; }

 private:
  void segment_hashed(const SegmentHash& hash) override;
  void disk_low(bool) override {}

  template <typename Event>
  void submit(RequestKind kind, const std::vector<Event>& events);
  void append(EntryPlace place);
  void open_segment();

  State state_;
  EntryBuilder slab_;
  std::unique_ptr<DataDirectory> directory_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<JournalLookup> lookup_;
  /// The committed facts, as long as it is told nothing else.
  struct UnreliableReader final : FactReader {
    explicit UnreliableReader(FactReader& given) : reader{given} {}
    bool transfer_at(Sequence sequence, RecordedTransfer& recorded) override {
      if (forgets || !reader.transfer_at(sequence, recorded)) return false;
      Amount& amount = recorded.transfer.amount;
      if (exaggerates) amount = Amount{Uint128{2 * amount.value().wide()}};
      return true;
    }
    bool released_at(Sequence sequence, TransferId id) override {
      return reader.released_at(sequence, id);
    }
    bool burnt_at(Sequence operation, TransferId id) override {
      return reader.burnt_at(operation, id);
    }
    bool name_at(Sequence sequence, Name& name) override { return reader.name_at(sequence, name); }
    bool event_at(Sequence sequence, DomainEvent& event) override {
      return reader.event_at(sequence, event);
    }
    FactReader& reader;
    bool forgets = false;
    bool exaggerates = false;
  };

  std::unique_ptr<JournalFactReader> committed_;
  std::unique_ptr<UnreliableReader> unreliable_;
  std::unique_ptr<SlabFactReader> facts_;
  std::unique_ptr<Sequencer> sequencer_;
  std::uint64_t now_ns_ = 1'000'000'000;
  std::uint64_t number_ = 0;
  std::uint64_t segment_ = 0;
  std::uint64_t segment_first_ = 1;
  std::uint64_t segment_entries_ = 0;
  bool opening_ = false;

  std::mutex mutex_;
  std::condition_variable hashed_;
  std::optional<SegmentHash> hash_;
};

/// The place of the entry that begins with `sequence` in a segment's file: its offset in bytes.
/// Requires: there is one.
[[nodiscard]] std::size_t entry_offset(const std::string& file, Sequence sequence);

[[nodiscard]] std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const std::string& bytes);

}  // namespace daybook::test
