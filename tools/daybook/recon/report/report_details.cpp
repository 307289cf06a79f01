#include "tools/daybook/recon/report/report_details.hpp"

#include <algorithm>

#include "engine/base/durations.hpp"
#include "tools/daybook/recon/report/html_text.hpp"

namespace daybook::recon {
namespace {

bool is_open(Code code) {
  return code == Code::a_only || code == Code::a_pending || code == Code::b_only ||
         code == Code::b_pending;
}

AgeClass age_class_of(const Record& record, std::int64_t newest) {
  const std::optional<std::uint64_t> days = age_days(record, newest);
  if (!days) return AgeClass::unknown;
  if (*days <= 1) return AgeClass::day;
  if (*days <= 7) return AgeClass::week;
  if (*days <= 30) return AgeClass::month;
  return *days <= 90 ? AgeClass::quarter : AgeClass::older;
}

u128 size_of(i128 amount) { return static_cast<u128>(amount < 0 ? -amount : amount); }

/// What is at stake: B less A, or, where only the fees or the currencies differ, that.
u128 size_of(const Difference& difference) {
  if (!difference.is_pair()) return size_of(difference.delta());
  if (difference.a.currency != difference.b.currency) return size_of(difference.a.amount());
  const u128 amount = size_of(difference.delta());
  return amount != 0 ? amount
                     : size_of(difference.b.effective_fee() - difference.a.effective_fee());
}

Result<ReportedDifference> told(const Difference& difference, std::array<SideSource*, 2> sources) {
  ReportedDifference reported{.difference = difference, .references = {}};
  for (const Side side : {Side::a, Side::b}) {
    const auto index = static_cast<std::size_t>(side);
    if (side == Side::a ? !difference.has_a : !difference.has_b) continue;
    Result<std::string> text =
        reference_text(*sources[index], side == Side::a ? difference.a : difference.b);
    if (!text) return text.error();
    reported.references[index] = shortened(text.value(), limits::report_text_bytes_max);
  }
  return reported;
}

}  // namespace

std::string_view to_string(AgeClass age) {
  constexpr std::array<std::string_view, age_class_count> words{
      "to 1 day", "2 to 7 days", "8 to 30 days", "31 to 90 days", "over 90 days", "no date"};
  return words[static_cast<std::size_t>(age)];
}

std::optional<std::uint64_t> age_days(const Record& record, std::int64_t newest) {
  if (!record.has_time() || newest == no_time || record.time_ns > newest) return std::nullopt;
  return static_cast<std::uint64_t>((static_cast<i128>(newest) - record.time_ns) / day_ns);
}

/// The one that is shown last is at the front.
void DetailCollector::keep(std::vector<Placed>& heap, std::size_t count_max, Placed placed) {
  const auto sooner = [](const Placed& a, const Placed& b) {
    return a.size != b.size ? a.size > b.size : a.place < b.place;
  };
  if (heap.size() == count_max) {
    if (!sooner(placed, heap.front())) return;
    std::pop_heap(heap.begin(), heap.end(), sooner);
    heap.pop_back();
  }
  heap.push_back(std::move(placed));
  std::push_heap(heap.begin(), heap.end(), sooner);
}

std::vector<DetailCollector::Placed> DetailCollector::in_order(std::vector<Placed> heap) {
  std::sort(heap.begin(), heap.end(), [](const Placed& a, const Placed& b) {
    return a.size != b.size ? a.size > b.size : a.place < b.place;
  });
  return heap;
}

void DetailCollector::add_open(const Difference& difference, Code code) {
  const Record& record = difference.has_a ? difference.a : difference.b;
  ++details_.open_items;
  AgeSums& sums = ages_[{record.currency, code}];
  sums.currency = record.currency;
  sums.code = code;
  AgeSums::Sum& sum = sums.of[static_cast<std::size_t>(age_class_of(record, details_.newest))];
  ++sum.count;
  sum.amount += record.effective_amount();
  // Earlier is larger; without a time it is 0.
  const u128 rank =
      record.has_time() ? static_cast<u128>(static_cast<i128>(INT64_MAX) - record.time_ns) + 1 : 0;
  keep(oldest_, limits::report_open_items_max, {rank, places_, difference});
}

void DetailCollector::add(const Difference& difference) {
  ++places_;
  const Code code = primary_of(difference.codes);
  if (is_open(code)) add_open(difference, code);
  if (!is_difference(code)) return;
  const std::uint64_t currency = difference.has_a ? difference.a.currency : difference.b.currency;
  if (difference.delta() != 0) ++details_.moving[currency];
  if (!largest_.contains(currency) && largest_.size() == limits::report_currencies_max) {
    details_.has_more_currencies = true;
    return;
  }
  keep(largest_[currency], limits::report_largest_max, {size_of(difference), places_, difference});
}

void DetailCollector::add(Side side, const InvalidLine& line) {
  std::size_t& count = lines_[static_cast<std::size_t>(side)];
  if (count == limits::report_lines_max) return;
  ++count;
  details_.invalid.push_back({.side = side, .line = line, .text = {}});
}

Result<ReportDetails> DetailCollector::finish(std::array<SideSource*, 2> sources,
                                              const SideSource::Tell& tell) {
  for (const auto& [key, sums] : ages_) details_.ages.push_back(sums);
  const auto show = [&](std::vector<Placed>& heap,
                        std::vector<ReportedDifference>& into) -> Result<void> {
    for (const Placed& placed : in_order(std::move(heap))) {
      Result<ReportedDifference> reported = told(placed.difference, sources);
      if (!reported) return reported.error();
      into.push_back(std::move(reported).value());
    }
    return {};
  };
  if (auto shown = show(oldest_, details_.oldest_open); !shown) return shown.error();
  for (auto& [currency, heap] : largest_) {
    if (auto shown = show(heap, details_.largest); !shown) return shown.error();
  }
  for (ReportedLine& line : details_.invalid) {
    Result<std::string> text = sources[static_cast<std::size_t>(line.side)]->raw_line(
        line.line.offset, line.line.size_bytes);
    if (!text) return text.error();
    line.text = shortened(text.value(), limits::report_text_bytes_max);
  }
  for (std::size_t side = 0; side < 2; ++side) {
    Result<SideIdentity> identity = sources[side]->identity(tell);
    if (!identity) return identity.error();
    details_.identities[side] = std::move(identity).value();
    details_.statements[side] = sources[side]->statements();
  }
  return std::move(details_);
}

}  // namespace daybook::recon
