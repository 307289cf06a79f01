#include "engine/aggregates/payment/payment_rules.hpp"

namespace daybook {
namespace {

using Status = AppendEventStatus;

u128 wide(Amount amount) { return amount.value().wide(); }
Amount amount_of(u128 value) { return Amount{Uint128{value}}; }

bool is_authorised(const Payment& payment) {
  return payment.state == PaymentState::authorised ||
         payment.state == PaymentState::partially_captured;
}

bool has_captured(const Payment& payment) {
  return payment.state == PaymentState::partially_captured ||
         payment.state == PaymentState::captured || payment.state == PaymentState::settled;
}

bool has_captured_nothing(const Payment& payment) {
  return payment.state == PaymentState::initiated || payment.state == PaymentState::authorised;
}

Status fault_of_state(const Payment& payment, Command command) {
  if (command == Command::payment_authorise) {
    return unless(payment.state == PaymentState::initiated, Status::payment_not_initiated);
  }
  if (command == Command::payment_capture) {
    return unless(is_authorised(payment), Status::payment_not_authorised);
  }
  if (command == Command::payment_void) {
    return unless(has_captured_nothing(payment), Status::payment_not_voidable);
  }
  if (command == Command::payment_fail) {
    return unless(has_captured_nothing(payment), Status::payment_not_failable);
  }
  if (command == Command::payment_settle) {
    return unless(payment.state == PaymentState::captured, Status::payment_not_captured);
  }
  if (command == Command::refund_request) {
    return unless(has_captured(payment), Status::payment_not_refundable);
  }
  if (command == Command::dispute_open) {
    return unless(has_captured(payment), Status::payment_not_disputable);
  }
  return Status::created;  // Of a refund or dispute that is there: see fault_of_claim().
}

ClaimKind kind_of_claim(Command command) {
  return command == Command::refund_request || command == Command::refund_succeed ||
                 command == Command::refund_fail
             ? ClaimKind::refund
             : ClaimKind::dispute;
}

bool is_about_a_claim(Command command) { return command >= Command::refund_request; }
bool begins_a_claim(Command command) {
  return command == Command::refund_request || command == Command::dispute_open;
}

Status fault_of_claim(const Claim* claim, Command command) {
  const bool refund = kind_of_claim(command) == ClaimKind::refund;
  if (begins_a_claim(command)) {
    return unless(claim == nullptr,
                  refund ? Status::refund_already_exists : Status::dispute_already_exists);
  }
  if (claim == nullptr) return refund ? Status::refund_not_found : Status::dispute_not_found;
  return refund ? unless(claim->state == ClaimState::pending, Status::refund_not_pending)
                : unless(claim->state == ClaimState::opened, Status::dispute_not_open);
}

// Sums are compared by what is left, so that none can overflow.
Status fault_of_amount(const AggregateRows& rows, const Payment& payment,
                       const AskedCommand& asked) {
  const Command command = asked.read.command;
  const u128 amount = wide(asked.read.details.amount);
  if (command == Command::payment_capture) {
    // A capture of nothing can only end what was captured in part.
    if (amount == 0 && payment.captures == 0) return Status::payment_not_captured;
    if (amount > wide(payment.amount) - wide(payment.captured)) {
      return Status::capture_exceeds_amount;
    }
    return unless(payment.captures < limits::payment_captures_max, Status::too_many_captures);
  }
  if (command == Command::refund_request) {
    if (amount > wide(payment.captured) - wide(payment.refunded)) {
      return Status::refund_exceeds_captured;
    }
    return unless(
        payment.refunds < limits::payment_refunds_max && rows.claim_fits(ClaimKind::refund),
        Status::too_many_refunds);
  }
  if (command == Command::dispute_open) {
    if (amount > wide(payment.captured) - wide(payment.disputed)) {
      return Status::dispute_exceeds_captured;
    }
    return unless(
        payment.disputes < limits::payment_disputes_max && rows.claim_fits(ClaimKind::dispute),
        Status::too_many_disputes);
  }
  return Status::created;
}

// What a transfer beside the command has to move.
u128 amount_meant(const Payment& payment, const Claim* claim, const AskedCommand& asked) {
  const Command command = asked.read.command;
  const u128 amount = wide(asked.read.details.amount);
  if (begins_a_claim(command)) return amount;
  if (command == Command::payment_capture) {  // Of nothing: the rest of the hold is given back.
    return amount != 0 ? amount : wide(payment.amount) - wide(payment.captured);
  }
  if (command == Command::payment_settle) return wide(payment.captured);
  return claim != nullptr ? wide(claim->amount) : wide(payment.amount);
}

Status decide_initiation(const AggregateRows& rows, const RuleContext& context,
                         const AskedCommand& asked) {
  if (rows.find_payment(asked.event.aggregate_id) != nullptr) {
    return Status::payment_already_exists;
  }
  if (!context.ledgers.contains(asked.read.details.ledger)) return Status::ledger_not_registered;
  return unless(rows.payment_fits(), Status::too_many_payments);
}

void apply_capture(Payment& payment, const CommandDetails& details) {
  payment.captured = amount_of(wide(payment.captured) + wide(details.amount));
  ++payment.captures;
  const bool ends =
      (details.flags & command_flag::final_capture) != 0 || payment.captured == payment.amount;
  payment.state = ends ? PaymentState::captured : PaymentState::partially_captured;
}

ClaimState state_after(Command command) {
  if (command == Command::refund_request) return ClaimState::pending;
  if (command == Command::refund_succeed) return ClaimState::succeeded;
  if (command == Command::refund_fail) return ClaimState::failed;
  if (command == Command::dispute_open) return ClaimState::opened;
  return command == Command::dispute_win ? ClaimState::won : ClaimState::lost;
}

// A refund that failed and a dispute that was won take nothing out of the payment.
void apply_to_claim(AggregateRows& rows, Payment payment, const AskedCommand& asked) {
  const Command command = asked.read.command;
  const ClaimKind kind = kind_of_claim(command);
  Amount& sum = kind == ClaimKind::refund ? payment.refunded : payment.disputed;
  Claim claim{.payment_id = payment.id,
              .id = asked.read.details.subject_id,
              .amount = asked.read.details.amount,
              .kind = kind,
              .state = state_after(command)};
  if (begins_a_claim(command)) {
    sum = amount_of(wide(sum) + wide(claim.amount));
    ++(kind == ClaimKind::refund ? payment.refunds : payment.disputes);
  } else {
    claim.amount = rows.find_claim(kind, claim.key())->amount;
  }
  const bool given_back = command == Command::refund_fail || command == Command::dispute_win;
  if (given_back) sum = amount_of(wide(sum) - wide(claim.amount));
  rows.put(payment);
  rows.put(claim);
}

}  // namespace

Status decide_payment(const AggregateRows& rows, const RuleContext& context,
                      const AskedCommand& asked) {
  const Command command = asked.read.command;
  const CommandDetails& details = asked.read.details;
  if (command == Command::payment_initiate) return decide_initiation(rows, context, asked);
  const Payment* const payment = rows.find_payment(asked.event.aggregate_id);
  if (payment == nullptr) return Status::payment_not_found;
  if (const Status fault = fault_of_state(*payment, command); fault != Status::created) {
    return fault;
  }
  const Claim* claim = nullptr;
  if (is_about_a_claim(command)) {
    claim = rows.find_claim(kind_of_claim(command), {payment->id, details.subject_id});
    if (const Status fault = fault_of_claim(claim, command); fault != Status::created) {
      return fault;
    }
  }
  if (const Status fault = fault_of_amount(rows, *payment, asked); fault != Status::created) {
    return fault;
  }
  return fault_of_transfer(context, details.transfer_id, payment->ledger,
                           amount_meant(*payment, claim, asked));
}

void apply_payment(AggregateRows& rows, const AskedCommand& asked) {
  const Command command = asked.read.command;
  const CommandDetails& details = asked.read.details;
  if (command == Command::payment_initiate) {
    Payment payment;
    payment.id = asked.event.aggregate_id;
    payment.order_id = details.subject_id;
    payment.amount = details.amount;
    payment.ledger = details.ledger;
    return rows.put(payment);
  }
  Payment payment = *rows.find_payment(asked.event.aggregate_id);
  if (is_about_a_claim(command)) return apply_to_claim(rows, payment, asked);
  if (command == Command::payment_authorise) payment.state = PaymentState::authorised;
  if (command == Command::payment_capture) apply_capture(payment, details);
  if (command == Command::payment_void) payment.state = PaymentState::voided;
  if (command == Command::payment_fail) payment.state = PaymentState::failed;
  if (command == Command::payment_settle) payment.state = PaymentState::settled;
  rows.put(payment);
}

}  // namespace daybook
