#pragma once

#include <functional>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "net/client/client.hpp"
#include "tests/net/client/fake_server.hpp"

namespace daybook {

/// A loop, a server on it, and a memory of what was answered.
class ClientFixture : public ::testing::Test {
 protected:
  [[nodiscard]] ClientSettings server_settings() const {
    ClientSettings settings;
    settings.port = server_.port();
    settings.backoff_first = std::chrono::milliseconds{1};
    settings.backoff_max = std::chrono::milliseconds{4};
    return settings;
  }

  [[nodiscard]] static Transfer transfer(std::uint64_t id) {
    Transfer transfer;
    transfer.id = TransferId{Uint128{id, 0}};
    transfer.amount = Amount{Uint128{id * 10, 0}};
    return transfer;
  }

  /// Submits a batch of `count` transfers; answer(key) has its result later.
  void submit(Client& client, std::uint64_t key, std::size_t count = 1) {
    Result<TransferBatch> batch = client.new_transfer_batch(count);
    for (std::size_t i = 0; i < count; ++i) batch.value().events()[i] = transfer(key * 10'000 + i);
    client.submit(std::move(batch).value(), [this, key](const Result<BatchResult>& result) {
      answered_order_.push_back(key);
      answers_.emplace(key, result);
    });
  }

  [[nodiscard]] const Result<BatchResult>& answer(std::uint64_t key) const {
    return answers_.at(key);
  }

  void run_until(const std::function<bool()>& done) { ASSERT_TRUE(loop_.run_until(done).ok()); }

  ClientLoop loop_;
  FakeServer server_{&loop_};
  std::map<std::uint64_t, Result<BatchResult>> answers_;
  std::vector<std::uint64_t> answered_order_;
  int callbacks_ = 0;
};

}  // namespace daybook
