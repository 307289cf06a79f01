#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "engine/follower/as_of_query.hpp"
#include "engine/model/domain_event.hpp"

namespace daybook {

/// Answers lookup_orders and lookup_payments, as of now or, where the request names one, as of a
/// moment: by going through the events of the streams up to there. Behind the payments of an
/// answer stand their refunds and disputes.
///
/// Threads.  A query thread's.
/// Errors.   A journal that cannot be read.
/// Limits.   limits::aggregates_lookup_max ids; a stream has a few hundred events at most.
class AggregateQuery {
 public:
  /// References outlive it.
  AggregateQuery(const AsOfQuery::Links& links, RequestSlot& slot) : links_{links}, slot_{slot} {}

  [[nodiscard]] Result<void> run();

 private:
  using Use = std::function<void(std::size_t index, const DomainEvent& event,
                                 std::span<const std::byte> payload)>;
  /// Calls `use` for each event of the aggregates asked for, in the order of sequences.
  [[nodiscard]] Result<void> for_each_event(const Uint128& type, Sequence moment, const Use& use);
  [[nodiscard]] Result<void> lookup_orders(Sequence moment);
  [[nodiscard]] Result<void> lookup_payments(Sequence moment);

  AsOfQuery::Links links_;
  RequestSlot& slot_;
};

}  // namespace daybook
