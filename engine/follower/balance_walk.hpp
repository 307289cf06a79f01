#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/follower/follower.hpp"
#include "engine/follower/with_facts.hpp"
#include "engine/query/candidates.hpp"
#include "engine/replay/entry_reader.hpp"

namespace daybook {

/// An account's balances right after one of its transfers after another, in the order of a page.
///
/// It starts from the account's newest checkpoint before the transfer and applies what changed the
/// balances since: transfers, and the releases of holds whose time was over. A post without
/// keep_remainder gives back all that its hold still held, which only the pending transfer tells:
/// it is remembered when it is met, and looked up when it lies before the checkpoint.
///
/// Threads.  A query thread's.
/// Errors.   A journal that cannot be read, or that the index contradicts.
/// Cost.     Newest first, a stretch between two checkpoints is walked once for all transfers in
///           it. Where transfers lie far apart, it leaps from checkpoint to checkpoint. So a page
///           costs its own facts and about 128 more, and never more than that for each transfer.
class BalanceWalk {
 public:
  /// References outlive it. `as_of`: nothing later is asked for; the follower is there.
  BalanceWalk(const Follower& follower, const WithFacts& with_facts, AccountId account,
              Sequence as_of, bool newest_first);

  struct Balances {
    Amount debits_pending;
    Amount debits_posted;
    Amount credits_pending;
    Amount credits_posted;
  };
  /// Requires: a transfer of the account, and every one asked for before is older (or, newest
  /// first, younger).
  [[nodiscard]] Result<Balances> after(Sequence sequence);

  /// The balances after `as_of`, whatever fact of the account was the last before. Requires:
  /// nothing was asked for before; not newest first.
  [[nodiscard]] Result<Balances> as_of();

  /// Facts that were looked at so far.
  [[nodiscard]] std::uint64_t facts_read() const { return facts_read_; }

 private:
  /// What one fact did to the account.
  struct Change {
    enum class Kind : std::uint8_t {
      posts,       ///< `amount`, of no hold.
      holds,       ///< `amount` more is pending.
      gives_back,  ///< `amount` less is pending.
      captures,    ///< Both: `amount` is posted, and as much less is pending.
      resolves,    ///< As captures, but all that the hold still held is less pending.
    };
    Sequence sequence;
    TransferId hold;  ///< Of resolves, and of holds: the pending transfer.
    Amount amount;
    Amount captured_before;  ///< Of resolves: what earlier posts of the hold took.
    Kind kind = Kind::posts;
    bool debits = false;  ///< The account is the debited one.
  };
  struct Step {
    Sequence sequence;
    Balances balances;
  };
  struct IdHash {
    std::size_t operator()(const TransferId& id) const;
  };

  void begin_near(Sequence sequence);
  [[nodiscard]] bool leap_towards(Sequence sequence);
  void begin_at(const BalanceCheckpoint& checkpoint, Sequence last);
  [[nodiscard]] Result<void> walk_to(Sequence sequence);
  [[nodiscard]] Result<void> read_entry(Sequence until, std::vector<Change>& changes);
  void next_candidate();
  [[nodiscard]] std::optional<Change> change_at(const FactPlaces& places, Sequence sequence) const;
  [[nodiscard]] Change change_of(const RecordedTransfer& recorded, Sequence sequence) const;
  [[nodiscard]] Change change_of(const HoldReleased& release, Sequence sequence) const;
  [[nodiscard]] Result<void> apply(const Change& change);
  [[nodiscard]] Result<u128> amount_of_hold(TransferId id);

  const Follower& follower_;
  const WithFacts& with_facts_;
  AccountId account_;
  Sequence as_of_;
  bool newest_first_;

  bool begun_ = false;
  Sequence begin_;     // The balances before the first step are of this sequence.
  Sequence position_;  // And `balances_` of this one.
  Balances balances_;
  std::vector<Step> steps_;  // After begin_, newest first only: the way back.
  std::optional<Candidates> candidates_;
  std::optional<Sequence> candidate_;  // The next that may be a fact of the account.
  std::unordered_map<TransferId, Amount, IdHash> holds_;
  std::uint64_t facts_read_ = 0;
};

}  // namespace daybook
