#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "net/server/server.hpp"
#include "tests/net/server/fake_engine.hpp"
#include "tests/net/server/test_connection.hpp"

namespace daybook {

/// Principals that a test makes up: the token is the name.
class FakeDirectory final : public PrincipalDirectory {
 public:
  std::vector<Principal> principals;

  [[nodiscard]] std::optional<Principal> authenticate(std::string_view token) const override {
    for (const Principal& principal : principals) {
      if (principal.name == token) return principal;
    }
    return std::nullopt;
  }
  [[nodiscard]] bool empty() const override { return principals.empty(); }
  [[nodiscard]] bool still_stands(const Principal& principal,
                                  const Sha256Digest& token) const override {
    if (principals.empty()) return token == Sha256Digest{};
    const auto found = authenticate(principal.name);
    return found && found->id == principal.id && found->role == principal.role &&
           token == sha256(std::as_bytes(std::span{principal.name}));
  }
};

/// A server on a free port of this machine, with an engine that the test plays.
class ServerFixture : public ::testing::Test {
 protected:
  ~ServerFixture() override { server_.reset(); }

  /// To be called first; settings_ and directory_ may be changed before.
  void serve(std::size_t io_threads = 1, std::size_t slots = 1'024) {
    settings_.listen = "127.0.0.1:0";
    settings_.io_threads = io_threads;
    settings_.engine_version = "test";
    engine_ = std::make_unique<FakeEngine>(io_threads, slots);
    auto made = Server::make(settings_, *engine_, directory_);
    ASSERT_TRUE(made.ok()) << made.error().what;
    server_ = std::move(made).value();
    const auto started = server_->start();
    ASSERT_TRUE(started.ok()) << started.error().what;
  }

  [[nodiscard]] std::unique_ptr<TestConnection> connect(int receive_bytes = 0) const {
    return std::make_unique<TestConnection>(server_->port(), receive_bytes);
  }

  /// A connection that has said Hello and been welcomed.
  std::unique_ptr<TestConnection> open(std::uint64_t client, std::string_view token = {},
                                       int receive_bytes = 0) {
    auto connection = connect(receive_bytes);
    connection->send(hello_frame(client, token).bytes());
    engine_->open_session();
    const auto reply = connection->receive();
    EXPECT_TRUE(reply.has_value());
    EXPECT_EQ(reply->header.type, message_type::hello);
    return connection;
  }

  /// Waits until the server's counters say so; the condition must be bound to come true.
  template <typename Condition>
  void wait_until(Condition condition) const {
    while (!condition(server_->stats())) std::this_thread::yield();
  }

  /// Answers a create request as the sequencer would: everything was created.
  void accept(RequestSlot& slot, std::uint64_t sequence, std::uint64_t wait_for = 0) {
    slot.status = slot.refuse_with;
    slot.first_sequence = Sequence{sequence};
    slot.first_timestamp = Timestamp{sequence * 10};
    engine_->reply(slot, wait_for);
  }

  ServerSettings settings_;
  FakeDirectory directory_;
  std::unique_ptr<FakeEngine> engine_;
  std::unique_ptr<Server> server_;
};

}  // namespace daybook
