#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/recon/merge_stream.hpp"
#include "engine/recon/reference_rules.hpp"
#include "engine/recon/totals.hpp"

namespace daybook::recon {

/// Turns a stream of sorted records of both sides into outcomes, one reference after the other.
///
/// Threads.  One.
/// Errors.   `invalid` for a reference with more records than `group_records_max`; those of the
///           stream and the sink.
class Joiner {
 public:
  /// All outlive the joiner. `merged` is filled where it is not null: in the first pass, which
  /// sees every record. `tell`, which may be null, hears now and then how many records more
  /// were seen.
  Joiner(const PairRules& rules, const OrderRule& order, OutcomeSink& sink, MergedTable* merged,
         const std::function<void(std::uint64_t)>* tell)
      : rules_{rules},
        order_{order},
        sink_{sink},
        merged_{merged},
        tell_{tell},
        references_{rules, sink, merged} {}

  [[nodiscard]] Result<void> run(MergeStream& stream);

 private:
  [[nodiscard]] Result<void> decide();
  [[nodiscard]] Result<void> decide_by_rule();
  void sum(const Record& record);

  const PairRules& rules_;
  const OrderRule& order_;
  OutcomeSink& sink_;
  MergedTable* merged_;
  const std::function<void(std::uint64_t)>* tell_;
  ReferenceRules references_;
  std::vector<Record> records_;  ///< Of the reference at hand.
};

}  // namespace daybook::recon
