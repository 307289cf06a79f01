#include "engine/model/aggregate_views.hpp"

namespace daybook {

std::string_view to_string(OrderState state) noexcept {
  switch (state) {
    case OrderState::pending:
      return "pending";
    case OrderState::paid:
      return "paid";
    case OrderState::shipped:
      return "shipped";
    case OrderState::completed:
      return "completed";
    case OrderState::cancelled:
      return "cancelled";
  }
  return "unknown";
}

std::string_view to_string(PaymentState state) noexcept {
  switch (state) {
    case PaymentState::initiated:
      return "initiated";
    case PaymentState::authorised:
      return "authorised";
    case PaymentState::partially_captured:
      return "partially_captured";
    case PaymentState::captured:
      return "captured";
    case PaymentState::settled:
      return "settled";
    case PaymentState::voided:
      return "voided";
    case PaymentState::failed:
      return "failed";
  }
  return "unknown";
}

std::string_view to_string(ClaimKind kind) noexcept {
  if (kind == ClaimKind::refund) return "refund";
  return kind == ClaimKind::dispute ? "dispute" : "unknown";
}

std::string_view to_string(ClaimState state) noexcept {
  switch (state) {
    case ClaimState::pending:
      return "pending";
    case ClaimState::succeeded:
      return "succeeded";
    case ClaimState::failed:
      return "failed";
    case ClaimState::opened:
      return "opened";
    case ClaimState::won:
      return "won";
    case ClaimState::lost:
      return "lost";
  }
  return "unknown";
}

}  // namespace daybook
