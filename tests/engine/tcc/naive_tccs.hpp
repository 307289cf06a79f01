#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "engine/model/tcc.hpp"

namespace daybook::test {

/// TCC transactions by the rules, slowly: maps, and a few accounts that know only holds and posts.
/// Shares no code with the engine but the structs of requests. Commands are taken to be well
/// formed, their accounts to be of one ledger.
class NaiveTccs {
 public:
  struct Limits {
    std::uint64_t transactions = 0;
    std::uint64_t branches = 0;
    std::uint64_t kept = 0;
  };
  struct Books {
    std::uint64_t debits_pending = 0;
    std::uint64_t debits_posted = 0;
    std::uint64_t credits_pending = 0;
    std::uint64_t credits_posted = 0;
    bool limited = false;  ///< Debits, pending ones too, must not exceed posted credits.
  };

  explicit NaiveTccs(const Limits& limits) : limits_{limits} {}

  std::map<std::uint64_t, Books> accounts;

  /// The status's name; of a try that the ledger refuses, the transfer's. `now`: the command's.
  std::string execute(const TccCommand& command, const std::vector<TccAmount>& amounts,
                      std::uint64_t now);
  void expire(std::uint64_t now);
  void prune();

  /// As TccTest::shown().
  [[nodiscard]] std::string shown(std::uint64_t gid) const;
  [[nodiscard]] std::uint64_t count() const { return transactions_.size(); }
  [[nodiscard]] std::uint64_t watermark() const { return watermark_; }

 private:
  struct Branch {
    std::uint64_t number = 0;
    std::string state;
    std::string refused_with;
    std::uint64_t debit = 0;
    std::uint64_t credit = 0;
    std::uint64_t tried = 0;
    std::uint64_t confirmed = 0;
  };
  struct Transaction {
    std::string state = "trying";
    std::string reason = "none";
    std::uint64_t created = 0;
    std::uint64_t begun = 0;
    std::uint64_t timeout = 0;
    std::uint64_t deadline = 0;
    bool seen = true;
    std::vector<Branch> branches;
  };

  std::string unknown(const TccCommand& command, std::uint64_t now);
  std::string begin_again(const Transaction& known, const TccCommand& command) const;
  std::string try_branch(Transaction& known, const TccCommand& command, std::uint64_t now);
  std::string confirm(Transaction& known, const std::vector<TccAmount>& amounts, std::uint64_t now);
  std::string cancel(Transaction& known, const TccCommand& command);
  void decide_cancel(Transaction& known, const std::string& reason);
  std::string hold(const TccCommand& command);
  void settle(Branch& branch, std::uint64_t posted);
  [[nodiscard]] std::uint64_t branch_count() const;

  Limits limits_;
  std::map<std::uint64_t, Transaction> transactions_;
  std::deque<std::uint64_t> ended_;
  std::uint64_t watermark_ = 0;
  std::uint64_t current_ = 0;  // The gid of the command under way.
};

}  // namespace daybook::test
