#include "tools/daybook/recon/definition/correction_saga.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "engine/base/hash.hpp"
#include "engine/base/utf8.hpp"
#include "engine/saga/saga_payload.hpp"
#include "tools/daybook/text/number_text.hpp"

namespace daybook::recon {
namespace {

struct KnownInput {
  std::string_view name;
  ValueType type;
};

constexpr std::array<KnownInput, 16> known_inputs{{
    {"amount", ValueType::money},
    {"clearing", ValueType::account},
    {"code", ValueType::text},
    {"counterparty", ValueType::account},
    {"difference", ValueType::id},
    {"fee", ValueType::money},
    {"fees", ValueType::account},
    {"from", ValueType::account},
    {"fx", ValueType::account},
    {"reconciliation", ValueType::text},
    {"reference", ValueType::text},
    {"rounding", ValueType::account},
    {"suspense", ValueType::account},
    {"time", ValueType::timestamp},
    {"to", ValueType::account},
    {"transfer", ValueType::id},
}};

const KnownInput* find_known(std::string_view name) {
  const auto* const found = std::find_if(known_inputs.begin(), known_inputs.end(),
                                         [&](const KnownInput& each) { return each.name == name; });
  return found == known_inputs.end() ? nullptr : found;
}

std::string names_of_known() {
  std::string listed;
  for (const KnownInput& each : known_inputs) {
    listed += fmt::format("{}{}", listed.empty() ? "" : ", ", each.name);
  }
  return listed;
}

bool asks_for(const SagaDefinition& saga, std::string_view name) {
  return std::any_of(saga.inputs.begin(), saga.inputs.end(),
                     [&](const SagaField& field) { return field.name == name; });
}

/// The account that is moved to or from beside clearing, where the saga asks for `from` or `to`.
const std::optional<AccountId>& other_account(const PostingAccounts& accounts, Code code) {
  return code == Code::fee_mismatch && accounts.fees ? accounts.fees : accounts.suspense;
}

/// An account by the name that it has in a definition; null for names of no account there.
const std::optional<AccountId>* named_account(const Reconciliation& definition, Code code,
                                              std::string_view name) {
  const PostingAccounts& accounts = definition.accounts;
  if (name == "suspense") return &accounts.suspense;
  if (name == "fees") return &accounts.fees;
  if (name == "rounding") return &accounts.rounding;
  if (name == "fx") return &accounts.fx;
  if (name == "from" || name == "to") return &other_account(accounts, code);
  return nullptr;
}

std::string fault_of_input(const Reconciliation& definition, Code code, const SagaField& input) {
  const KnownInput* const known = find_known(input.name);
  if (known == nullptr) {
    return fmt::format("input '{}': no difference gives it; these can be asked for: {}", input.name,
                       names_of_known());
  }
  if (known->type != input.type) {
    return fmt::format("input '{}': it is of type {}, not {}", input.name, to_string(known->type),
                       to_string(input.type));
  }
  const auto* const account = named_account(definition, code, input.name);
  if (account != nullptr && !account->has_value()) {
    return fmt::format("input '{}': the definition has no account for it: see /accounts",
                       input.name);
  }
  const bool is_of_ledger = input.name == "counterparty" || input.name == "transfer";
  if (is_of_ledger && (code == Code::b_only || code == Code::duplicate_b)) {
    return fmt::format("input '{}': the ledger has no transfer for {}", input.name,
                       to_string(code));
  }
  return {};
}

bool moves_money(StepKind kind) {
  return kind == StepKind::ledger_post || kind == StepKind::ledger_hold;
}

/// Else a limit of the definition would say nothing of what is moved.
bool moves_the_difference(const SagaDefinition& saga, const SagaStep& step) {
  const auto amount = std::find_if(step.arguments.begin(), step.arguments.end(),
                                   [](const SagaArgument& each) { return each.name == "amount"; });
  if (amount == step.arguments.end() || amount->source != ArgumentSource::input) return false;
  const std::string& name = saga.inputs[amount->field].name;
  return name == "amount" || name == "fee";
}

void add_faults_of_steps(const SagaDefinition& saga, std::vector<std::string>& faults) {
  std::size_t ledger_steps = 0;
  bool posts = false;
  for (const SagaStep& step : saga.steps) {
    if (step.kind == StepKind::tcc_wait) {
      faults.push_back(fmt::format(
          "step '{}': it waits for a transaction, and a correction's saga is a branch of none",
          step.id));
    }
    if (step.kind > StepKind::ledger_release) continue;
    ++ledger_steps;
    posts = posts || step.kind == StepKind::ledger_post || step.kind == StepKind::ledger_capture;
    if (moves_money(step.kind) && !moves_the_difference(saga, step)) {
      faults.push_back(fmt::format(
          "step '{}': its amount is neither $.amount nor $.fee, so no limit would hold", step.id));
    }
  }
  if (!posts) faults.emplace_back("it posts nothing: it has no ledger.post and no ledger.capture");
  if (ledger_steps > limits::correction_saga_moves_max) {
    faults.push_back(fmt::format("it has {} steps of the ledger, at most {} are possible",
                                 ledger_steps, limits::correction_saga_moves_max));
  }
}

std::string money_text(i128 delta, LedgerId ledger) {
  const auto size = static_cast<u128>(delta < 0 ? -delta : delta);
  return fmt::format("{} {}", daybook::to_decimal(size), ledger.value());
}

/// Fills inputs one by one; empty is what cannot be filled.
class Filler {
 public:
  Filler(const Reconciliation& definition, const SagaFacts& facts)
      : definition_{definition}, facts_{facts} {}

  [[nodiscard]] std::string value_of(std::string_view name) const {
    if (name == "amount") return of_delta(facts_.amount_delta);
    if (name == "fee") return of_delta(facts_.fee_delta);
    if (name == "code") return std::string{to_string(facts_.code)};
    if (name == "reconciliation") return definition_.name;
    if (name == "reference") return of_text(facts_.reference);
    if (name == "time") return facts_.time_ns < 0 ? "" : fmt::format("{}", facts_.time_ns);
    // Whoever proposes knows it: name_saga().
    if (name == "difference") return to_hex(Uint128{1});
    if (name == "clearing") return of_account(definition_.account);
    if (name == "transfer") {
      return facts_.origin == nullptr ? "" : to_hex(facts_.origin->id.value());
    }
    if (name == "counterparty") return counterparty();
    if (name == "from" || name == "to") return side(name == "from");
    const auto* const account = named_account(definition_, facts_.code, name);
    return account == nullptr ? "" : of_account(*account);
  }

 private:
  static std::string of_account(const std::optional<AccountId>& account) {
    return account ? to_hex(account->value()) : "";
  }
  static std::string of_text(std::string_view text) {
    const bool fits = text.size() <= daybook::limits::saga_text_bytes_max;
    return fits ? std::string{text} : "";
  }
  [[nodiscard]] std::string of_delta(i128 delta) const {
    return delta == 0 ? "" : money_text(delta, definition_.ledger);
  }

  [[nodiscard]] std::string counterparty() const {
    if (facts_.origin == nullptr) return "";
    const Transfer& transfer = *facts_.origin;
    if (transfer.debit_account_id == definition_.account) {
      return of_account(transfer.credit_account_id);
    }
    return transfer.credit_account_id == definition_.account ? of_account(transfer.debit_account_id)
                                                             : "";
  }

  /// What is debited and what is credited so that clearing moves by the delta: of a fee, which left
  /// where it is more than 0, the other way round.
  [[nodiscard]] std::string side(bool is_debit) const {
    const bool is_in = facts_.amount_delta != 0 ? facts_.amount_delta > 0 : facts_.fee_delta < 0;
    return is_debit == is_in ? of_account(definition_.account)
                             : of_account(other_account(definition_.accounts, facts_.code));
  }

  const Reconciliation& definition_;
  const SagaFacts& facts_;
};

std::optional<SagaValue> money_of(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto amount = parse_u128(text.substr(0, space));
  const auto ledger = parse_unsigned(text.substr(space + 1), ~std::uint32_t{0});
  if (!amount || *amount == 0 || !ledger) return std::nullopt;
  SagaValue value;
  value.id = Uint128{*amount};
  value.ledger = LedgerId{static_cast<std::uint32_t>(ledger.value())};
  return value;
}

std::optional<SagaValue> read_value(const SagaCall::Input& input) {
  std::optional<SagaValue> value = SagaValue{};
  switch (input.type) {
    case ValueType::account:
    case ValueType::id: {
      const auto id = parse_hex128(input.value);
      if (!id || id->is_zero()) return std::nullopt;
      value->id = *id;
      break;
    }
    case ValueType::money:
      value = money_of(input.value);
      break;
    case ValueType::timestamp: {
      const auto number = parse_unsigned(input.value, daybook::limits::timestamp_max);
      if (!number) return std::nullopt;
      value->number = number.value();
      break;
    }
    case ValueType::text:
      if (input.value.size() > daybook::limits::saga_text_bytes_max ||
          !is_printable_utf8(input.value)) {
        return std::nullopt;
      }
      value->text = input.value;
      break;
    case ValueType::secret:
    case ValueType::u64:
    case ValueType::truth:
      return std::nullopt;  // Nothing that a difference gives.
  }
  if (value) value->type = input.type;
  return value;
}

}  // namespace

Result<std::vector<std::byte>> start_payload(const SagaCall& call) {
  std::vector<SagaValue> values;
  for (const SagaCall::Input& input : call.inputs) {
    const auto value = read_value(input);
    if (!value) {
      return Failure{FailureKind::invalid, fmt::format("input '{}': '{}' is no {}", input.name,
                                                       input.value, to_string(input.type))};
    }
    values.push_back(*value);
  }
  return started_payload(call.definition, values);
}

Uint128 correction_saga_id(const Uint128& difference_id, std::uint32_t revision) {
  constexpr std::string_view what = "daybook correction saga";
  const std::array<std::uint32_t, 2> parts{static_cast<std::uint32_t>(Action::saga), revision};
  Sha256 hash;
  hash.update(std::as_bytes(std::span{what}));
  hash.update(std::as_bytes(std::span{&difference_id, 1}));
  hash.update(std::as_bytes(std::span{parts}));
  const Sha256Digest digest = hash.finish();
  u128 half = 0;
  for (std::size_t i = 0; i < 16; ++i) half = half << 8 | std::to_integer<std::uint8_t>(digest[i]);
  return Uint128{half};
}

std::vector<std::string> faults_of_saga(const Reconciliation& definition, Code code,
                                        const SagaDefinition& saga) {
  std::vector<std::string> faults;
  for (const SagaField& input : saga.inputs) {
    std::string fault = fault_of_input(definition, code, input);
    if (!fault.empty()) faults.push_back(std::move(fault));
  }
  add_faults_of_steps(saga, faults);
  return faults;
}

std::optional<SagaCall> call_of(const Reconciliation& definition, const SagaFacts& facts,
                                const SagaDefinition& saga) {
  // What it does not know of it would not make equal.
  if (facts.amount_delta != 0 && !asks_for(saga, "amount")) return std::nullopt;
  if (facts.fee_delta != 0 && !asks_for(saga, "fee")) return std::nullopt;
  SagaCall call{
      .name = saga.name, .version = saga.version, .definition = saga.hash, .id = {}, .inputs = {}};
  const Filler filler{definition, facts};
  for (const SagaField& field : saga.inputs) {
    SagaCall::Input input{field.name, field.type, filler.value_of(field.name)};
    if (input.value.empty()) return std::nullopt;
    call.inputs.push_back(std::move(input));
  }
  return start_payload(call) ? std::optional{std::move(call)} : std::nullopt;
}

void name_saga(SagaCall& call, const Uint128& difference_id, std::uint32_t revision) {
  call.id = correction_saga_id(difference_id, revision);
  for (SagaCall::Input& input : call.inputs) {
    if (input.name == "difference") input.value = to_hex(difference_id);
  }
}

}  // namespace daybook::recon
