#include "engine/aggregates/payment/payment_view.hpp"

#include <algorithm>

#include "engine/aggregates/view_text.hpp"
#include "engine/model/aggregate.hpp"

namespace daybook {
namespace {

Amount sum(Amount a, Amount b) { return Amount{Uint128{a.value().wide() + b.value().wide()}}; }
Amount rest(Amount a, Amount b) { return Amount{Uint128{a.value().wide() - b.value().wide()}}; }

void fold_initiation(PaymentView& payment, const DomainEvent& event, const ReadCommand& read) {
  payment.id = event.aggregate_id;
  payment.order_id = read.details.subject_id;
  payment.amount = read.details.amount;
  payment.ledger = read.details.ledger;
  payment.business_id = event.business_id;
  payment.user_id = event.user_id;
  payment.created_at = event.timestamp;
  payment.state = PaymentState::initiated;
  payment.channel_bytes = keep_text(payment.channel_text, read.text);
}

void fold_capture(PaymentView& payment, const CommandDetails& details) {
  payment.captured = sum(payment.captured, details.amount);
  const bool ends =
      (details.flags & command_flag::final_capture) != 0 || payment.captured == payment.amount;
  payment.state = ends ? PaymentState::captured : PaymentState::partially_captured;
}

void end_claim(WholePayment& whole, const DomainEvent& event, const ReadCommand& read,
               ClaimKind kind, ClaimState state) {
  const auto found =
      std::find_if(whole.claims.begin(), whole.claims.end(), [&](const ClaimView& each) {
        return each.kind == kind && each.id == read.details.subject_id;
      });
  if (found == whole.claims.end()) return;
  PaymentView& payment = whole.payment;
  Amount& open = kind == ClaimKind::refund ? payment.refunds_pending : payment.disputed;
  open = rest(open, found->amount);
  if (state == ClaimState::succeeded) payment.refunded = sum(payment.refunded, found->amount);
  if (state == ClaimState::lost) payment.lost = sum(payment.lost, found->amount);
  found->state = state;
  found->ended_at = event.timestamp;
}

void begin_claim(WholePayment& whole, const DomainEvent& event, const ReadCommand& read,
                 ClaimKind kind) {
  PaymentView& payment = whole.payment;
  Amount& open = kind == ClaimKind::refund ? payment.refunds_pending : payment.disputed;
  open = sum(open, read.details.amount);
  const ClaimState state = kind == ClaimKind::refund ? ClaimState::pending : ClaimState::opened;
  whole.claims.push_back({.payment_id = event.aggregate_id,
                          .id = read.details.subject_id,
                          .amount = read.details.amount,
                          .opened_at = event.timestamp,
                          .ended_at = {},
                          .kind = kind,
                          .state = state});
  payment.claims = static_cast<std::uint16_t>(whole.claims.size());
}

void fold_claim(WholePayment& whole, const DomainEvent& event, const ReadCommand& read) {
  const Command command = read.command;
  if (command == Command::refund_request) {
    begin_claim(whole, event, read, ClaimKind::refund);
  } else if (command == Command::refund_succeed) {
    end_claim(whole, event, read, ClaimKind::refund, ClaimState::succeeded);
  } else if (command == Command::refund_fail) {
    end_claim(whole, event, read, ClaimKind::refund, ClaimState::failed);
  } else if (command == Command::dispute_open) {
    begin_claim(whole, event, read, ClaimKind::dispute);
  } else if (command == Command::dispute_win) {
    end_claim(whole, event, read, ClaimKind::dispute, ClaimState::won);
  } else {
    end_claim(whole, event, read, ClaimKind::dispute, ClaimState::lost);
  }
}

}  // namespace

void fold(WholePayment& whole, const DomainEvent& event, std::span<const std::byte> payload) {
  const auto read = read_command(event, payload);
  if (!read || event.aggregate_type != payment_type()) return;
  PaymentView& payment = whole.payment;
  const Command command = read->command;
  if (command >= Command::refund_request) fold_claim(whole, event, *read);
  if (command == Command::payment_initiate) fold_initiation(payment, event, *read);
  if (command == Command::payment_authorise) {
    payment.state = PaymentState::authorised;
    payment.reference_bytes = keep_text(payment.reference_text, read->text);
  }
  if (command == Command::payment_capture) fold_capture(payment, read->details);
  if (command == Command::payment_void || command == Command::payment_fail) {
    payment.state = command == Command::payment_void ? PaymentState::voided : PaymentState::failed;
    payment.reason_bytes = keep_text(payment.reason_text, read->text);
  }
  if (command == Command::payment_settle) payment.state = PaymentState::settled;
  payment.trace_id = event.trace_id;
  payment.changed_at = event.timestamp;
  payment.version = event.version;
}

}  // namespace daybook
