#include "tools/daybook/text/filter_text.hpp"

#include <limits>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

Failure in_option(std::string_view option, std::string_view what) {
  return Failure{FailureKind::invalid, fmt::format("{}: {}", option, what)};
}

Failure zero_asked(std::string_view option) {
  return in_option(option, "0 means that an event has none, and that cannot be asked for");
}

/// Reads options one after the other; after a first fault nothing more is read.
class FilterReader {
 public:
  std::optional<Failure> fault;

  template <typename Id, typename Parse>
  void id(std::string_view option, const std::string& text, Id& into, Parse parse) {
    if (fault || text.empty()) return;
    const auto value = parse(text);
    if (!value) {
      fault = in_option(option, value.error().what);
    } else {
      into = Id{value.value()};
      if (into == Id{}) fault = zero_asked(option);
    }
  }

  /// `Number` is a Named number of at most 64 bits.
  template <typename Number>
  void number(std::string_view option, const std::string& text, Number& into) {
    using Rep = typename Number::rep;
    id(option, text, into, [](std::string_view digits) -> Result<Rep> {
      const auto value = parse_unsigned(digits, std::numeric_limits<Rep>::max());
      if (!value) return value.error();
      return static_cast<Rep>(value.value());
    });
  }

  void time(std::string_view option, const std::string& text, Timestamp& into) {
    if (fault || text.empty()) return;
    const auto time = parse_time(text);
    if (!time) {
      fault = in_option(option, time.error().what);
    } else {
      into = time.value();
    }
  }
};

}  // namespace

Result<QueryFilter> parse_filter(const FilterTexts& texts) {
  QueryFilter filter;
  FilterReader reader;
  reader.time("--from", texts.from, filter.timestamp_min);
  reader.time("--to", texts.to, filter.timestamp_max);
  reader.id("--business", texts.business, filter.business_id, parse_id);
  reader.id("--trace", texts.trace, filter.trace_id, parse_trace_id);
  reader.number("--user", texts.user, filter.user_id);
  reader.number("--tag", texts.tag, filter.tag);
  reader.number("--ledger", texts.ledger, filter.ledger);
  reader.number("--code", texts.code, filter.code);
  if (reader.fault) return *reader.fault;
  if (!texts.to.empty() && filter.timestamp_max == Timestamp{}) {
    return in_option("--to", "nothing has happened at 0 ns or before");
  }
  if (!texts.to.empty() && filter.timestamp_min > filter.timestamp_max) {
    return in_option("--from", "it is after --to: nothing could be between");
  }
  if (texts.debits) filter.flags |= query_flag::debits;
  if (texts.credits) filter.flags |= query_flag::credits;
  if (texts.newest_first) filter.flags |= query_flag::newest_first;
  return filter;
}

}  // namespace daybook
