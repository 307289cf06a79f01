#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/recon/pair_rules.hpp"

namespace daybook::recon {

/// Takes what became of records.
///
/// Threads.  One.
class OutcomeSink {
 public:
  virtual ~OutcomeSink() = default;
  /// A pair of which there is nothing to say.
  virtual void matched(const Record& a, const Record& b) = 0;
  /// A record of A of which corrections have left nothing, as B has nothing of it.
  virtual void settled(const Record& a) = 0;
  [[nodiscard]] virtual Result<void> difference(const Difference& difference) = 0;
  /// A record that is only on its side; a fallback rule may still find its partner.
  [[nodiscard]] virtual Result<void> leftover(const Record& record) = 0;
};

/// Decides on all records of one reference.
///
/// A group is what has the same reference, currency and type. In it, records that are equal in
/// amount, fee and status are paired first, in order; then the rest, in order; what is left on one
/// side is a duplicate. Where records of a group are parts of one movement (`sums_groups`), what is
/// `ok` of the rest counts as one record a side, their sum; what is left on one side then waits
/// for its other part, and several on one side alone are no duplicates. Of groups that only one
/// side has, records of different types in one currency are paired as a type mismatch, then those
/// of different currencies. What is left undoes something of the other side, or is only on its
/// side; the second of its group is a duplicate.
///
/// Threads.  One.
class GroupRules {
 public:
  /// `rules` must outlive this.
  explicit GroupRules(const PairRules& rules) : rules_{rules} {}

  /// Requires: the records have one reference and stand in order (less_behind_words()).
  [[nodiscard]] Result<void> decide(std::span<const Record> records, OutcomeSink& sink);

  /// Two records that belong together; the counts are of their group.
  [[nodiscard]] Result<void> pair(const Record& a, const Record& b, std::uint32_t count_a,
                                  std::uint32_t count_b, OutcomeSink& sink) const;

 private:
  /// Records of groups that only one side has.
  struct Single {
    const Record* record = nullptr;
    std::uint32_t count = 0;  ///< Of its group.
    bool is_first = false;    ///< Of its group.
    bool is_paired = false;
  };

  void split(std::span<const Record> group);
  [[nodiscard]] Result<void> decide_group(OutcomeSink& sink);
  void pair_equal_ones();
  /// Takes what is `ok` of both rests as one pair, if both have such.
  [[nodiscard]] Result<void> pair_sums(OutcomeSink& sink);
  [[nodiscard]] Result<void> tell_extra(const Record& record, OutcomeSink& sink) const;
  [[nodiscard]] Result<void> pair_singles(bool same_currency, OutcomeSink& sink);
  [[nodiscard]] Result<void> decide_single(const Single& single, std::span<const Record> records,
                                           OutcomeSink& sink) const;

  const PairRules& rules_;
  std::vector<const Record*> a_;
  std::vector<const Record*> b_;
  std::vector<std::uint32_t> partner_of_a_;  ///< Its place in b_, or what stands for none.
  std::vector<bool> a_is_told_;              ///< As part of a sum.
  std::vector<bool> b_is_taken_;
  std::vector<Single> singles_;
};

/// Decides on candidates under a fallback rule, which are alike in all that the rule looks at: one
/// of each side belong together; more than that are never guessed at.
[[nodiscard]] Result<void> decide_candidates(std::span<const Record> records,
                                             const PairRules& rules, OutcomeSink& sink);

}  // namespace daybook::recon
