#include "tests/simulation/event_writer.hpp"

#include <string>

namespace daybook::test {

void EventWriter::forget() {
  last_event_ = 0;
  asked_.clear();
  bundles_.clear();
  commands_.forget();
  commanded_.clear();
}

void EventWriter::fill(WriteRequest& request) {
  if (random_.chance(50)) {
    commands_.fill(request);
    if (random_.chance(15) && !commanded_.empty()) {
      const WriteRequest& again = pick_recent(random_, commanded_, 20);
      request.kind = again.kind;
      request.events = again.events;
    }
    return commanded_.push_back(request);
  }
  request.kind = RequestKind::append_events;
  if (!asked_.empty() && random_.chance(20)) return ask_again(request);
  for (std::size_t left = around_.batch_size(); left > 0; --left) {
    request.events.push_back(some_event());
  }
  if (!request.events.empty() && random_.chance(2)) {
    request.events.back() = commands_.some_command(request);  // Not by this kind of request.
  }
  if (!request.events.empty() && random_.chance(12)) {
    spoil(request.events[random_.below(request.events.size())]);
  }
  if (request.events.size() > 1 && random_.chance(3)) {
    request.events.back().event.id = request.events.front().event.id;
  }
  if (!request.events.empty()) asked_.push_back(request.events);
}

void EventWriter::add_events(WriteRequest& request) {
  request.kind = RequestKind::bundle;
  for (std::uint64_t left = random_.between(1, 4); left > 0; --left) {
    request.events.push_back(random_.chance(50) ? commands_.some_command(request) : some_event());
  }
  if (random_.chance(8)) spoil(request.events[random_.below(request.events.size())]);
  if (!bundles_.empty() && random_.chance(15)) {
    // A bundle again under another number, whole or changed.
    const WriteRequest& again = pick_recent(random_, bundles_, 20);
    request.transfers = again.transfers;
    request.events = again.events;
    if (random_.chance(30)) change(request.events.back());
    if (random_.chance(10) && request.transfers.size() > 1) request.transfers.pop_back();
    if (random_.chance(10)) request.events.push_back(some_event());
    if (random_.chance(10)) request.events.front() = some_event();
  }
  bundles_.push_back(request);
}

AskedEvent EventWriter::some_event() {
  AskedEvent asked;
  DomainEvent& event = asked.event;
  event.id = around_.wide_id(++last_event_);
  event.aggregate_type = around_.wide_id(random_.between(1, 3));
  event.aggregate_id =
      around_.wide_id(random_.chance(80) ? random_.between(1, 6) : random_.between(1, 60));
  event.event_type = around_.wide_id(random_.between(1, 4));
  event.content_type = static_cast<ContentType>(random_.chance(80) ? random_.below(7)
                                                                   : random_.between(1'024, 9'999));
  if (random_.chance(30)) event.business_id = BusinessId{around_.wide_id(random_.between(1, 9))};
  if (random_.chance(30)) event.trace_id = TraceId{Uint128{random_.next(), random_.next()}};
  if (random_.chance(30)) event.user_id = UserId{random_.between(1, 9)};
  if (random_.chance(60)) asked.payload = std::string(random_.below(40), 'p');
  if (random_.chance(1)) asked.payload = std::string(random_.between(65'530, 65'537), 'P');
  event.payload_bytes = static_cast<std::uint32_t>(asked.payload.size());
  if (random_.chance(40)) {
    event.flags = event_flag::expects_version;
    const auto& streams = around_.guide->streams();
    const auto stream = streams.find({event.aggregate_type, event.aggregate_id});
    event.version = stream == streams.end() ? 0 : stream->second.size();
    if (random_.chance(10)) event.version += random_.between(1, 2);
  }
  return asked;
}

void EventWriter::ask_again(WriteRequest& request) {
  request.events = pick_recent(random_, asked_, random_.chance(70) ? 20 : asked_.size());
  if (random_.chance(20)) request.events.push_back(some_event());
  if (random_.chance(10)) request.events.insert(request.events.begin(), some_event());
  if (random_.chance(10)) request.events.pop_back();
  if (!request.events.empty() && random_.chance(30)) {
    change(request.events[random_.below(request.events.size())]);
  }
}

/// Another event of the same id; or the same, but for what does not count.
void EventWriter::change(AskedEvent& asked) {
  DomainEvent& event = asked.event;
  switch (random_.below(9)) {
    case 0:
      event.aggregate_type.hi += 1;
      break;
    case 1:
      event.aggregate_id.lo += 1;
      break;
    case 2:
      event.event_type.lo += 1;
      break;
    case 3:
      event.content_type = ContentType{2'000};
      break;
    case 4:
      event.business_id = BusinessId{around_.wide_id(77)};
      break;
    case 5:
      event.user_id = UserId{77};
      break;
    case 6:
      event.trace_id = TraceId{Uint128{77, 0}};
      break;
    case 7:
      event.flags = 0;
      event.version = 0;
      break;
    default:
      asked.payload += 'x';
      event.payload_bytes += 1;
      break;
  }
}

void EventWriter::spoil(AskedEvent& asked) {
  DomainEvent& event = asked.event;
  switch (random_.below(10)) {
    case 0:
      event.timestamp = Timestamp{1};
      break;
    case 1:
      event.flags = static_cast<std::uint16_t>(1U << random_.between(1, 15));
      break;
    case 2:
      event.id = {};
      break;
    case 3:
      event.aggregate_type = {};
      break;
    case 4:
      event.aggregate_id = {};
      break;
    case 5:
      event.event_type = {};
      break;
    case 6:
      event.content_type = static_cast<ContentType>(random_.between(7, 1'023));
      break;
    case 7:
      asked.payload = std::string(65'537, 'L');
      event.payload_bytes = 65'537;
      break;
    case 8:
      event.flags = 0;
      event.version = random_.between(1, 9);
      break;
    default:
      event.payload_bytes += 1;
      break;
  }
}

}  // namespace daybook::test
