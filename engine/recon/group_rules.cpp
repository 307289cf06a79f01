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

/// Parts as one record. Requires: all are `ok`, and there is one.
Record sum_of(const std::vector<const Record*>& parts) {
  Record whole = *parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const Record& part = *parts[i];
    whole.set_amount(whole.amount() + part.amount());
    whole.set_fee(whole.fee() + part.fee());
    // It is whole when the last part has come.
    whole.time_ns = std::max(whole.time_ns, part.time_ns);
    if (whole.party != part.party) whole.party = 0;
    whole.settlement = 0;
  }
  return whole;
}

Code duplicate_code(Side side) { return side == Side::a ? Code::duplicate_a : Code::duplicate_b; }

}  // namespace

Result<void> GroupRules::pair(const Record& a, const Record& b, std::uint32_t count_a,
                              std::uint32_t count_b, OutcomeSink& sink) const {
  CodeSet codes = codes_of_pair(a, b, rules_);
  const bool is_one_group = a.currency == b.currency && a.type() == b.type();
  if (is_one_group && count_a > 1 && count_b > 1 && !rules_.sums_groups) {
    codes.add(Code::duplicate_both);
  }
  if (codes.empty()) {
    sink.matched(a, b);
    return {};
  }
  return sink.difference({.codes = codes,
                          .count_a = count_a,
                          .count_b = count_b,
                          .parts_a = 1,
                          .parts_b = 1,
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

void GroupRules::pair_equal_ones() {
  partner_of_a_.assign(a_.size(), nobody);
  b_is_taken_.assign(b_.size(), false);
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
      partner_of_a_[a_places[i++]] = b_places[j];
      b_is_taken_[b_places[j++]] = true;
    }
  }
}

Result<void> GroupRules::pair_sums(OutcomeSink& sink) {
  a_is_told_.assign(a_.size(), false);
  if (!rules_.sums_groups) return {};
  std::vector<const Record*> a_parts;
  std::vector<const Record*> b_parts;
  for (std::size_t i = 0; i < a_.size(); ++i) {
    if (partner_of_a_[i] == nobody && a_[i]->has_effect()) a_parts.push_back(a_[i]);
  }
  for (std::size_t i = 0; i < b_.size(); ++i) {
    if (!b_is_taken_[i] && b_[i]->has_effect()) b_parts.push_back(b_[i]);
  }
  if (a_parts.empty() || b_parts.empty()) return {};
  for (std::size_t i = 0; i < a_.size(); ++i) {
    a_is_told_[i] = partner_of_a_[i] == nobody && a_[i]->has_effect();
  }
  for (std::size_t i = 0; i < b_.size(); ++i) {
    b_is_taken_[i] = b_is_taken_[i] || b_[i]->has_effect();
  }
  Difference split{.codes = {},
                   .count_a = static_cast<std::uint32_t>(a_.size()),
                   .count_b = static_cast<std::uint32_t>(b_.size()),
                   .parts_a = static_cast<std::uint32_t>(a_parts.size()),
                   .parts_b = static_cast<std::uint32_t>(b_parts.size()),
                   .has_a = true,
                   .has_b = true,
                   .a = sum_of(a_parts),
                   .b = sum_of(b_parts)};
  if (!split.is_split()) return pair(split.a, split.b, split.count_a, split.count_b, sink);
  split.codes = codes_of_pair(split.a, split.b, rules_);
  const bool is_whole = split.delta() == 0 || split.codes.has(Code::net_gross) ||
                        split.codes.has(Code::matched_tolerance);
  split.codes.add(is_whole ? Code::split_matched : Code::split_incomplete);
  return sink.difference(split);
}

Result<void> GroupRules::tell_extra(const Record& record, OutcomeSink& sink) const {
  const bool is_a = record.side() == Side::a;
  Difference extra = single_of(record, static_cast<std::uint32_t>((is_a ? a_ : b_).size()));
  (is_a ? extra.count_b : extra.count_a) = static_cast<std::uint32_t>((is_a ? b_ : a_).size());
  extra.codes.add(rules_.sums_groups ? Code::split_incomplete : duplicate_code(record.side()));
  return sink.difference(extra);
}

Result<void> GroupRules::decide_group(OutcomeSink& sink) {
  const auto count_a = static_cast<std::uint32_t>(a_.size());
  const auto count_b = static_cast<std::uint32_t>(b_.size());
  pair_equal_ones();
  if (auto told = pair_sums(sink); !told) return told;
  std::size_t next_b = 0;
  const auto skip_taken = [&] {
    while (next_b < b_.size() && b_is_taken_[next_b]) ++next_b;
  };
  for (std::size_t i = 0; i < a_.size(); ++i) {
    if (a_is_told_[i]) continue;
    if (partner_of_a_[i] == nobody) {
      skip_taken();
      if (next_b == b_.size()) {
        if (auto told = tell_extra(*a_[i], sink); !told) return told;
        continue;
      }
      partner_of_a_[i] = static_cast<std::uint32_t>(next_b);
      b_is_taken_[next_b] = true;
    }
    if (auto paired = pair(*a_[i], *b_[partner_of_a_[i]], count_a, count_b, sink); !paired) {
      return paired;
    }
  }
  for (skip_taken(); next_b < b_.size(); ++next_b, skip_taken()) {
    if (auto told = tell_extra(*b_[next_b], sink); !told) return told;
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
  if (!single.is_first && !rules_.sums_groups) {
    difference.codes.add(duplicate_code(record.side()));
  }
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
    return sink.difference({.codes = codes,
                            .count_a = 1,
                            .count_b = 1,
                            .parts_a = 1,
                            .parts_b = 1,
                            .has_a = true,
                            .has_b = true,
                            .a = a,
                            .b = b});
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
