#include "net/client/subscribers.hpp"

#include <algorithm>

#include "net/protocol/subscription_messages.hpp"

namespace daybook {

SubscriptionId Subscribers::add(const Subscription& wanted, EventsHandler on_events,
                                SubscriptionEnded on_end) {
  auto made = std::make_shared<Subscriber>();
  made->id = ++last_id_;
  made->wanted = wanted;
  made->on_events = std::move(on_events);
  made->on_end = std::move(on_end);
  all_.push_back(std::move(made));
  return last_id_;
}

template <typename Write>
void Subscribers::send(Connection& connection, std::size_t bytes, Write write) {
  while (!sent_.empty() && sent_.front().first < connection.frames_written()) {
    frames_.give_back(std::move(sent_.front().second));
    sent_.pop_front();
  }
  FrameBuffer buffer = frames_.take(bytes);
  buffer.size = write(buffer.frame());
  const std::uint64_t place = connection.send(buffer.frame());
  sent_.emplace_back(place, std::move(buffer));
}

void Subscribers::ask(Connection& connection) {
  for (const auto& each : all_) {
    if (each->number != 0) continue;
    each->number = ++last_number_;
    Subscription wanted = each->wanted;
    if (each->through) {
      wanted.start = SubscriptionStart::sequence;
      wanted.from = each->through->value() + 1;
      wanted.set_checkpoint_name({});
    }
    send(connection, subscribe_frame_bytes,
         [&](std::span<std::byte> room) { return write_subscribe(room, each->number, wanted, 0); });
  }
}

void Subscribers::remove(SubscriptionId id, Connection* connection) {
  const auto found =
      std::find_if(all_.begin(), all_.end(), [&](const auto& each) { return each->id == id; });
  if (found == all_.end()) return;
  const std::shared_ptr<Subscriber> subscriber = *found;
  all_.erase(found);
  subscriber->gone = true;
  if (connection == nullptr || subscriber->number == 0) return;
  send(*connection, acknowledge_frame_bytes, [&](std::span<std::byte> room) {
    return write_unsubscribe(room, ++last_number_, subscriber->number);
  });
}

Subscribers::All Subscribers::take_all() {
  All taken;
  taken.swap(all_);
  for (const auto& each : taken) each->gone = true;
  return taken;
}

void Subscribers::connection_lost() {
  sent_.clear();
  for (const auto& each : all_) each->number = 0;
}

std::shared_ptr<Subscribers::Subscriber> Subscribers::find(std::uint64_t number) const {
  const auto found = std::find_if(all_.begin(), all_.end(),
                                  [&](const auto& each) { return each->number == number; });
  return found == all_.end() ? nullptr : *found;
}

void Subscribers::end(const std::shared_ptr<Subscriber>& subscriber, const SubscriptionEnd& why) {
  std::erase(all_, subscriber);
  subscriber->gone = true;
  if (subscriber->on_end) subscriber->on_end(why);
}

bool Subscribers::receive(const FrameHeader& header, std::span<const std::byte> body,
                          Connection& connection) {
  const bool is_reply = (header.flags & frame_flag::reply) != 0;
  if (!is_reply || header.request_number <= first_number || header.request_number > last_number_) {
    return false;
  }
  const auto read = read_event_batch(body);
  if (!read) return false;
  const ItemsReplyMessage<std::uint64_t>& message = read.value();
  if (header.type == static_cast<std::uint16_t>(RequestKind::unsubscribe)) return true;
  const std::shared_ptr<Subscriber> subscriber = find(header.request_number);
  if (!subscriber) return true;  // It was ended here while this was on its way.
  if (message.status != RequestStatus::ok) {
    end(subscriber, {.status = message.status, .words = std::string{message.words}, .failure = {}});
    return true;
  }
  auto events = read_event_records(std::as_bytes(message.items));
  if (!events) return false;
  EventBatch batch{.events = std::move(events).value(),
                   .through = Sequence{message.cursor},
                   .durable = message.sequence,
                   .more = message.more};
  const Sequence before = subscriber->through.value_or(Sequence{});
  const bool continues =
      batch.through >= before &&
      (batch.events.empty() || (batch.events.front().record.sequence > before &&
                                batch.events.back().record.sequence <= batch.through));
  if (!continues) return false;
  subscriber->on_events(batch);
  subscriber->through = batch.through;
  // The handler may have ended it, or the whole connection.
  if (subscriber->gone || subscriber->number != header.request_number) return true;
  send(connection, acknowledge_frame_bytes, [&](std::span<std::byte> room) {
    return write_acknowledge_events(room, 0, subscriber->number, batch.through);
  });
  return true;
}

bool Subscribers::receive_error(std::uint64_t number, const Failure& failure) {
  if (const auto subscriber = find(number); number != 0 && subscriber) {
    end(subscriber, {.status = {}, .words = failure.what, .failure = failure});
    return true;
  }
  return false;
}

}  // namespace daybook
