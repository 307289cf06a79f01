#include "engine/recon/reference_rules.hpp"

#include <algorithm>
#include <iterator>

namespace daybook::recon {

/// Fee parts become the fee of the first record of A that moved something in their currency.
void ReferenceRules::fold_fees(std::vector<Record>& records) {
  std::vector<Record> parts;
  const auto is_part = [](const Record& record) { return record.is_fee_part(); };
  std::copy_if(records.begin(), records.end(), std::back_inserter(parts), is_part);
  std::erase_if(records, is_part);
  for (Record& part : parts) {
    const auto target = std::find_if(records.begin(), records.end(), [&](const Record& record) {
      return record.side() == part.side() && record.currency == part.currency &&
             record.has_effect() && !record.is_fee_part();
    });
    if (target == records.end()) {
      // Nothing that it is the fee of: it is a movement as any other. Until the end of the loop it
      // is marked, so that the parts behind it do not become its fee.
      records.push_back(part);
      continue;
    }
    target->set_fee(target->fee() - part.amount());
    if (merged_ == nullptr) continue;
    MergedSums* const sums = merged_->find_or_add(part.currency);
    ENSURE(sums != nullptr, "the merge has seen this currency");
    sums->folded.add(part);
  }
  for (Record& record : records) record.set_fee_part(false);
  std::sort(records.begin(), records.end(), less_behind_words);
}

/// What corrections have left nothing of takes a record of B along that moved nothing either, if no
/// other record of A is equal to that. It is out of the way before anything is paired, as it must
/// not be the partner of what did move, nor be one of several.
void ReferenceRules::settle_undone(std::vector<Record>& records) {
  std::vector<Record> undone;
  const auto is_undone = [](const Record& record) { return record.is_undone(); };
  std::copy_if(records.begin(), records.end(), std::back_inserter(undone), is_undone);
  std::erase_if(records, is_undone);
  const auto is_one_group = [](const Record& a, const Record& b) {
    return a.currency == b.currency && a.type() == b.type();
  };
  std::vector<bool> is_free(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    is_free[i] = records[i].side() == Side::b && !records[i].has_effect();
  }
  const auto take = [&](auto is_partner) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (!is_free[i] || !is_partner(records[i])) continue;
      is_free[i] = false;
      return std::optional{i};
    }
    return std::optional<std::size_t>{};
  };
  for (const Record& a : records) {
    if (a.side() != Side::a || a.has_effect()) continue;
    take([&](const Record& b) { return is_one_group(a, b) && is_equal_pair(a, b); });
  }
  std::vector<bool> is_taken(records.size());
  for (const Record& a : undone) {
    const auto partner = take([&](const Record& b) { return is_one_group(a, b); });
    if (partner) {
      is_taken[*partner] = true;
      sink_.matched(a, records[*partner]);
    } else {
      sink_.settled(a);
    }
  }
  std::size_t at = 0;
  std::erase_if(records, [&](const Record&) { return is_taken[at++]; });
}

Result<void> ReferenceRules::decide(std::vector<Record>& records) {
  std::uint64_t marks = 0;
  for (const Record& record : records) marks |= record.place;
  if ((marks & (Record::fee_part_bit | Record::corrected_bit)) != 0) [[unlikely]] {
    if ((marks & Record::fee_part_bit) != 0) fold_fees(records);
    if ((marks & Record::corrected_bit) != 0) settle_undone(records);
    if (records.empty()) return {};
  }
  const Record& first = records.front();
  if (!first.has_reference()) return sink_.leftover(first);
  // Nearly always one record of each side.
  if (records.size() == 2 && first.side() != records[1].side() &&
      first.currency == records[1].currency && first.type() == records[1].type()) {
    const bool first_is_a = first.side() == Side::a;
    return groups_.pair(records[first_is_a ? 0 : 1], records[first_is_a ? 1 : 0], 1, 1, sink_);
  }
  return groups_.decide(records, sink_);
}

}  // namespace daybook::recon
