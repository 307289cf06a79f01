#include "tools/daybook/recon/definition/reconciliation.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tools/daybook/recon/definition/reconciliation_words.hpp"

// What a definition means, what it means where it says nothing, and that each fault is told with
// its place, all of them at once.

namespace daybook::recon {
namespace {

constexpr std::string_view full = R"({
  "name": "bank", "account": "1", "ledger": 978, "fee_codes": [77, 901],
  "statement": {"map": "camt", "currency": "EUR", "scales": {"BTC": 8}},
  "time_zone": "Europe/Berlin", "day_begins": "17:30", "window_days": 2, "expire_days": 30,
  "group": "sum", "fallback": ["amount+day", "amount+party"],
  "tolerances": {"EUR": {"each": "0.05", "cap": "10.00"}},
  "schedule": "30 6 * * mon-fri", "expected_by": "06:00", "files": "camt-*.xml",
  "accounts": {"suspense": "2", "fees": "0x3", "rounding": "4", "fx": "name:fx"},
  "posting": {"amount_short": "fx", "duplicate_b": "suspense", "a_only": "none"},
  "codes": {"correction": 910, "fee": 77},
  "limits": {"amount_short": {"EUR": "100", "USD": "5.5"}, "rounding": {"EUR": "0.01"}},
  "automatic": {"rounding": {"EUR": "0.01"}}
})";

constexpr std::string_view least =
    R"({"name":"n","account":"1","ledger":1,"statement":{"map":"camt"}})";

Reconciliation read(std::string_view text) {
  auto result = read_reconciliation(text);
  EXPECT_TRUE(result.ok()) << faults_text(result.error());
  return std::move(result).value();
}

/// `least` with one member more, or another value for one of its own.
std::string with(std::string_view name, std::string_view value) {
  auto document = nlohmann::json::parse(least);
  document[std::string{name}] = nlohmann::json::parse(value);
  return document.dump();
}

std::string faults_of(std::string_view text) {
  const auto result = read_reconciliation(text);
  return result ? std::string{} : faults_text(result.error());
}

TEST(Reconciliation, SaysWhatItSays) {
  const Reconciliation it = read(full);
  const std::uint64_t eur = currency_of_text("EUR");
  EXPECT_EQ(it.name, "bank");
  EXPECT_EQ(it.account, (AccountId{Uint128{1, 0}}));
  EXPECT_EQ(it.ledger, LedgerId{978});
  EXPECT_TRUE(it.is_fee_code(daybook::Code{77}) && !it.is_fee_code(daybook::Code{78}));
  EXPECT_EQ(it.currency, eur);
  EXPECT_EQ(scale_in(it.scales, currency_of_text("BTC")), 8U);
  EXPECT_EQ(it.day_begins_minutes, 17U * 60 + 30);
  EXPECT_EQ(it.window_days, 2U);
  EXPECT_EQ(it.expire_days, 30U);
  EXPECT_TRUE(it.sums_groups);
  ASSERT_EQ(it.fallback_rules.size(), 2U);
  EXPECT_TRUE(it.fallback_rules[1].by_party);
  const auto tolerances = it.tolerances_in({}).value();
  EXPECT_EQ(tolerances[0].amount, 5);
  EXPECT_EQ(tolerances[0].cap, i128{1'000});
  EXPECT_EQ(it.expected_by_minutes, 360U);
  EXPECT_EQ(it.accounts.fees, (AccountId{Uint128{3, 0}}));
  EXPECT_EQ(it.accounts.fx, AccountId{id_of("fx")});
  EXPECT_EQ(it.action_for(Code::amount_short), Action::fx);
  EXPECT_EQ(it.action_for(Code::a_only), Action::none);
  EXPECT_EQ(it.action_for(Code::duplicate_b), Action::suspense);
  EXPECT_EQ(it.correction_code, daybook::Code{910});
  EXPECT_EQ(it.limit_of(Code::amount_short, eur)->floor_at(2), u128{10'000});
  EXPECT_EQ(it.limit_of(Code::amount_over, eur), nullptr);
  EXPECT_NE(it.automatic_limit_of(Code::rounding, eur), nullptr);
}

TEST(Reconciliation, ProposesWhatIsUsualWhereThereIsAnAccountForIt) {
  const Reconciliation bare = read(least);
  EXPECT_EQ(bare.action_for(Code::a_only), Action::reverse);
  EXPECT_EQ(bare.action_for(Code::status_a_open_b_ok), Action::post_hold);
  EXPECT_EQ(bare.action_for(Code::b_only), Action::person);
  EXPECT_EQ(bare.action_for(Code::fee_mismatch), Action::person);
  EXPECT_EQ(bare.action_for(Code::a_pending), Action::none);
  EXPECT_EQ(bare.schedule, "0 2 * * *");
  EXPECT_EQ(bare.time_zone, "UTC");
  const Reconciliation usual = read(with("accounts", R"({"suspense":"2","rounding":"3"})"));
  EXPECT_EQ(usual.action_for(Code::b_only), Action::suspense);
  EXPECT_EQ(usual.action_for(Code::amount_over), Action::suspense);
  EXPECT_EQ(usual.action_for(Code::rounding), Action::rounding);
  for (const Code code : all_codes) EXPECT_TRUE(may_do(code, usual.action_for(code)));
}

TEST(Reconciliation, IsStoredInOneFormAndReadBackFromIt) {
  const Reconciliation first = read(full);
  const Reconciliation second = read(first.canonical);
  EXPECT_EQ(first.canonical, second.canonical);
  EXPECT_EQ(words_of(first), words_of(second));
  EXPECT_EQ(read(std::string{"/* why */ "} + std::string{least}).canonical, read(least).canonical);
}

TEST(Reconciliation, TellsEveryFaultWithItsPlace) {
  const std::string faults = faults_of(R"({"name": 7, "ledger": 0, "nmae": "x",
    "statement": {"map": "camt", "currncy": "EUR"}, "posting": {"b_only": "reverse"},
    "limits": {"b_only": {"EUR": "-1"}}, "fee_codes": [1, 70000]})");
  for (const std::string_view fault :
       {"/name: it should be a text", "/ledger: it should be a whole number", "/nmae: there is no",
        "/statement/currncy: there is no", "/posting/b_only: 'reverse' is nothing",
        "none, person, suspense", "/limits/b_only/EUR: write an amount", "/fee_codes/1: it should",
        "it needs 'account'"}) {
    EXPECT_NE(faults.find(fault), std::string::npos) << fault << " in\n" << faults;
  }
  EXPECT_EQ(std::count(faults.begin(), faults.end(), '\n'), 7);
}

struct Bad {
  std::string_view member;
  std::string_view value;
  std::string_view fault;
};

TEST(Reconciliation, RefusesWhatNoMemberMayBe) {
  const Bad all[]{
      {"name", R"("a\u0007b")", "/name: it should have 1 to 64 bytes"},
      {"account", R"("0")", "/account: no account"},
      {"account", R"("x")", "/account: "},
      {"ledger", "4294967296", "/ledger: "},
      {"statement", "{}", "/statement: it needs 'map'"},
      {"statement", R"({"map":"m","currency":"eur"})", "/statement/currency: a currency"},
      {"statement", R"({"map":"m","scales":{"BTC":19}})", "/statement/scales/BTC: "},
      {"day_begins", R"("24:00")", "/day_begins: write it like"},
      {"day_begins", R"("9:00")", "/day_begins: write it like"},
      {"time_zone", R"("Europe/Nowhere")", "/time_zone: no time zone is called"},
      {"schedule", R"("0 25 * * *")", "/schedule: the hour '25': it is from 0 to 23"},
      {"schedule", R"("0 0 30 2 *")", "/schedule: the day of the month '30'"},
      {"expected_by", R"("12:60")", "/expected_by: write it like"},
      {"window_days", "3651", "/window_days: "},
      {"window_days", "91", "/window_days: it is more than 'expire_days'"},
      {"expire_days", "0", "/expire_days: "},
      {"group", R"("count")", "/group: it can only"},
      {"fallback", R"(["day"])", "/fallback/0: write it like"},
      {"fallback", R"(["amount","amount","amount","amount","amount"])", "/fallback: it should be"},
      {"tolerances", R"({"EUR":{"cap":"1"}})", "/tolerances/EUR: it needs 'each'"},
      {"tolerances", R"({"EUR":{"each":"2","cap":"1"}})", "/tolerances/EUR: 'cap' is less"},
      {"files", R"("../*")", "/files: it is a pattern"},
      {"accounts", R"({"suspense":"1"})", "/accounts/suspense: it is the clearing account"},
      {"posting", R"({"b_only":"suspense"})", "/posting/b_only: 'suspense' needs an account"},
      {"posting", R"({"nothing":"none"})", "/posting/nothing: there is no"},
      {"posting", R"({"date_mismatch":"person"})", "/posting/date_mismatch: "},
      {"codes", R"({"fee":0})", "/codes/fee: "},
      {"fee_codes", "[900]", "/codes/correction: 900 is one of 'fee_codes'"},
      {"limits", R"({"b_only":{"EUR":"1"}})", "/limits/b_only/EUR: nothing is posted"},
      {"automatic", R"({"a_only":{"EUR":"1"}})", "/automatic/a_only/EUR: only rounding"},
  };
  for (const Bad& bad : all) {
    const std::string faults = faults_of(with(bad.member, bad.value));
    EXPECT_EQ(faults.substr(0, bad.fault.size()), bad.fault) << bad.member << " " << bad.value;
    EXPECT_EQ(faults.find('\n'), std::string::npos) << faults;
  }
}

TEST(Reconciliation, PostsFeesOnlyWithACodeThatIsFoundAsOne) {
  auto document = nlohmann::json::parse(least);
  document["accounts"] = {{"fees", "3"}};
  EXPECT_EQ(read(document.dump()).action_for(Code::fee_mismatch), Action::person);
  document["posting"] = {{"fee_mismatch", "fees"}};
  EXPECT_EQ(faults_of(document.dump()).substr(0, 11), "/codes/fee:");
  document["fee_codes"] = {901};
  EXPECT_EQ(read(document.dump()).action_for(Code::net_gross), Action::gross_up);
}

TEST(Reconciliation, ApprovesNothingByItselfThatACheckerMayNot) {
  auto document = nlohmann::json::parse(least);
  document["accounts"] = {{"rounding", "3"}};
  document["automatic"] = {{"rounding", {{"EUR", "0.02"}}}};
  EXPECT_NE(faults_of(document.dump()), "");
  document["limits"] = {{"rounding", {{"EUR", "0.01"}}}};
  EXPECT_NE(faults_of(document.dump()), "");
  document["limits"] = {{"rounding", {{"EUR", "0.02"}}}};
  EXPECT_EQ(faults_of(document.dump()), "");
}

TEST(Reconciliation, HasALimitedSize) {
  auto document = nlohmann::json::parse(least);
  const auto pad = [&](std::size_t size) {
    document["limits"] = nlohmann::json::object();
    std::size_t number = 0;
    while (document.dump().size() + 20 < size) {
      document["limits"]["a_only"]["C" + std::to_string(number++)] = "1";
    }
    document["files"] = "x";
    document["files"] = std::string(1 + size - document.dump().size(), 'x');
    EXPECT_EQ(document.dump().size(), size);
  };
  pad(limits::definition_canonical_bytes_max);
  EXPECT_EQ(faults_of(document.dump()), "");
  pad(limits::definition_canonical_bytes_max + 1);
  EXPECT_NE(faults_of(document.dump()).find("at most 4096 are stored"), std::string::npos);
  std::string text{least};
  text.resize(limits::definition_bytes_max, ' ');
  EXPECT_EQ(faults_of(text), "");
  EXPECT_NE(faults_of(text + " "), "");
}

TEST(Reconciliation, SaysInWordsWhatCannotBePosted) {
  const std::vector<std::string> words = words_of(read(full));
  const auto has = [&](std::string_view line) {
    return std::find(words.begin(), words.end(), line) != words.end();
  };
  EXPECT_TRUE(has("amount_short: fx up to EUR 100, USD 5.5; other currencies: person."));
  EXPECT_TRUE(has("rounding: rounding up to EUR 0.01 (0.01 by itself); other currencies: person."));
  EXPECT_TRUE(has("amount_over: suspense, but without a limit nothing can be posted: person."));
  EXPECT_TRUE(has("a_only: none."));
}

TEST(Reconciliation, TolerancesNeedTheDecimalsOfTheirCurrency) {
  const Reconciliation it = read(with("tolerances", R"({"JPY":{"each":"0.5"}})"));
  EXPECT_FALSE(it.tolerances_in({}).ok());
  EXPECT_TRUE(it.tolerances_in({{currency_of_text("JPY"), 1}}).ok());
}

}  // namespace
}  // namespace daybook::recon
