// Server: secrets. Sealed and forgotten by the keeper beside the engine, who may ask, what is told
// of it, and commands that leave with their secrets open, and only then.
//
// Method: the test plays the keeper, which answers when it likes, and the sequencer.

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>

#include "engine/model/participant_work.hpp"
#include "net/protocol/participant_messages.hpp"
#include "net/protocol/secret_messages.hpp"
#include "tests/net/server/server_fixture.hpp"

namespace daybook {
namespace {

const std::string iban = "DE89370400440532013000";
const Uint128 bank = id_of("bank");

std::string sealed_text(std::uint64_t key, std::size_t bytes = 22) {
  SealedText sealed;
  sealed.size = sealed_beside_bytes + bytes;
  const auto head = sealed_head(Uint128{key, 7});
  std::copy(head.begin(), head.end(), sealed.bytes.begin());
  return to_text(sealed);
}

class FakeKeeper final : public SecretKeeper {
 public:
  bool submit(RequestSlot& slot, std::function<void()> done) override {
    const std::lock_guard lock{mutex_};
    if (is_full) return false;
    waiting_.push_back({&slot, std::move(done)});
    changed_.notify_one();
    return true;
  }
  std::optional<std::string> open(std::string_view sealed) const override {
    const auto found = opens.find(std::string{sealed});
    return found == opens.end() ? std::nullopt : std::optional{found->second};
  }

  /// The next request; waits for it.
  RequestSlot& take() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return !waiting_.empty(); });
    return *waiting_.front().first;
  }
  void answer() {
    const auto done = std::move(waiting_.front().second);
    waiting_.pop_front();
    done();
  }
  template <typename Item>
  void answer(const std::vector<Item>& items) {
    RequestSlot& slot = take();
    const auto bytes = std::as_bytes(std::span{items});
    slot.query_items.assign(bytes.begin(), bytes.end());
    slot.item_count = static_cast<std::uint32_t>(items.size());
    answer();
  }

  bool is_full = false;
  std::map<std::string, std::string> opens;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<RequestSlot*, std::function<void()>>> waiting_;
};

FrameBytes seal_frame_of(std::uint64_t number, const std::vector<std::string>& texts) {
  const auto bytes = secret_texts(texts);
  FrameBytes frame{seal_secrets_frame_bytes(bytes.size())};
  write_seal_secrets(frame.room(), number, bytes);
  return frame;
}

FrameBytes forget_frame(std::uint64_t number, const std::vector<Uint128>& keys) {
  FrameBytes frame{forget_secrets_frame_bytes(keys.size(), 7)};
  write_forget_secrets(frame.room(), number, keys, "because");
  return frame;
}

class ServerSecretsTest : public ServerFixture {
 protected:
  void serve_with_keeper() {
    settings_.keeper = &keeper_;
    settings_.on_forgotten = [this](const ForgottenSecrets& forgotten) {
      const std::lock_guard lock{mutex_};
      told_.push_back(std::string{forgotten.principal} + ": " + std::string{forgotten.reason});
      for (const ForgottenKey& each : forgotten.keys) {
        told_.push_back(to_hex(each.key_id) + " " + std::string{to_string(each.outcome)});
      }
      for (const Uint128& each : forgotten.failed) told_.push_back(to_hex(each) + " failed");
    };
    serve();
  }
  struct Heard {
    RequestStatus status{};
    std::string words;
    std::vector<std::byte> records;
  };
  static Heard hear(const TestConnection& connection, RequestKind kind, std::uint64_t number) {
    const auto frame = connection.receive();
    if (!frame) {
      ADD_FAILURE() << "the connection ended";
      return {};
    }
    EXPECT_EQ(frame->header.type, static_cast<std::uint16_t>(kind));
    EXPECT_EQ(frame->header.request_number, number);
    const auto read = read_secrets_reply(frame->bytes());
    EXPECT_TRUE(read.ok());
    const auto bytes = std::as_bytes(read.value().items);
    return {read.value().status, std::string{read.value().words}, {bytes.begin(), bytes.end()}};
  }

  /// As the sequencer: a command with these arguments, behind one without any secret.
  void give_work(const std::vector<WorkValue>& arguments) {
    RequestSlot& slot = engine_->take();
    const std::vector<WorkValue> plain{{"order", WorkValueType::u64, {}, 0, 9, {}}};
    for (const auto& each : {plain, arguments, plain}) {
      std::vector<std::byte> payload;
      for (const std::string_view text : {"pay", "bank.payout.v1", "payout"}) {
        payload.push_back(static_cast<std::byte>(text.size()));
        for (const char letter : text) payload.push_back(static_cast<std::byte>(letter));
      }
      for (const unsigned byte : {2U, 0U, 0U, 0U}) payload.push_back(static_cast<std::byte>(byte));
      payload.push_back(static_cast<std::byte>(each.size()));
      for (const WorkValue& value : each) put_work_value(payload, value);
      payload.push_back(std::byte{1});
      put_work_value(payload, {"before", WorkValueType::text, {}, 0, 0, "as it was"});
      WorkCommand command;
      command.payload_bytes = static_cast<std::uint32_t>(payload.size());
      const auto bytes = std::as_bytes(std::span{&command, 1});
      slot.query_items.insert(slot.query_items.end(), bytes.begin(), bytes.end());
      slot.query_items.insert(slot.query_items.end(), payload.begin(), payload.end());
      slot.query_items.resize(layout::padded(slot.query_items.size()));
      ++slot.item_count;
    }
    engine_->reply(slot);
  }
  static void ask_for_work(const TestConnection& connection) {
    const std::vector<WorkCredit> credits{{id_of("bank.payout.v1"), 3, 0}};
    FrameBytes frame{take_work_frame_bytes(1)};
    write_take_work(frame.room(), 9, bank, credits);
    connection.send(frame.bytes());
  }
  /// "name=text" of the second command's arguments; the others must be as they were sent.
  static std::vector<std::string> hear_arguments(const TestConnection& connection) {
    const auto frame = connection.receive();
    const auto read = read_work_reply(frame->bytes());
    const auto records = read_work_records(std::as_bytes(read.value().items));
    std::vector<std::string> heard;
    EXPECT_EQ(records->size(), 3U);
    for (std::size_t at = 0; at < records->size(); ++at) {
      const auto payload = read_work_payload((*records)[at].payload);
      if (!payload) {
        ADD_FAILURE() << "the payload of command " << at << " is none";
        continue;
      }
      EXPECT_EQ(payload->definition, "payout");
      EXPECT_EQ(payload->version, 2U);
      EXPECT_EQ(payload->outputs.front().text, "as it was");
      if (at != 1) {
        EXPECT_EQ(payload->arguments.front().number, 9U);
        continue;
      }
      for (const WorkValue& each : payload->arguments) {
        heard.push_back(std::string{each.name} + "=" + std::string{each.text});
      }
    }
    return heard;
  }

  void begin_to_stop() {
    stopping_ = std::thread{[this] {
      server_->stop();
      has_stopped_ = true;
    }};
  }
  /// Others have their turns meanwhile, so that a stop which waits for nothing comes to its end.
  void expect_stopping() const {
    for (int turn = 0; turn < 20'000 && !has_stopped_; ++turn) std::this_thread::yield();
    EXPECT_FALSE(has_stopped_);
  }

  FakeKeeper keeper_;
  std::mutex mutex_;
  std::vector<std::string> told_;
  std::thread stopping_;
  std::atomic<bool> has_stopped_{false};
};

TEST_F(ServerSecretsTest, TheKeeperSealsAndNobodyElseIsAsked) {
  serve_with_keeper();
  const auto connection = open(1);
  connection->send(seal_frame_of(5, {iban, "other"}).bytes());
  RequestSlot& slot = keeper_.take();
  EXPECT_EQ(slot.kind, RequestKind::seal_secrets);
  const auto texts = read_secret_texts(slot.payloads);
  ASSERT_TRUE(texts.has_value());
  EXPECT_EQ(texts->front(), iban);
  EXPECT_FALSE(engine_->has_request());
  // Others go on meanwhile.
  connection->send(transfers_frame(6, 1).bytes());
  accept(engine_->take(), 1);
  EXPECT_EQ(connection->receive()->header.request_number, 6U);
  std::vector<SealedTextView> views(2);
  views[1].bytes = 4;
  keeper_.answer(views);
  const Heard heard = hear(*connection, RequestKind::seal_secrets, 5);
  EXPECT_EQ(heard.status, RequestStatus::ok);
  ASSERT_EQ(heard.records.size(), 2 * sizeof(SealedTextView));
  EXPECT_EQ(std::memcmp(heard.records.data(), views.data(), heard.records.size()), 0);
  EXPECT_TRUE(told_.empty());
}

TEST_F(ServerSecretsTest, WhatIsForgottenIsToldToTheLog) {
  serve_with_keeper();
  const auto connection = open(1);
  connection->send(forget_frame(5, {{1, 7}, {2, 7}}).bytes());
  keeper_.answer(std::vector<ForgottenKey>{{{1, 7}, ForgetOutcome::forgotten},
                                           {{2, 7}, ForgetOutcome::unknown}});
  const Heard heard = hear(*connection, RequestKind::forget_secrets, 5);
  EXPECT_EQ(heard.status, RequestStatus::ok);
  EXPECT_EQ(heard.records.size(), 2 * sizeof(ForgottenKey));
  const std::lock_guard lock{mutex_};
  EXPECT_EQ(told_, (std::vector<std::string>{"local: because",
                                             "00000000000000070000000000000001 forgotten",
                                             "00000000000000070000000000000002 unknown"}));
}

TEST_F(ServerSecretsTest, WhatCouldNotBeForgottenIsToldAsSuch) {
  serve_with_keeper();
  const auto connection = open(1);
  connection->send(forget_frame(5, {{1, 7}, {2, 7}}).bytes());
  keeper_.take().status = RequestStatus::secrets_not_kept;
  keeper_.answer();
  const Heard heard = hear(*connection, RequestKind::forget_secrets, 5);
  EXPECT_EQ(heard.status, RequestStatus::secrets_not_kept);
  EXPECT_FALSE(heard.words.empty());
  const std::lock_guard lock{mutex_};
  EXPECT_EQ(told_,
            (std::vector<std::string>{"local: because", "00000000000000070000000000000001 failed",
                                      "00000000000000070000000000000002 failed"}));
}

TEST_F(ServerSecretsTest, AKeeperThatIsBusyOrMissingIsAnAnswer) {
  serve_with_keeper();
  {
    const auto connection = open(1);
    keeper_.is_full = true;
    connection->send(seal_frame_of(5, {iban}).bytes());
    EXPECT_EQ(hear(*connection, RequestKind::seal_secrets, 5).status, RequestStatus::busy);
  }
  server_.reset();
  settings_.keeper = nullptr;
  serve();
  const auto connection = open(1);
  connection->send(seal_frame_of(5, {iban}).bytes());
  EXPECT_EQ(hear(*connection, RequestKind::seal_secrets, 5).status,
            RequestStatus::secrets_not_kept);
}

TEST_F(ServerSecretsTest, ATextThatMayNotBeSealedIsRefusedWithoutBeingRepeated) {
  serve_with_keeper();
  const auto connection = open(1);
  const std::string secret = iban + "\n";
  connection->send(seal_frame_of(5, {secret}).bytes());
  const Heard heard = hear(*connection, RequestKind::seal_secrets, 5);
  EXPECT_EQ(heard.status, RequestStatus::malformed);
  EXPECT_EQ(heard.words.find("DE89"), std::string::npos);
}

TEST_F(ServerSecretsTest, WhoMayAsk) {
  struct Row {
    Role role;
    bool seals;
    bool forgets;
  };
  const Row rows[] = {{Role::gateway, true, false},      {Role::reader, false, false},
                      {Role::participant, false, false}, {Role::operator_, true, true},
                      {Role::checker, false, false},     {Role::admin, true, true}};
  for (const Row& row : rows) {
    const std::string name{to_string(row.role)};
    directory_.principals.push_back({PrincipalId{id_of(name)}, name, row.role});
  }
  serve_with_keeper();
  keeper_.is_full = true;  // Who may ask is told that it is busy.
  std::uint64_t client = 0;
  for (const Row& row : rows) {
    SCOPED_TRACE(to_string(row.role));
    const auto connection = open(++client, to_string(row.role));
    connection->send(seal_frame_of(5, {iban}).bytes());
    EXPECT_EQ(hear(*connection, RequestKind::seal_secrets, 5).status,
              row.seals ? RequestStatus::busy : RequestStatus::not_authorised);
    connection->send(forget_frame(6, {{1, 7}}).bytes());
    EXPECT_EQ(hear(*connection, RequestKind::forget_secrets, 6).status,
              row.forgets ? RequestStatus::busy : RequestStatus::not_authorised);
  }
}

TEST_F(ServerSecretsTest, AnAnswerOfTheKeeperAfterTheConnectionEndedIsDropped) {
  serve_with_keeper();
  {
    const auto connection = open(1);
    connection->send(seal_frame_of(5, {iban}).bytes());
    keeper_.take();
  }
  keeper_.answer(std::vector<SealedTextView>(1));
  wait_until([](const ServerStats& stats) { return stats.connections_now == 0; });
}

TEST_F(ServerSecretsTest, StoppingWaitsForTheKeeper) {
  settings_.stop_within_ns = 600'000'000'000;  // However slow the machine is.
  serve_with_keeper();
  const auto connection = open(1);
  const auto idle = open(2);
  connection->send(seal_frame_of(5, {iban}).bytes());
  keeper_.take();
  begin_to_stop();
  EXPECT_TRUE(idle->receive().has_value());  // It is told that the server stops,
  EXPECT_FALSE(idle->receive().has_value());
  expect_stopping();  // which it does not before the keeper has answered.
  keeper_.answer(std::vector<SealedTextView>(1));
  EXPECT_EQ(hear(*connection, RequestKind::seal_secrets, 5).status, RequestStatus::ok);
  stopping_.join();
}

TEST_F(ServerSecretsTest, StoppingWaitsForTheKeeperAlsoPastItsTime) {
  settings_.stop_within_ns = 1;
  serve_with_keeper();
  const auto connection = open(1);
  connection->send(seal_frame_of(5, {iban}).bytes());
  keeper_.take();
  begin_to_stop();
  while (connection->receive()) {
  }
  expect_stopping();  // The keeper still has what the server would free.
  keeper_.answer(std::vector<SealedTextView>(1));
  stopping_.join();
}

TEST_F(ServerSecretsTest, CommandsLeaveWithTheirSecretsOpen) {
  const std::string one = sealed_text(1);
  const std::string other = sealed_text(2, limits::secret_bytes_max);
  keeper_.opens = {{one, iban}, {other, std::string(limits::secret_bytes_max, 'x')}};
  serve_with_keeper();
  const auto connection = open(1);
  ask_for_work(*connection);
  give_work({{"iban", WorkValueType::secret, {}, 0, 0, one},
             {"note", WorkValueType::text, {}, 0, 0, "hello"},
             {"more", WorkValueType::secret, {}, 0, 0, other}});
  EXPECT_EQ(hear_arguments(*connection),
            (std::vector<std::string>{"iban=" + iban, "note=hello",
                                      "more=" + std::string(limits::secret_bytes_max, 'x')}));
}

TEST_F(ServerSecretsTest, WhatIsForgottenLeavesSealedAndATextThatLooksSoIsNotOpened) {
  const std::string gone = sealed_text(1);
  const std::string there = sealed_text(2);
  keeper_.opens = {{there, iban}};
  serve_with_keeper();
  const auto connection = open(1);
  ask_for_work(*connection);
  give_work({{"iban", WorkValueType::secret, {}, 0, 0, gone},
             {"note", WorkValueType::text, {}, 0, 0, there},
             {"other", WorkValueType::secret, {}, 0, 0, there}});
  EXPECT_EQ(hear_arguments(*connection),
            (std::vector<std::string>{"iban=" + gone, "note=" + there, "other=" + iban}));
}

}  // namespace
}  // namespace daybook
