#include "engine/recon/group_rules.hpp"

#include <algorithm>
#include <numeric>

namespace daybook::recon {
namespace {

constexpr std::uint32_t nobody = UINT32_MAX;

bool less_in_value(const Record& a, const Record& b) {
  if (a.amount() != b.amount()) return a.amount() < b.amount();
  if (a.fee() != b.fee()) return a.fee() < b.fee();
  return a.status() < b.status();
}

/// The places of `records`, by amount, fee and status, and in order where these are equal.
std::vector<std::uint32_t> by_value(const std::vector<const Record*>& records) {
  std::vector<std::uint32_t> places(records.size());
  std::iota(places.begin(), places.end(), 0U);
  std::stable_sort(places.begin(), places.end(), [&](std::uint32_t x, std::uint32_t y) {
    return less_in_value(*records[x], *records[y]);
  });
  return places;
}

Difference single_of(const Record& record, std::uint32_t count) {
  Difference difference;
  const bool is_a = record.side() == Side::a;
  difference.has_a = is_a;
  difference.has_b = !is_a;
  (is_a ? difference.a : difference.b) = record;
  (is_a ? difference.count_a : difference.count_b) = count;
  return difference;
}

Code duplicate_code(Side side) { return side == Side::a ? Code::duplicate_a : Code::duplicate_b; }

}  // namespace

Result<void> GroupRules::pair(const Record& a, const Record& b, std::uint32_t count_a,
                              std::uint32_t count_b, OutcomeSink& sink) const {
  CodeSet codes = codes_of_pair(a, b, rules_);
  const bool is_one_group = a.currency == b.currency && a.type() == b.type();
  if (is_one_group && count_a > 1 && count_b > 1) codes.add(Code::duplicate_both);
  if (codes.empty()) {
    sink.matched(a, b);
    return {};
  }
  return sink.difference({.codes = codes,
                          .count_a = count_a,
                          .count_b = count_b,
                          .has_a = true,
                          .has_b = true,
                          .a = a,
                          .b = b});
}

void GroupRules::split(std::span<const Record> group) {
  a_.clear();
  b_.clear();
  for (const Record& record : group) (record.side() == Side::a ? a_ : b_).push_back(&record);
}

void GroupRules::pair_equal_ones(std::vector<std::uint32_t>& partner_of_a,
                                 std::vector<bool>& b_is_taken) {
  const std::vector<std::uint32_t> a_places = by_value(a_);
  const std::vector<std::uint32_t> b_places = by_value(b_);
  for (std::size_t i = 0, j = 0; i < a_places.size() && j < b_places.size();) {
    const Record& a = *a_[a_places[i]];
    const Record& b = *b_[b_places[j]];
    if (less_in_value(a, b)) {
      ++i;
    } else if (less_in_value(b, a)) {
      ++j;
    } else {
      partner_of_a[a_places[i++]] = b_places[j];
      b_is_taken[b_places[j++]] = true;
    }
  }
}

Result<void> GroupRules::decide_group(OutcomeSink& sink) {
  const auto count_a = static_cast<std::uint32_t>(a_.size());
  const auto count_b = static_cast<std::uint32_t>(b_.size());
  std::vector<std::uint32_t> partner_of_a(a_.size(), nobody);
  std::vector<bool> b_is_taken(b_.size(), false);
  pair_equal_ones(partner_of_a, b_is_taken);
  std::size_t next_b = 0;
  const auto skip_taken = [&] {
    while (next_b < b_.size() && b_is_taken[next_b]) ++next_b;
  };
  for (std::size_t i = 0; i < a_.size(); ++i) {
    if (partner_of_a[i] == nobody) {
      skip_taken();
      if (next_b == b_.size()) {
        Difference extra = single_of(*a_[i], count_a);
        extra.count_b = count_b;
        extra.codes.add(Code::duplicate_a);
        if (auto told = sink.difference(extra); !told) return told;
        continue;
      }
      partner_of_a[i] = static_cast<std::uint32_t>(next_b);
      b_is_taken[next_b] = true;
    }
    if (auto paired = pair(*a_[i], *b_[partner_of_a[i]], count_a, count_b, sink); !paired) {
      return paired;
    }
  }
  for (skip_taken(); next_b < b_.size(); ++next_b, skip_taken()) {
    Difference extra = single_of(*b_[next_b], count_b);
    extra.count_a = count_a;
    extra.codes.add(Code::duplicate_b);
    if (auto told = sink.difference(extra); !told) return told;
  }
  return {};
}

Result<void> GroupRules::pair_singles(bool same_currency, OutcomeSink& sink) {
  // With one currency: its records stand together. Otherwise all of them.
  for (std::size_t begin = 0; begin < singles_.size();) {
    std::size_t end = begin;
    while (end < singles_.size() &&
           (!same_currency || singles_[end].record->currency == singles_[begin].record->currency)) {
      ++end;
    }
    std::size_t next_b = begin;
    for (std::size_t i = begin; i < end; ++i) {
      Single& a = singles_[i];
      if (a.is_paired || a.record->side() != Side::a) continue;
      while (next_b < end &&
             (singles_[next_b].is_paired || singles_[next_b].record->side() != Side::b)) {
        ++next_b;
      }
      if (next_b == end) break;
      Single& b = singles_[next_b];
      a.is_paired = b.is_paired = true;
      if (auto told = pair(*a.record, *b.record, a.count, b.count, sink); !told) return told;
    }
    begin = end;
  }
  return {};
}

Result<void> GroupRules::decide_single(const Single& single, std::span<const Record> records,
                                       OutcomeSink& sink) const {
  const Record& record = *single.record;
  Difference difference = single_of(record, single.count);
  if (const std::optional<Code> undoes = undoing_code(record.type())) {
    const auto is_undone = [&](const Record& other) {
      return other.side() != record.side() && other.currency == record.currency &&
             !undoing_code(other.type());
    };
    if (std::any_of(records.begin(), records.end(), is_undone)) difference.codes.add(*undoes);
  }
  if (!single.is_first) difference.codes.add(duplicate_code(record.side()));
  return difference.codes.empty() ? sink.leftover(record) : sink.difference(difference);
}

Result<void> GroupRules::decide(std::span<const Record> records, OutcomeSink& sink) {
  singles_.clear();
  for (std::size_t begin = 0; begin < records.size();) {
    std::size_t end = begin + 1;
    while (end < records.size() && records[end].currency == records[begin].currency &&
           records[end].type() == records[begin].type()) {
      ++end;
    }
    const std::span<const Record> group = records.subspan(begin, end - begin);
    begin = end;
    split(group);
    if (!a_.empty() && !b_.empty()) {
      if (auto decided = decide_group(sink); !decided) return decided;
      continue;
    }
    for (const Record& record : group) {
      singles_.push_back({.record = &record,
                          .count = static_cast<std::uint32_t>(group.size()),
                          .is_first = &record == group.data()});
    }
  }
  for (const bool same_currency : {true, false}) {
    if (auto paired = pair_singles(same_currency, sink); !paired) return paired;
  }
  for (const Single& single : singles_) {
    if (single.is_paired) continue;
    if (auto decided = decide_single(single, records, sink); !decided) return decided;
  }
  return {};
}

Result<void> decide_candidates(std::span<const Record> records, const PairRules& rules,
                               OutcomeSink& sink) {
  const auto is_of_a = [](const Record& record) { return record.side() == Side::a; };
  const auto count_a =
      static_cast<std::uint32_t>(std::count_if(records.begin(), records.end(), is_of_a));
  const auto count_b = static_cast<std::uint32_t>(records.size()) - count_a;
  if (count_a == 1 && count_b == 1) {
    const Record& a = is_of_a(records[0]) ? records[0] : records[1];
    const Record& b = is_of_a(records[0]) ? records[1] : records[0];
    CodeSet codes = codes_of_pair(a, b, rules);
    codes.add(Code::reference_mismatch);
    return sink.difference(
        {.codes = codes, .count_a = 1, .count_b = 1, .has_a = true, .has_b = true, .a = a, .b = b});
  }
  for (const Record& record : records) {
    if (count_a == 0 || count_b == 0) {
      if (auto left = sink.leftover(record); !left) return left;
      continue;
    }
    Difference difference = single_of(record, is_of_a(record) ? count_a : count_b);
    (is_of_a(record) ? difference.count_b : difference.count_a) =
        is_of_a(record) ? count_b : count_a;
    difference.codes.add(Code::ambiguous);
    if (auto told = sink.difference(difference); !told) return told;
  }
  return {};
}

}  // namespace daybook::recon
