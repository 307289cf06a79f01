#include "engine/follower/aggregate_query.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "engine/aggregates/order/order_view.hpp"
#include "engine/aggregates/payment/payment_view.hpp"
#include "engine/model/aggregate.hpp"
#include "engine/query/stream_index.hpp"
#include "engine/replay/entry_reader.hpp"

namespace daybook {
namespace {

struct Candidate {
  std::uint64_t sequence;
  std::size_t index;  ///< Of the id that may be meant.

  friend auto operator<=>(const Candidate&, const Candidate&) = default;
};

template <typename Item>
void append(std::vector<std::byte>& items, const Item& item) {
  const auto bytes = std::as_bytes(std::span{&item, 1});
  items.insert(items.end(), bytes.begin(), bytes.end());
}

}  // namespace

Result<void> AggregateQuery::run() {
  Sequence moment = links_.as_of;
  if (slot_.names_moment()) {
    AsOfQuery as_of{links_, slot_};
    const auto found = as_of.find_moment();
    if (!found.ok()) return found.error();
    if (!found.value()) return {};
    moment = as_of.moment();
  }
  slot_.first_sequence = moment;
  return slot_.kind == RequestKind::lookup_orders ? lookup_orders(moment) : lookup_payments(moment);
}

Result<void> AggregateQuery::for_each_event(const Uint128& type, Sequence moment, const Use& use) {
  const std::span ids{reinterpret_cast<const Uint128*>(slot_.events), slot_.event_count};
  std::vector<Candidate> candidates;
  for (std::size_t index = 0; index < ids.size(); ++index) {
    EventFilter filter;
    filter.aggregate_type = type;
    filter.aggregate_id = ids[index];
    IndexedValues values{links_.follower.streams().events(), StreamIndex::key_for(filter), 1,
                         moment.value(), IndexOrder::ascending};
    while (const auto sequence = values.next()) candidates.push_back({*sequence, index});
  }
  // Entry by entry, so that each is read once however many of the events it holds.
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  for (std::size_t at = 0; at < candidates.size();) {
    auto read = links_.with_facts(Sequence{candidates[at].sequence}, [&](const EntryFacts& facts) {
      const FactPlaces places{facts};
      const auto payloads = payload_places(facts);
      for (; at < candidates.size() && candidates[at].sequence <= facts.header.last().value();
           ++at) {
        const auto place = places.event_index_at(Sequence{candidates[at].sequence});
        if (!place) continue;
        const DomainEvent& event = facts.domain_events[*place];
        const std::size_t index = candidates[at].index;
        if (event.stream() != StreamKey{type, ids[index]}) continue;
        use(index, event, facts.event_payloads.subspan(payloads[*place], event.payload_bytes));
      }
    });
    if (!read.ok()) return read;
  }
  return {};
}

Result<void> AggregateQuery::lookup_orders(Sequence moment) {
  std::vector<OrderView> orders(slot_.event_count);
  auto read = for_each_event(order_type(), moment,
                             [&](std::size_t index, const auto& event, const auto& payload) {
                               fold(orders[index], event, payload);
                             });
  if (!read.ok()) return read;
  for (const OrderView& order : orders) {
    if (order.version == 0) continue;
    append(slot_.query_items, order);
    ++slot_.item_count;
  }
  return {};
}

Result<void> AggregateQuery::lookup_payments(Sequence moment) {
  std::vector<WholePayment> payments(slot_.event_count);
  auto read = for_each_event(payment_type(), moment,
                             [&](std::size_t index, const auto& event, const auto& payload) {
                               fold(payments[index], event, payload);
                             });
  if (!read.ok()) return read;
  for (const WholePayment& each : payments) {
    if (each.payment.version == 0) continue;
    append(slot_.query_items, each.payment);
    ++slot_.item_count;
  }
  for (const WholePayment& each : payments) {
    for (const ClaimView& claim : each.claims) append(slot_.query_items, claim);
  }
  return {};
}

}  // namespace daybook
