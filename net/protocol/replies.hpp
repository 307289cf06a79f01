#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "net/protocol/frame.hpp"
#include "net/protocol/layout.hpp"
#include "net/protocol/messages.hpp"

/// Replies: what a server writes and a client reads.
///
/// Every writer puts one whole frame, header and checksum included, at the start of `room` and
/// returns its size. Requires: `room` is 8-byte aligned and has at least the bytes that the
/// *_frame_bytes function beside it says. Words beyond words_bytes_max are cut. No allocation.

namespace daybook {

// ---- Writers, for the server. ----

/// Where the items of a batch, accounts, transfers or ledgers reply begin in the frame. A server
/// may have them written there by the engine and then call a finish_ function.
inline constexpr std::size_t reply_items_offset =
    frame_header_bytes + layout::items_offset<layout::ItemsReply>;
static_assert(layout::items_offset<layout::ItemsReply> == layout::items_offset<layout::BatchReply>);

/// Of a reply with `items_bytes` of items and `words_bytes` of words.
[[nodiscard]] constexpr std::size_t reply_frame_bytes(std::size_t items_bytes,
                                                      std::size_t words_bytes) {
  const std::size_t words = words_bytes < words_bytes_max ? words_bytes : words_bytes_max;
  return reply_items_offset + layout::padded(items_bytes) +
         (words == 0 ? 0 : layout::string_bytes(words));
}
static_assert(reply_frame_bytes(limits::batch_events_max * sizeof(Transfer), words_bytes_max) <=
              limits::frame_bytes_max);

/// Room: reply_frame_bytes(refusals.size_bytes(), words.size()).
std::size_t write_batch_reply(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                              const BatchReplyMessage& reply);

/// The same where the refusals already stand at reply_items_offset; `reply.refusals` is their
/// number only.
std::size_t finish_batch_reply(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                               const BatchReplyMessage& reply);

/// Room: reply_frame_bytes(items.size_bytes(), words.size()). Item is Account, Transfer, Ledger,
/// HoldView, AccountBalance, LedgerBalance or Name; std::uint64_t of operation records, which are
/// as many words.
template <typename Item>
std::size_t write_items_reply(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                              const ItemsReplyMessage<Item>& reply);

/// The same where the items already stand at reply_items_offset; `reply.items` is their number
/// only.
template <typename Item>
std::size_t finish_items_reply(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                               const ItemsReplyMessage<Item>& reply);

[[nodiscard]] constexpr std::size_t digest_reply_frame_bytes(std::size_t words_bytes) {
  return frame_header_bytes + sizeof(layout::DigestReply) +
         layout::string_bytes(words_bytes < words_bytes_max ? words_bytes : words_bytes_max);
}
/// `kind` is state_digest or take_snapshot.
std::size_t write_digest_reply(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                               const DigestReplyMessage& reply);

[[nodiscard]] constexpr std::size_t hello_reply_frame_bytes(std::size_t principal_bytes,
                                                            std::size_t version_bytes) {
  return frame_header_bytes + sizeof(layout::HelloReply) + layout::string_bytes(principal_bytes) +
         layout::string_bytes(version_bytes);
}
std::size_t write_hello_reply(std::span<std::byte> room, std::uint64_t number,
                              const HelloReplyMessage& reply);

[[nodiscard]] constexpr std::size_t error_frame_bytes(std::size_t words_bytes) {
  return frame_header_bytes + sizeof(layout::Error) +
         layout::string_bytes(words_bytes < words_bytes_max ? words_bytes : words_bytes_max);
}
/// `number`: of the request that it answers, 0 where it is about the connection.
std::size_t write_error(std::span<std::byte> room, std::uint64_t number, const ErrorMessage& error);

/// A reply of the form that `kind` implies, with a status that is not ok and words: what a refused
/// request gets. Room: refused_reply_frame_bytes(words.size()).
[[nodiscard]] constexpr std::size_t refused_reply_frame_bytes(std::size_t words_bytes) {
  const std::size_t items = reply_frame_bytes(0, words_bytes);
  const std::size_t digest = digest_reply_frame_bytes(words_bytes);
  return items > digest ? items : digest;
}
std::size_t write_refused_reply(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                                RequestStatus status, std::string_view words);

// ---- Readers, for the client. ----
//
// Requires: `body` is 8-byte aligned, and its frame's header and checksum were found good. Nothing
// in `body` is trusted. Cost: O(1), whatever the number of items.

[[nodiscard]] Result<HelloReplyMessage, BodyFault> read_hello_reply(
    std::span<const std::byte> body);
[[nodiscard]] Result<ErrorMessage, BodyFault> read_error(std::span<const std::byte> body);
[[nodiscard]] Result<BatchReplyMessage, BodyFault> read_batch_reply(
    std::span<const std::byte> body);
[[nodiscard]] Result<ItemsReplyMessage<Account>, BodyFault> read_accounts_reply(
    std::span<const std::byte> body);
[[nodiscard]] Result<ItemsReplyMessage<Transfer>, BodyFault> read_transfers_reply(
    std::span<const std::byte> body);
[[nodiscard]] Result<ItemsReplyMessage<Ledger>, BodyFault> read_ledgers_reply(
    std::span<const std::byte> body);
[[nodiscard]] Result<ItemsReplyMessage<HoldView>, BodyFault> read_holds_reply(
    std::span<const std::byte> body);
[[nodiscard]] Result<ItemsReplyMessage<AccountBalance>, BodyFault> read_account_balances_reply(
    std::span<const std::byte> body);
[[nodiscard]] Result<ItemsReplyMessage<LedgerBalance>, BodyFault> read_trial_balance_reply(
    std::span<const std::byte> body);
[[nodiscard]] Result<ItemsReplyMessage<Name>, BodyFault> read_names_reply(
    std::span<const std::byte> body);
/// `cursor` is the commit time.
[[nodiscard]] Result<ItemsReplyMessage<AccountAsOf>, BodyFault> read_accounts_at_reply(
    std::span<const std::byte> body);
/// The records are not looked into: read_operation_log() does that.
[[nodiscard]] Result<ItemsReplyMessage<std::uint64_t>, BodyFault> read_operations_reply(
    std::span<const std::byte> body);
[[nodiscard]] Result<DigestReplyMessage, BodyFault> read_digest_reply(
    std::span<const std::byte> body);

}  // namespace daybook
