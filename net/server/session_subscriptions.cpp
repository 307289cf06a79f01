// Session: subscriptions, whose one request is answered again and again.

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "engine/model/subscription.hpp"
#include "net/protocol/replies.hpp"
#include "net/server/io_thread.hpp"
#include "net/server/session.hpp"

namespace daybook {

namespace {

using Subscriptions = std::vector<std::unique_ptr<SessionSubscription>>;

SessionSubscription* find_live(const Subscriptions& all, std::uint64_t number) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& each) {
    return each->number == number && !each->ending;
  });
  return found == all.end() ? nullptr : found->get();
}

}  // namespace

bool Session::take_subscription_request(RequestKind kind, const FrameHeader& header,
                                        const RequestBody& body) {
  if (kind == RequestKind::acknowledge_events) {
    acknowledge_events(body.argument, body.at_sequence);
    return true;
  }
  if (!promise(reply_frame_bytes(0, 0) + words_bytes_max)) return false;
  if (kind == RequestKind::unsubscribe) {
    unsubscribe(header.request_number, body.argument);
  } else {
    subscribe(header, body);
  }
  return true;
}

void Session::subscribe(const FrameHeader& header, const RequestBody& body) {
  const std::uint64_t number = header.request_number;
  const auto no = [&](RequestStatus status, std::string_view words) {
    io_->count().replies_sent.add(1);
    refuse(RequestKind::subscribe, number, status, words);
  };
  if (subscriptions_.size() >= limits::subscriptions_per_connection_max) {
    return no(RequestStatus::too_many_subscriptions,
              fmt::format("the connection has {} subscriptions, the limit; end one first",
                          subscriptions_.size()));
  }
  if (find_live(subscriptions_, number) != nullptr) {
    return no(RequestStatus::request_number_reused,
              "a subscription of this connection has this number already");
  }
  auto made = std::make_unique<SessionSubscription>();
  std::memcpy(&made->wanted, body.events, sizeof(made->wanted));
  if (const auto fault = fault_of(made->wanted)) return no(RequestStatus::filter_invalid, *fault);
  if (!io_->registry().may_subscribe()) {
    return no(RequestStatus::too_many_subscriptions,
              fmt::format("the engine has {} subscriptions, the limit; try again later",
                          limits::subscriptions_max));
  }
  made->number = number;
  Request& request = io_->new_request();
  fill(request, RequestKind::subscribe, header, 0);
  request.events = reinterpret_cast<const std::byte*>(&made->wanted);
  request.min_sequence = body.min_sequence != 0 ? body.min_sequence : acknowledged_.value();
  request.cancelled = &made->cancelled;
  made->request = &request;
  subscriptions_.push_back(std::move(made));
  ask_for_events(*subscriptions_.back());
}

void Session::ask_for_events(SessionSubscription& subscription) {
  subscription.at_engine = true;
  ++slots_at_engine_;
  io_->submit_subscription(*subscription.request);
}

void Session::complete_subscription(Request& request) {
  --slots_at_engine_;
  const auto found = std::find_if(subscriptions_.begin(), subscriptions_.end(),
                                  [&](const auto& each) { return each->request == &request; });
  ENSURE(found != subscriptions_.end(), "a slot comes back to the subscription that lent it");
  SessionSubscription& subscription = **found;
  subscription.at_engine = false;
  const bool heard = state_ == State::open && !subscription.ending;
  if (heard && request.status == RequestStatus::ok) {
    send_events(subscription);
  } else {
    if (heard) {
      io_->count().replies_sent.add(1);
      refuse(RequestKind::subscribe, subscription.number, request.status,
             request.detail.empty() ? in_words(request.status) : request.detail);
    }
    forget(subscription);
  }
  notify_drained();
  io_->touch(*this);
}

void Session::send_events(SessionSubscription& subscription) {
  Request& request = *subscription.request;
  const std::span<const std::byte> records = request.query_items;
  const ItemsReplyMessage<std::uint64_t> message{
      .sequence = request.first_sequence,
      .more = request.more,
      .cursor = request.cursor,
      .items = {reinterpret_cast<const std::uint64_t*>(records.data()),
                records.size() / sizeof(std::uint64_t)}};
  const std::size_t bytes = reply_frame_bytes(records.size(), 0);
  const std::size_t written =
      write_items_reply(replies_.room(bytes), RequestKind::subscribe, subscription.number, message);
  replies_.commit(written);
  io_->count().replies_sent.add(1);
  subscription.sent.push_back({.through = request.cursor, .bytes = written});
  subscription.sent_bytes += written;
  subscription.last_cursor = request.cursor;
  request.query_items.clear();
  if (subscription.is_full()) {
    subscription.full_since_ns = io_->now_ns();
  } else {
    ask_for_events(subscription);
  }
}

void Session::acknowledge_events(std::uint64_t number, std::uint64_t sequence) {
  SessionSubscription* const subscription = find_live(subscriptions_, number);
  if (subscription == nullptr || !subscription->acknowledge(sequence)) return;
  if (!subscription->at_engine) ask_for_events(*subscription);
}

void Session::unsubscribe(std::uint64_t number, std::uint64_t subscribed) {
  io_->count().replies_sent.add(1);
  SessionSubscription* const subscription = find_live(subscriptions_, subscribed);
  if (subscription == nullptr) {
    return refuse(RequestKind::unsubscribe, number, RequestStatus::subscription_unknown,
                  in_words(RequestStatus::subscription_unknown));
  }
  const ItemsReplyMessage<std::uint64_t> message{.sequence = io_->durable_sequence(),
                                                 .cursor = subscription->last_cursor};
  replies_.commit(write_items_reply(replies_.room(reply_frame_bytes(0, 0)),
                                    RequestKind::unsubscribe, number, message));
  end(*subscription);
  io_->touch(*this);
}

void Session::end(SessionSubscription& subscription) {
  if (std::exchange(subscription.ending, true)) return;
  if (!subscription.at_engine) return forget(subscription);
  subscription.cancelled.store(true, std::memory_order_release);
  io_->wake_subscriptions_soon();
}

void Session::forget(SessionSubscription& subscription) {
  io_->give_back(*subscription.request);
  io_->registry().subscription_ended();
  std::erase_if(subscriptions_, [&](const auto& each) { return each.get() == &subscription; });
}

void Session::end_subscriptions() {
  // Backwards: those whose slots are here leave the vector at once.
  for (std::size_t at = subscriptions_.size(); at-- > 0;) end(*subscriptions_[at]);
}

void Session::look_at_slow_consumers() {
  for (std::size_t at = subscriptions_.size(); at-- > 0;) {
    SessionSubscription& each = *subscriptions_[at];
    if (each.ending || !each.is_full()) continue;
    if (io_->now_ns() - each.full_since_ns < io_->settings().consumer_slow_after_ns) continue;
    io_->count().consumers_too_slow.add(1);
    io_->count().replies_sent.add(1);
    refuse(RequestKind::subscribe, each.number, RequestStatus::consumer_too_slow,
           in_words(RequestStatus::consumer_too_slow));
    end(each);
  }
}

}  // namespace daybook
