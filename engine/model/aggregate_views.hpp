#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "engine/base/limits.hpp"
#include "engine/model/ids.hpp"

/// Orders and payments as answers show them.

namespace daybook {

/// Frozen: on the wire, as the next three.
enum class OrderState : std::uint16_t {
  pending = 1,
  paid = 2,
  shipped = 3,
  completed = 4,
  cancelled = 5,
};

enum class PaymentState : std::uint16_t {
  initiated = 1,
  authorised = 2,
  partially_captured = 3,
  captured = 4,
  settled = 5,
  voided = 6,
  failed = 7,
};

enum class ClaimKind : std::uint16_t { refund = 1, dispute = 2 };

/// Of a refund: pending, succeeded, failed. Of a dispute: opened, won, lost.
enum class ClaimState : std::uint16_t {
  pending = 1,
  succeeded = 2,
  failed = 3,
  opened = 4,
  won = 5,
  lost = 6,
};

[[nodiscard]] std::string_view to_string(OrderState state) noexcept;
[[nodiscard]] std::string_view to_string(PaymentState state) noexcept;
[[nodiscard]] std::string_view to_string(ClaimKind kind) noexcept;
[[nodiscard]] std::string_view to_string(ClaimState state) noexcept;

using CommandText = std::array<char, limits::command_text_bytes_max>;

/// An order. 616 bytes, the same on the wire.
struct OrderView {
  Uint128 id;
  Uint128 payment_id;  ///< 0 until it is paid.
  Amount amount;       ///< In the ledger's minor unit.
  BusinessId business_id;
  TraceId trace_id;  ///< Of its newest event.
  std::uint64_t quantity = 0;
  UserId user_id;        ///< Of its creation, as business_id.
  Timestamp created_at;  ///< Timestamps of events.
  Timestamp changed_at;
  std::uint64_t version = 0;  ///< Of its newest event.
  LedgerId ledger;
  OrderState state{};
  std::uint16_t sku_bytes = 0;
  std::uint16_t tracking_bytes = 0;
  std::uint16_t reason_bytes = 0;
  CommandText sku_text{};
  CommandText tracking_text{};  ///< Empty until it is shipped.
  CommandText reason_text{};    ///< Of its cancellation.
  std::uint32_t reserved = 0;

  [[nodiscard]] std::string_view sku() const { return text(sku_text, sku_bytes); }
  [[nodiscard]] std::string_view tracking() const { return text(tracking_text, tracking_bytes); }
  [[nodiscard]] std::string_view reason() const { return text(reason_text, reason_bytes); }
  [[nodiscard]] static std::string_view text(const CommandText& text, std::uint16_t bytes) {
    return {text.data(), bytes <= text.size() ? bytes : 0U};
  }
};

/// A payment. 688 bytes, the same on the wire. Amounts in the ledger's minor unit.
struct PaymentView {
  Uint128 id;
  Uint128 order_id;
  Amount amount;
  Amount captured;
  Amount refunded;         ///< Of refunds that succeeded.
  Amount refunds_pending;  ///< Of those that are under way.
  Amount disputed;         ///< Of disputes that are open.
  Amount lost;             ///< Of those that were lost.
  BusinessId business_id;
  TraceId trace_id;      ///< Of its newest event.
  UserId user_id;        ///< Of its creation, as business_id.
  Timestamp created_at;  ///< Timestamps of events.
  Timestamp changed_at;
  std::uint64_t version = 0;  ///< Of its newest event.
  LedgerId ledger;
  PaymentState state{};
  std::uint16_t claims = 0;  ///< How many of the answer's claims are its own.
  std::uint16_t channel_bytes = 0;
  std::uint16_t reference_bytes = 0;
  std::uint16_t reason_bytes = 0;
  std::uint16_t reserved = 0;
  CommandText channel_text{};
  CommandText reference_text{};  ///< The channel's own, once authorised.
  CommandText reason_text{};     ///< Of voiding or failing.

  [[nodiscard]] std::string_view channel() const {
    return OrderView::text(channel_text, channel_bytes);
  }
  [[nodiscard]] std::string_view reference() const {
    return OrderView::text(reference_text, reference_bytes);
  }
  [[nodiscard]] std::string_view reason() const {
    return OrderView::text(reason_text, reason_bytes);
  }
};

/// A refund or a dispute. 72 bytes, the same on the wire.
struct ClaimView {
  Uint128 payment_id;
  Uint128 id;
  Amount amount;
  Timestamp opened_at;
  Timestamp ended_at;  ///< 0 while it is under way.
  ClaimKind kind{};
  ClaimState state{};
  std::uint32_t reserved = 0;
};

static_assert(sizeof(OrderView) == 616 && alignof(OrderView) == 8);
static_assert(sizeof(PaymentView) == 688 && alignof(PaymentView) == 8);
static_assert(sizeof(ClaimView) == 72 && alignof(ClaimView) == 8);
static_assert(std::is_trivially_copyable_v<OrderView>);
static_assert(std::is_trivially_copyable_v<PaymentView>);
static_assert(std::is_trivially_copyable_v<ClaimView>);

}  // namespace daybook
