#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/sleeper.hpp"
#include "engine/base/thread_role.hpp"
#include "engine/follower/snapshot_keeper.hpp"
#include "engine/ledger/id_retirement.hpp"
#include "engine/model/status.hpp"
#include "engine/model/views.hpp"
#include "engine/ports/journal.hpp"
#include "engine/query/indexes.hpp"
#include "engine/replay/replayer.hpp"
#include "engine/sequencer/progress.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// A second state, kept from the durable journal by the code that offline replay uses.
///
/// It audits the engine all the time: after each entry its digest must equal the entry's, which the
/// sequencer wrote; a mismatch stops the engine. What it holds answers queries, always as of the
/// end of an entry.
///
/// Threads.  run() is the follower thread's main function. The reading functions are for query
///           threads: they share `mutex_` with the application of one entry at a time.
/// It begins with the snapshot that recovery began with, if there was one, and takes snapshots as
/// it goes: between two entries, so the sequencer never waits for one.
///
/// Errors.   The first one ends run(), after `on_fatal` was told; so does Progress::failed(). Once
///           it has applied wrongly, the engine counts as failed before anybody can read the state.
class Follower {
 public:
  struct Links {
    /// Never shows more than is durable. From the first entry, or after the one of `from`.
    EntrySource* source;
    Progress& progress;
    FutexSleeper& sleeper;  ///< This thread's own.
    /// Where older transfer ids go; the settings name the same shelf. With one there is a store.
    IdRunShelf* id_runs = nullptr;
    /// Where runs of ids and of the query indexes stand; null: in memory.
    RunStore* runs = nullptr;
    /// Where snapshots go; null: none are taken. Needs `runs` and `id_runs`.
    SnapshotStore* snapshots = nullptr;
    SnapshotSettings snapshot_settings{};
    /// The snapshot to begin with; nothing: the first entry. What older ids it names is on the
    /// shelf already.
    std::optional<SnapshotBytes> from{};
    /// The journal from its first entry, for when the indexes of `from` are damaged.
    std::function<Result<EntrySource*>()> source_from_start{};
    std::function<void()> on_followed;
    std::function<void(const Failure&)> on_fatal;
    /// Something derived could not be written or read; what follows from that is in the words.
    std::function<void(const std::string&)> on_trouble{};
  };

  Follower(const StateSettings& settings, Links links, PairIndex::Sizes indexes);
  Follower(const StateSettings& settings, Links links)
      : Follower{settings, std::move(links), PairIndex::Sizes{}} {}

  /// Returns when the journaler is done and everything durable was followed, or on an error.
  void run();

  // ---- For query threads. ----

  /// Where the tables say that an id was used: candidates, to be confirmed in the journal.
  struct Candidate {
    std::uint32_t index = 0;  ///< Of the id asked for.
    Sequence sequence;
    bool burnt = false;
  };
  [[nodiscard]] Result<std::vector<Candidate>> find_transfers(
      std::span<const TransferId> ids) const;

  /// What the tables say of holds.
  struct HoldFinds {
    struct Open {
      std::uint32_t index = 0;  ///< Of the id asked for.
      HoldView view;
    };
    std::vector<Open> open;
    std::vector<Candidate> candidates;  ///< Of those not open: transfers, and what came after.
    Sequence as_of;
  };
  [[nodiscard]] Result<HoldFinds> find_holds(std::span<const TransferId> ids) const;

  /// Where the tables say that an id got its name.
  struct NameFinds {
    std::vector<Candidate> candidates;
    Sequence as_of;
  };
  [[nodiscard]] NameFinds find_names(std::span<const NameKey> keys) const;

  struct Balances {
    std::vector<LedgerBalance> ledgers;  ///< In order of registration.
    Sequence as_of;
  };
  /// Adds up every account. Cost: O(accounts); nothing is followed meanwhile.
  [[nodiscard]] Balances trial_balance() const;

  /// The indexes of what was followed. A view taken once followed_sequence says N shows all up to
  /// N, and it is never behind the accounts.
  [[nodiscard]] const FactIndex& index() const { return indexes_->facts; }
  [[nodiscard]] const BalanceCheckpoints& checkpoints() const { return indexes_->balances; }
  [[nodiscard]] const StreamIndex& streams() const { return indexes_->streams; }
  [[nodiscard]] const OperationIndex& operations() const { return indexes_->operations; }
  [[nodiscard]] const AccountHistory& history() const { return indexes_->history; }
  [[nodiscard]] const LedgerTotals& totals() const { return indexes_->totals; }
  [[nodiscard]] bool has_account(AccountId id) const;

  struct FoundAccount {
    Account account;  ///< As the table keeps it.
    AccountSlot slot = no_account;
  };
  /// Those that there are, in the order asked.
  [[nodiscard]] std::vector<FoundAccount> find_accounts(std::span<const AccountId> ids) const;

  /// Calls `use` with all accounts and the sequence that they are true of. Nothing is followed
  /// meanwhile: it should be over within a few milliseconds.
  void with_accounts(const std::function<void(const AccountTable&, Sequence as_of)>& use) const;

  /// As with_accounts(), with everything.
  void with_state(const std::function<void(const State&)>& use) const;

  /// Asks for a snapshot of what is followed now; the number is for snapshot_answer(). Any thread.
  [[nodiscard]] std::uint64_t ask_for_snapshot() const;
  struct SnapshotAnswer {
    RequestStatus status = RequestStatus::ok;
    std::string_view detail{};  ///< Static.
    Sequence sequence{};        ///< Of the snapshot that is on disk, as the next.
    std::uint64_t digest = 0;
  };
  /// Nothing until there is one. on_followed is called when there is.
  [[nodiscard]] std::optional<SnapshotAnswer> snapshot_answer(std::uint64_t asked) const;

  struct StreamHead {
    std::uint64_t version = 0;  ///< 0: the stream has not begun.
    Sequence as_of;
  };
  [[nodiscard]] StreamHead find_stream(const StreamKey& key) const;

  /// As with_accounts(), with the heads of all streams.
  void with_streams(const std::function<void(const StreamTable&, Sequence as_of)>& use) const;

  struct Checkpoints {
    std::vector<EventCheckpoint> all;  ///< By name.
    Sequence as_of;
  };
  [[nodiscard]] Checkpoints list_checkpoints() const;
  struct TccPage {
    std::vector<TccView> tccs;
    std::vector<TccBranch> branches;  ///< Of a lookup: of the transactions, in their order.
    std::uint64_t cursor = 0;         ///< Of a list: for the next page.
    bool more = false;
    Sequence as_of;
  };
  [[nodiscard]] TccPage find_tccs(std::span<const Uint128> gids) const;
  /// `states`: bit n = those whose state is n; 0 = all. Looks at so many at a time that a page may
  /// have fewer than `limit` although there are more.
  [[nodiscard]] TccPage list_tccs(std::uint64_t cursor, std::uint64_t states,
                                  std::size_t limit) const;
  struct SagaPage {
    std::vector<SagaView> sagas;
    std::uint64_t cursor = 0;  ///< For the next page.
    bool more = false;
    Sequence as_of;
  };
  /// Those in memory. As list_tccs().
  [[nodiscard]] SagaPage list_sagas(const SagaFilter& filter) const;
  [[nodiscard]] std::optional<EventCheckpoint> find_checkpoint(std::string_view name) const;

  struct AccountPage {
    std::vector<Account> accounts;
    bool more = false;
    Sequence as_of;
  };
  /// Accounts in order of creation, after `after` (0 = from the first). Nothing if `after` is no
  /// account.
  [[nodiscard]] std::optional<AccountPage> list_accounts(AccountId after, std::size_t limit) const;

  struct LedgerPage {
    std::vector<Ledger> ledgers;
    bool more = false;
    Sequence as_of;
  };
  /// Ledgers in order of registration, after `after` (0 = from the first). Nothing if `after` is
  /// not registered.
  [[nodiscard]] std::optional<LedgerPage> list_ledgers(LedgerId after, std::size_t limit) const;

 private:
  [[nodiscard]] Result<void> begin();
  [[nodiscard]] Result<void> restore(const SnapshotBytes& snapshot);
  [[nodiscard]] Result<void> restore_indexes(SnapshotReader reader);
  void take_snapshot();
  void answer_snapshots();
  [[nodiscard]] SnapshotAnswer snapshot_now();
  void tell_trouble(const std::string& words);
  [[nodiscard]] Result<bool> follow_next();
  [[nodiscard]] Result<bool> retire_ids(std::uint64_t pairs);
  void rest();

  /// Calls `use(index, candidate)` for what the runs of older ids say of `ids[index]`.
  template <typename Use>
  [[nodiscard]] Result<void> find_in_runs(std::span<const TransferId> ids, Sequence before,
                                          Use use) const;

  static constexpr std::uint64_t sleep_ns_max = 100'000'000;

  Links links_;
  mutable std::mutex mutex_;
  State state_;
  Replayer replayer_{state_};
  std::optional<IdRetirement> retirement_;
  PairIndex::Sizes index_sizes_;
  std::unique_ptr<Indexes> indexes_;
  std::optional<SnapshotKeeper> snapshots_;
  /// How many snapshots were asked for: query threads count up, the follower reads. The mutex below
  /// orders what belongs to it.
  mutable std::atomic<std::uint64_t> snapshots_asked_{0};
  mutable std::mutex answer_mutex_;
  std::uint64_t snapshots_answered_ = 0;
  SnapshotAnswer snapshot_answer_;
};

}  // namespace daybook
