// Definitions of sagas: a good one is compiled as it was written, and every rule has a definition
// that breaks it and nothing else, with the path and the words that it is told in. Case 33.

#include "engine/saga/definition.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/engine/saga/definitions.hpp"

namespace daybook::test {
namespace {

std::string faults_of(std::string_view json) {
  const auto read = read_definition(json);
  if (read.ok()) return "none";
  std::string text;
  for (const SagaFault& fault : read.error()) {
    text += (text.empty() ? "" : "\n") + to_text(fault);
  }
  return text;
}

/// The steps of a saga that has all that these need.
std::string with_steps(std::string_view steps, std::string_view more = "") {
  return fmt::format(R"({{"name": "s", "version": 1, "deadline_ms": 1000,{}
      "input": {{"user": "account", "amount": "money", "iban": "secret", "order": "id",
                 "pieces": "u64", "when": "timestamp", "words": "text"}},
      "internal_accounts": ["clearing"], "steps": [{}]}})",
                     more, steps);
}

constexpr const char* hold =
    R"({"id": "hold", "kind": "ledger.hold",
        "args": {"from": "$.user", "to": "@clearing", "amount": "$.amount"}},)";
constexpr const char* pivot =
    R"({"id": "pay", "kind": "remote.call", "type": "bank.pay", "class": "pivot",
        "timeout_ms": 10})";
constexpr const char* capture =
    R"({"id": "take", "kind": "ledger.capture", "hold": "hold", "class": "retriable"})";

TEST(DefinitionTest, CompilesTheExampleOfTheReadme) {
  const SagaDefinition payout = definition_of(payout_json);
  EXPECT_EQ(payout.name, "payout");
  EXPECT_EQ(payout.version, 3U);
  EXPECT_EQ(payout.deadline_ms, 86'400'000U);
  EXPECT_FALSE(payout.is_all_local);
  ASSERT_EQ(payout.steps.size(), 4U);
  EXPECT_EQ(payout.pivot, 2U);
  EXPECT_EQ(payout.steps[0].undo, UndoAct::release_hold);
  EXPECT_EQ(payout.steps[0].resolved_by, 3U);
  EXPECT_EQ(payout.steps[1].step_class, StepClass::readonly);
  EXPECT_EQ(payout.steps[1].after, set_of(0)) << "one after the other, unless it says otherwise";
  EXPECT_EQ(payout.steps[2].ancestors, set_of(0) | set_of(1));
  EXPECT_EQ(payout.steps[2].retry.max, 0U);
  EXPECT_EQ(payout.steps[2].retry.on_exhausted, OnExhausted::stuck);
  EXPECT_EQ(payout.steps[0].descendants, set_of(1) | set_of(2) | set_of(3));
  EXPECT_EQ(payout.steps[3].subject, 0U);
  EXPECT_EQ(payout.order, (std::vector<std::uint8_t>{0, 1, 2, 3}));
}

TEST(DefinitionTest, HashIsOfWhatItSaysNotOfHow) {
  const auto hash = [](std::string_view json) { return definition_of(json).hash; };
  std::string spaced{payout_json};
  for (std::size_t at = spaced.find(": "); at != std::string::npos;
       at = spaced.find(": ", at + 5)) {
    spaced.replace(at, 2, " :\n\t ");
  }
  EXPECT_EQ(hash(spaced), hash(payout_json));
  const char* one = R"({"name": "s", "version": 1, "steps": [
      {"id": "a", "kind": "ledger.post", "args": {"from": "@x", "to": "@y", "amount": 1, "ledger": 7}}]})";
  const char* same = R"({"steps": [
      {"args": {"ledger": 7, "amount": 1, "to": "@y", "from": "@x"}, "kind": "ledger.post", "id": "a"}],
      "version": 1, "name": "s"})";
  const char* other = R"({"name": "s", "version": 1, "steps": [
      {"id": "a", "kind": "ledger.post", "args": {"from": "@x", "to": "@y", "amount": 2, "ledger": 7}}]})";
  EXPECT_EQ(hash(one), hash(same));
  EXPECT_NE(hash(one), hash(other));
  EXPECT_EQ(definition_of(one).canonical,
            R"({"name":"s","steps":[{"args":{"amount":1,"from":"@x","ledger":7,"to":"@y"},)"
            R"("id":"a","kind":"ledger.post"}],"version":1})");
  EXPECT_EQ(definition_of(definition_of(one).canonical).hash, hash(one));
}

// Payloads have inputs by their places, and the engine reads the canonical text.
TEST(DefinitionTest, InputsAndOutputsHaveOneOrder) {
  const SagaDefinition written = definition_of(R"({"name": "s", "version": 1, "deadline_ms": 9,
      "input": {"to": "account", "from": "account", "amount": "money"}, "steps": [
      {"id": "a", "kind": "signal.wait", "signal": "x", "output": {"z": "u64", "b": "text"}}]})");
  const SagaDefinition stored = definition_of(written.canonical);
  const auto names = [](const std::vector<SagaField>& fields) {
    std::vector<std::string> all;
    for (const SagaField& field : fields) all.push_back(field.name);
    return all;
  };
  EXPECT_EQ(names(written.inputs), (std::vector<std::string>{"amount", "from", "to"}));
  EXPECT_EQ(names(stored.inputs), names(written.inputs));
  EXPECT_EQ(names(written.steps[0].outputs), (std::vector<std::string>{"at", "b", "z"}));
  EXPECT_EQ(names(stored.steps[0].outputs), names(written.steps[0].outputs));
}

TEST(DefinitionTest, LocalCompensationIsDerived) {
  const SagaDefinition definition = definition_of(with_steps(
      R"({"id": "o", "kind": "order.create",
          "args": {"order": "$.order", "amount": "$.amount", "quantity": "$.pieces", "sku": "tea"}},
         {"id": "p", "kind": "ledger.post",
          "args": {"from": "$.user", "to": "@clearing", "amount": "$.amount"}},
         {"id": "h", "kind": "ledger.hold", "direction": "credit",
          "args": {"from": "@clearing", "to": "$.user", "amount": "$.amount"}},
         {"id": "c", "kind": "ledger.capture", "hold": "h"},
         {"id": "i", "kind": "payment.initiate",
          "args": {"payment": "$.order", "amount": "$.amount", "method": "card"}},
         {"id": "y", "kind": "order.pay", "args": {"order": "$.order", "payment": "$.order"}},
         {"id": "k", "kind": "payment.capture",
          "args": {"payment": "$.order", "amount": "$.amount", "final": true}})"));
  const std::vector<UndoAct> wanted{UndoAct::cancel_order,  UndoAct::reverse_transfer,
                                    UndoAct::release_hold,  UndoAct::reverse_transfer,
                                    UndoAct::end_payment,   UndoAct::refund_order,
                                    UndoAct::refund_payment};
  for (std::size_t at = 0; at < wanted.size(); ++at) {
    EXPECT_EQ(definition.steps[at].undo, wanted[at]) << definition.steps[at].id;
  }
  EXPECT_TRUE(definition.is_all_local);
  EXPECT_TRUE(definition.steps[2].is_pending_credit);
}

struct BadDefinition {
  const char* what;
  std::string json;
  std::string faults;
};

std::string step(std::string_view rest) { return with_steps(rest); }
std::string around(std::string_view before, std::string_view after) {
  return with_steps(fmt::format("{}{}{}{}{}", hold, before, pivot, after.empty() ? "," : after,
                                after.empty() ? capture : fmt::format(",{}", capture)));
}

const std::vector<BadDefinition> broken_rules{
    {"compensatable without undo, remote",
     step(R"({"id": "a", "kind": "remote.call", "type": "t", "timeout_ms": 1})"),
     "steps[0].undo: a compensatable remote step must say what undoes it"},
    {"compensatable without undo, local",
     step(R"({"id": "a", "kind": "order.ship", "args": {"order": "$.order", "tracking": "x"}})"),
     "steps[0].class: order.ship cannot be undone, so it can only be the pivot, or retriable "
     "after one"},
    {"a step that can fail after the pivot: class",
     around("",
            R"(,{"id": "a", "kind": "remote.call", "type": "t", "timeout_ms": 1, "undo": "u"})"),
     "steps[2].class: this step comes after the pivot 'pay' and can fail: it must be retriable"},
    {"a step that can fail after the pivot: a hold",
     with_steps(fmt::format("{},{}{{\"id\": \"take\", \"kind\": \"ledger.capture\", \"hold\": "
                            "\"hold\", \"class\": \"retriable\"}}",
                            pivot, hold)),
     "steps[1].kind: this step comes after the pivot 'pay' and can fail: a hold can be refused"},
    {"a step that can fail after the pivot: a post from a customer",
     around("", R"(,{"id": "a", "kind": "ledger.post", "class": "retriable",
           "args": {"from": "$.user", "to": "@clearing", "amount": "$.amount"}})"),
     "steps[2].args.from: this step comes after the pivot 'pay' and can fail: the account may "
     "not have the amount; it must be one that is named in internal_accounts"},
    {"a step that can fail after the pivot: a signal",
     around("", R"(,{"id": "a", "kind": "signal.wait", "signal": "s", "timeout_ms": 5})"),
     "steps[2].timeout_ms: this step comes after the pivot 'pay' and can fail: the signal may "
     "not come in time"},
    {"a step beside the pivot",
     around("", R"(,{"id": "a", "kind": "remote.call", "type": "t", "class": "readonly",
                    "timeout_ms": 1, "after": ["hold"]})"),
     "steps[2].after: this step is neither before nor after the pivot 'pay', so it could fail "
     "when nothing can be undone any more\n"
     "steps[3].after: this step is neither before nor after the pivot 'pay', so it could fail "
     "when nothing can be undone any more"},
    {"two pivots on a path",
     around(
         "",
         R"(,{"id": "b", "kind": "remote.call", "type": "t", "class": "pivot", "timeout_ms": 1})"),
     "steps[2].class: two pivots on a path: 'pay' is one before it"},
    {"two pivots beside each other",
     with_steps(fmt::format(R"({}, {{"id": "b", "kind": "remote.call", "type": "t",
           "class": "pivot", "timeout_ms": 1, "after": []}})",
                            pivot)),
     "steps[1].class: 'pay' is a pivot too: whichever is done first, the other one could still "
     "fail"},
    {"a cycle", step(R"({"id": "a", "kind": "timer.wait", "delay_ms": 1, "after": ["c"]},
               {"id": "b", "kind": "timer.wait", "delay_ms": 1},
               {"id": "c", "kind": "timer.wait", "delay_ms": 1})"),
     "steps[0].after: the steps wait for each other in a circle: a -> b -> c -> a"},
    {"a step after itself",
     step(R"({"id": "a", "kind": "timer.wait", "delay_ms": 1, "after": ["a"]})"),
     "steps[0].after: the steps wait for each other in a circle: a -> a"},
    {"spendable credit before the pivot",
     around(R"({"id": "a", "kind": "ledger.post",
                  "args": {"from": "@clearing", "to": "$.user", "amount": "$.amount"}},)",
            ""),
     "steps[1].args.to: before the pivot 'pay' a post may credit only an account that is named "
     "in internal_accounts; use a ledger.hold with the direction 'credit'"},
    {"spendable credit before the pivot, to a name that is not listed",
     around(R"({"id": "a", "kind": "ledger.post",
                  "args": {"from": "@clearing", "to": "@elsewhere", "amount": "$.amount"}},)",
            ""),
     "steps[1].args.to: before the pivot 'pay' a post may credit only an account that is named "
     "in internal_accounts; use a ledger.hold with the direction 'credit'"},
    {"spendable credit before the pivot, by a capture",
     with_steps(fmt::format(R"({{"id": "h", "kind": "ledger.hold", "direction": "credit",
           "args": {{"from": "@clearing", "to": "$.user", "amount": "$.amount"}}}},
           {{"id": "c", "kind": "ledger.capture", "hold": "h"}}, {})",
                            pivot)),
     "steps[1].hold: before the pivot 'pay' a capture may credit only an account that is named "
     "in internal_accounts"},
    {"a remote step without a time-out",
     step(R"({"id": "a", "kind": "remote.call", "type": "t", "class": "readonly"})"),
     "steps[0].timeout_ms: a remote step needs a time-out"},
    {"endless retry without on_exhausted",
     step(R"({"id": "a", "kind": "remote.call", "type": "t", "class": "readonly",
                "timeout_ms": 1, "retry": {"max": 0}})"),
     "steps[0].retry.on_exhausted: retrying without end must say what happens when it is ended: "
     "'compensate' or 'stuck'"},
    {"a pivot that gives up by compensating",
     with_steps(R"({"id": "a", "kind": "remote.call", "type": "t", "class": "pivot",
                "timeout_ms": 1, "retry": {"max": 3, "on_exhausted": "compensate"}})"),
     "steps[0].retry.on_exhausted: a pivot, or a step after it, whose tries are used up can only "
     "be 'stuck'"},
    {"a time-out on a hold",
     step(fmt::format("{}{}", R"({"id": "hold", "kind": "ledger.hold", "timeout_ms": 5,
           "args": {"from": "$.user", "to": "@clearing", "amount": "$.amount"}},)",
                      R"({"id": "c", "kind": "ledger.capture", "hold": "hold"})")),
     "steps[0].timeout_ms: a hold of a saga has no time-out: only the saga settles it"},
    {"a time-out among the arguments of a hold",
     step(fmt::format("{}{}", R"({"id": "hold", "kind": "ledger.hold", "args": {"from": "$.user",
           "to": "@clearing", "amount": "$.amount", "timeout_s": 5}},)",
                      R"({"id": "c", "kind": "ledger.capture", "hold": "hold"})")),
     "steps[0].args.timeout_s: a hold of a saga has no time-out: only the saga settles it"},
    {"a hold that nobody settles", step(R"({"id": "h", "kind": "ledger.hold",
                "args": {"from": "$.user", "to": "@clearing", "amount": "$.amount"}})"),
     "steps[0].id: no step captures or releases this hold, so it would stay when the saga is "
     "complete"},
    {"a hold that two settle",
     step(fmt::format("{}{}", hold, R"({"id": "a", "kind": "ledger.capture", "hold": "hold"},
           {"id": "b", "kind": "ledger.capture", "hold": "hold"})")),
     "steps[2].hold: 'hold' is settled by 'a' already"},
    {"a capture of what is no hold", step(R"({"id": "w", "kind": "timer.wait", "delay_ms": 1},
               {"id": "c", "kind": "ledger.capture", "hold": "w"})"),
     "steps[1].hold: 'w' is no hold"},
    {"a try that nobody confirms",
     step(R"({"id": "t", "kind": "remote.tcc", "type": "seat", "timeout_ms": 1})"),
     "steps[0].id: no step confirms this try"},
    {"a confirmation is final",
     step(R"({"id": "t", "kind": "remote.tcc", "type": "seat", "timeout_ms": 1},
               {"id": "c", "kind": "remote.tcc", "confirms": "t", "timeout_ms": 1})"),
     "steps[1].class: a confirmation cannot be undone, so it can only be the pivot, or retriable "
     "after one"},
    {"retriable without a pivot",
     step(R"({"id": "a", "kind": "remote.call", "type": "t", "timeout_ms": 1,
                "class": "retriable"})"),
     "steps[0].class: only a step after a pivot is retriable, and there is no pivot"},
    {"a hold is no pivot",
     step(fmt::format("{}{}", R"({"id": "hold", "kind": "ledger.hold", "class": "pivot",
           "args": {"from": "$.user", "to": "@clearing", "amount": "$.amount"}},)",
                      capture)),
     "steps[0].class: ledger.hold can be taken back until another step settles it, so it is "
     "compensatable"},
    {"an effect is not readonly", step(R"({"id": "a", "kind": "order.pay", "class": "readonly",
                "args": {"order": "$.order", "payment": "$.order"}})"),
     "steps[0].class: order.pay has an effect, so it is not readonly"},
    {"an undo of nothing", step(R"({"id": "a", "kind": "remote.call", "type": "t", "timeout_ms": 1,
                "class": "readonly", "undo": "u"})"),
     "steps[0].undo: a readonly step has nothing to undo"},
    {"unknown keys",
     with_steps(R"({"id": "a", "kind": "timer.wait", "delay_ms": 1, "colour": "red"})",
                R"("shape": 1,)"),
     "shape: a saga has no such key\nsteps[0].colour: a step of kind timer.wait has no such key"},
    {"an unknown key of a retry policy",
     step(R"({"id": "a", "kind": "remote.call", "type": "t", "timeout_ms": 1,
                "class": "readonly", "retry": {"tries": 4}})"),
     "steps[0].retry.tries: a retry policy has no such key"},
    {"an unknown argument", step(R"({"id": "a", "kind": "order.complete", "class": "pivot",
                "args": {"order": "$.order", "why": "x"}})"),
     "steps[0].args.why: order.complete has no such argument"},
    {"a missing argument",
     step(R"({"id": "a", "kind": "order.pay", "args": {"order": "$.order"}})"),
     "steps[0].args.payment: order.pay needs it"},
    {"an unknown input", step(R"({"id": "a", "kind": "order.complete", "class": "pivot",
                "args": {"order": "$.ordre"}})"),
     "steps[0].args.order: there is no input 'ordre'"},
    {"an unknown step", step(R"({"id": "a", "kind": "order.complete", "class": "pivot",
                "args": {"order": "$.b.at"}})"),
     "steps[0].args.order: there is no step 'b'"},
    {"an unknown output", step(R"({"id": "w", "kind": "timer.wait", "delay_ms": 1},
               {"id": "a", "kind": "timer.wait", "args": {"until": "$.w.colour"}})"),
     "steps[1].args.until: the step 'w' has no output 'colour'"},
    {"a reference to a step that is no ancestor",
     step(R"({"id": "w", "kind": "timer.wait", "delay_ms": 1},
               {"id": "a", "kind": "timer.wait", "args": {"until": "$.w.at"}, "after": []})"),
     "steps[1].args.until: the step 'w' need not be done before this one"},
    {"a path of three", step(R"({"id": "a", "kind": "timer.wait", "args": {"until": "$.a.b.c"}})"),
     "steps[0].args.until: '$.a.b.c' is no reference: there are $.input and $.step.output"},
    {"an input of another type",
     step(R"({"id": "a", "kind": "timer.wait", "args": {"until": "$.user"}})"),
     "steps[0].args.until: this cannot be of type account"},
    {"a secret where it would be seen",
     step(R"({"id": "a", "kind": "order.cancel", "class": "pivot",
                "args": {"order": "$.order", "reason": "$.iban"}})"),
     "steps[0].args.reason: this cannot be of type secret"},
    {"an amount without its ledger", step(R"({"id": "a", "kind": "ledger.post",
                "args": {"from": "$.user", "to": "@clearing", "amount": "$.pieces"}})"),
     "steps[0].args.ledger: an amount that is a number needs a ledger"},
    {"an amount with two ledgers",
     step(R"({"id": "a", "kind": "ledger.post", "args": {"from": "$.user", "to": "@clearing",
                "amount": "$.amount", "ledger": 7}})"),
     "steps[0].args.ledger: the amount has a ledger already"},
    {"a code that no transfer has",
     step(R"({"id": "a", "kind": "ledger.post", "args": {"from": "$.user", "to": "@clearing",
                "amount": "$.amount", "code": 65536}})"),
     "steps[0].args.code: 65536 is more than 65535"},
    {"no such kind of timer", step(R"({"id": "a", "kind": "timer.wait"})"),
     "steps[0].delay_ms: a timer has either this or the argument 'until'"},
    {"a class of a wait",
     step(R"({"id": "a", "kind": "timer.wait", "delay_ms": 1, "class": "compensatable"})"),
     "steps[0].class: waiting has no effect: it is readonly, or retriable after the pivot"},
    {"a class of a wait for a transaction",
     step(R"({"id": "a", "kind": "tcc.wait", "class": "readonly"})"),
     "steps[0].class: what the transaction decides is final, so waiting for it is the pivot"},
    {"a time-out of a wait for a transaction",
     step(R"({"id": "a", "kind": "tcc.wait", "timeout_ms": 5})"),
     "steps[0].timeout_ms: it waits until the transaction is decided"},
    {"a name of the engine's",
     R"({"name": "order", "version": 1, "deadline_ms": 1,
           "steps": [{"id": "a", "kind": "timer.wait", "delay_ms": 1}]})",
     "name: the engine's own streams are called so"},
    {"the same id twice", step(R"({"id": "a", "kind": "timer.wait", "delay_ms": 1},
               {"id": "a", "kind": "timer.wait", "delay_ms": 1})"),
     "steps[1].id: steps[0] has this id too"},
    {"after an unknown step",
     step(R"({"id": "a", "kind": "timer.wait", "delay_ms": 1, "after": ["z"]})"),
     "steps[0].after[0]: there is no step 'z'"},
    {"an unknown type of an input",
     R"({"name": "s", "version": 1, "input": {"a": "float"}, "deadline_ms": 1,
           "steps": [{"id": "a", "kind": "timer.wait", "delay_ms": 1}]})",
     "input.a: there are the types account, money, secret, text, u64, id and timestamp"},
    {"no deadline though it waits",
     R"({"name": "s", "version": 1, "steps": [{"id": "a", "kind": "timer.wait", "delay_ms": 1}]})",
     "deadline_ms: a saga that waits for others needs a deadline"},
    {"a cap below the beginning",
     step(R"({"id": "a", "kind": "remote.call", "type": "t", "timeout_ms": 1,
                "class": "readonly", "retry": {"initial_ms": 10, "cap_ms": 9}})"),
     "steps[0].retry.cap_ms: the cap of 9 ms is below the initial 10 ms"},
    {"everything at once", R"({"version": 0, "steps": [{"id": "1"}, 7]})",
     "name: a saga needs a name\nversion: 0 is not between 1 and 4294967295\n"
     "steps[0].id: an id is a letter, then letters, digits and '_', at most 64 in all\n"
     "steps[0].kind: a step needs a kind\n"
     "steps[1]: this must be an object, and is a number"},
};

TEST(DefinitionTest, Case33EachBrokenRuleIsToldWithItsPath) {
  for (const BadDefinition& bad : broken_rules) {
    EXPECT_EQ(faults_of(bad.json), bad.faults) << bad.what;
  }
}

// Each limit of a definition, with a value at it and one past it put into the same text.
struct Limit {
  const char* path;
  std::string text;  ///< With a place for the value.
  std::string good;
  std::string bad;
};

std::string repeated(std::size_t count, std::string_view before, std::string_view after) {
  std::string text;
  for (std::size_t at = 0; at < count; ++at) {
    text += fmt::format("{}{}{}{}", at == 0 ? "" : ", ", before, at, after);
  }
  return text;
}

const std::string wait_step = R"({"id": "a", "kind": "timer.wait", "delay_ms": 1})";

std::string call_with(std::string_view more) {
  return with_steps(fmt::format(R"({{"id": "a", "kind": "remote.call", "type": "t",
      "class": "readonly", {}}})",
                                more));
}

const std::vector<Limit> limits_of_definitions{
    {"name", R"({"name": "@", "version": 1, "deadline_ms": 1, "steps": [)" + wait_step + "]}",
     std::string(64, 'n'), std::string(65, 'n')},
    {"version", R"({"name": "s", "version": @, "deadline_ms": 1, "steps": [)" + wait_step + "]}",
     "4294967295", "4294967296"},
    {"deadline_ms",
     R"({"name": "s", "version": 1, "deadline_ms": @, "steps": [)" + wait_step + "]}",
     "31622400000", "31622400001"},
    {"input",
     R"({"name": "s", "version": 1, "deadline_ms": 1, "input": {@}, "steps": [)" + wait_step + "]}",
     repeated(64, "\"i", "\": \"id\""), repeated(65, "\"i", "\": \"id\"")},
    {"internal_accounts",
     R"({"name": "s", "version": 1, "deadline_ms": 1,
      "internal_accounts": [@], "steps": [)" +
         wait_step + "]}",
     repeated(64, "\"i", "\""), repeated(65, "\"i", "\"")},
    {"steps[0].id", with_steps(R"({"id": "@", "kind": "timer.wait", "delay_ms": 1})"),
     std::string(64, 'n'), std::string(65, 'n')},
    {"steps[0].delay_ms", with_steps(R"({"id": "a", "kind": "timer.wait", "delay_ms": @})"),
     "31622400000", "31622400001"},
    {"steps[0].timeout_ms", call_with(R"("timeout_ms": @)"), "86400000", "86400001"},
    {"steps[0].args", call_with(R"("timeout_ms": 1, "args": {@})"), repeated(32, "\"i", "\": 1"),
     repeated(33, "\"i", "\": 1")},
    {"steps[0].args.t", call_with(R"("timeout_ms": 1, "args": {"t": "@"})"), std::string(160, 't'),
     std::string(161, 't')},
    {"steps[0].args.t", call_with(R"("timeout_ms": 1, "args": {"t": "@@"})"), std::string(64, 't'),
     std::string(65, 't')},
    {"steps[0].output", call_with(R"("timeout_ms": 1, "output": {@})"),
     repeated(16, "\"i", "\": \"id\""), repeated(17, "\"i", "\": \"id\"")},
    {"steps[0].retry.initial_ms",
     call_with(R"("timeout_ms": 1, "retry": {"initial_ms": @, "cap_ms": 86400000})"), "86400000",
     "86400001"},
    {"steps[0].retry.cap_ms", call_with(R"("timeout_ms": 1, "retry": {"cap_ms": @})"), "86400000",
     "86400001"},
    {"steps[0].retry.factor", call_with(R"("timeout_ms": 1, "retry": {"factor": @})"), "10", "11"},
    {"steps[0].retry.max", call_with(R"("timeout_ms": 1, "retry": {"max": @})"), "1000000",
     "1000001"},
};

TEST(DefinitionTest, LimitsHoldAtAndOnePast) {
  for (const Limit& limit : limits_of_definitions) {
    const auto with = [&limit](const std::string& value) {
      std::string text = limit.text;
      return text.replace(text.rfind('@'), 1, value);
    };
    EXPECT_EQ(faults_of(with(limit.good)), "none") << limit.path;
    const auto bad = read_definition(with(limit.bad));
    ASSERT_FALSE(bad.ok()) << limit.path;
    EXPECT_EQ(bad.error().size(), 1U) << limit.path;
    EXPECT_EQ(bad.error().front().path, limit.path);
  }
}

TEST(DefinitionTest, SagasOfLocalStepsMayCreditAnybody) {
  EXPECT_EQ(faults_of(with_steps(
                R"({"id": "a", "kind": "ledger.post",
                    "args": {"from": "@clearing", "to": "$.user", "amount": "$.amount"}},
                   {"id": "b", "kind": "order.complete", "class": "pivot",
                    "args": {"order": "$.order"}})")),
            "none");
}

TEST(DefinitionTest, APendingCreditBeforeThePivotIsFine) {
  EXPECT_EQ(faults_of(with_steps(fmt::format(
                R"({{"id": "h", "kind": "ledger.hold", "direction": "credit",
                     "args": {{"from": "@clearing", "to": "$.user", "amount": "$.amount"}}}},
                   {}, {{"id": "c", "kind": "ledger.capture", "hold": "h", "class": "retriable"}})",
                pivot))),
            "none");
}

TEST(DefinitionTest, ShippedDefinitionsHaveNoFaults) {
  for (const char* name : {"createOrder", "payOrder"}) {
    EXPECT_EQ(faults_of(shipped_definition(name)), "none") << name;
  }
  const SagaDefinition create = definition_of(shipped_definition("createOrder"));
  EXPECT_TRUE(create.is_all_local);
  EXPECT_EQ(create.steps[0].undo, UndoAct::cancel_order);
  EXPECT_EQ(create.steps[1].undo, UndoAct::reverse_transfer);
  EXPECT_EQ(create.steps[2].undo, UndoAct::reverse_transfer);
  const SagaDefinition pay = definition_of(shipped_definition("payOrder"));
  EXPECT_EQ(pay.steps[pay.pivot].type, "channel.charge.v1");
  EXPECT_EQ(pay.completed_event, "PaymentCompleted");
}

}  // namespace
}  // namespace daybook::test
