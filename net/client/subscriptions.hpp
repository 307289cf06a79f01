#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/failure.hpp"
#include "engine/model/event_record.hpp"
#include "engine/model/sequence.hpp"
#include "engine/model/status.hpp"
#include "engine/model/subscription.hpp"

namespace daybook {

/// Events of a subscription, in the order of their sequences. The views live as long as the call
/// that they are passed to.
struct EventBatch {
  std::vector<EventView> events;  ///< May be none.
  Sequence through;               ///< Everything up to here was looked at, and passed on if wanted.
  Sequence durable;               ///< How far the journal had come by then.
  bool more = false;              ///< There is more behind `through` already.
};

/// Why a subscription has ended.
struct SubscriptionEnd {
  RequestStatus status = RequestStatus::ok;  ///< The engine's, where it has ended it.
  std::string words;
  std::optional<Failure> failure;  ///< Where there is no connection any more, nor will be.
};

/// Called for each batch, by the thread that drives the loop. Once it has returned, the batch is
/// acknowledged, and it is never sent again. Must not throw, nor call a blocking function of any
/// client of the same loop; may submit, subscribe and unsubscribe.
using EventsHandler = std::function<void(const EventBatch&)>;
/// Called once, unless the subscription was ended by unsubscribe() or with its client.
using SubscriptionEnded = std::function<void(const SubscriptionEnd&)>;

/// Which of a client's subscriptions; never 0.
using SubscriptionId = std::uint64_t;

}  // namespace daybook
