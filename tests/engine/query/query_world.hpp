#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/sleeper.hpp"
#include "engine/follower/filtered_query.hpp"
#include "engine/follower/follower.hpp"
#include "engine/model/query.hpp"
#include "engine/model/views.hpp"
#include "tests/support/engine_under_test.hpp"
#include "tests/support/random.hpp"

/// A ledger with a follower that answers queries, and the same answers found by looking at
/// everything.

namespace daybook::test {

/// The entries of a journal in memory that were released so far.
class StepSource final : public EntrySource {
 public:
  explicit StepSource(const MemoryJournal& journal) : journal_{journal} {}

  Result<std::optional<EntryView>> next() override;
  void release() override {}

  /// Entries up to this number may be seen.
  std::size_t end = 0;

 private:
  const MemoryJournal& journal_;
  std::size_t next_ = 0;
};

/// One page of an answer.
struct Page {
  RequestStatus status = RequestStatus::ok;
  std::string detail;
  Sequence as_of;
  bool more = false;
  std::uint64_t cursor = 0;
  std::uint32_t count = 0;
  std::vector<std::byte> items;

  template <typename Item>
  [[nodiscard]] std::vector<Item> as() const {
    std::vector<Item> all(items.size() / sizeof(Item));
    if (!items.empty()) std::memcpy(all.data(), items.data(), items.size());
    return all;
  }
};

/// Reads a journal one entry at a time, as a query thread does.
[[nodiscard]] WithFacts reader_of(const MemoryJournal& journal);

/// Asks `follower`, as a query thread does, for what is true after `as_of`.
[[nodiscard]] Page ask(const Follower& follower, const MemoryJournal& journal, Sequence as_of,
                       RequestKind kind, const QueryFilter& filter);

/// What a journal says, in plain lists.
class PlainFacts {
 public:
  /// Reads the entries that came since.
  void read(const MemoryJournal& journal);

  struct Moved {
    Transfer transfer;
    Sequence sequence;
  };

  /// What a query must answer with, all pages together. Nothing depends on the engine's own rules:
  /// `filter` is read anew here.
  [[nodiscard]] std::vector<Moved> transfers(const QueryFilter& filter, Sequence as_of) const;
  [[nodiscard]] std::vector<AccountBalance> balances(const QueryFilter& filter,
                                                     Sequence as_of) const;
  /// With the balances after `as_of`; flags as at creation.
  [[nodiscard]] std::vector<Account> accounts(const QueryFilter& filter, Sequence as_of) const;

  [[nodiscard]] const std::vector<Moved>& all_transfers() const { return transfers_; }
  [[nodiscard]] const std::vector<Account>& all_accounts() const { return accounts_; }
  [[nodiscard]] std::size_t releases() const { return releases_; }
  [[nodiscard]] Sequence last() const { return last_; }

 private:
  struct Change {
    AccountBalance after;
    bool by_transfer = false;
  };

  void apply(const Transfer& transfer, Sequence sequence);
  void apply(const HoldReleased& release, Sequence sequence);
  void change(AccountId account, bool debits, u128 more_posted, u128 more_pending,
              u128 less_pending, const AccountBalance& names, bool by_transfer);
  [[nodiscard]] AccountBalance balance_at(AccountId account, Sequence as_of) const;

  std::size_t entries_ = 0;
  std::vector<Moved> transfers_;
  std::vector<Account> accounts_;
  std::vector<Sequence> account_sequences_;
  std::map<AccountId, std::vector<Change>> changes_;
  std::map<TransferId, u128> held_;
  std::size_t releases_ = 0;
  Sequence last_;
};

/// A random ledger and its follower.
class QueryWorld {
 public:
  explicit QueryWorld(std::uint64_t seed, PairIndex::Sizes sizes = {});
  ~QueryWorld();

  /// So many random requests: accounts, transfers of every kind, operators' changes; time goes on
  /// and holds fall due. Entries are closed now and then.
  void grow(std::size_t requests);

  /// Closes the open entry; from then on plain() knows it.
  void close();

  /// The follower takes `entries` more, or all.
  void follow(std::size_t entries);
  void follow_all();

  [[nodiscard]] Sequence followed() const { return progress_.followed(); }
  [[nodiscard]] Page ask(RequestKind kind, const QueryFilter& filter) const;

  /// A filter whose fields are those of records, or nearly.
  [[nodiscard]] QueryFilter random_filter(RequestKind kind, Random& random) const;

  [[nodiscard]] EngineUnderTest& engine() { return *engine_; }
  [[nodiscard]] const EngineUnderTest& engine() const { return *engine_; }
  [[nodiscard]] const PlainFacts& plain() const { return plain_; }
  [[nodiscard]] const Follower& follower() const { return *follower_; }
  [[nodiscard]] Random& random() { return random_; }
  /// What went wrong in the engine or its follower; empty = nothing.
  [[nodiscard]] std::string failure() const;

 private:
  void create_accounts();
  void create_transfers();
  void import_transfers();
  void change_accounts();
  [[nodiscard]] Transfer random_transfer();
  [[nodiscard]] std::uint64_t random_account(std::uint32_t ledger);

  Random random_;
  std::unique_ptr<EngineUnderTest> engine_;
  std::unique_ptr<StepSource> source_;
  Progress progress_;
  FutexSleeper sleeper_;
  std::unique_ptr<Follower> follower_;
  PlainFacts plain_;
  std::string follower_failure_;
  std::uint64_t now_ns_ = 1'000'000'000;
  std::uint64_t next_account_ = 1;
  std::uint64_t next_transfer_ = 1;
  std::uint64_t number_ = 0;
  std::vector<std::uint64_t> pendings_;
  std::map<std::uint64_t, std::uint32_t> ledger_of_;  // Of transfers' ids.
};

}  // namespace daybook::test
