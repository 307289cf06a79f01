#pragma once

#include <atomic>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "engine/ports/io_channel.hpp"

namespace daybook {

/// An engine that the test plays: it takes requests from the rings and answers when it likes.
///
/// Threads.  The test's thread stands for the sequencer, the journaler and the query threads.
class FakeEngine final : public EngineDoor {
 public:
  explicit FakeEngine(std::size_t io_threads = 1, std::size_t slots = 1'024) {
    for (std::size_t i = 0; i < io_threads; ++i) {
      channels_.push_back(std::make_unique<IoChannel>(slots));
    }
  }

  IoChannel& channel(std::size_t io_thread) override { return *channels_[io_thread]; }
  void wake_sequencer() override { sleeper_.wake(); }
  void wake_queries() override { sleeper_.wake(); }
  void wake_subscriptions() override { sleeper_.wake(); }
  [[nodiscard]] Sequence durable_sequence() const override {
    return Sequence{durable_.load(std::memory_order_acquire)};
  }

  /// The next request for the sequencer; waits for it. Fails the test after a long time.
  RequestSlot& take() { return next(&IoChannel::requests); }
  /// The next request for the query threads.
  RequestSlot& take_query() { return next(&IoChannel::queries); }

  /// The next slot of a subscription.
  RequestSlot& take_subscription() { return next(&IoChannel::subscriptions); }
  [[nodiscard]] bool has_subscription() {
    for (const auto& channel : channels_) {
      if (channel->subscriptions.front() != nullptr) return true;
    }
    return false;
  }

  [[nodiscard]] bool has_request() {
    for (const auto& channel : channels_) {
      if (channel->requests.front() != nullptr) return true;
    }
    return false;
  }

  /// Answers as the sequencer: the reply may leave once `wait_for` is durable.
  void reply(RequestSlot& slot, std::uint64_t wait_for = 0) {
    slot.wait_for = Sequence{wait_for};
    IoChannel& home = channel_of(slot);
    ASSERT_TRUE(home.replies.try_push(&slot));
    home.io_sleeper->wake();
  }
  /// Answers as a query thread.
  void reply_to_query(RequestSlot& slot) {
    IoChannel& home = channel_of(slot);
    ASSERT_TRUE(home.query_replies.try_push(&slot));
    home.io_sleeper->wake();
  }

  /// Answers as the subscription thread.
  void reply_to_subscription(RequestSlot& slot) {
    IoChannel& home = channel_of(slot);
    ASSERT_TRUE(home.subscription_replies.try_push(&slot));
    home.io_sleeper->wake();
  }

  void make_durable(std::uint64_t sequence) {
    durable_.store(sequence, std::memory_order_release);
    for (const auto& channel : channels_) channel->io_sleeper->wake();
  }

  /// Takes the open_session of a Hello and answers it.
  void open_session(std::uint64_t highest_number = 0) {
    RequestSlot& slot = take();
    ASSERT_EQ(slot.kind, RequestKind::open_session);
    slot.highest_number = highest_number;
    reply(slot);
  }

 private:
  RequestSlot& next(SpscRing<RequestSlot*> IoChannel::*ring) {
    constexpr std::uint64_t second = 1'000'000'000;
    for (int tries = 0; tries < 30; ++tries) {
      sleeper_.announce();
      for (std::size_t i = 0; i < channels_.size(); ++i) {
        if (RequestSlot** const front = ((*channels_[i]).*ring).front()) {
          RequestSlot& slot = **front;
          ((*channels_[i]).*ring).pop();
          sleeper_.retract();
          homes_.push_back({&slot, i});
          return slot;
        }
      }
      sleeper_.sleep(second);
      sleeper_.retract();
    }
    ADD_FAILURE() << "no request came";
    std::abort();
  }

  IoChannel& channel_of(const RequestSlot& slot) {
    for (auto home = homes_.rbegin(); home != homes_.rend(); ++home) {
      if (home->slot != &slot) continue;
      IoChannel& channel = *channels_[home->channel];
      homes_.erase(std::next(home).base());
      return channel;
    }
    ADD_FAILURE() << "this request was not taken";
    std::abort();
  }

  struct Home {
    const RequestSlot* slot;
    std::size_t channel;
  };

  std::vector<std::unique_ptr<IoChannel>> channels_;
  FutexSleeper sleeper_;
  std::atomic<std::uint64_t> durable_{0};
  std::vector<Home> homes_;  ///< Of the requests that are here.
};

}  // namespace daybook
