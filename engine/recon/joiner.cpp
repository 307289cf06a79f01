#include "engine/recon/joiner.hpp"

#include <utility>

#include <fmt/format.h>

namespace daybook::recon {
namespace {

constexpr std::uint64_t told_every = 16'384;  ///< Records between two words about progress.

/// The library compares arrays by a call.
bool are_equal(const KeyWords& a, const KeyWords& b) {
  return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2])) == 0;
}

Failure too_many(const Record& record, const OrderRule& order) {
  if (!order.is_by_reference()) {
    return {FailureKind::invalid,
            fmt::format("more than {} records without a partner are alike in all that a fallback "
                        "rule looks at ({} {} among others): add 'day' or 'party' to the rule",
                        limits::group_records_max, to_decimal(record.amount()),
                        currency_text(record.currency))};
  }
  const std::optional<std::string> reference = reference_of(record.key);
  return {FailureKind::invalid,
          fmt::format("more than {} records have the reference '{}': is the reference column the "
                      "right one? Records that have none may leave the column empty",
                      limits::group_records_max, reference.value_or("(a long one)"))};
}

}  // namespace

void Joiner::sum(const Record& record) {
  if (merged_ == nullptr) return;
  // There is room: the parser saw the same currencies.
  MergedSums* const sums = merged_->find_or_add(record.currency);
  ENSURE(sums != nullptr, "both files together have twice the currencies of one at most");
  (record.side() == Side::a ? sums->a : sums->b).add(record);
}

Result<void> Joiner::run(MergeStream& stream) {
  std::uint64_t seen = 0;
  while (!stream.at_end()) {
    const KeyWords words = stream.words();
    records_.clear();
    do {
      if (records_.size() == limits::group_records_max && order_.can_find(stream.record())) {
        return too_many(stream.record(), order_);
      }
      records_.push_back(stream.record());
      sum(records_.back());
      if (auto advanced = stream.advance(); !advanced) return advanced;
      if (++seen == told_every && tell_ != nullptr) (*tell_)(std::exchange(seen, 0));
      // Without a reference each record stands for itself.
    } while (!stream.at_end() && are_equal(stream.words(), words) &&
             order_.can_find(records_.front()));
    if (auto decided = decide(); !decided) return decided;
  }
  return {};
}

Result<void> Joiner::decide() {
  if (order_.is_by_reference()) return references_.decide(records_);
  const Record& first = records_.front();
  if (!order_.can_find(first)) return sink_.leftover(first);
  return decide_by_rule();
}

Result<void> Joiner::decide_by_rule() {
  for (std::size_t begin = 0; begin < records_.size();) {
    std::size_t end = begin + 1;
    while (end < records_.size() && order_.same_group(records_[begin], records_[end])) ++end;
    const std::span<const Record> group{records_.data() + begin, end - begin};
    if (auto decided = decide_candidates(group, rules_, sink_); !decided) return decided;
    begin = end;
  }
  return {};
}

}  // namespace daybook::recon
