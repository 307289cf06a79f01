#include "tools/daybook/recon/definition/correction_saga.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/model/legs_hash.hpp"
#include "engine/saga/saga_payload.hpp"
#include "tools/daybook/recon/definition/correction.hpp"
#include "tools/daybook/recon/definition/correction_text.hpp"
#include "tools/daybook/recon/definition/reconciliation_words.hpp"

// Which sagas may post corrections, what a difference gives them, with both signs and without what
// they ask for, and that what is stored of that starts the same saga.

namespace daybook::recon {
namespace {

constexpr std::string_view definition_text = R"({
  "name": "bank", "account": "1", "ledger": 978, "fee_codes": [901], "statement": {"map": "camt"},
  "accounts": {"suspense": "3", "fees": "4"},
  "posting": {"b_only": {"saga": "book"}, "amount_short": {"saga": "book@2", "delta": "positive"},
              "a_only": {"saga": "back"}, "fee_mismatch": {"saga": "book"}},
  "limits": {"b_only": {"EUR": "100"}, "amount_short": {"EUR": "100"}, "a_only": {"EUR": "100"},
             "fee_mismatch": {"EUR": "100"}}
})";

Reconciliation definition_of(std::string_view text = definition_text) {
  auto read = read_reconciliation(text);
  EXPECT_TRUE(read.ok()) << faults_text(read.error());
  return std::move(read).value();
}

/// A saga that posts `amount`, and asks for this beside it: "\"to\": \"account\"".
SagaDefinition saga_with(const std::string& inputs, const std::string& amount = "amount") {
  const auto read = read_definition(fmt::format(
      R"({{"name": "book", "version": 2, "input": {{"{0}": "money"{1}{2}}}, "steps": [
          {{"id": "post", "kind": "ledger.post",
            "args": {{"from": "@a", "to": "@b", "amount": "$.{0}"}}}}]}})",
      amount, inputs.empty() ? "" : ", ", inputs));
  EXPECT_TRUE(read.ok());
  return read.value();
}

std::string value_of(const SagaCall& call, std::string_view name) {
  for (const SagaCall::Input& each : call.inputs) {
    if (each.name == name) return each.value;
  }
  return "none";
}

std::string id_text(std::uint64_t id) { return to_hex(Uint128{id, 0}); }

std::string fault_of(const SagaDefinition& saga, Code code = Code::b_only) {
  const auto faults = faults_of_saga(definition_of(), code, saga);
  return faults.empty() ? "" : faults.front();
}

Transfer payment() {
  Transfer made;
  made.id = TransferId{Uint128{70, 0}};
  made.debit_account_id = AccountId{Uint128{1, 0}};
  made.credit_account_id = AccountId{Uint128{2, 0}};
  return made;
}

TEST(CorrectionSaga, ADefinitionNamesItWithTheDeltasThatItIsFor) {
  const Reconciliation definition = definition_of();
  EXPECT_EQ(definition.action_for(Code::b_only), Action::saga);
  ASSERT_NE(definition.saga_for(Code::amount_short), nullptr);
  EXPECT_EQ(definition.saga_for(Code::amount_short)->name, "book@2");
  EXPECT_EQ(definition.saga_for(Code::amount_short)->delta, 1);
  EXPECT_EQ(definition.saga_for(Code::b_only)->delta, 0);
  EXPECT_EQ(definition.saga_for(Code::amount_over), nullptr);
  const auto again = read_reconciliation(definition.canonical);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again.value().canonical, definition.canonical);
  const auto words = words_of(definition);
  EXPECT_NE(std::find(words.begin(), words.end(),
                      "amount_short: saga book@2, where the delta is positive up to EUR 100; other "
                      "currencies: person."),
            words.end());
}

TEST(CorrectionSaga, ADefinitionIsRefusedWithItsPlaces) {
  const auto fault_in = [](const char* posting, const char* automatic = "") {
    const auto read = read_reconciliation(fmt::format(
        R"({{"name": "n", "account": "1", "ledger": 9, "statement": {{"map": "camt"}},
            "limits": {{"fee_mismatch": {{"EUR": "1"}}}}, "posting": {{"fee_mismatch": {}}}{}}})",
        posting, automatic));
    return read.ok() ? "" : faults_text(read.error());
  };
  EXPECT_EQ(fault_in(R"({"saga": "x"})"), "");
  EXPECT_EQ(fault_in(R"("saga")"),
            "/posting/fee_mismatch: a saga has a name: write {\"saga\": \"NAME\"}");
  EXPECT_EQ(fault_in("{}"), "/posting/fee_mismatch: it needs 'saga'");
  EXPECT_EQ(fault_in(R"({"saga": "x", "delta": "more"})"),
            "/posting/fee_mismatch/delta: it is \"positive\" or \"negative\"");
  EXPECT_EQ(fault_in(R"({"saga": "x", "to": "y"})"),
            "/posting/fee_mismatch/to: there is no such member");
  EXPECT_EQ(fault_in(R"({"saga": "x"}, "ambiguous": {"saga": "x"})"),
            "/posting/ambiguous: a saga is nothing to do about it; these are: none, person");
  EXPECT_EQ(fault_in(R"({"saga": "x"})", R"(, "automatic": {"fee_mismatch": {"EUR": "1"}})"),
            "/automatic/fee_mismatch/EUR: no saga is started without an approval");
}

TEST(CorrectionSaga, AsksForNothingThatNoDifferenceGives) {
  EXPECT_EQ(fault_of(saga_with("")), "");
  EXPECT_EQ(fault_of(saga_with(R"("difference": "id", "reference": "text", "code": "text")")), "");
  EXPECT_EQ(fault_of(saga_with(R"("from": "account", "to": "account", "time": "timestamp")")), "");
  EXPECT_EQ(fault_of(saga_with(R"("iban": "secret")")).substr(0, 44),
            "input 'iban': no difference gives it; these ");
  EXPECT_EQ(fault_of(saga_with(R"("to": "text")")), "input 'to': it is of type account, not text");
  EXPECT_EQ(fault_of(saga_with(R"("fx": "account")")),
            "input 'fx': the definition has no account for it: see /accounts");
  EXPECT_EQ(fault_of(saga_with(R"("transfer": "id")")),
            "input 'transfer': the ledger has no transfer for b_only");
  EXPECT_EQ(fault_of(saga_with(R"("transfer": "id")"), Code::a_only), "");
}

TEST(CorrectionSaga, MovesTheDifferenceAndNothingElse) {
  const auto saga = [](const std::string& steps) {
    const auto read = read_definition(R"({"name": "book", "version": 1, "deadline_ms": 1000,
        "input": {"amount": "money", "time": "timestamp"}, "internal_accounts": ["a", "b"],
        "steps": [)" + steps + "]}");
    EXPECT_TRUE(read.ok());
    return read.value();
  };
  const auto post = [](const std::string& id, const std::string& amount) {
    return R"({"id": ")" + id + R"(", "kind": "ledger.post", "args": {"from": "@a", "to": "@b", )" +
           amount + "}}";
  };
  EXPECT_EQ(fault_of(saga(post("one", R"("amount": "$.amount")"))), "");
  EXPECT_EQ(fault_of(saga(post("one", R"("amount": 5, "ledger": 978)"))),
            "step 'one': its amount is neither $.amount nor $.fee, so no limit would hold");
  EXPECT_EQ(fault_of(saga(R"({"id": "t", "kind": "tcc.wait"}, {"id": "one", "kind": "ledger.post",
      "class": "retriable", "args": {"from": "@a", "to": "@b", "amount": "$.amount"}})")),
            "step 't': it waits for a transaction, and a correction's saga is a branch of none");
  EXPECT_EQ(fault_of(saga(R"({"id": "w", "kind": "timer.wait", "args": {"until": "$.time"}})")),
            "it posts nothing: it has no ledger.post and no ledger.capture");
  std::string many;
  for (std::size_t i = 0; i < limits::correction_saga_moves_max; ++i) {
    many += post(fmt::format("s{}", i), R"("amount": "$.amount")") + ",";
  }
  many.pop_back();
  EXPECT_EQ(fault_of(saga(many)), "");
  EXPECT_EQ(fault_of(saga(many + "," + post("more", R"("amount": "$.amount")"))),
            "it has 33 steps of the ledger, at most 32 are possible");
}

TEST(CorrectionSaga, IsGivenWhatTheDifferenceIs) {
  const SagaDefinition saga = saga_with(
      R"("clearing": "account", "code": "text", "counterparty": "account", "difference": "id",
         "fees": "account", "from": "account", "reconciliation": "text", "reference": "text",
         "suspense": "account", "time": "timestamp", "to": "account", "transfer": "id")");
  const Transfer origin = payment();
  auto call = call_of(definition_of(),
                      {.code = Code::amount_short,
                       .reference = "order-1",
                       .amount_delta = 250,
                       .fee_delta = 0,
                       .time_ns = 17,
                       .origin = &origin},
                      saga);
  ASSERT_TRUE(call.has_value());
  name_saga(*call, Uint128{50, 0}, 3);
  const std::pair<const char*, std::string> expected[] = {{"amount", "250 978"},
                                                          {"clearing", id_text(1)},
                                                          {"code", "amount_short"},
                                                          {"counterparty", id_text(2)},
                                                          {"difference", id_text(50)},
                                                          {"fees", id_text(4)},
                                                          {"from", id_text(1)},
                                                          {"reconciliation", "bank"},
                                                          {"reference", "order-1"},
                                                          {"suspense", id_text(3)},
                                                          {"time", "17"},
                                                          {"to", id_text(3)},
                                                          {"transfer", id_text(70)}};
  for (const auto& [name, value] : expected) EXPECT_EQ(value_of(*call, name), value) << name;
  EXPECT_EQ(call->id, correction_saga_id(Uint128{50, 0}, 3));
  const auto payload = start_payload(*call);
  ASSERT_TRUE(payload.ok());
  const auto started = read_started(payload.value());
  ASSERT_TRUE(started.has_value());
  EXPECT_EQ(started->definition, saga.hash);
  ASSERT_TRUE(are_values_of(saga.inputs, started->inputs));
  EXPECT_EQ(value_at(saga.inputs, started->inputs, 0).ledger, LedgerId{978});
  EXPECT_EQ(value_at(saga.inputs, started->inputs, 8).text, "order-1");
}

TEST(CorrectionSaga, MovesFromAndToAsTheSignSays) {
  const SagaDefinition saga = saga_with(R"("fee": "money", "from": "account", "to": "account")");
  const auto sides = [&](Code code, i128 amount, i128 fee, const SagaDefinition& asked) {
    const auto call = call_of(definition_of(),
                              {.code = code,
                               .reference = "r",
                               .amount_delta = amount,
                               .fee_delta = fee,
                               .time_ns = 1,
                               .origin = nullptr},
                              asked);
    return call ? value_of(*call, "from").back() + std::string{">"} + value_of(*call, "to").back()
                : std::string{"none"};
  };
  const SagaDefinition no_fee = saga_with(R"("from": "account", "to": "account")");
  EXPECT_EQ(sides(Code::b_only, 5, 0, no_fee), "1>3");
  EXPECT_EQ(sides(Code::b_only, -5, 0, no_fee), "3>1");
  EXPECT_EQ(sides(Code::b_only, 5, 2, no_fee), "none") << "the fee would be left";
  EXPECT_EQ(sides(Code::b_only, 5, 2, saga), "1>3");
  EXPECT_EQ(sides(Code::b_only, 5, 0, saga), "none") << "there is no fee to give";
  // More of a fee is money that left: out of clearing, to the fee account.
  const SagaDefinition fee_only = saga_with(R"("from": "account", "to": "account")", "fee");
  EXPECT_EQ(sides(Code::fee_mismatch, 0, 5, fee_only), "4>1");
  EXPECT_EQ(sides(Code::fee_mismatch, 0, -5, fee_only), "1>4");
}

TEST(CorrectionSaga, IsNotGivenWhatIsNotKnownOrDoesNotFit) {
  const auto can = [](const char* inputs, SagaFacts facts) {
    facts.code = Code::a_only;
    facts.amount_delta = -5;
    return call_of(definition_of(), facts, saga_with(inputs)).has_value();
  };
  const Transfer origin = payment();
  Transfer others = origin;
  others.debit_account_id = AccountId{Uint128{9, 0}};
  const char* const transfer = R"("transfer": "id")";
  const char* const counterparty = R"("counterparty": "account")";
  EXPECT_FALSE(can(transfer, {}));
  EXPECT_TRUE(can(transfer, {.origin = &origin}));
  EXPECT_TRUE(can(counterparty, {.origin = &origin}));
  EXPECT_FALSE(can(counterparty, {.origin = &others})) << "it is not of the clearing account";
  EXPECT_FALSE(can(R"("time": "timestamp")", {.time_ns = no_time}));
  const std::string most(daybook::limits::saga_text_bytes_max, 'r');
  EXPECT_TRUE(can(R"("reference": "text")", {.reference = most}));
  EXPECT_FALSE(can(R"("reference": "text")", {.reference = most + "r"}));
}

TEST(CorrectionSaga, HasAnIdOfItsOwnForEachDifferenceAndRevision) {
  const Uint128 one = correction_saga_id(Uint128{50, 0}, 1);
  EXPECT_EQ(one, correction_saga_id(Uint128{50, 0}, 1));
  EXPECT_NE(one, correction_saga_id(Uint128{50, 0}, 2));
  EXPECT_NE(one, correction_saga_id(Uint128{51, 0}, 1));
}

/// What is proposed of one payment that only B has, of so many minor units.
std::optional<Correction> proposed(i128 amount, const SagaDefinition* saga,
                                   std::string_view text = definition_text) {
  DifferenceContext context;
  context.difference.codes.add(Code::b_only);
  context.difference.has_b = true;
  context.difference.b.key = key_of_reference("gift");
  context.difference.b.currency = currency_of_text("EUR");
  context.difference.b.set_amount(amount);
  context.difference.b.time_ns = 5;
  context.difference.b.set_place(Side::b, RecordType::charge, RecordStatus::ok, 0);
  context.reference = "gift";
  context.scale = 2;
  context.ledger_scale = 2;
  context.saga = saga;
  return propose(definition_of(text), context);
}

TEST(CorrectionSaga, IsProposedWithinTheLimitAndNeverByItself) {
  const SagaDefinition saga = saga_with(R"("difference": "id")");
  auto made = proposed(10'000, &saga);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->action, Action::saga);
  EXPECT_TRUE(made->legs.empty());
  EXPECT_EQ(made->amount, 10'000U);
  EXPECT_FALSE(made->is_automatic);
  EXPECT_EQ(made->words, "b_only: saga book@2 100.00 EUR");
  EXPECT_FALSE(proposed(10'001, &saga).has_value()) << "past the limit";
  EXPECT_FALSE(proposed(10'000, nullptr).has_value()) << "it is not stored";
}

TEST(CorrectionSaga, IsProposedForTheDeltasThatTheDefinitionNames) {
  const SagaDefinition saga = saga_with("");
  const auto text = [](const char* delta) {
    return fmt::format(R"({{"name": "bank", "account": "1", "ledger": 978,
        "statement": {{"map": "camt"}}, "limits": {{"b_only": {{"EUR": "100"}}}},
        "posting": {{"b_only": {{"saga": "book", "delta": "{}"}}}}}})",
                       delta);
  };
  EXPECT_TRUE(proposed(5, &saga, text("positive")).has_value());
  EXPECT_FALSE(proposed(-5, &saga, text("positive")).has_value());
  EXPECT_TRUE(proposed(-5, &saga, text("negative")).has_value());
  EXPECT_FALSE(proposed(5, &saga, text("negative")).has_value());
}

TEST(CorrectionSaga, ItsTextStartsTheSameSaga) {
  const SagaDefinition saga = saga_with(R"("difference": "id", "reference": "text")");
  auto made = proposed(250, &saga);
  ASSERT_TRUE(made.has_value());
  name_legs(*made, Uint128{50, 0}, 2);
  const std::string text = correction_text(*made);
  auto read = read_correction_text(text);
  ASSERT_TRUE(read.ok()) << read.error().what;
  ASSERT_TRUE(read.value().saga.has_value());
  EXPECT_EQ(*read.value().saga, *made->saga);
  EXPECT_EQ(posting_hash(read.value()), posting_hash(*made));
  EXPECT_EQ(correction_text(read.value()), text);
  // What is shown is what is started: another value, revision or difference has another hash.
  auto other = read.value();
  other.saga->inputs[0].value = "251 978";
  EXPECT_NE(posting_hash(other), posting_hash(*made));
  for (const auto& [difference, revision] : {std::pair{50U, 3U}, std::pair{51U, 2U}}) {
    name_legs(read.value(), Uint128{difference, 0}, revision);
    EXPECT_NE(posting_hash(read.value()), posting_hash(*made));
  }
}

TEST(CorrectionSaga, ItsTextIsRefusedWhereItStartsNothing) {
  const SagaDefinition saga = saga_with(R"("difference": "id")");
  auto made = proposed(250, &saga);
  ASSERT_TRUE(made.has_value());
  name_legs(*made, Uint128{50, 0}, 2);
  const auto reads = [&](const std::function<void(nlohmann::json&)>& change) {
    auto document = nlohmann::json::parse(correction_text(*made));
    change(document);
    return read_correction_text(document.dump()).ok();
  };
  using Json = nlohmann::json;
  EXPECT_TRUE(reads([](Json&) {}));
  EXPECT_FALSE(reads([](Json& it) { it.erase("saga"); }));
  EXPECT_FALSE(reads([](Json& it) { it["action"] = "suspense"; }));
  EXPECT_FALSE(reads([](Json& it) { it["saga"].erase("id"); }));
  EXPECT_FALSE(reads([](Json& it) { it["saga"]["version"] = 0; }));
  EXPECT_FALSE(reads([](Json& it) { it["saga"]["inputs"][0]["value"] = "0 978"; }));
  EXPECT_FALSE(reads([](Json& it) { it["saga"]["inputs"][0]["value"] = "250"; }));
  EXPECT_FALSE(reads([](Json& it) { it["saga"]["inputs"][0]["type"] = "cash"; }));
  EXPECT_FALSE(reads([](Json& it) { it["saga"]["inputs"][1]["value"] = "50"; }));
  EXPECT_FALSE(reads([](Json& it) { it["saga"]["extra"] = 1; }));
}

}  // namespace
}  // namespace daybook::recon
