#include "engine/query/event_rules.hpp"

#include "engine/base/limits.hpp"

namespace daybook {
namespace {

bool is_unset_or_same(const Uint128& wanted, const Uint128& found) {
  return wanted.is_zero() || wanted == found;
}

/// Is `value` in the range, whose ends are included and, where 0, open?
bool is_within(std::uint64_t value, std::uint64_t min, std::uint64_t max) {
  return value >= min && (max == 0 || value <= max);
}

bool is_range(std::uint64_t min, std::uint64_t max) { return max == 0 || min <= max; }

}  // namespace

std::optional<std::string_view> fault_of(const EventFilter& filter) {
  if (filter.limit == 0 || filter.limit > limits::batch_events_max) {
    return "the limit must be 1 to 8192";
  }
  if ((filter.flags & ~event_filter_flag::known) != 0) return "the filter has unknown flags";
  if (!filter.aggregate_id.is_zero() && filter.aggregate_type.is_zero()) {
    return "an aggregate_id needs its aggregate_type";
  }
  if ((filter.version_min | filter.version_max) != 0 && filter.aggregate_id.is_zero()) {
    return "versions are of one stream: they need an aggregate_id";
  }
  if (!is_range(filter.version_min, filter.version_max)) {
    return "version_min is above version_max";
  }
  if (!is_range(filter.timestamp_min.value(), filter.timestamp_max.value())) {
    return "timestamp_min is above timestamp_max";
  }
  if (!is_range(filter.sequence_min.value(), filter.sequence_max.value())) {
    return "sequence_min is above sequence_max";
  }
  const bool of_events = !filter.event_type.is_zero() || filter.version_min != 0 ||
                         filter.version_max != 0 || filter.timestamp_min.value() != 0 ||
                         filter.timestamp_max.value() != 0 || filter.sequence_min.value() != 0 ||
                         filter.sequence_max.value() != 0;
  if ((filter.flags & event_filter_flag::heads) != 0 && of_events) {
    return "of streams, only the aggregate can be asked for";
  }
  return std::nullopt;
}

bool passes(const EventFilter& filter, const DomainEvent& event, Sequence sequence) {
  return is_unset_or_same(filter.aggregate_type, event.aggregate_type) &&
         is_unset_or_same(filter.aggregate_id, event.aggregate_id) &&
         is_unset_or_same(filter.event_type, event.event_type) &&
         is_within(event.version, filter.version_min, filter.version_max) &&
         is_within(event.timestamp.value(), filter.timestamp_min.value(),
                   filter.timestamp_max.value()) &&
         is_within(sequence.value(), filter.sequence_min.value(), filter.sequence_max.value());
}

}  // namespace daybook
