// Client: TCC transactions.

#include <numeric>

#include "net/client/client.hpp"
#include "net/client/submission.hpp"
#include "net/protocol/tcc_messages.hpp"

namespace daybook {
namespace {

Failure wrong_count(std::string_view what, std::size_t count, std::size_t most) {
  return {FailureKind::invalid,
          fmt::format("a request has 1 to {} {}, this one has {}; nothing was "
                      "sent",
                      most, what, count)};
}

}  // namespace

Result<BatchResult> Client::tcc_commands(std::span<const TccCommand> commands,
                                         std::span<const TccAmount> amounts,
                                         const OperationAttributes& attributes) {
  return wait_for<BatchResult>(loop(), [&](BatchCallback callback) {
    async_tcc_commands(commands, amounts, attributes, std::move(callback));
  });
}

void Client::async_tcc_commands(std::span<const TccCommand> commands,
                                std::span<const TccAmount> amounts,
                                const OperationAttributes& given, BatchCallback callback) {
  const std::size_t count = commands.size();
  if (count == 0 || count > limits::tcc_commands_max) {
    return session_->refuse(std::move(callback),
                            wrong_count("commands", count, limits::tcc_commands_max));
  }
  const auto said =
      std::accumulate(commands.begin(), commands.end(), std::size_t{0},
                      [](std::size_t sum, const TccCommand& each) { return sum + each.amounts; });
  if (said != amounts.size() ||
      tcc_commands_frame_bytes(count, amounts.size()) > limits::frame_bytes_max) {
    return session_->refuse(
        std::move(callback),
        Failure{FailureKind::invalid,
                fmt::format("the confirms have {} amounts, and {} were given; nothing was sent",
                            said, amounts.size())});
  }
  const OperationAttributes attributes = with_trace(given);
  FrameBuffer buffer = session_->frames().take(tcc_commands_frame_bytes(count, amounts.size()));
  buffer.size = write_tcc_commands(buffer.frame(), 0, attributes, commands, amounts);
  SentRequest sent = request_of(RequestKind::tcc_commands, static_cast<std::uint32_t>(count),
                                std::move(buffer), attributes, std::move(callback));
  sent.is_whole = true;
  session_->submit(std::move(sent));
}

Result<TccsResult> Client::lookup_tccs(std::span<const Uint128> gids, const QueryOptions& options) {
  return wait_for<TccsResult>(loop(), [&](Callback<TccsResult> callback) {
    async_lookup_tccs(gids, options, std::move(callback));
  });
}

void Client::async_lookup_tccs(std::span<const Uint128> gids, const QueryOptions& options,
                               Callback<TccsResult> callback) {
  if (gids.empty() || gids.size() > limits::tccs_lookup_max) {
    return session_->refuse(std::move(callback),
                            wrong_count("gids", gids.size(), limits::tccs_lookup_max));
  }
  FrameBuffer buffer = session_->frames().take(lookup_frame_bytes(gids.size()));
  buffer.size =
      write_lookup(buffer.frame(), RequestKind::lookup_tccs, 0, gids, min_sequence_of(options));
  session_->submit(request_of(RequestKind::lookup_tccs, static_cast<std::uint32_t>(gids.size()),
                              std::move(buffer), {}, std::move(callback)));
}

Result<TccsResult> Client::list_tccs(std::uint64_t states, std::uint64_t cursor,
                                     std::uint32_t limit, const QueryOptions& options) {
  return wait_for<TccsResult>(loop(), [&](Callback<TccsResult> callback) {
    async_list_tccs(states, cursor, limit, options, std::move(callback));
  });
}

void Client::async_list_tccs(std::uint64_t states, std::uint64_t cursor, std::uint32_t limit,
                             const QueryOptions& options, Callback<TccsResult> callback) {
  FrameBuffer buffer = session_->frames().take(small_frame_bytes);
  buffer.size =
      write_list_tccs(buffer.frame(), 0, {.states = states, .after = cursor, .limit = limit},
                      min_sequence_of(options));
  session_->submit(
      request_of(RequestKind::list_tccs, 0, std::move(buffer), {}, std::move(callback)));
}

}  // namespace daybook
