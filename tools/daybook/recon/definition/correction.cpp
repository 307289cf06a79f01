#include "tools/daybook/recon/definition/correction.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "engine/base/assert.hpp"
#include "engine/base/hash.hpp"
#include "engine/base/utf8.hpp"
#include "engine/model/legs_hash.hpp"
#include "tools/daybook/recon/definition/correction_text.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook::recon {
namespace {

u128 size_of(i128 value) { return static_cast<u128>(value < 0 ? -value : value); }

/// Undone on one side: what B has alone undoes a record of A that has its own partner.
bool undoes_alone(const Difference& difference, Code code) {
  const bool undoes = code == Code::reversed || code == Code::refunded || code == Code::chargeback;
  return undoes && !difference.has_a;
}

/// Makes the legs of one correction. Each step says whether it could be done.
class Proposal {
 public:
  Proposal(const Reconciliation& definition, const DifferenceContext& context)
      : definition_{definition},
        context_{context},
        difference_{context.difference},
        code_{primary_of(context.difference.codes)} {
    made_.code = code_;
    made_.action = definition.action_for(code_);
  }

  std::optional<Correction> make() {
    if (!is_posting(made_.action) || !may_be_corrected() || !find_deltas() || !take_action()) {
      return std::nullopt;
    }
    if (!describe() || !is_within_limits()) return std::nullopt;
    for (std::size_t i = 0; i + 1 < made_.legs.size(); ++i) {
      made_.legs[i].flags = static_cast<std::uint16_t>(made_.legs[i].flags | transfer_flag::linked);
    }
    if (correction_text(made_).size() > limits::correction_text_bytes_max) return std::nullopt;
    return made_;
  }

 private:
  [[nodiscard]] bool posts_hold() const { return made_.action == Action::post_hold; }
  [[nodiscard]] bool is_only_about_fees() const { return code_ == Code::fee_mismatch; }

  [[nodiscard]] bool may_be_corrected() const {
    const Difference& it = difference_;
    if (it.has_a && it.has_b && it.a.currency != it.b.currency) return false;
    // What is still open may yet be anything.
    if (it.has_b && it.b.status() == RecordStatus::open) return false;
    if (it.has_a && (it.a.status() == RecordStatus::open) != posts_hold()) return false;
    // The parts of a sum are not told apart; a fee may stand at any of them.
    if (it.is_split() && !is_only_about_fees()) return false;
    // Found by its amount, it would not be found by another one.
    const bool keeps_amount = is_only_about_fees() || posts_hold();
    return keeps_amount || !it.codes.has(Code::reference_mismatch);
  }

  [[nodiscard]] std::optional<i128> in_ledger(i128 amount) const {
    return rescaled(amount, context_.scale, context_.ledger_scale);
  }

  [[nodiscard]] bool find_deltas() {
    const Difference& it = difference_;
    const i128 fee = (it.has_b ? it.b.effective_fee() : 0) - (it.has_a ? it.a.effective_fee() : 0);
    const auto amount_delta = in_ledger(it.delta());
    const auto fee_delta = in_ledger(fee);
    if (!amount_delta || !fee_delta) return false;
    amount_delta_ = *amount_delta;
    fee_delta_ = *fee_delta;
    return amount_delta_ != 0 || fee_delta_ != 0;
  }

  [[nodiscard]] bool take_action() {
    const PostingAccounts& accounts = definition_.accounts;
    switch (made_.action) {
      case Action::reverse:
        return reverse() && move_fee();
      case Action::suspense:
        return is_only_about_fees() ? move_fee() : move_amount(accounts.suspense) && move_fee();
      case Action::rounding:
        return move_amount(accounts.rounding) && move_fee();
      case Action::fx:
        return move_amount(accounts.fx) && move_fee();
      case Action::fees:
        return amount_delta_ == 0 && move_fee();
      case Action::gross_up:
        return gross_up();
      case Action::post_hold:
        return post_hold() && move_fee();
      case Action::saga:
        return call_saga();
      case Action::none:
      case Action::person:
        break;
    }
    return false;
  }

  Transfer& add_leg(i128 delta, AccountId other, daybook::Code code) {
    Transfer leg;
    leg.debit_account_id = delta > 0 ? definition_.account : other;
    leg.credit_account_id = delta > 0 ? other : definition_.account;
    leg.amount = Amount{Uint128{size_of(delta)}};
    leg.ledger = definition_.ledger;
    leg.code = code;
    return made_.legs.emplace_back(leg);
  }

  [[nodiscard]] bool move_amount(const std::optional<AccountId>& other) {
    if (amount_delta_ == 0) return true;
    if (!other) return false;
    add_leg(amount_delta_, *other, definition_.correction_code);
    return true;
  }

  /// A fee that is more than 0 left clearing. Where it is no fee account's business, it is the
  /// suspense account's.
  [[nodiscard]] bool move_fee() {
    if (fee_delta_ == 0) return true;
    const PostingAccounts& accounts = definition_.accounts;
    const bool may_be_fees = made_.action != Action::suspense || !is_only_about_fees();
    const auto& other = may_be_fees && accounts.fees ? accounts.fees : accounts.suspense;
    if (!other || !definition_.is_fee_code(definition_.fee_code)) return false;
    add_leg(-fee_delta_, *other, definition_.fee_code);
    return true;
  }

  [[nodiscard]] bool reverse() {
    if (amount_delta_ == 0) return true;
    if (!context_.origin || context_.origin->is_open_hold) return false;
    const Transfer& original = context_.origin->transfer;
    constexpr std::uint16_t no_posting =
        transfer_flag::pending | transfer_flag::reversal | transfer_flag::void_pending_transfer;
    if ((original.flags & no_posting) != 0) return false;
    // A record of its own would have it as a fee.
    if (!difference_.has_a && definition_.is_fee_code(original.code)) return false;
    const bool was_debit = original.debit_account_id == definition_.account;
    if (!was_debit && original.credit_account_id != definition_.account) return false;
    // It takes back, and no more than there was.
    if (was_debit == (amount_delta_ > 0) ||
        size_of(amount_delta_) > original.amount.value().wide()) {
      return false;
    }
    const AccountId other = was_debit ? original.credit_account_id : original.debit_account_id;
    Transfer& leg = add_leg(amount_delta_, other, original.code);
    leg.pending_id = original.id;
    leg.flags = transfer_flag::reversal;
    return true;
  }

  [[nodiscard]] bool gross_up() {
    if (!context_.origin || !difference_.is_pair()) return false;
    const Transfer& original = context_.origin->transfer;
    const bool was_debit = original.debit_account_id == definition_.account;
    return move_amount(was_debit ? original.credit_account_id : original.debit_account_id) &&
           move_fee();
  }

  /// As much as B has and the hold holds; what B has beyond it goes to suspense.
  [[nodiscard]] bool post_hold() {
    if (!context_.origin || !context_.origin->is_open_hold || !difference_.is_pair()) return false;
    const Transfer& hold = context_.origin->transfer;
    const auto held = in_ledger(difference_.a.amount());
    if (!held || amount_delta_ == 0 || (*held > 0) != (amount_delta_ > 0)) return false;
    const bool is_debit = hold.debit_account_id == definition_.account;
    if (is_debit != (*held > 0)) return false;
    const i128 posted = size_of(*held) < size_of(amount_delta_) ? *held : amount_delta_;
    Transfer& leg =
        add_leg(posted, is_debit ? hold.credit_account_id : hold.debit_account_id, hold.code);
    leg.pending_id = hold.id;
    leg.flags = transfer_flag::post_pending_transfer;
    amount_delta_ -= posted;
    return move_amount(definition_.accounts.suspense);
  }

  [[nodiscard]] const Record& record() const {
    return difference_.has_a ? difference_.a : difference_.b;
  }
  [[nodiscard]] std::int64_t time_ns() const {
    return record().has_time() ? record().time_ns : context_.time_ns;
  }

  [[nodiscard]] bool call_saga() {
    const PostingSaga* const asked = definition_.saga_for(code_);
    if (asked == nullptr || context_.saga == nullptr) return false;
    const i128 delta = amount_delta_ != 0 ? amount_delta_ : fee_delta_;
    if (asked->delta != 0 && (asked->delta > 0) != (delta > 0)) return false;
    made_.amount = std::max(size_of(amount_delta_), size_of(fee_delta_));
    made_.saga = call_of(definition_,
                         {.code = code_,
                          .reference = context_.reference,
                          .amount_delta = amount_delta_,
                          .fee_delta = fee_delta_,
                          .time_ns = time_ns(),
                          .origin = context_.origin ? &context_.origin->transfer : nullptr},
                         *context_.saga);
    return made_.saga.has_value();
  }

  [[nodiscard]] std::string action_text() const {
    return made_.saga ? fmt::format("saga {}@{}", made_.saga->name, made_.saga->version)
                      : std::string{to_string(made_.action)};
  }

  /// What the record is called, and why.
  [[nodiscard]] bool describe() {
    const bool makes_record = !difference_.has_a || undoes_alone(difference_, code_);
    const Record& record = this->record();
    made_.reference = context_.reference;
    made_.currency = record.currency;
    made_.type = record.type();
    made_.time_ns = time_ns();
    made_.adjusts = makes_record ? 0 : difference_.a.offset();
    for (const Transfer& leg : made_.legs) {
      made_.amount = std::max(made_.amount, leg.amount.value().wide());
    }
    made_.words = fmt::format("{}: {} {} {}", to_string(code_), action_text(),
                              amount_text(static_cast<i128>(made_.amount), context_.ledger_scale),
                              currency_text(made_.currency));
    if (!made_.legs.empty() && made_.legs.front().pending_id != TransferId{}) {
      made_.words +=
          fmt::format(" of transfer {}", format_id(made_.legs.front().pending_id.value()));
    }
    // Without a reference nobody would find the record that it makes.
    return record.has_reference() && key_of_reference(made_.reference) == record.key &&
           made_.reference.size() <= limits::correction_reference_bytes_max &&
           is_printable_utf8(made_.reference) && !(makes_record && made_.time_ns == no_time);
  }

  [[nodiscard]] bool is_within_limits() {
    const auto allows = [&](const DecimalLimit* most) {
      return most != nullptr && made_.amount <= most->floor_at(context_.ledger_scale);
    };
    made_.is_automatic =
        !made_.saga && allows(definition_.automatic_limit_of(code_, made_.currency));
    return allows(definition_.limit_of(code_, made_.currency));
  }

  const Reconciliation& definition_;
  const DifferenceContext& context_;
  const Difference& difference_;
  Code code_;
  Correction made_;
  i128 amount_delta_ = 0;  ///< Of the ledger's minor units, as the fee's.
  i128 fee_delta_ = 0;
};

Uint128 half_of(const Sha256Digest& digest) {
  u128 half = 0;
  for (std::size_t i = 0; i < 16; ++i) half = half << 8 | std::to_integer<std::uint8_t>(digest[i]);
  return Uint128{half};
}

template <typename T>
void add_bytes(Sha256& hash, const T& value) {
  static_assert(std::has_unique_object_representations_v<T>);
  hash.update(std::as_bytes(std::span{&value, 1}));
}

void add_text(Sha256& hash, std::string_view text) {
  add_bytes(hash, static_cast<std::uint64_t>(text.size()));
  hash.update(std::as_bytes(std::span{text}));
}

}  // namespace

std::optional<Correction> propose(const Reconciliation& definition,
                                  const DifferenceContext& context) {
  return Proposal{definition, context}.make();
}

FoldedCorrection folded_of(const Correction& correction) {
  FoldedCorrection folded{.legs = {},
                          .adjusts = correction.adjusts,
                          .reference = correction.reference,
                          .type = correction.type,
                          .time_ns = correction.time_ns};
  for (const Transfer& leg : correction.legs) folded.legs.push_back(leg.id);
  return folded;
}

Uint128 difference_id(std::string_view definition_name, const Difference& difference,
                      std::uint32_t copy) {
  const Record& record = difference.has_a ? difference.a : difference.b;
  Code code = primary_of(difference.codes);
  if (code == Code::a_pending) code = Code::a_only;
  if (code == Code::b_pending) code = Code::b_only;
  Sha256 hash;
  add_text(hash, "daybook difference");
  add_text(hash, definition_name);
  add_bytes(hash, record.key);
  add_bytes(hash, record.currency);
  add_bytes(hash, static_cast<std::uint8_t>(record.type()));
  add_bytes(hash, static_cast<std::uint8_t>(code));
  add_bytes(hash, difference.has_a ? difference.a.offset() + 1 : std::uint64_t{0});
  if (difference.has_b) {
    const Record& b = difference.b;
    add_bytes(hash, b.key);
    add_bytes(hash, b.amount_bits);
    add_bytes(hash, b.fee_bits);
    add_bytes(hash, b.party);
    add_bytes(hash, b.time_ns);
    add_bytes(hash, b.settlement);
    add_bytes(hash, b.currency);
    add_bytes(hash, static_cast<std::uint16_t>(b.place >> 48));
  }
  add_bytes(hash, copy);
  return half_of(hash.finish());
}

std::array<TransferId, limits::correction_legs_max> leg_ids(const Uint128& difference_id,
                                                            Action action, std::uint32_t revision) {
  std::array<TransferId, limits::correction_legs_max> ids;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    Sha256 hash;
    add_text(hash, "daybook correction");
    add_bytes(hash, difference_id);
    add_bytes(hash, static_cast<std::uint8_t>(action));
    add_bytes(hash, revision);
    add_bytes(hash, static_cast<std::uint8_t>(i));
    ids[i] = TransferId{half_of(hash.finish())};
  }
  return ids;
}

Uint128 posting_hash(const Correction& correction) {
  if (!correction.saga) return legs_hash(correction.legs);
  const auto payload = start_payload(*correction.saga);
  ENSURE(payload.ok(), "whoever made or read the correction has looked");
  return saga_start_hash(correction.saga->id, payload.value());
}

void name_legs(Correction& correction, const Uint128& difference_id, std::uint32_t revision) {
  if (correction.saga) return name_saga(*correction.saga, difference_id, revision);
  const auto ids = leg_ids(difference_id, correction.action, revision);
  for (std::size_t i = 0; i < correction.legs.size(); ++i) correction.legs[i].id = ids[i];
}

}  // namespace daybook::recon
