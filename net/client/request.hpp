#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <variant>

#include "net/client/answers.hpp"
#include "net/client/batch.hpp"
#include "net/protocol/messages.hpp"

namespace daybook {

/// The callback of a request; which one it is follows from the request's kind.
using AnyCallback =
    std::variant<BatchCallback, Callback<AccountsResult>, Callback<TransfersResult>,
                 Callback<AccountPage>, Callback<LedgerPage>, Callback<TransferPage>,
                 Callback<DigestResult>, Callback<HoldsResult>, Callback<BalancePage>,
                 Callback<FoundAccounts>, Callback<FoundTransfers>, Callback<FoundBalances>,
                 Callback<NamesResult>, Callback<FoundEvents>, Callback<RebuildPage>,
                 Callback<FoundOperations>, Callback<AccountsAtResult>, Callback<OrdersResult>,
                 Callback<PaymentsResult>, Callback<CheckpointsResult>, Callback<TccsResult>,
                 Callback<SagaPage>, Callback<WorkResult>, Callback<ParticipantsResult>,
                 Callback<WaitingWorkPage>, Callback<SealResult>, Callback<ForgetResult>>;

/// A request from its submission to its answer.
struct SentRequest {
  RequestKind kind{};
  std::uint32_t event_count = 0;
  std::uint32_t name_count = 0;  ///< Of a create frame: beside its events.
  /// The frame. Without number and checksum until seal(), unchanged afterwards.
  FrameBuffer buffer;
  bool is_whole = false;  ///< The frame needs nothing but its header sealed.
  OperationOrigin origin;
  AnyCallback callback;
  std::chrono::steady_clock::time_point deadline;
  std::chrono::steady_clock::time_point sent;  ///< On the present connection.
  std::uint64_t number = 0;                    ///< 0: not given one yet, and so never sent.
  std::uint64_t place = 0;  ///< In the order of sending on the present connection.
  bool abandoned = false;   ///< Its time was up; the answer, if one comes, is dropped.
};

/// Gives the request its number and finishes its frame. From here on its bytes stay as they are:
/// the engine knows a repeat by them.
void seal(SentRequest& request, std::uint64_t number);

/// Reads `body` as the answer to `request`, raises `highest` to the highest sequence that it names,
/// and then calls the callback. False, and nothing of it is done, where `asks_again` and the answer
/// is that indexes are behind.
[[nodiscard]] bool answer(SentRequest& request, std::span<const std::byte> body, bool asks_again,
                          Sequence& highest);

/// Calls `callback` with `failure`.
void fail(AnyCallback& callback, const Failure& failure);

}  // namespace daybook
