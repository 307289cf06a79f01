#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/engine/tcc/tcc_fixture.hpp"

namespace daybook::test {

/// A few transactions, of which each may have the next one nested in it, and the last one the
/// first, and a saga that may be a branch of any: try at a shop, wait for the decision, have the
/// shop keep it, with one try each.
///
/// Written from the words of README and GLOSSARY. What a branch is that is no hold is asked of what
/// it stands for after every event; nothing is told to anybody.
class NaiveBranches {
 public:
  /// Numbers of branches, and what they are.
  static constexpr std::uint64_t hold = 1;
  static constexpr std::uint64_t saga = 2;
  static constexpr std::uint64_t nested = 3;

  enum class Takes {
    all,        ///< Of each branch what was tried.
    less,       ///< Of the hold a part.
    hold_only,  ///< The others are not named.
  };
  struct Settings {
    std::vector<std::uint64_t> timeouts;  ///< Of the transactions.
    std::vector<std::uint64_t> amounts;   ///< Of their holds.
    std::uint64_t saga_time = 0;          ///< From its start to its deadline.
  };
  NaiveBranches(const Settings& settings, std::uint64_t now)
      : settings_{settings}, now_{now}, transactions_{settings.timeouts.size()} {}

  // Each answers with a status.
  std::string begin(std::size_t which);
  std::string try_hold(std::size_t which);
  /// As the branch that there is, and of another amount. Requires: has_hold().
  std::string try_other_hold(std::size_t which);
  std::string try_saga(std::size_t which);
  std::string try_nested(std::size_t which);
  std::string confirm(std::size_t which, const std::vector<TccTake>& takes);
  std::string cancel(std::size_t which);
  std::string start_saga();
  std::string cancel_saga();
  enum class Act { retry, skip, resolve, force, close };
  std::string operate(Act act);

  void go_on();
  /// Work is done for as long as it is due, then the shop is asked for what is to be done, and
  /// answers so: "succeeded", "failed" or "unknown". What it was asked for, or nothing.
  std::string answer(std::string_view outcome);
  /// The shop says of what it has tried that it failed. Requires: the saga waits.
  std::string contradict();
  void set_now(std::uint64_t now) { now_ = now; }

  /// What a client confirms, who knows what was tried.
  [[nodiscard]] std::vector<TccTake> takes(std::size_t which, Takes how) const;
  [[nodiscard]] bool has_hold(std::size_t which) const { return find(which, hold) != nullptr; }
  /// The step that an operator has to do with.
  [[nodiscard]] std::uint8_t step() const { return is_going_back_ ? 0 : 2; }
  /// Of the transaction or the saga; 0 = there is none.
  [[nodiscard]] std::uint64_t deadline(std::size_t which) const {
    return transactions_[which].deadline;
  }
  [[nodiscard]] std::uint64_t saga_deadline() const { return saga_deadline_; }

  /// "state reason branch:state …", or "none".
  [[nodiscard]] std::string text(std::size_t which) const;
  [[nodiscard]] std::string saga_text() const;
  [[nodiscard]] bool has_ended(std::size_t which) const;
  [[nodiscard]] bool saga_has_ended() const { return phase_ >= Phase::completed; }
  [[nodiscard]] bool saga_is_stuck() const {
    return phase_ >= Phase::stuck_keeping && phase_ <= Phase::stuck_contradicted;
  }
  [[nodiscard]] bool saga_waits() const { return phase_ == Phase::waiting; }
  [[nodiscard]] std::uint64_t held() const;
  [[nodiscard]] std::uint64_t posted() const;
  /// All that there is, with what has passed.
  [[nodiscard]] std::string memory() const;

 private:
  struct Branch {
    std::uint64_t number = 0;
    std::string state = "tried";
    std::uint64_t amount = 0;
    std::uint64_t taken = 0;  ///< Of what is or is to be confirmed.

    [[nodiscard]] bool is_open() const { return state == "tried" || state == "stuck"; }
  };
  struct Transaction {
    bool is_there = false;
    bool is_prepared = false;
    std::string decision;
    std::string reason = "none";
    std::uint64_t deadline = 0;
    std::vector<Branch> branches;
    std::vector<TccTake> confirmed_as;
  };
  enum class Phase {
    none,
    asking,
    waiting,
    keeping,
    undoing,
    stuck_keeping,
    stuck_undoing,
    stuck_skipped,
    stuck_contradicted,
    completed,
    undone,
    closed
  };

  [[nodiscard]] std::string state_of(std::size_t which) const;
  [[nodiscard]] const Branch* find(std::size_t which, std::uint64_t number) const;
  [[nodiscard]] bool has_open(std::size_t which, std::uint64_t number) const;
  [[nodiscard]] std::size_t below(std::size_t which) const {
    return (which + 1) % transactions_.size();
  }
  [[nodiscard]] std::size_t above(std::size_t which) const {
    return (which + transactions_.size() - 1) % transactions_.size();
  }
  [[nodiscard]] bool is_nested(std::size_t which) const { return has_open(above(which), nested); }
  [[nodiscard]] bool is_late(std::size_t which) const;
  [[nodiscard]] bool is_ready(std::size_t which, const Branch& branch) const;
  [[nodiscard]] bool is_as_confirmed(std::size_t which, const std::vector<TccTake>& takes) const;
  [[nodiscard]] std::string fault_of_try(std::size_t which, std::uint64_t number);
  [[nodiscard]] std::string fault_of_takes(std::size_t which,
                                           const std::vector<TccTake>& takes) const;
  /// As many as there are: nobody.
  [[nodiscard]] std::size_t saga_owner() const;
  [[nodiscard]] bool is_owned() const { return saga_owner() != transactions_.size(); }
  [[nodiscard]] std::string come_to(std::uint64_t number, std::size_t which) const;
  void add(std::size_t which, std::uint64_t number, std::uint64_t amount);
  void decide(std::size_t which, const std::string& decision, const std::string& reason);
  void look_at_branches();
  void take_back_promise(std::size_t which);
  void drive_saga();

  Settings settings_;
  std::uint64_t now_ = 0;
  std::vector<Transaction> transactions_;
  Phase phase_ = Phase::none;
  bool is_going_back_ = false;
  bool is_forced_ = false;
  std::uint64_t saga_deadline_ = 0;
};

}  // namespace daybook::test
