#include "engine/recon/batch_comparison.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/recon/reference_rules.hpp"
#include "engine/recon/tolerance_caps.hpp"

namespace daybook::recon {
namespace {

/// Hands outcomes on.
class TellingSink final : public OutcomeSink {
 public:
  TellingSink(const PairRules& rules, const TellOutcome& tell)
      : rules_{rules}, caps_{rules.tolerances}, tell_{tell} {}

  void matched(const Record& a, const Record& b) override {
    Difference pair;
    pair.count_a = pair.count_b = 1;
    pair.has_a = pair.has_b = true;
    pair.a = a;
    pair.b = b;
    tell_(pair);
  }
  void settled(const Record&) override {}
  Result<void> difference(const Difference& difference) override {
    Difference granted = difference;
    caps_.grant(granted);
    tell_(granted);
    return {};
  }
  Result<void> leftover(const Record& record) override {
    return difference(unmatched(record, rules_));
  }

 private:
  const PairRules& rules_;
  ToleranceCaps caps_;
  const TellOutcome& tell_;
};

}  // namespace

Result<void> compare_batch(std::vector<Record> records, const PairRules& rules,
                           const TellOutcome& tell) {
  std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) {
    return a.key != b.key ? a.key < b.key : less_behind_words(a, b);
  });
  TellingSink sink{rules, tell};
  ReferenceRules references{rules, sink, nullptr};
  std::vector<Record> group;
  for (auto at = records.begin(); at != records.end();) {
    // Without a reference each record stands for itself.
    const auto end =
        !at->has_reference() ? at + 1 : std::find_if(at, records.end(), [&](const Record& each) {
          return each.key != at->key;
        });
    group.assign(at, end);
    if (group.size() > limits::group_records_max) {
      return Failure{
          FailureKind::invalid,
          fmt::format("more than {} records have the reference '{}'", limits::group_records_max,
                      reference_of(at->key).value_or("(a long one)"))};
    }
    if (auto decided = references.decide(group); !decided) return decided;
    at = end;
  }
  return {};
}

}  // namespace daybook::recon
