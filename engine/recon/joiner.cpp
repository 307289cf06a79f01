#include "engine/recon/joiner.hpp"

#include <algorithm>
#include <iterator>
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

/// Fee parts become the fee of the first record of A that moved something in their currency.
void Joiner::fold_fees() {
  std::vector<Record> parts;
  const auto is_part = [](const Record& record) { return record.is_fee_part(); };
  std::copy_if(records_.begin(), records_.end(), std::back_inserter(parts), is_part);
  std::erase_if(records_, is_part);
  for (Record& part : parts) {
    const auto target = std::find_if(records_.begin(), records_.end(), [&](const Record& record) {
      return record.side() == part.side() && record.currency == part.currency &&
             record.has_effect() && !record.is_fee_part();
    });
    if (target == records_.end()) {
      // Nothing that it is the fee of: it is a movement as any other. Until the end of the loop it
      // is marked, so that the parts behind it do not become its fee.
      records_.push_back(part);
      continue;
    }
    target->set_fee(target->fee() - part.amount());
    if (merged_ == nullptr) continue;
    MergedSums* const sums = merged_->find_or_add(part.currency);
    ENSURE(sums != nullptr, "the merge has seen this currency");
    sums->folded.add(part);
  }
  for (Record& record : records_) record.set_fee_part(false);
  std::sort(records_.begin(), records_.end(), less_behind_words);
}

/// What corrections have left nothing of takes a record of B along that moved nothing either, if no
/// other record of A is equal to that. It is out of the way before anything is paired, as it must
/// not be the partner of what did move, nor be one of several.
void Joiner::settle_undone() {
  std::vector<Record> undone;
  const auto is_undone = [](const Record& record) { return record.is_undone(); };
  std::copy_if(records_.begin(), records_.end(), std::back_inserter(undone), is_undone);
  std::erase_if(records_, is_undone);
  const auto is_one_group = [](const Record& a, const Record& b) {
    return a.currency == b.currency && a.type() == b.type();
  };
  std::vector<bool> is_free(records_.size());
  for (std::size_t i = 0; i < records_.size(); ++i) {
    is_free[i] = records_[i].side() == Side::b && !records_[i].has_effect();
  }
  const auto take = [&](auto is_partner) {
    for (std::size_t i = 0; i < records_.size(); ++i) {
      if (!is_free[i] || !is_partner(records_[i])) continue;
      is_free[i] = false;
      return std::optional{i};
    }
    return std::optional<std::size_t>{};
  };
  for (const Record& a : records_) {
    if (a.side() != Side::a || a.has_effect()) continue;
    take([&](const Record& b) { return is_one_group(a, b) && is_equal_pair(a, b); });
  }
  std::vector<bool> is_taken(records_.size());
  for (const Record& a : undone) {
    const auto partner = take([&](const Record& b) { return is_one_group(a, b); });
    if (partner) {
      is_taken[*partner] = true;
      sink_.matched(a, records_[*partner]);
    } else {
      sink_.settled(a);
    }
  }
  std::size_t at = 0;
  std::erase_if(records_, [&](const Record&) { return is_taken[at++]; });
}

Result<void> Joiner::decide() {
  std::uint64_t marks = 0;
  for (const Record& record : records_) marks |= record.place;
  if ((marks & (Record::fee_part_bit | Record::corrected_bit)) != 0 && order_.is_by_reference())
      [[unlikely]] {
    if ((marks & Record::fee_part_bit) != 0) fold_fees();
    if ((marks & Record::corrected_bit) != 0) settle_undone();
    if (records_.empty()) return {};
  }
  const Record& first = records_.front();
  if (!order_.can_find(first)) return sink_.leftover(first);
  if (!order_.is_by_reference()) return decide_by_rule();
  // Nearly always one record of each side.
  if (records_.size() == 2 && first.side() != records_[1].side() &&
      first.currency == records_[1].currency && first.type() == records_[1].type()) {
    const bool first_is_a = first.side() == Side::a;
    return groups_.pair(records_[first_is_a ? 0 : 1], records_[first_is_a ? 1 : 0], 1, 1, sink_);
  }
  return groups_.decide(records_, sink_);
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
