#include "tests/support/naive_ledger.hpp"

namespace daybook::test {
namespace {

constexpr std::uint32_t payload_max = 65'536;

NaiveLedger::StreamOf stream_of(const DomainEvent& event) {
  return {event.aggregate_type, event.aggregate_id};
}

}  // namespace

/// What the earlier events of the request would leave behind.
struct NaiveLedger::EventsSoFar {
  std::set<Uint128> ids;
  std::map<StreamOf, std::uint64_t> versions;  ///< Of streams that they append to.
  std::size_t new_streams = 0;
  std::size_t appended = 0;
  std::size_t existing = 0;
  AggregateBooks aggregates;
};

bool NaiveLedger::payloads_are_whole(const WriteRequest& request) {
  std::uint64_t said = 0;
  std::uint64_t there = 0;
  for (const AskedEvent& asked : request.events) {
    said += asked.event.payload_bytes;
    there += asked.payload.size();
  }
  return said == there;
}

AppendEventStatus NaiveLedger::judge_alone(const AskedEvent& asked, RequestKind kind) {
  using Status = AppendEventStatus;
  const DomainEvent& event = asked.event;
  if (event.timestamp != Timestamp{}) return Status::timestamp_must_be_zero;
  if (event.flags > 1) return Status::reserved_flag;
  if (event.id.is_zero()) return Status::id_must_not_be_zero;
  if (event.aggregate_type.is_zero()) return Status::aggregate_type_must_not_be_zero;
  if (const Status scope = judge_scope(event, kind); scope != Status::created) return scope;
  if (event.aggregate_id.is_zero()) return Status::aggregate_id_must_not_be_zero;
  if (event.event_type.is_zero()) return Status::event_type_must_not_be_zero;
  if (is_command(event) && !is_known_command(event)) return Status::event_type_unknown;
  const auto content = static_cast<unsigned>(event.content_type);
  if (content > 6 && content < 1'024) return Status::content_type_reserved;
  if (event.payload_bytes > payload_max) return Status::payload_too_large;
  if (event.version != 0 && !has(event, 1)) return Status::version_must_be_zero;
  return is_command(event) ? judge_details(asked) : Status::created;
}

AppendEventStatus NaiveLedger::compare(const AskedEvent& now, const AskedEvent& then) {
  using Status = AppendEventStatus;
  const DomainEvent& a = now.event;
  const DomainEvent& b = then.event;
  if (a.aggregate_type != b.aggregate_type) return Status::exists_with_different_aggregate_type;
  if (a.aggregate_id != b.aggregate_id) return Status::exists_with_different_aggregate_id;
  if (a.event_type != b.event_type) return Status::exists_with_different_event_type;
  if (a.content_type != b.content_type) return Status::exists_with_different_content_type;
  if (a.business_id != b.business_id) return Status::exists_with_different_business_id;
  if (a.user_id != b.user_id) return Status::exists_with_different_user_id;
  if (now.payload != then.payload) return Status::exists_with_different_payload;
  return Status::exists;
}

AppendEventStatus NaiveLedger::judge(const AskedEvent& asked, const WriteRequest& request,
                                     EventsSoFar& so_far) const {
  using Status = AppendEventStatus;
  const DomainEvent& event = asked.event;
  if (const Status alone = judge_alone(asked, request.kind); alone != Status::created) return alone;
  if (!so_far.ids.insert(event.id).second) return Status::id_repeated_in_request;
  const auto known = events_.find(event.id);
  if (known != events_.end()) {
    const Status compared = compare(asked, known->second.asked);
    if (compared != Status::exists) return compared;
    if (so_far.appended > 0) return Status::exists_in_part;
    so_far.existing += 1;
    return Status::exists;
  }
  if (so_far.existing > 0) return Status::exists_in_part;
  const auto stream = streams_.find(stream_of(event));
  std::uint64_t version = stream == streams_.end() ? 0 : stream->second.size();
  const auto newer = so_far.versions.find(stream_of(event));
  if (newer != so_far.versions.end()) version = newer->second;
  if (has(event, 1) && event.version != version) return Status::version_mismatch;
  if (is_command(event)) {
    const Status status = event.aggregate_type == id_of("order")
                              ? judge_order(asked, request, so_far.aggregates)
                              : judge_payment(asked, request, so_far.aggregates);
    if (status != Status::created) return status;
  }
  if (version == 0) {
    so_far.new_streams += 1;
    if (streams_.size() + so_far.new_streams > settings_.streams_max) {
      return Status::too_many_streams;
    }
  }
  so_far.appended += 1;
  if (events_.size() + so_far.appended > settings_.event_ids_max) return Status::too_many_events;
  so_far.versions[stream_of(event)] = version + 1;
  return Status::created;
}

/// All of them, or none: the first that fails says why, and the others that one did.
std::vector<NaiveLedger::Decision> NaiveLedger::append(const WriteRequest& request,
                                                       std::uint64_t batch_time) {
  const std::size_t first = request.transfers.size();  // Of a bundle: their slots come first.
  std::vector<Decision> decisions;
  EventsSoFar so_far;
  so_far.aggregates = aggregates_;
  for (const AskedEvent& asked : request.events) {
    const std::size_t index = decisions.size();
    const AppendEventStatus status = judge(asked, request, so_far);
    Decision decision{static_cast<std::uint16_t>(status),
                      Timestamp{slot_of(request, batch_time, first + index).timestamp}};
    if (status == AppendEventStatus::exists) {
      decision.timestamp = events_.at(asked.event.id).asked.event.timestamp;
    }
    decisions.push_back(decision);
    if (status == AppendEventStatus::created || status == AppendEventStatus::exists) continue;
    decisions.resize(request.events.size());
    for (std::size_t other = 0; other < decisions.size(); ++other) {
      if (other == index) continue;
      decisions[other] = {static_cast<std::uint16_t>(AppendEventStatus::linked_event_failed),
                          Timestamp{slot_of(request, batch_time, first + other).timestamp}};
    }
    return decisions;
  }
  if (so_far.existing > 0) return decisions;
  aggregates_ = so_far.aggregates;
  for (std::size_t index = 0; index < decisions.size(); ++index) {
    NaiveEvent event{request.events[index], ++last_sequence_};
    std::vector<Uint128>& stream = streams_[stream_of(event.asked.event)];
    stream.push_back(event.asked.event.id);
    event.asked.event.version = stream.size();
    event.asked.event.timestamp = decisions[index].timestamp;
    events_[event.asked.event.id] = event;
  }
  return decisions;
}

}  // namespace daybook::test
