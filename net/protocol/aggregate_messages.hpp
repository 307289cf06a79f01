#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/model/aggregate_views.hpp"
#include "net/protocol/frame.hpp"
#include "net/protocol/layout.hpp"
#include "net/protocol/messages.hpp"

/// lookup_orders and lookup_payments: what both ends write and read, as event_messages.hpp.
/// (order_commands and payment_commands are written and read as append_events.)

namespace daybook {

[[nodiscard]] constexpr std::size_t lookup_aggregates_frame_bytes(std::size_t count) {
  return frame_header_bytes + layout::items_offset<layout::LookupAt> + count * sizeof(Uint128);
}
/// `kind` is lookup_orders or lookup_payments; `moment`: as of when, all zero = now.
std::size_t write_lookup_aggregates(std::span<std::byte> room, RequestKind kind,
                                    std::uint64_t number, std::span<const Uint128> ids,
                                    const Moment& moment, std::uint64_t min_sequence);
[[nodiscard]] Result<RequestBody, BodyFault> read_lookup_aggregates(
    RequestKind kind, std::span<const std::byte> body);

[[nodiscard]] Result<ItemsReplyMessage<OrderView>, BodyFault> read_orders_reply(
    std::span<const std::byte> body);

struct PaymentsReplyMessage {
  RequestStatus status = RequestStatus::ok;
  std::string_view words{};
  Sequence sequence{};
  std::span<const PaymentView> payments{};
  std::span<const ClaimView> claims{};  ///< Of the payments, one's behind the other's.
};

/// Of a reply without words.
[[nodiscard]] constexpr std::size_t payments_reply_frame_bytes(std::size_t payments,
                                                               std::size_t claims) {
  return frame_header_bytes + sizeof(layout::EventsReply) + 8 + payments * sizeof(PaymentView) + 8 +
         claims * sizeof(ClaimView);
}
inline constexpr std::size_t claims_a_payment_max =
    limits::payment_refunds_max + limits::payment_disputes_max;
static_assert(payments_reply_frame_bytes(limits::aggregates_lookup_max,
                                         limits::aggregates_lookup_max* claims_a_payment_max) <=
              limits::frame_bytes_max);
/// Requires: no words; a refused request is answered with write_refused_reply().
std::size_t write_payments_reply(std::span<std::byte> room, std::uint64_t number,
                                 const PaymentsReplyMessage& reply);
/// Cost: O(payments).
[[nodiscard]] Result<PaymentsReplyMessage, BodyFault> read_payments_reply(
    std::span<const std::byte> body);

}  // namespace daybook
