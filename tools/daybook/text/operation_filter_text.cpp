#include "tools/daybook/text/operation_filter_text.hpp"

#include <limits>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

/// The number of the enumerator called `text`, or the number that it writes. Names are found by
/// asking for each number's: there are few.
template <typename Enum>
Result<Enum> parse_enum(std::string_view text, std::uint16_t end, std::string_view what) {
  const std::string_view none = to_string(Enum{std::numeric_limits<std::uint16_t>::max()});
  for (std::uint16_t number = 0; number < end && text != none; ++number) {
    if (to_string(Enum{number}) == text) return Enum{number};
  }
  const auto number = parse_unsigned(text, std::numeric_limits<std::uint16_t>::max());
  if (number) return static_cast<Enum>(number.value());
  return Failure{
      FailureKind::invalid,
      fmt::format("'{}' is no {}: write its name or number; net/README.md has them", text, what)};
}

constexpr std::uint16_t kinds_end = 128;
constexpr std::uint16_t statuses_end = 3'000;

/// Reads one option after the other; after a first fault nothing more is read.
class Reader {
 public:
  std::optional<Failure> fault;

  template <typename Value, typename Parse>
  void read(std::string_view option, const std::string& text, Value& into, Parse parse) {
    if (fault || text.empty()) return;
    const auto value = parse(text);
    if (!value) {
      fault = Failure{FailureKind::invalid, fmt::format("{}: {}", option, value.error().what)};
      return;
    }
    into = Value{value.value()};
  }

  template <typename Value, typename Parse>
  void id(std::string_view option, const std::string& text, Value& into, Parse parse) {
    read(option, text, into, parse);
    if (fault || text.empty() || into != Value{}) return;
    fault = Failure{
        FailureKind::invalid,
        fmt::format("{}: 0 means that there is none, and that cannot be asked for", option)};
  }
};

Result<std::uint64_t> parse_u64(std::string_view text) {
  return parse_unsigned(text, std::numeric_limits<std::uint64_t>::max());
}
Result<RequestKind> parse_kind(std::string_view text) {
  return parse_enum<RequestKind>(text, kinds_end, "kind of request");
}
Result<RequestStatus> parse_status(std::string_view text) {
  return parse_enum<RequestStatus>(text, statuses_end, "status of a request");
}

}  // namespace

Result<OperationFilter> parse_operation_filter(const OperationFilterTexts& texts) {
  OperationFilter filter;
  Reader reader;
  reader.id("--business-id", texts.business, filter.business_id, parse_id);
  reader.id("--trace", texts.trace, filter.trace_id, parse_trace_id);
  reader.id("--user", texts.user, filter.user_id, parse_u64);
  reader.id("--client", texts.client, filter.client, parse_id);
  reader.id("--follows", texts.follows, filter.follows, parse_id);
  reader.id("--kind", texts.kind, filter.kind, parse_kind);
  reader.read("--status", texts.status, filter.status, parse_status);
  reader.read("--from", texts.from, filter.time_min, parse_time);
  reader.id("--to", texts.to, filter.time_max, parse_time);
  reader.read("--from-sequence", texts.from_sequence, filter.sequence_min, parse_u64);
  reader.id("--to-sequence", texts.to_sequence, filter.sequence_max, parse_u64);
  if (reader.fault) return *reader.fault;
  if (!texts.status.empty()) filter.flags |= operation_flag::by_status;
  if (texts.refused) filter.flags |= operation_flag::has_refusals;
  if (texts.newest_first) filter.flags |= operation_flag::newest_first;
  if (texts.facts) filter.flags |= operation_flag::with_facts;
  return filter;
}

}  // namespace daybook
