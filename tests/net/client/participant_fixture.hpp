#pragma once

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include "engine/base/hash.hpp"
#include "engine/model/ids.hpp"
#include "net/client/participant.hpp"
#include "net/client/step_workers.hpp"
#include "net/protocol/participant_messages.hpp"
#include "tests/net/client/fake_server.hpp"
#include "tests/support/scratch_directory.hpp"

namespace daybook {

inline constexpr const char* payout = "bank.payout.v1";
inline constexpr std::uint64_t second = 1'000'000'000;

struct Said {
  StepAnswer answer;
  std::string reference;
  std::string message;
};

class ParticipantTest : public ::testing::Test {
 protected:
  ~ParticipantTest() override {
    if (participant_) static_cast<void>(finish());
  }

  /// Handlers are called with what they are asked; the test says what they answer.
  StepReply handle(const StepCommand& command) {
    std::unique_lock lock{mutex_};
    called_.push_back(command);
    changed_.notify_all();
    if (throws_) throw std::runtime_error{"the bank is on fire"};
    if (!blocks_) return reply_;
    changed_.wait(lock, [this] { return !blocks_ || replies_ > 0; });
    if (replies_ > 0) --replies_;
    return reply_;
  }

  void start(bool with_query = false) {
    ParticipantSettings settings;
    settings.name = "bank";
    settings.client.port = server_.port();
    settings.client.backoff_first = std::chrono::milliseconds{1};
    settings.client.backoff_max = std::chrono::milliseconds{4};
    HandledType type{.type = payout,
                     .handler = [this](const StepCommand& each) { return handle(each); }};
    if (with_query) {
      type.query = [](const StepCommand& each) {
        EXPECT_EQ(each.argument("iban"), nullptr);
        return StepReply{.outcome = WorkOutcome::succeeded, .reference = "asked"};
      };
    }
    settings.types.push_back(std::move(type));
    settings.in_flight = in_flight_;
    settings.threads = 2;
    settings.store = store_;
    settings.on_notice = [this](const std::string& words) {
      const std::lock_guard lock{mutex_};
      notices_.push_back(words);
    };
    auto made = Participant::make(std::move(settings));
    ASSERT_TRUE(made.ok()) << made.error().what;
    participant_ = std::move(made).value();
    running_ = std::async(std::launch::async, [this] { return participant_->run(); });
    server_.greet();
  }

  /// Stops it, answering what it still says.
  Result<void> finish() {
    participant_->stop();
    while (running_.wait_for(std::chrono::milliseconds{1}) != std::future_status::ready) {
      while (server_.has_frame()) take_frame();
    }
    Result<void> result = running_.get();
    participant_.reset();
    server_.hang_up();
    questions_.clear();
    said_.clear();
    return result;
  }

  void take_frame() {
    const ReceivedFrame frame = server_.next_frame();
    const RequestKind kind = FakeServer::kind_of(frame);
    const auto read = read_request(kind, frame.body());
    ASSERT_TRUE(read.ok()) << read.error().words;
    EXPECT_EQ(read.value().argument_id, id_of("bank"));
    if (kind == RequestKind::take_work) {
      WorkCredit credit;
      std::memcpy(&credit, read.value().events, sizeof(credit));
      EXPECT_EQ(credit.type, id_of(payout));
      questions_.push_back({frame, credit.count});
      return;
    }
    ASSERT_EQ(kind, RequestKind::answer_steps);
    std::span<const std::byte> payloads = read.value().payloads;
    for (std::uint32_t at = 0; at < read.value().event_count; ++at) {
      Said said;
      std::memcpy(&said.answer, read.value().events + at * sizeof(StepAnswer), sizeof(StepAnswer));
      const auto payload = read_answer_payload(payloads.first(said.answer.payload_bytes));
      payloads = payloads.subspan(said.answer.payload_bytes);
      ASSERT_TRUE(payload.has_value());
      said.reference = payload->reference;
      said.message = payload->message;
      said_.push_back(said);
    }
    if (takes_answers_) server_.reply_ok(frame);
    last_answers_ = frame;
  }

  [[nodiscard]] std::uint64_t engine_now_ns() const { return wall_clock_ns() + engine_ahead_ns_; }

  WorkCommand command(std::uint64_t key, WorkOperation operation = WorkOperation::do_,
                      std::uint64_t target = 0, std::uint32_t attempt = 1) const {
    WorkCommand made;
    made.key = Uint128{key, 5};
    if (target != 0) made.target = Uint128{target, 5};
    made.saga = Uint128{77, 0};
    made.type = id_of(payout);
    made.due_at = Timestamp{engine_now_ns() + lease_ns_};
    made.attempt = attempt;
    made.step = 3;
    made.operation = operation;
    return made;
  }

  void give(const std::vector<WorkCommand>& commands) {
    while (questions_.empty()) take_frame();
    std::vector<std::byte> records;
    for (WorkCommand each : commands) {
      // step "pay", type, definition "payout", version 2, the arguments; no outputs.
      std::vector<std::byte> payload;
      const auto text = [&](std::string_view value) {
        payload.push_back(static_cast<std::byte>(value.size()));
        for (const char letter : value) payload.push_back(static_cast<std::byte>(letter));
      };
      text("pay");
      text(payout);
      text("payout");
      const bool has_iban = !iban_.empty();
      for (const unsigned byte : {2U, 0U, 0U, 0U, has_iban ? 2U : 1U}) {
        payload.push_back(static_cast<std::byte>(byte));
      }
      put_work_value(payload, {"order", WorkValueType::u64, {}, 0, 9, {}});
      if (has_iban) put_work_value(payload, {"iban", WorkValueType::secret, {}, 0, 0, iban_});
      payload.push_back(std::byte{0});
      each.payload_bytes = static_cast<std::uint32_t>(payload.size());
      const auto bytes = std::as_bytes(std::span{&each, 1});
      records.insert(records.end(), bytes.begin(), bytes.end());
      records.insert(records.end(), payload.begin(), payload.end());
      records.resize(layout::padded(records.size()));
    }
    std::vector<std::uint64_t> words(records.size() / 8);
    if (!words.empty()) std::memcpy(words.data(), records.data(), records.size());
    const ReceivedFrame question = questions_.front().first;
    questions_.pop_front();
    server_.reply(question,
                  ItemsReplyMessage<std::uint64_t>{.cursor = engine_now_ns(), .items = words});
  }

  /// The next answer that is no heartbeat.
  Said answer() {
    while (true) {
      while (said_.empty()) take_frame();
      const Said said = said_.front();
      said_.pop_front();
      if (said.answer.outcome != WorkOutcome::heartbeat) return said;
    }
  }

  /// Starts it on a file that owes the answers to these, as after a kill.
  void owe_over_a_restart(const std::vector<WorkCommand>& commands) {
    use_file();
    start();
    takes_answers_ = false;
    give(commands);
    std::vector<ReceivedFrame> unanswered;
    for (std::size_t heard = 0; heard < commands.size();) {
      take_frame();
      if (said_.empty()) continue;
      heard += said_.size();
      said_.clear();
      unanswered.push_back(last_answers_);
    }
    std::filesystem::copy(store_, store_ + ".copy");
    std::filesystem::copy(store_ + "-wal", store_ + ".copy-wal");
    takes_answers_ = true;
    for (const ReceivedFrame& each : unanswered) server_.reply_ok(each);
    EXPECT_TRUE(finish().ok());
    store_ += ".copy";
    start();
  }

  void wait_for_calls(std::size_t count) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return called_.size() >= count; });
  }
  [[nodiscard]] std::size_t calls() {
    const std::lock_guard lock{mutex_};
    return called_.size();
  }
  void let_one_return() {
    const std::lock_guard lock{mutex_};
    ++replies_;
    changed_.notify_all();
  }
  void block(bool blocks) {
    const std::lock_guard lock{mutex_};
    blocks_ = blocks;
    changed_.notify_all();
  }
  void use_file() { store_ = (directory_ / "store").string(); }

  test::ScratchDirectory directory_;
  FakeServer server_{nullptr};
  std::string store_;
  std::uint32_t in_flight_ = 4;
  std::uint64_t lease_ns_ = 600 * second;
  std::uint64_t engine_ahead_ns_ = 0;  // Of this machine; behind where it wraps.
  bool takes_answers_ = true;
  std::string iban_;  ///< An argument of every command; empty: it has none.
  std::deque<std::pair<ReceivedFrame, std::uint32_t>> questions_;
  std::deque<Said> said_;
  ReceivedFrame last_answers_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<StepCommand> called_;
  std::vector<std::string> notices_;
  bool blocks_ = false;
  bool throws_ = false;
  int replies_ = 0;
  StepReply reply_{.outcome = WorkOutcome::succeeded, .code = 12, .reference = "REF-1"};

  std::unique_ptr<Participant> participant_;
  std::future<Result<void>> running_;
};

}  // namespace daybook
