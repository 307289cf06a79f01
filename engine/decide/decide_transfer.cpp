#include "engine/decide/decide_transfer.hpp"

#include <algorithm>
#include <type_traits>

#include "engine/base/limits.hpp"
#include "engine/decide/decide_resolution.hpp"
#include "engine/decide/transfer_rules.hpp"
#include "engine/ledger/account_state.hpp"

namespace daybook {
namespace {

using transfer_rules::Question;
using transfer_rules::Status;

constexpr unsigned resolving_flags =
    transfer_flag::post_pending_transfer | transfer_flag::void_pending_transfer;
constexpr unsigned targeting_flags = resolving_flags | transfer_flag::reversal;
constexpr unsigned balancing_flags =
    transfer_flag::balancing_debit | transfer_flag::balancing_credit;
constexpr unsigned closing_flags = transfer_flag::closing_debit | transfer_flag::closing_credit;

Status check_imported(const BatchRules& rules, const Transfer& event) {
  if (event.timestamp.value() < 1 || event.timestamp.value() > limits::timestamp_max) {
    return Status::imported_event_timestamp_out_of_range;
  }
  if (event.timestamp >= rules.time) return Status::imported_event_timestamp_must_not_advance;
  return Status::created;
}

Status check_form(const BatchRules& rules, const Transfer& event) {
  const bool imported = (event.flags & transfer_flag::imported) != 0;
  if (imported != rules.imported) {
    return rules.imported ? Status::imported_event_expected : Status::imported_event_not_expected;
  }
  if (imported) {
    if (const Status status = check_imported(rules, event); status != Status::created) {
      return status;
    }
  } else if (event.timestamp.value() != 0) {
    return Status::timestamp_must_be_zero;
  }
  if ((event.flags & ~transfer_flag::known) != 0) return Status::reserved_flag;
  if (event.id.value().is_zero()) return Status::id_must_not_be_zero;
  if (event.id.value().is_max()) return Status::id_must_not_be_int_max;
  return Status::created;
}

// What a post, void or reversal names; all zero for other transfers.
Transfer target_of(const Question& question, const Transfer& existing) {
  RecordedTransfer target;
  if ((existing.flags & targeting_flags) == 0) return {};
  const TransferIdTable& ids = question.state.transfer_ids;
  const auto use =
      ids.find(existing.pending_id, ids.tag_of(existing.pending_id), question.facts, &target);
  ENSURE(use && !use->burnt, "what a transfer names was created before it");
  return target.transfer;
}

bool amount_matches(const RecordedTransfer& existing, const Transfer& target,
                    const Transfer& event) {
  const Amount recorded = existing.transfer.amount;
  const bool took_the_rest = (existing.note.bits & note_bit::took_the_rest) != 0;
  if ((event.flags & balancing_flags) != 0) return event.amount >= recorded;
  if ((event.flags & transfer_flag::post_pending_transfer) != 0 && event.amount.value().is_max()) {
    return took_the_rest || recorded == target.amount;
  }
  if ((event.flags & transfer_flag::void_pending_transfer) != 0 && event.amount.value().is_zero()) {
    return true;
  }
  if ((event.flags & transfer_flag::reversal) != 0 && event.amount.value().is_zero()) {
    return took_the_rest;
  }
  return event.amount == recorded;
}

Status compare(const Question& question, const RecordedTransfer& existing_record) {
  const Transfer& existing = existing_record.transfer;
  const Transfer& event = question.event;
  if (existing.flags != event.flags) return Status::exists_with_different_flags;
  if (existing.pending_id != event.pending_id) return Status::exists_with_different_pending_id;
  if (existing.timeout != event.timeout) return Status::exists_with_different_timeout;
  const Transfer target = target_of(question, existing);
  const bool targets = (event.flags & targeting_flags) != 0;
  // Of what names another transfer, 0 is anything or, where it is inherited, what that one has.
  const auto differs = [targets](const auto& recorded, const auto& asked) {
    using Named = std::decay_t<decltype(asked)>;
    return recorded != asked && !(targets && asked == Named{});
  };
  const auto differs_inherited = [targets](const auto& recorded, const auto& asked,
                                           const auto& inherited) {
    using Named = std::decay_t<decltype(asked)>;
    return targets && asked == Named{} ? recorded != inherited : recorded != asked;
  };
  if (differs(existing.debit_account_id, event.debit_account_id)) {
    return Status::exists_with_different_debit_account_id;
  }
  if (differs(existing.credit_account_id, event.credit_account_id)) {
    return Status::exists_with_different_credit_account_id;
  }
  if (!amount_matches(existing_record, target, event)) {
    return Status::exists_with_different_amount;
  }
  if (differs_inherited(existing.business_id, event.business_id, target.business_id)) {
    return Status::exists_with_different_business_id;
  }
  if (differs_inherited(existing.user_id, event.user_id, target.user_id)) {
    return Status::exists_with_different_user_id;
  }
  if (differs_inherited(existing.tag, event.tag, target.tag)) {
    return Status::exists_with_different_tag;
  }
  if (differs(existing.ledger, event.ledger)) return Status::exists_with_different_ledger;
  if (differs(existing.code, event.code)) return Status::exists_with_different_code;
  return Status::exists;
}

Status check_fields(const Transfer& event) {
  if ((event.flags & transfer_flag::keep_remainder) != 0) {
    return Status::flags_are_mutually_exclusive;
  }
  if (event.debit_account_id.value().is_zero()) return Status::debit_account_id_must_not_be_zero;
  if (event.debit_account_id.value().is_max()) return Status::debit_account_id_must_not_be_int_max;
  if (event.credit_account_id.value().is_zero()) return Status::credit_account_id_must_not_be_zero;
  if (event.credit_account_id.value().is_max()) {
    return Status::credit_account_id_must_not_be_int_max;
  }
  if (event.debit_account_id == event.credit_account_id) return Status::accounts_must_be_different;
  if (!event.pending_id.value().is_zero()) return Status::pending_id_must_be_zero;
  const bool pends = (event.flags & transfer_flag::pending) != 0;
  if (event.timeout != 0 && !pends) return Status::timeout_reserved_for_pending_transfer;
  if ((event.flags & closing_flags) != 0 && !pends) {
    return Status::closing_transfer_must_be_pending;
  }
  if (event.ledger.value() == 0) return Status::ledger_must_not_be_zero;
  if (event.code.value() == 0) return Status::code_must_not_be_zero;
  return Status::created;
}

// Out of line: few transfers are imported.
[[gnu::noinline]] Status check_imported_plain(const Question& question, const Account& debit,
                                              const Account& credit) {
  const Transfer& event = question.event;
  const Status order = transfer_rules::check_imported_order(question);
  if (order != Status::created) return order;
  if (event.timestamp <= debit.timestamp) {
    return Status::imported_event_timestamp_must_postdate_debit_account;
  }
  if (event.timestamp <= credit.timestamp) {
    return Status::imported_event_timestamp_must_postdate_credit_account;
  }
  return event.timeout != 0 ? Status::imported_event_timeout_must_be_zero : Status::created;
}

// As much of the amount as the accounts can give.
u128 balanced_amount(const Account& debit, const Account& credit, const Transfer& event) {
  u128 amount = event.amount.value().wide();
  const auto clamp = [&amount](u128 limit, u128 used) {
    amount = std::min(amount, limit > used ? limit - used : 0);
  };
  if ((event.flags & transfer_flag::balancing_debit) != 0) {
    clamp(debit.credits_posted.value().wide(),
          debit.debits_posted.value().wide() + debit.debits_pending.value().wide());
  }
  if ((event.flags & transfer_flag::balancing_credit) != 0) {
    clamp(credit.debits_posted.value().wide(),
          credit.credits_posted.value().wide() + credit.credits_pending.value().wide());
  }
  return amount;
}

Status check_balances(const Question& question, const TransferPlaces& places, u128 amount) {
  const State& state = question.state;
  const Account& debit = state.accounts.at(places.debit);
  const Account& credit = state.accounts.at(places.credit);
  const Transfer& event = question.event;
  const bool pends = (event.flags & transfer_flag::pending) != 0;
  Status status = transfer_rules::check_overflow(debit, credit, amount, pends);
  if (status != Status::created) return status;
  constexpr std::uint64_t second = 1'000'000'000;
  if (event.timeout * second > limits::timestamp_max - question.slot.value()) {
    return Status::overflows_timeout;
  }
  std::uint8_t nothing = 0;
  return transfer_rules::check_limits(state, places.debit, places.credit, amount, {}, nothing);
}

void decide_plain(const Question& question, TransferDecision& decision, Transfer& record) {
  const State& state = question.state;
  const Transfer& event = question.event;
  const auto refuse = [&decision](Status status) { decision.status = status; };
  if (decision.places.debit == no_account) return refuse(Status::debit_account_not_found);
  if (decision.places.credit == no_account) return refuse(Status::credit_account_not_found);
  const Account& debit = state.accounts.at(decision.places.debit);
  const Account& credit = state.accounts.at(decision.places.credit);
  if (debit.ledger != credit.ledger) return refuse(Status::accounts_must_have_the_same_ledger);
  if (event.ledger != debit.ledger) {
    return refuse(Status::transfer_must_have_the_same_ledger_as_accounts);
  }
  if (question.rules.imported) {
    const Status status = check_imported_plain(question, debit, credit);
    if (status != Status::created) return refuse(status);
  }
  std::uint8_t nothing = 0;
  Status status = transfer_rules::check_closed(debit, credit, {}, nothing);
  if (status != Status::created) return refuse(status);
  status = transfer_rules::check_frozen(debit, credit, {}, nothing);
  if (status != Status::created) return refuse(status);
  u128 amount = event.amount.value().wide();
  if ((event.flags & balancing_flags) != 0) [[unlikely]] {
    amount = balanced_amount(debit, credit, event);
    record = event;
    record.amount = Amount{Uint128{amount}};
    decision.rewritten = true;
  }
  decision.status = check_balances(question, decision.places, amount);
}

// True when the id was used before: `decision` says what that answers. Out of line: new ids, the
// common case, spend nothing on it.
[[gnu::noinline]] bool decide_repeat(const Question& question, const TransferTags& tags,
                                     TransferDecision& decision) {
  RecordedTransfer existing;
  const auto use =
      question.state.transfer_ids.find(question.event.id, tags.id, question.facts, &existing);
  if (!use) return false;
  decision.status = use->burnt ? Status::id_already_failed : compare(question, existing);
  if (!use->burnt) decision.original = existing.transfer.timestamp;
  return true;
}

// Who decided, where it was not simply a client.
void note_authority(const BatchRules& rules, const Transfer& event, TransferDecision& decision) {
  decision.note.authority = rules.authority;
  if ((event.flags & transfer_flag::pending) != 0) decision.note.owner = rules.owner;
  decision.has_note = true;
}

void ask_for_index(const State& state, const Transfer& transfer, TransferTags& tags) {
  tags.id = state.transfer_ids.tag_of(transfer.id);
  tags.debit = state.accounts.tag_of(transfer.debit_account_id);
  tags.credit = state.accounts.tag_of(transfer.credit_account_id);
  if ((transfer.flags & targeting_flags) != 0) {
    state.holds.prefetch_index(transfer.pending_id);
    state.transfer_ids.prefetch_follow(transfer.pending_id);
  }
  state.transfer_ids.prefetch(transfer.id, tags.id);
  state.accounts.prefetch_index(tags.debit);
  state.accounts.prefetch_index(tags.credit);
}

void ask_for_place(const State& state, const Transfer& transfer, TransferTags& tags) {
  if ((transfer.flags & resolving_flags) != 0) {
    state.holds.prefetch_candidate(transfer.pending_id);
  }
  tags.debit_slot = state.accounts.prefetch_candidate(tags.debit);
  tags.credit_slot = state.accounts.prefetch_candidate(tags.credit);
}

}  // namespace

TransferTags look_up_tags(const State& state, const Transfer& transfer) {
  TransferTags tags;
  ask_for_index(state, transfer, tags);
  ask_for_place(state, transfer, tags);
  return tags;
}

void TransferLookahead::ask_for_indexes(std::size_t begin) {
  const std::size_t end = std::min(begin + group, transfers_.size());
  for (std::size_t at = begin; at < end; ++at) {
    ask_for_index(state_, transfers_[at], tags_[at % tags_.size()]);
  }
}

void TransferLookahead::ask_for_places(std::size_t begin) {
  const std::size_t end = std::min(begin + group, transfers_.size());
  for (std::size_t at = begin; at < end; ++at) {
    ask_for_place(state_, transfers_[at], tags_[at % tags_.size()]);
  }
}

TransferDecision decide_transfer(const State& state, FactReader& facts, const BatchRules& rules,
                                 const Transfer& event, Timestamp slot, const TransferTags& tags,
                                 Transfer& record) {
  const Question question{
      .state = state, .facts = facts, .rules = rules, .event = event, .slot = slot};
  TransferDecision decision;
  decision.status = check_form(rules, event);
  if (decision.status != Status::created) return decision;

  if (state.transfer_ids.may_hold(event.id, tags.id)) [[unlikely]] {
    if (decide_repeat(question, tags, decision)) return decision;
  }
  decision.places.tag = tags.id;
  if ((event.flags & targeting_flags) != 0) [[unlikely]] {
    if ((event.flags & transfer_flag::reversal) != 0) {
      decide_reversal(question, decision, record);
    } else {
      decide_resolution(question, decision, record);
    }
  } else {
    decision.status = check_fields(event);
    if (decision.status != Status::created) return decision;
    TransferPlaces& places = decision.places;
    places.debit = state.accounts.confirm(event.debit_account_id, tags.debit, tags.debit_slot);
    places.credit = state.accounts.confirm(event.credit_account_id, tags.credit, tags.credit_slot);
    decide_plain(question, decision, record);
  }
  if (decision.status == Status::created && rules.authority != Authority::client) [[unlikely]] {
    note_authority(rules, event, decision);
  }
  return decision;
}

}  // namespace daybook
