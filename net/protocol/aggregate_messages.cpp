#include "net/protocol/aggregate_messages.hpp"

#include <fmt/format.h>

#include "net/protocol/body_reader.hpp"
#include "net/protocol/body_writer.hpp"

namespace daybook {
namespace {

// As in messages.cpp.
static_assert(sizeof(wire::Order) == sizeof(OrderView));
static_assert(alignof(wire::Order) == alignof(OrderView));
static_assert(sizeof(wire::Payment) == sizeof(PaymentView));
static_assert(alignof(wire::Payment) == alignof(PaymentView));
static_assert(sizeof(wire::Claim) == sizeof(ClaimView));
static_assert(alignof(wire::Claim) == alignof(ClaimView));

template <typename Table>
Result<RequestBody, BodyFault> read_lookup(std::span<const std::byte> bytes,
                                           std::string_view message) {
  const auto* table = verified<Table>(bytes);
  if (table == nullptr) return unreadable(message);
  if (!is_aligned(table->ids())) return misaligned(message);
  const std::uint32_t count = count_of(table->ids());
  if (count == 0 || count > limits::aggregates_lookup_max) {
    return BodyFault{.status = count == 0 ? RequestStatus::malformed : RequestStatus::too_large,
                     .not_readable = false,
                     .words = fmt::format("the request has {} ids, it must have 1 to {}", count,
                                          limits::aggregates_lookup_max)};
  }
  RequestBody body;
  body.events = reinterpret_cast<const std::byte*>(table->ids()->Data());
  body.event_count = count;
  body.min_sequence = table->min_sequence();
  body.at_sequence = table->at_sequence();
  body.at_time = Timestamp{table->at_time()};
  return body;
}

}  // namespace

std::size_t write_lookup_aggregates(std::span<std::byte> room, RequestKind kind,
                                    std::uint64_t number, std::span<const Uint128> ids,
                                    const Moment& moment, std::uint64_t min_sequence) {
  ENSURE(kind == RequestKind::lookup_orders || kind == RequestKind::lookup_payments,
         "only orders and payments are looked up so");
  BodyWriter<layout::LookupAt> writer{room};
  writer.fixed.at_sequence = moment.sequence.value();
  writer.fixed.at_time = moment.time.value();
  writer.fixed.min_sequence = min_sequence;
  writer.vector(writer.fixed.tail, static_cast<std::uint32_t>(ids.size()), sizeof(Uint128),
                ids.data());
  return writer.finish(static_cast<std::uint16_t>(kind), 0, number);
}

Result<RequestBody, BodyFault> read_lookup_aggregates(RequestKind kind,
                                                      std::span<const std::byte> body) {
  if (kind == RequestKind::lookup_orders) {
    return read_lookup<wire::LookupOrders>(body, "LookupOrders");
  }
  return read_lookup<wire::LookupPayments>(body, "LookupPayments");
}

Result<ItemsReplyMessage<OrderView>, BodyFault> read_orders_reply(std::span<const std::byte> body) {
  const auto* table = verified<wire::OrdersReply>(body);
  if (table == nullptr) return unreadable("OrdersReply");
  if (!is_aligned(table->orders())) return misaligned("OrdersReply");
  ItemsReplyMessage<OrderView> reply{.status = static_cast<RequestStatus>(table->status()),
                                     .words = text_of(table->words()),
                                     .sequence = Sequence{table->sequence()}};
  if (table->orders() != nullptr) {
    reply.items = {reinterpret_cast<const OrderView*>(table->orders()->Data()),
                   table->orders()->size()};
  }
  return reply;
}

std::size_t write_payments_reply(std::span<std::byte> room, std::uint64_t number,
                                 const PaymentsReplyMessage& reply) {
  ENSURE(reply.words.empty(), "words are for refusals");
  BodyWriter<layout::EventsReply> writer{room};  // Two vectors in the same places.
  writer.fixed.status = static_cast<std::uint16_t>(reply.status);
  writer.fixed.sequence = reply.sequence.value();
  writer.vector(writer.fixed.events, static_cast<std::uint32_t>(reply.payments.size()),
                sizeof(PaymentView), reply.payments.data());
  writer.vector(writer.fixed.payloads, static_cast<std::uint32_t>(reply.claims.size()),
                sizeof(ClaimView), reply.claims.data());
  return writer.finish(static_cast<std::uint16_t>(RequestKind::lookup_payments), frame_flag::reply,
                       number);
}

Result<PaymentsReplyMessage, BodyFault> read_payments_reply(std::span<const std::byte> body) {
  const auto* table = verified<wire::PaymentsReply>(body);
  if (table == nullptr) return unreadable("PaymentsReply");
  if (!is_aligned(table->payments()) || !is_aligned(table->claims())) {
    return misaligned("PaymentsReply");
  }
  PaymentsReplyMessage reply{.status = static_cast<RequestStatus>(table->status()),
                             .words = text_of(table->words()),
                             .sequence = Sequence{table->sequence()}};
  if (table->payments() != nullptr) {
    reply.payments = {reinterpret_cast<const PaymentView*>(table->payments()->Data()),
                      table->payments()->size()};
  }
  if (table->claims() != nullptr) {
    reply.claims = {reinterpret_cast<const ClaimView*>(table->claims()->Data()),
                    table->claims()->size()};
  }
  std::uint64_t claims = 0;
  for (const PaymentView& each : reply.payments) claims += each.claims;
  if (claims != reply.claims.size()) return unreadable("PaymentsReply");
  return reply;
}

}  // namespace daybook
