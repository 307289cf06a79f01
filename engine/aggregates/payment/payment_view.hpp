#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/model/aggregate_views.hpp"
#include "engine/model/domain_event.hpp"

namespace daybook {

/// A payment with its refunds and disputes, in the order in which they began.
struct WholePayment {
  PaymentView payment;
  std::vector<ClaimView> claims;
};

/// Makes of a payment what its next event makes of it, as fold() of an order.
void fold(WholePayment& whole, const DomainEvent& event, std::span<const std::byte> payload);

}  // namespace daybook
