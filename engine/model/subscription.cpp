#include "engine/model/subscription.hpp"

#include <algorithm>

#include "engine/base/assert.hpp"
#include "engine/base/utf8.hpp"

namespace daybook {
namespace {

std::optional<std::string_view> fault_of_start(const Subscription& subscription) {
  const bool counts_from = subscription.start == SubscriptionStart::sequence ||
                           subscription.start == SubscriptionStart::time;
  if (subscription.start > SubscriptionStart::checkpoint) {
    return "the start is of a kind that nobody knows";
  }
  if (!counts_from && subscription.from != 0) {
    return "a sequence or time is given and the subscription does not begin from one";
  }
  if (subscription.start == SubscriptionStart::time && subscription.from > limits::timestamp_max) {
    return "the time is after the end of time, 2^63 - 1 ns";
  }
  if (subscription.checkpoint_bytes > subscription.checkpoint_text.size()) {
    return "the checkpoint's name is longer than 64 bytes";
  }
  const bool by_name = subscription.start == SubscriptionStart::checkpoint;
  if (by_name != (subscription.checkpoint_bytes > 0)) {
    return by_name ? "the checkpoint to begin from has no name"
                   : "a checkpoint is named and the subscription does not begin from it";
  }
  if (by_name && !is_printable_utf8(subscription.checkpoint_name())) {
    return "the checkpoint's name is not printable UTF-8";
  }
  return std::nullopt;
}

}  // namespace

void Subscription::set_checkpoint_name(std::string_view name) {
  ENSURE(name.size() <= checkpoint_text.size(), "a checkpoint's name was checked to fit");
  checkpoint_text.fill('\0');
  std::copy(name.begin(), name.end(), checkpoint_text.begin());
  checkpoint_bytes = static_cast<std::uint16_t>(name.size());
}

std::optional<std::string_view> fault_of(const Subscription& subscription) {
  if (auto fault = fault_of_start(subscription)) return fault;
  if ((subscription.kinds & ~known_kind_bits) != 0) return "a kind is asked for that nobody knows";
  if (!subscription.aggregate_id.is_zero() && subscription.aggregate_type.is_zero()) {
    return "an aggregate's id is given without its type";
  }
  if (subscription.event_type_count > subscription_types_max) {
    return "more than 8 event types are given";
  }
  if (subscription.account_count > subscription_accounts_max)
    return "more than 8 accounts are given";
  const std::uint32_t window = subscription.window();
  if (window < limits::subscription_window_bytes_min ||
      window > limits::subscription_window_bytes_max) {
    return "the window must be 16 KiB to 4 MiB";
  }
  return std::nullopt;
}

}  // namespace daybook
