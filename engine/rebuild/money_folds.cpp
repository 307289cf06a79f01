// Accounts and holds, folded together: how much a post gives back depends on what its hold held.

#include <cstring>
#include <memory>
#include <utility>

#include "engine/ledger/account_state.hpp"
#include "engine/model/views.hpp"
#include "engine/rebuild/aggregate_fold.hpp"

namespace daybook {
namespace {

struct FoldedHold {
  Transfer transfer;
  Uint128 owner;
  Sequence sequence;
  u128 taken = 0;  // By posts that kept the remainder.
};

using Holds = std::unordered_map<AggregateKey, FoldedHold, AggregateKeyHash>;

AggregateKey key_of(TransferId id) { return {.id = id.value(), .type = {}}; }
AggregateKey key_of(AccountId id) { return {.id = id.value(), .type = {}}; }

bool has(const Transfer& transfer, std::uint16_t flag) { return (transfer.flags & flag) != 0; }

/// What a fact does to its hold.
struct Resolution {
  AggregateKey hold;
  u128 gives_back = 0;
  bool ends = false;
};

/// Nothing where the fact is about no open hold.
std::optional<Resolution> resolution_of(const FoldedFact& fact, const Holds& holds) {
  AggregateKey key;
  if (fact.release != nullptr) {
    key = key_of(fact.release->id);
  } else if (fact.transfer != nullptr &&
             has(*fact.transfer,
                 transfer_flag::post_pending_transfer | transfer_flag::void_pending_transfer)) {
    key = key_of(fact.transfer->pending_id);
  } else {
    return std::nullopt;
  }
  const auto hold = holds.find(key);
  if (hold == holds.end()) return std::nullopt;
  const u128 held = hold->second.transfer.amount.value().wide() - hold->second.taken;
  if (fact.transfer == nullptr || has(*fact.transfer, transfer_flag::void_pending_transfer)) {
    return Resolution{key, held, true};
  }
  const u128 amount = fact.transfer->amount.value().wide();
  const bool stays = has(*fact.transfer, transfer_flag::keep_remainder) && amount < held;
  return stays ? Resolution{key, amount, false} : Resolution{key, held, true};
}

class AccountFold final : public AggregateFold {
 public:
  explicit AccountFold(std::shared_ptr<const Holds> holds) : holds_{std::move(holds)} {}

  [[nodiscard]] AggregateKind kind() const override { return AggregateKind::account; }

  void keep_only(AggregateKind kind, const AggregateKey& key) override {
    only_ = kind == AggregateKind::account ? key : AggregateKey{};
  }

  void add(const FoldedFact& fact) override {
    if (fact.account != nullptr) {
      open(*fact.account, fact.sequence);
    } else if (fact.change != nullptr) {
      change(*fact.change, fact.sequence);
    } else if (const auto resolution = resolution_of(fact, *holds_)) {
      resolve(fact, *resolution);
    } else if (fact.transfer != nullptr &&
               !has(*fact.transfer,
                    transfer_flag::post_pending_transfer | transfer_flag::void_pending_transfer)) {
      move(*fact.transfer, fact.sequence);
    }
  }

  [[nodiscard]] std::optional<AggregateFields> folded(const AggregateKey& key) const override {
    const auto found = accounts_.find(key);
    if (found == accounts_.end()) return std::nullopt;
    const Folded& folded = found->second;
    Account account = folded.account;
    account.flags = flags_of(folded);
    return fields_of(account, folded.minimum, folded.maximum);
  }

  [[nodiscard]] std::optional<AggregateFields> kept(const State& state,
                                                    const AggregateKey& key) const override {
    const AccountSlot slot = state.accounts.find(AccountId{key.id});
    if (slot == no_account) return std::nullopt;
    const Account& account = state.accounts.at(slot);
    const bool limited = (account.flags & account_state::limited) != 0;
    const AccountLimits none{AccountAsOf::no_minimum, AccountAsOf::no_maximum};
    const AccountLimits limits = limited ? state.accounts.limits(slot) : none;
    return fields_of(shown(account), limits.minimum, limits.maximum);
  }

  [[nodiscard]] bool is_same(const State& state, const AggregateKey& key) const override {
    const auto found = accounts_.find(key);
    const AccountSlot slot = state.accounts.find(AccountId{key.id});
    if (found == accounts_.end() || slot == no_account) {
      return found == accounts_.end() && slot == no_account;
    }
    Account folded = found->second.account;
    folded.flags = flags_of(found->second);
    const Account account = shown(state.accounts.at(slot));
    const bool limited = (state.accounts.at(slot).flags & account_state::limited) != 0;
    return std::memcmp(&folded, &account, sizeof account) == 0 && !limited &&
           found->second.minimum == AccountAsOf::no_minimum &&
           found->second.maximum == AccountAsOf::no_maximum;
  }

  [[nodiscard]] bool has_folded(const AggregateKey& key) const override {
    return accounts_.contains(key);
  }
  void for_each_folded(const Use& use) const override {
    for (const auto& [key, folded] : accounts_) use(key);
  }
  void for_each_kept(const State& state, const Use& use) const override {
    for (const Account& account : state.accounts.all()) use(key_of(account.id));
  }

 private:
  struct Folded {
    Account account;
    Int128 minimum = AccountAsOf::no_minimum;
    Int128 maximum = AccountAsOf::no_maximum;
    std::uint16_t frozen = 0;
    std::uint32_t closing_holds = 0;
    bool closed = false;  // At creation or by an operator.
  };

  static AggregateFields fields_of(const Account& account, const Int128& minimum,
                                   const Int128& maximum) {
    const auto amount = [](std::string_view name, Amount value) {
      return AggregateField{name, value.value(), FieldShow::number};
    };
    const auto number = [](std::string_view name, std::uint64_t value, FieldShow show) {
      return AggregateField{name, Uint128{value, 0}, show};
    };
    return {amount("debits_pending", account.debits_pending),
            amount("debits_posted", account.debits_posted),
            amount("credits_pending", account.credits_pending),
            amount("credits_posted", account.credits_posted),
            {"business_id", account.business_id.value(), FieldShow::id},
            number("user_id", account.user_id.value(), FieldShow::number),
            number("tag", account.tag.value(), FieldShow::number),
            number("ledger", account.ledger.value(), FieldShow::number),
            number("code", account.code.value(), FieldShow::number),
            number("flags", account.flags, FieldShow::flags),
            number("timestamp", account.timestamp.value(), FieldShow::time),
            {"minimum", {minimum.lo, minimum.hi}, FieldShow::signed_number},
            {"maximum", {maximum.lo, maximum.hi}, FieldShow::signed_number}};
  }

  static std::uint16_t flags_of(const Folded& folded) {
    const bool closed = folded.closed || folded.closing_holds > 0;
    const unsigned asked = folded.account.flags & ~unsigned{account_flag::closed};
    return static_cast<std::uint16_t>(asked | folded.frozen | (closed ? account_flag::closed : 0U));
  }

  Folded* find(AccountId id) {
    const auto found = accounts_.find(key_of(id));
    return found == accounts_.end() ? nullptr : &found->second;
  }

  void open(const Account& account, Sequence sequence) {
    if (only_ && !(*only_ == key_of(account.id))) return;
    Folded folded;
    folded.account = account;
    folded.closed = (account.flags & account_flag::closed) != 0;
    accounts_.insert_or_assign(key_of(account.id), folded);
    touch(key_of(account.id), sequence);
  }

  void change(const AccountChange& change, Sequence sequence) {
    Folded* const account = find(change.account_id);
    if (account == nullptr) return;
    unsigned sides = 0;
    if ((change.sides & account_side::debits) != 0) sides |= account_flag::debits_frozen;
    if ((change.sides & account_side::credits) != 0) sides |= account_flag::credits_frozen;
    switch (change.kind) {
      case AccountChangeKind::set_limits:
        account->minimum = change.minimum;
        account->maximum = change.maximum;
        break;
      case AccountChangeKind::clear_limits:
        account->minimum = AccountAsOf::no_minimum;
        account->maximum = AccountAsOf::no_maximum;
        break;
      case AccountChangeKind::freeze:
        account->frozen = static_cast<std::uint16_t>(account->frozen | sides);
        break;
      case AccountChangeKind::unfreeze:
        account->frozen = static_cast<std::uint16_t>(account->frozen & ~sides);
        break;
      case AccountChangeKind::close:
      case AccountChangeKind::reopen:
        account->closed = change.kind == AccountChangeKind::close;
        break;
    }
    touch(key_of(change.account_id), sequence);
  }

  void move(const Transfer& transfer, Sequence sequence) {
    const bool pends = has(transfer, transfer_flag::pending);
    const u128 amount = transfer.amount.value().wide();
    if (Folded* const debit = find(transfer.debit_account_id)) {
      Account& account = debit->account;
      add_to(pends ? account.debits_pending : account.debits_posted, amount);
      if (pends && has(transfer, transfer_flag::closing_debit)) ++debit->closing_holds;
      touch(key_of(transfer.debit_account_id), sequence);
    }
    if (Folded* const credit = find(transfer.credit_account_id)) {
      Account& account = credit->account;
      add_to(pends ? account.credits_pending : account.credits_posted, amount);
      if (pends && has(transfer, transfer_flag::closing_credit)) ++credit->closing_holds;
      touch(key_of(transfer.credit_account_id), sequence);
    }
  }

  void resolve(const FoldedFact& fact, const Resolution& resolution) {
    const Transfer& pending = holds_->at(resolution.hold).transfer;
    const bool posts =
        fact.transfer != nullptr && has(*fact.transfer, transfer_flag::post_pending_transfer);
    const u128 posted = posts ? fact.transfer->amount.value().wide() : 0;
    if (Folded* const debit = find(pending.debit_account_id)) {
      add_to(debit->account.debits_pending, ~resolution.gives_back + 1);
      add_to(debit->account.debits_posted, posted);
      if (resolution.ends && has(pending, transfer_flag::closing_debit)) --debit->closing_holds;
      touch(key_of(pending.debit_account_id), fact.sequence);
    }
    if (Folded* const credit = find(pending.credit_account_id)) {
      add_to(credit->account.credits_pending, ~resolution.gives_back + 1);
      add_to(credit->account.credits_posted, posted);
      if (resolution.ends && has(pending, transfer_flag::closing_credit)) --credit->closing_holds;
      touch(key_of(pending.credit_account_id), fact.sequence);
    }
  }

  static void add_to(Amount& amount, u128 more) {
    amount = Amount{Uint128{amount.value().wide() + more}};
  }

  std::shared_ptr<const Holds> holds_;
  std::optional<AggregateKey> only_;
  std::unordered_map<AggregateKey, Folded, AggregateKeyHash> accounts_;
};

class HoldFold final : public AggregateFold {
 public:
  explicit HoldFold(std::shared_ptr<Holds> holds) : holds_{std::move(holds)} {}

  [[nodiscard]] AggregateKind kind() const override { return AggregateKind::hold; }

  void keep_only(AggregateKind kind, const AggregateKey& key) override {
    only_ = kind == AggregateKind::hold ? key : AggregateKey{};
    only_of_ = kind == AggregateKind::account ? key : AggregateKey{};
  }

  void add(const FoldedFact& fact) override {
    if (fact.transfer != nullptr && has(*fact.transfer, transfer_flag::pending)) {
      if (!keeps(*fact.transfer)) return;
      holds_->insert_or_assign(key_of(fact.transfer->id),
                               FoldedHold{*fact.transfer, fact.owner, fact.sequence, 0});
      touch(key_of(fact.transfer->id), fact.sequence);
    } else if (const auto resolution = resolution_of(fact, *holds_)) {
      if (resolution->ends) {
        holds_->erase(resolution->hold);
      } else {
        holds_->at(resolution->hold).taken += resolution->gives_back;
      }
      touch(resolution->hold, fact.sequence);
    }
  }

  [[nodiscard]] std::optional<AggregateFields> folded(const AggregateKey& key) const override {
    const auto found = holds_->find(key);
    if (found == holds_->end()) return std::nullopt;
    const FoldedHold& hold = found->second;
    const Transfer& transfer = hold.transfer;
    return fields_of({.debit = transfer.debit_account_id.value(),
                      .credit = transfer.credit_account_id.value(),
                      .amount = transfer.amount.value(),
                      .posted = Uint128{hold.taken},
                      .business_id = transfer.business_id.value(),
                      .trace_id = transfer.trace_id.value(),
                      .owner = hold.owner,
                      .sequence = hold.sequence.value(),
                      .expires_at = transfer.timeout == 0
                                        ? 0
                                        : transfer.timestamp.value() +
                                              std::uint64_t{transfer.timeout} * 1'000'000'000,
                      .user_id = transfer.user_id.value(),
                      .tag = transfer.tag.value(),
                      .code = transfer.code.value(),
                      .flags = transfer.flags});
  }

  [[nodiscard]] std::optional<AggregateFields> kept(const State& state,
                                                    const AggregateKey& key) const override {
    const HoldSlot slot = state.holds.find(TransferId{key.id});
    if (slot == no_hold) return std::nullopt;
    const Hold& hold = state.holds.at(slot);
    const auto account = [&](AccountSlot at) {
      return at < state.accounts.count() ? state.accounts.at(at).id.value() : Uint128{};
    };
    return fields_of({.debit = account(hold.debit),
                      .credit = account(hold.credit),
                      .amount = hold.amount.value(),
                      .posted = hold.posted.value(),
                      .business_id = hold.business_id.value(),
                      .trace_id = hold.trace_id.value(),
                      .owner = hold.owner,
                      .sequence = hold.sequence.value(),
                      .expires_at = hold.expires_at.value(),
                      .user_id = hold.user_id.value(),
                      .tag = hold.tag.value(),
                      .code = hold.code.value(),
                      .flags = hold.flags});
  }

  [[nodiscard]] bool has_folded(const AggregateKey& key) const override {
    return holds_->contains(key);
  }
  void for_each_folded(const Use& use) const override {
    for (const auto& [key, hold] : *holds_) use(key);
  }
  void for_each_kept(const State& state, const Use& use) const override {
    for (std::uint64_t slot = 0; slot < state.holds.slot_end(); ++slot) {
      const TransferId id = state.holds.at(static_cast<HoldSlot>(slot)).id;
      if (!id.value().is_zero()) use(key_of(id));
    }
  }

 private:
  struct Shown {
    Uint128 debit;
    Uint128 credit;
    Uint128 amount;
    Uint128 posted;
    Uint128 business_id;
    Uint128 trace_id;
    Uint128 owner;
    std::uint64_t sequence = 0;
    std::uint64_t expires_at = 0;
    std::uint64_t user_id = 0;
    std::uint32_t tag = 0;
    std::uint16_t code = 0;
    std::uint16_t flags = 0;
  };

  [[nodiscard]] bool keeps(const Transfer& pending) const {
    if (!only_) return true;
    return *only_ == key_of(pending.id) || only_of_ == key_of(pending.debit_account_id) ||
           only_of_ == key_of(pending.credit_account_id);
  }

  static AggregateFields fields_of(const Shown& hold) {
    return {{"debit_account_id", hold.debit, FieldShow::id},
            {"credit_account_id", hold.credit, FieldShow::id},
            {"amount", hold.amount, FieldShow::number},
            {"posted", hold.posted, FieldShow::number},
            {"business_id", hold.business_id, FieldShow::id},
            {"trace_id", hold.trace_id, FieldShow::hex},
            {"owner", hold.owner, FieldShow::hex},
            {"sequence", {hold.sequence, 0}, FieldShow::number},
            {"expires_at", {hold.expires_at, 0}, FieldShow::time},
            {"user_id", {hold.user_id, 0}, FieldShow::number},
            {"tag", {hold.tag, 0}, FieldShow::number},
            {"code", {hold.code, 0}, FieldShow::number},
            {"flags", {hold.flags, 0}, FieldShow::flags}};
  }

  std::shared_ptr<Holds> holds_;
  std::optional<AggregateKey> only_;  // No id is 0.
  AggregateKey only_of_;              // An account.
};

}  // namespace

std::vector<std::unique_ptr<AggregateFold>> make_money_folds() {
  const auto holds = std::make_shared<Holds>();
  std::vector<std::unique_ptr<AggregateFold>> folds;
  // Accounts first: a fact that ends a hold still needs what it held.
  folds.push_back(std::make_unique<AccountFold>(holds));
  folds.push_back(std::make_unique<HoldFold>(holds));
  return folds;
}

}  // namespace daybook
