#include "tests/support/naive_ledger.hpp"

#include <algorithm>
#include <string>

#include "tests/support/naive_text.hpp"

namespace daybook::test {
namespace {

using AccountStatus = CreateAccountStatus;
using TransferStatus = CreateTransferStatus;

constexpr std::uint64_t timestamp_max = 0x7fff'ffff'ffff'ffff;
constexpr std::size_t ledgers_max = 65'536;

template <typename Event>
bool has(const Event& event, std::uint16_t flag) {
  return (event.flags & flag) != 0;
}

bool is_imported(const Account& account) { return has(account, account_flag::imported); }
bool is_imported(const Transfer& transfer) { return has(transfer, transfer_flag::imported); }

u128 wide(Amount amount) { return amount.value().wide(); }

Amount plus(Amount a, Amount b) { return Amount{Uint128{wide(a) + wide(b)}}; }

bool overflows(u128 a, u128 b) { return a > u128_max - b; }

/// What both kinds of events are asked about importing and timestamps, in terms of each kind's own
/// status numbers; nothing where all is well.
template <typename Status, typename Event>
std::optional<Status> judge_time(const Event& event, bool batch_is_imported,
                                 std::uint64_t batch_time) {
  if (batch_is_imported && !is_imported(event)) return Status::imported_event_expected;
  if (!batch_is_imported && is_imported(event)) return Status::imported_event_not_expected;
  const std::uint64_t timestamp = event.timestamp.value();
  if (!is_imported(event)) {
    if (timestamp != 0) return Status::timestamp_must_be_zero;
    return std::nullopt;
  }
  if (timestamp == 0 || timestamp > timestamp_max) {
    return Status::imported_event_timestamp_out_of_range;
  }
  if (timestamp >= batch_time) return Status::imported_event_timestamp_must_not_advance;
  return std::nullopt;
}

AccountStatus compare(const Account& now, const Account& then) {
  if (now.flags != then.flags) return AccountStatus::exists_with_different_flags;
  if (now.business_id != then.business_id) return AccountStatus::exists_with_different_business_id;
  if (now.user_id != then.user_id) return AccountStatus::exists_with_different_user_id;
  if (now.tag != then.tag) return AccountStatus::exists_with_different_tag;
  if (now.ledger != then.ledger) return AccountStatus::exists_with_different_ledger;
  if (now.code != then.code) return AccountStatus::exists_with_different_code;
  return AccountStatus::exists;
}

TransferStatus compare(const Transfer& now, const Transfer& then) {
  if (now.flags != then.flags) return TransferStatus::exists_with_different_flags;
  if (now.pending_id != then.pending_id) return TransferStatus::exists_with_different_pending_id;
  if (now.timeout != then.timeout) return TransferStatus::exists_with_different_timeout;
  if (now.debit_account_id != then.debit_account_id) {
    return TransferStatus::exists_with_different_debit_account_id;
  }
  if (now.credit_account_id != then.credit_account_id) {
    return TransferStatus::exists_with_different_credit_account_id;
  }
  if (now.amount != then.amount) return TransferStatus::exists_with_different_amount;
  if (now.business_id != then.business_id) return TransferStatus::exists_with_different_business_id;
  if (now.user_id != then.user_id) return TransferStatus::exists_with_different_user_id;
  if (now.tag != then.tag) return TransferStatus::exists_with_different_tag;
  if (now.ledger != then.ledger) return TransferStatus::exists_with_different_ledger;
  if (now.code != then.code) return TransferStatus::exists_with_different_code;
  return TransferStatus::exists;
}

/// What depends on the transfer's own fields only, once its id is new.
std::optional<TransferStatus> judge_fields(const Transfer& transfer) {
  const Uint128 debit = transfer.debit_account_id.value();
  const Uint128 credit = transfer.credit_account_id.value();
  if (debit.is_zero()) return TransferStatus::debit_account_id_must_not_be_zero;
  if (debit.is_max()) return TransferStatus::debit_account_id_must_not_be_int_max;
  if (credit.is_zero()) return TransferStatus::credit_account_id_must_not_be_zero;
  if (credit.is_max()) return TransferStatus::credit_account_id_must_not_be_int_max;
  if (debit == credit) return TransferStatus::accounts_must_be_different;
  if (!transfer.pending_id.value().is_zero()) return TransferStatus::pending_id_must_be_zero;
  if (transfer.timeout != 0) return TransferStatus::timeout_reserved_for_pending_transfer;
  if (transfer.ledger.value() == 0) return TransferStatus::ledger_must_not_be_zero;
  if (transfer.code.value() == 0) return TransferStatus::code_must_not_be_zero;
  return std::nullopt;
}

/// The statuses that depend on other things and might pass later: those of them that a plain
/// transfer can get.
bool burns_the_id(TransferStatus status) {
  return status == TransferStatus::debit_account_not_found ||
         status == TransferStatus::credit_account_not_found ||
         status == TransferStatus::debit_account_already_closed ||
         status == TransferStatus::credit_account_already_closed ||
         status == TransferStatus::exceeds_credits || status == TransferStatus::exceeds_debits;
}

constexpr std::uint16_t transfer_flags_not_built =
    transfer_flag::pending | transfer_flag::post_pending_transfer |
    transfer_flag::void_pending_transfer | transfer_flag::balancing_debit |
    transfer_flag::balancing_credit | transfer_flag::closing_debit | transfer_flag::closing_credit |
    transfer_flag::imported | transfer_flag::keep_remainder | transfer_flag::reversal;

}  // namespace

// ---- Requests. ----

BatchReply NaiveLedger::submit(const WriteRequest& request) {
  if (const auto answered = answer_from_window(request)) return *answered;
  make_room_for(request.client);

  BatchReply reply;
  reply.status = judge(request);
  const bool runs = reply.status == RequestStatus::ok;
  const std::uint64_t slots = runs ? request.event_count() : 0;
  const std::uint64_t batch_time = std::max(clock_now(), last_timestamp_ + slots);
  last_timestamp_ = batch_time;
  reply.first_sequence = Sequence{last_sequence_ + 1};
  reply.first_timestamp = Timestamp{slots == 0 ? batch_time : batch_time - slots + 1};
  last_sequence_ += 1;

  const std::vector<Decision> decisions =
      runs ? execute(request, batch_time) : std::vector<Decision>{};
  for (std::uint32_t index = 0; index < decisions.size(); ++index) {
    if (decisions[index].status == 0) {
      last_sequence_ += 1;
    } else {
      reply.refused.push_back({index, decisions[index].status, decisions[index].timestamp});
    }
  }
  keep_answer(request, reply);
  return reply;
}

std::uint64_t NaiveLedger::clock_now() const {
  return settings_.manual_clock ? manual_clock_ : std::min(clock_, timestamp_max);
}

/// Whether the request as a whole may run.
RequestStatus NaiveLedger::judge(const WriteRequest& request) const {
  if (request.refuse_with != RequestStatus::ok) return request.refuse_with;
  if (settings_.accounts_max - books_.accounts.size() < request.accounts.size()) {
    return RequestStatus::too_many_accounts;
  }
  if (settings_.transfer_ids_max - transfers_.size() - burnt_.size() < request.transfers.size()) {
    return RequestStatus::too_many_transfers;
  }
  if (std::max(clock_now(), last_timestamp_) > timestamp_max - request.event_count()) {
    return RequestStatus::clock_out_of_range;
  }
  if (request.kind == RequestKind::accept_clock) return RequestStatus::clock_not_held;
  if (request.kind != RequestKind::advance_clock) return RequestStatus::ok;
  if (!settings_.manual_clock) return RequestStatus::clock_not_manual;
  if (request.argument > timestamp_max - manual_clock_) return RequestStatus::clock_out_of_range;
  return RequestStatus::ok;
}

/// One decision an event; a change of the clock counts as one event that succeeded.
std::vector<NaiveLedger::Decision> NaiveLedger::execute(const WriteRequest& request,
                                                        std::uint64_t batch_time) {
  if (request.kind == RequestKind::advance_clock) {
    manual_clock_ += request.argument;
    return {Decision{}};
  }
  if (request.kind == RequestKind::create_accounts) {
    return run_chains<Account>(
        request.accounts, batch_time,
        [this](const Account& account, const Slot& slot) { return create(account, slot); },
        [](const Account&, std::uint16_t) {});
  }
  if (request.kind == RequestKind::create_transfers) {
    return run_chains<Transfer>(
        request.transfers, batch_time,
        [this](const Transfer& transfer, const Slot& slot) { return create(transfer, slot); },
        [this](const Transfer& transfer, std::uint16_t status) {
          if (burns_the_id(static_cast<TransferStatus>(status))) burnt_.insert(transfer.id);
        });
  }
  std::vector<Decision> decisions;
  for (const Ledger& ledger : request.ledgers) {
    const std::uint64_t later_slots = request.ledgers.size() - decisions.size() - 1;
    decisions.push_back(put(ledger, batch_time - later_slots));
  }
  return decisions;
}

// ---- Request numbers. ----

std::optional<BatchReply> NaiveLedger::answer_from_window(const WriteRequest& request) const {
  BatchReply reused;
  reused.status = RequestStatus::request_number_reused;
  BatchReply too_old;
  too_old.status = RequestStatus::request_too_old;

  if (request.number == 0) return too_old;
  const auto window = windows_.find(request.client);
  if (window == windows_.end()) return std::nullopt;
  const auto answered = window->second.answered.find(request.number);
  if (answered != window->second.answered.end()) {
    if (answered->second.frame_checksum == request.frame_checksum) return answered->second.reply;
    return reused;
  }
  if (request.number > window->second.highest) return std::nullopt;
  return too_old;
}

void NaiveLedger::keep_answer(const WriteRequest& request, const BatchReply& reply) {
  Window& window = windows_[request.client];
  window.answered[request.number] = {request.frame_checksum, reply};
  window.highest = request.number;
  window.last_sequence = reply.first_sequence.value();
  if (window.answered.size() > settings_.window_operations) {
    window.answered.erase(window.answered.begin());
  }
}

std::uint64_t NaiveLedger::highest_number(ClientId client) const {
  const auto window = windows_.find(client);
  return window == windows_.end() ? 0 : window->second.highest;
}

std::size_t NaiveLedger::count_windows(bool with_answers) const {
  return static_cast<std::size_t>(std::count_if(
      windows_.begin(), windows_.end(),
      [&](const auto& each) { return each.second.answered.empty() != with_answers; }));
}

std::optional<ClientId> NaiveLedger::least_recent(bool with_answers, ClientId except) const {
  std::optional<ClientId> found;
  for (const auto& [client, window] : windows_) {
    if (client == except || window.answered.empty() == with_answers) continue;
    if (!found || window.last_sequence < windows_.at(*found).last_sequence) found = client;
  }
  return found;
}

/// A client that joins those with kept answers pushes the least recent of them out, which keeps its
/// number and may in turn push out the least recent number. Each loss takes a sequence.
void NaiveLedger::make_room_for(ClientId client) {
  const auto window = windows_.find(client);
  const bool joins = window == windows_.end() || window->second.answered.empty();
  if (!joins || count_windows(true) < settings_.window_clients) return;
  if (count_windows(false) == settings_.window_numbers) {
    if (const auto forgotten = least_recent(false, client)) {
      windows_.erase(*forgotten);
      last_sequence_ += 1;
    }
  }
  if (const auto emptied = least_recent(true, client)) {
    windows_.at(*emptied).answered.clear();
    last_sequence_ += 1;
  }
}

// ---- Chains. ----

/// Every event in order; a chain that fails gives back everything since its first event.
template <typename Event, typename Decide, typename Burn>
std::vector<NaiveLedger::Decision> NaiveLedger::run_chains(std::span<const Event> events,
                                                           std::uint64_t batch_time, Decide decide,
                                                           Burn burn) {
  constexpr std::uint16_t linked = 1;
  constexpr std::uint16_t linked_event_failed = 1;
  constexpr std::uint16_t linked_event_chain_open = 2;
  const bool batch_is_imported = !events.empty() && is_imported(events[0]);

  std::vector<Decision> decisions(events.size());
  bool in_chain = false;
  bool chain_failed = false;
  std::size_t chain_start = 0;
  Books books_before;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const bool is_linked = has(events[i], linked);
    const bool is_last = i + 1 == events.size();
    const Slot slot{batch_time, batch_time - events.size() + i + 1, batch_is_imported};
    if (is_linked && !in_chain) {
      in_chain = true;
      chain_start = i;
      chain_failed = false;
      books_before = books_;
    }
    if (is_linked && is_last) {
      decisions[i] = {linked_event_chain_open, Timestamp{slot.timestamp}};
    } else if (in_chain && chain_failed) {
      decisions[i] = {linked_event_failed, Timestamp{slot.timestamp}};
    } else {
      decisions[i] = decide(events[i], slot);
    }
    if (decisions[i].status != 0 && in_chain && !chain_failed) {
      chain_failed = true;
      books_ = books_before;
      for (std::size_t k = chain_start; k < i; ++k) {
        if constexpr (std::is_same_v<Event, Transfer>) transfers_.erase(events[k].id);
        decisions[k] = {linked_event_failed, Timestamp{batch_time - events.size() + k + 1}};
      }
    }
    if (decisions[i].status != 0) burn(events[i], decisions[i].status);
    if (!is_linked) in_chain = false;
  }
  return decisions;
}

// ---- Accounts. ----

CreateAccountStatus NaiveLedger::judge(const Account& account, const Slot& slot) const {
  const auto wrong_time =
      judge_time<AccountStatus>(account, slot.batch_is_imported, slot.batch_time);
  if (wrong_time) return *wrong_time;
  if (account.reserved != 0) return AccountStatus::reserved_field;
  if (account.flags >= (1U << 6)) return AccountStatus::reserved_flag;
  if (is_imported(account)) return AccountStatus::not_supported_yet;
  if (account.id.value().is_zero()) return AccountStatus::id_must_not_be_zero;
  if (account.id.value().is_max()) return AccountStatus::id_must_not_be_int_max;
  const auto original = books_.accounts.find(account.id);
  if (original != books_.accounts.end()) return compare(account, original->second);
  if (has(account, account_flag::debits_must_not_exceed_credits) &&
      has(account, account_flag::credits_must_not_exceed_debits)) {
    return AccountStatus::flags_are_mutually_exclusive;
  }
  if (wide(account.debits_pending) != 0) return AccountStatus::debits_pending_must_be_zero;
  if (wide(account.debits_posted) != 0) return AccountStatus::debits_posted_must_be_zero;
  if (wide(account.credits_pending) != 0) return AccountStatus::credits_pending_must_be_zero;
  if (wide(account.credits_posted) != 0) return AccountStatus::credits_posted_must_be_zero;
  if (account.ledger.value() == 0) return AccountStatus::ledger_must_not_be_zero;
  const bool may_register = settings_.auto_ledgers && books_.ledgers.size() < ledgers_max;
  if (!may_register && !books_.ledgers.contains(account.ledger)) {
    return AccountStatus::ledger_not_registered;
  }
  if (account.code.value() == 0) return AccountStatus::code_must_not_be_zero;
  return AccountStatus::created;
}

NaiveLedger::Decision NaiveLedger::create(const Account& account, const Slot& slot) {
  const AccountStatus status = judge(account, slot);
  if (status == AccountStatus::exists) {
    return {static_cast<std::uint16_t>(status), books_.accounts.at(account.id).timestamp};
  }
  if (status == AccountStatus::created) {
    Account made = account;
    made.timestamp = Timestamp{slot.timestamp};
    books_.accounts[made.id] = made;
    if (!books_.ledgers.contains(made.ledger)) {
      Ledger ledger;
      ledger.id = made.ledger;
      ledger.set_name("ledger-" + std::to_string(made.ledger.value()));
      books_.put(ledger);
    }
  }
  return {static_cast<std::uint16_t>(status), Timestamp{slot.timestamp}};
}

std::optional<Account> NaiveLedger::lookup_account(AccountId id) {
  const auto found = books_.accounts.find(id);
  if (found == books_.accounts.end()) return std::nullopt;
  return found->second;
}

// ---- Transfers. ----

CreateTransferStatus NaiveLedger::judge(const Transfer& transfer, const Slot& slot) const {
  const auto wrong_time =
      judge_time<TransferStatus>(transfer, slot.batch_is_imported, slot.batch_time);
  if (wrong_time) return *wrong_time;
  constexpr std::uint16_t reserved_flags = 0b0011'1110'0000'0000;  // Bits 9 to 13.
  if (has(transfer, reserved_flags)) return TransferStatus::reserved_flag;
  if (has(transfer, transfer_flags_not_built)) return TransferStatus::not_supported_yet;
  if (transfer.id.value().is_zero()) return TransferStatus::id_must_not_be_zero;
  if (transfer.id.value().is_max()) return TransferStatus::id_must_not_be_int_max;
  const auto original = transfers_.find(transfer.id);
  if (original != transfers_.end()) return compare(transfer, original->second);
  if (burnt_.contains(transfer.id)) return TransferStatus::id_already_failed;
  if (const auto wrong = judge_fields(transfer)) return *wrong;
  return judge_against_accounts(transfer);
}

CreateTransferStatus NaiveLedger::judge_against_accounts(const Transfer& transfer) const {
  const auto debit_found = books_.accounts.find(transfer.debit_account_id);
  const auto credit_found = books_.accounts.find(transfer.credit_account_id);
  if (debit_found == books_.accounts.end()) return TransferStatus::debit_account_not_found;
  if (credit_found == books_.accounts.end()) return TransferStatus::credit_account_not_found;
  const Account& debit = debit_found->second;
  const Account& credit = credit_found->second;
  if (debit.ledger != credit.ledger) return TransferStatus::accounts_must_have_the_same_ledger;
  if (transfer.ledger != debit.ledger) {
    return TransferStatus::transfer_must_have_the_same_ledger_as_accounts;
  }
  if (has(debit, account_flag::closed)) return TransferStatus::debit_account_already_closed;
  if (has(credit, account_flag::closed)) return TransferStatus::credit_account_already_closed;
  const u128 amount = wide(transfer.amount);
  if (overflows(wide(debit.debits_posted), amount)) return TransferStatus::overflows_debits_posted;
  if (overflows(wide(credit.credits_posted), amount)) {
    return TransferStatus::overflows_credits_posted;
  }
  // Nothing is ever pending yet, so the sums of pending and posted overflow with the posted ones.
  if (has(debit, account_flag::debits_must_not_exceed_credits) &&
      wide(debit.debits_posted) + amount > wide(debit.credits_posted)) {
    return TransferStatus::exceeds_credits;
  }
  if (has(credit, account_flag::credits_must_not_exceed_debits) &&
      wide(credit.credits_posted) + amount > wide(credit.debits_posted)) {
    return TransferStatus::exceeds_debits;
  }
  return TransferStatus::created;
}

NaiveLedger::Decision NaiveLedger::create(const Transfer& transfer, const Slot& slot) {
  const TransferStatus status = judge(transfer, slot);
  if (status == TransferStatus::exists) {
    return {static_cast<std::uint16_t>(status), transfers_.at(transfer.id).timestamp};
  }
  if (status == TransferStatus::created) {
    Transfer made = transfer;
    made.timestamp = Timestamp{slot.timestamp};
    transfers_[made.id] = made;
    Account& debit = books_.accounts.at(made.debit_account_id);
    debit.debits_posted = plus(debit.debits_posted, made.amount);
    Account& credit = books_.accounts.at(made.credit_account_id);
    credit.credits_posted = plus(credit.credits_posted, made.amount);
  }
  return {static_cast<std::uint16_t>(status), Timestamp{slot.timestamp}};
}

// ---- Ledgers. ----

void NaiveLedger::Books::put(const Ledger& ledger) {
  if (ledgers.contains(ledger.id)) {
    std::erase_if(names, [&](const auto& named) { return named.second == ledger.id; });
  }
  names.emplace(ledger.name(), ledger.id);
  ledgers[ledger.id] = ledger;
}

bool NaiveLedger::is_used(LedgerId ledger) const {
  return std::any_of(books_.accounts.begin(), books_.accounts.end(),
                     [&](const auto& each) { return each.second.ledger == ledger; });
}

PutLedgerStatus NaiveLedger::judge(const Ledger& ledger) const {
  if (ledger.id.value() == 0) return PutLedgerStatus::ledger_must_not_be_zero;
  if (ledger.name_bytes == 0) return PutLedgerStatus::name_must_not_be_empty;
  if (ledger.name_bytes > 64) return PutLedgerStatus::name_too_long;
  for (std::size_t i = ledger.name_bytes; i < ledger.name_text.size(); ++i) {
    if (ledger.name_text[i] != '\0') return PutLedgerStatus::name_must_be_utf8;
  }
  if (!is_printable_utf8(ledger.name())) return PutLedgerStatus::name_must_be_utf8;
  if (ledger.scale > 30) return PutLedgerStatus::scale_out_of_range;
  const auto kind = static_cast<unsigned>(ledger.kind);
  if (kind < 1 || kind > 3) return PutLedgerStatus::kind_unknown;
  const auto registered = books_.ledgers.find(ledger.id);
  const bool is_registered = registered != books_.ledgers.end();
  if (is_registered && registered->second == ledger) return PutLedgerStatus::exists;
  const auto [first, last] = books_.names.equal_range(std::string{ledger.name()});
  for (auto named = first; named != last; ++named) {
    if (named->second != ledger.id) return PutLedgerStatus::name_taken;
  }
  if (is_registered && is_used(ledger.id)) return PutLedgerStatus::ledger_in_use;
  if (!is_registered && books_.ledgers.size() == ledgers_max) {
    return PutLedgerStatus::too_many_ledgers;
  }
  return PutLedgerStatus::created;
}

NaiveLedger::Decision NaiveLedger::put(const Ledger& ledger, std::uint64_t timestamp) {
  const PutLedgerStatus status = judge(ledger);
  if (status == PutLedgerStatus::created) books_.put(ledger);
  return {static_cast<std::uint16_t>(status), Timestamp{timestamp}};
}

bool NaiveLedger::books_balance() const {
  // Sums modulo 2^128: a book of more than that is still wrong where they differ.
  std::map<LedgerId, u128> difference;
  for (const auto& [id, account] : books_.accounts) {
    difference[account.ledger] += wide(account.debits_posted) - wide(account.credits_posted);
  }
  return std::all_of(difference.begin(), difference.end(),
                     [](const auto& each) { return each.second == 0; });
}

}  // namespace daybook::test
