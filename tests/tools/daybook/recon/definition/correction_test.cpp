#include "tools/daybook/recon/definition/correction.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/random.hpp"
#include "tests/support/rounds.hpp"
#include "tests/tools/daybook/recon/journal_world.hpp"
#include "tools/daybook/recon/definition/correction_text.hpp"
#include "tools/daybook/recon/journal_origins.hpp"
#include "tools/daybook/text/id_text.hpp"

// Reconcile, correct, reconcile: what is proposed is posted by a real engine into a real journal,
// and the same statement is held against it again. Nothing is left, for every action, in both
// directions, one by one and all at random. So the signs are right, and the folding is.

namespace daybook::recon {
namespace {

using test::JournalWorld;
using test::Outcome;
using enum RecordStatus;

constexpr std::string_view definition_text = R"({
  "name": "bank", "account": "1", "ledger": 978, "fee_codes": [901], "statement": {"map": "camt"},
  "accounts": {"suspense": "3", "fees": "4", "rounding": "5", "fx": "6"},
  "posting": {"duplicate_b": "suspense"}
})";

/// `definition_text` with limits for everything that posts, and other actions.
Reconciliation definition_with(const std::map<std::string, std::string>& posting = {}) {
  auto document = nlohmann::json::parse(definition_text);
  for (const auto& [code, action] : posting) document["posting"][code] = action;
  const auto bare = read_reconciliation(document.dump());
  EXPECT_TRUE(bare.ok()) << faults_text(bare.error());
  for (const Code code : all_codes) {
    if (!is_posting(bare.value().action_for(code))) continue;
    document["limits"][std::string{to_string(code)}]["978"] = "1000000";
  }
  auto read = read_reconciliation(document.dump());
  EXPECT_TRUE(read.ok()) << faults_text(read.error());
  return std::move(read).value();
}

constexpr Uint128 order(std::uint64_t number) { return {number, 0}; }

/// Reconciles until nothing more is proposed.
class Desk {
 public:
  explicit Desk(Reconciliation definition) : definition_{std::move(definition)} {}

  Outcome reconcile(const std::vector<Record>& statement) {
    selection_.corrections = std::make_shared<const FoldedCorrections>(posted_);
    return world.compare(selection_, statement, settings);
  }

  /// Proposes and posts for each difference; says how many.
  std::size_t correct(const Outcome& outcome) {
    std::size_t count = 0;
    const JournalOrigins origins = origins_of(outcome);
    for (const Difference& each : outcome.differences) {
      if (primary_of(each.codes) == Code::matched) continue;
      auto made = propose(definition_, context_of(each, origins));
      if (!made) continue;
      ++count;
      name_legs(*made, difference_id(definition_.name, each), revision_);
      post(*made);
    }
    ++revision_;
    return count;
  }

  JournalWorld world;
  ComparisonSettings settings;
  std::map<Uint128, Correction> corrections;  ///< By their first leg.

 private:
  /// All that journal and difference say.
  static DifferenceContext context_of(const Difference& difference, const JournalOrigins& origins) {
    DifferenceContext context;
    context.difference = difference;
    const Record& record = difference.has_a ? difference.a : difference.b;
    context.reference = reference_of(record.key).value_or("");
    const Transfer* const origin =
        difference.has_a ? origins.at(difference.a.offset()) : origins.payment_of(difference.b.key);
    if (origin == nullptr) return context;
    const bool is_open = difference.has_a && difference.a.status() == open;
    context.origin = RecordOrigin{.transfer = *origin, .is_open_hold = is_open};
    return context;
  }

  JournalOrigins origins_of(const Outcome& outcome) {
    JournalOrigins::Wanted wanted;
    for (const Difference& each : outcome.differences) {
      if (each.has_a) wanted.sequences.push_back(each.a.offset());
      if (each.has_b) wanted.keys.push_back(each.b.key);
    }
    return std::move(JournalOrigins::read(world.open(selection_)->scan, wanted)).value();
  }

  void post(const Correction& made) {
    // What is posted is what was stored.
    const auto stored = read_correction_text(correction_text(made));
    ASSERT_TRUE(stored.ok()) << stored.error().what;
    world.create(stored.value().legs);
    const auto transfers = world.transfers();
    for (const Transfer& leg : made.legs) {
      const bool is_there = std::any_of(transfers.begin(), transfers.end(), [&](const auto& each) {
        return each.second.id == leg.id && each.second.amount == leg.amount;
      });
      EXPECT_TRUE(is_there) << "the engine refused " << correction_text(made);
    }
    posted_.push_back(folded_of(stored.value()));
    corrections[made.legs[0].id.value()] = made;
  }

  Reconciliation definition_;
  JournalSelection selection_ = world.selection();
  FoldedCorrections posted_;
  std::uint32_t revision_ = 0;
};

struct Case {
  std::string_view what;
  Code found;  ///< The first difference.
  std::size_t count = 1;
  std::map<std::string, std::string> posting = {};
  /// Puts it into the journal and says what B has.
  std::function<std::vector<Record>(JournalWorld&, i128 sign)> make = {};
};

Record b(i128 amount, i128 fee = 0, RecordStatus status = ok,
         RecordType type = RecordType::charge) {
  return JournalWorld::of_b(order(7), amount, fee, status, type);
}

std::vector<Case> amount_cases() {
  using World = JournalWorld&;
  const auto pay = [](i128 a, i128 other, i128 fee_a = 0, i128 fee_b = 0) {
    return [=](World world, i128 sign) {
      world.pay(sign * a, order(7));
      if (fee_a != 0) world.fee(fee_a, order(7));
      return std::vector{b(sign * other, fee_b)};
    };
  };
  return {
      {"b_only", Code::b_only, 1, {}, [](World, i128 s) { return std::vector{b(s * 100)}; }},
      {"b_only, fee",
       Code::b_only,
       1,
       {},
       [](World, i128 s) { return std::vector{b(s * 100, s * 3)}; }},
      {"b_only, no amount",
       Code::b_only,
       1,
       {},
       [](World, i128 s) { return std::vector{b(0, s * 3)}; }},
      {"more", Code::amount_short, 1, {}, pay(100, 130)},
      {"less", Code::amount_over, 1, {}, pay(100, 70)},
      {"more, fee", Code::amount_short, 1, {}, pay(100, 130, 4, 5)},
      {"other way", Code::amount_over, 1, {}, pay(100, -100)},
      {"fx", Code::amount_short, 1, {{"amount_short", "fx"}, {"amount_over", "fx"}}, pay(100, 130)},
      {"rounding up", Code::rounding, 1, {}, pay(100, 101)},
      {"rounding down", Code::rounding, 1, {}, pay(100, 99)},
      {"fee more", Code::fee_mismatch, 1, {}, pay(100, 100, 2, 5)},
      {"fee less", Code::fee_mismatch, 1, {}, pay(100, 100, 5, 2)},
      {"fee back", Code::fee_mismatch, 1, {}, pay(100, 100, 5, -2)},
      {"fee, suspense", Code::fee_mismatch, 1, {{"fee_mismatch", "suspense"}}, pay(100, 100, 0, 5)},
      {"net",
       Code::net_gross,
       1,
       {},
       [](World world, i128 s) {
         world.pay(s * 97, order(7));
         return std::vector{b(s * 100, s * 3)};
       }},
      {"gross",
       Code::net_gross,
       1,
       {},
       [](World world, i128 s) {
         world.pay(s * 100, order(7));
         world.fee(s * 3, order(7));
         return std::vector{b(s * 97)};
       }},
      {"failed in A",
       Code::amount_short,
       1,
       {},
       [](World world, i128 s) {
         const auto held = world.pay(s * 100, order(7), transfer_flag::pending);
         world.follow(held, transfer_flag::void_pending_transfer);
         return std::vector{b(s * 90, 2)};
       }},
      {"duplicate_b",
       Code::duplicate_b,
       1,
       {},
       [](World world, i128 s) {
         world.pay(s * 100, order(7));
         return std::vector{b(s * 100), b(s * 100)};
       }},
  };
}

std::vector<Case> reversal_cases() {
  using World = JournalWorld&;
  const auto against = [](std::vector<Record> (*make)(i128), i128 fee = 0, int payments = 1) {
    return [=](World world, i128 sign) {
      for (int i = 0; i < payments; ++i) world.pay(sign * 100, order(7));
      if (fee != 0) world.fee(fee, order(7));
      return make(sign);
    };
  };
  const auto nothing = [](i128) { return std::vector<Record>{}; };
  const auto one = [](i128 s) { return std::vector{b(s * 100)}; };
  const auto failed_one = [](i128 s) { return std::vector{b(s * 100, 0, failed)}; };
  const auto other_failed = [](i128 s) { return std::vector{b(s * 90, 4, failed)}; };
  const auto undone = [](i128 s) { return std::vector{b(s * 100, 0, charged_back)}; };
  const std::map<std::string, std::string> suspense{{"a_only", "suspense"},
                                                    {"status_a_ok_b_failed", "suspense"},
                                                    {"duplicate_a", "suspense"},
                                                    {"refunded", "suspense"},
                                                    {"chargeback", "suspense"}};
  const auto refund = [](i128 s) {
    return std::vector{b(s * 100), b(-s * 40, 0, ok, RecordType::refund)};
  };
  return {
      {"a_only", Code::a_only, 1, {}, against(nothing)},
      {"a_only, fee", Code::a_only, 1, {}, against(nothing, 3)},
      {"a_only, suspense", Code::a_only, 1, suspense, against(nothing, 3)},
      {"only a fee",
       Code::a_only,
       1,
       {},
       [](World world, i128 s) {
         world.fee(s * 3, order(7));
         return std::vector<Record>{};
       }},
      {"two of them", Code::a_only, 2, {}, against(nothing, 0, 2)},
      {"failed", Code::status_a_ok_b_failed, 1, {}, against(failed_one)},
      {"failed, other amounts", Code::status_a_ok_b_failed, 1, {}, against(other_failed, 3)},
      {"failed, suspense", Code::status_a_ok_b_failed, 1, suspense, against(other_failed, 3)},
      {"duplicate_a", Code::duplicate_a, 1, {}, against(one, 0, 2)},
      {"duplicate_a, suspense", Code::duplicate_a, 1, suspense, against(one, 0, 2)},
      {"charged back", Code::chargeback, 1, {}, against(undone)},
      {"charged back, suspense", Code::chargeback, 1, suspense, against(undone)},
      {"refund", Code::refunded, 1, {}, against(refund)},
      {"refund, suspense", Code::refunded, 1, suspense, against(refund)},
      {"a post",
       Code::a_only,
       1,
       {},
       [](World world, i128 s) {
         const auto held = world.pay(s * 100, order(7), transfer_flag::pending);
         world.follow(held, transfer_flag::post_pending_transfer, 60);
         return std::vector<Record>{};
       }},
  };
}

std::vector<Case> hold_cases() {
  using World = JournalWorld&;
  const auto hold = [](i128 posted, i128 fee) {
    return [=](World world, i128 sign) {
      world.pay(sign * 100, order(7), transfer_flag::pending);
      return std::vector{b(sign * posted, fee)};
    };
  };
  return {
      {"post", Code::status_a_open_b_ok, 1, {}, hold(100, 0)},
      {"post less", Code::status_a_open_b_ok, 1, {}, hold(60, 0)},
      {"post more", Code::status_a_open_b_ok, 1, {}, hold(130, 0)},
      {"post, fee", Code::status_a_open_b_ok, 1, {}, hold(100, 2)},
      {"post more, fee", Code::status_a_open_b_ok, 1, {}, hold(130, -2)},
  };
}

std::vector<Case> all_cases() {
  std::vector<Case> all = amount_cases();
  for (auto more : {reversal_cases(), hold_cases()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

Code mirrored(Code code, i128 sign) {
  if (sign > 0) return code;
  return code == Code::amount_short  ? Code::amount_over
         : code == Code::amount_over ? Code::amount_short
                                     : code;
}

TEST(Corrections, LeaveNothingInEitherDirection) {
  for (const Case& each : all_cases()) {
    for (const i128 sign : {1, -1}) {
      SCOPED_TRACE(std::string{each.what} + (sign > 0 ? ", in" : ", out"));
      Desk desk{definition_with(each.posting)};
      const std::vector<Record> statement = each.make(desk.world, sign);
      const Outcome before = desk.reconcile(statement);
      ASSERT_FALSE(before.primaries.empty());
      EXPECT_EQ(before.primaries[0], mirrored(each.found, sign));
      EXPECT_EQ(desk.correct(before), each.count);
      const Outcome after = desk.reconcile(statement);
      EXPECT_TRUE(after.report.is_clean());
      EXPECT_EQ(desk.correct(after), 0U);
    }
  }
}

TEST(Corrections, MoveMoneyWhereTheySay) {
  Desk desk{definition_with()};
  desk.world.pay(100, order(7));
  ASSERT_EQ(desk.correct(desk.reconcile({b(130, 4)})), 1U);
  ASSERT_EQ(desk.corrections.size(), 1U);
  const Correction& made = desk.corrections.begin()->second;
  ASSERT_EQ(made.legs.size(), 2U);
  const auto is = [](AccountId account, std::uint64_t id) {
    return account == AccountId{Uint128{id, 0}};
  };
  // B has more: into clearing; a fee is money that left.
  EXPECT_TRUE(is(made.legs[0].debit_account_id, JournalWorld::clearing));
  EXPECT_TRUE(is(made.legs[0].credit_account_id, JournalWorld::suspense));
  EXPECT_EQ(made.legs[0].amount.value().wide(), u128{30});
  EXPECT_EQ(made.legs[0].code, daybook::Code{900});
  EXPECT_EQ(made.legs[0].flags, transfer_flag::linked);
  EXPECT_TRUE(is(made.legs[1].debit_account_id, JournalWorld::fees));
  EXPECT_TRUE(is(made.legs[1].credit_account_id, JournalWorld::clearing));
  EXPECT_EQ(made.legs[1].amount.value().wide(), u128{4});
  EXPECT_EQ(made.legs[1].code, daybook::Code{JournalWorld::fee_code});
  EXPECT_EQ(made.legs[1].flags, 0);
  EXPECT_EQ(made.amount, u128{30});
  EXPECT_EQ(made.words, "amount_short: suspense 30 978");
}

TEST(Corrections, PostARoundingThatATolerancePassed) {
  Desk desk{definition_with({{"matched_tolerance", "rounding"}})};
  desk.settings.tolerances = {{.currency = JournalWorld::currency(), .amount = 5, .cap = {}}};
  desk.world.pay(100, order(7));
  const Outcome before = desk.reconcile({b(103)});
  EXPECT_TRUE(before.report.is_clean());
  EXPECT_EQ(desk.correct(before), 1U);
  EXPECT_EQ(desk.correct(desk.reconcile({b(103)})), 0U);
}

TEST(Corrections, CorrectFeesOfSumsAndOfRecordsWithOtherReferences) {
  Desk sums{definition_with()};
  sums.settings.sums_groups = true;
  sums.world.pay(60, order(7));
  sums.world.pay(40, order(7));
  EXPECT_EQ(sums.correct(sums.reconcile({b(100, 5)})), 1U);
  EXPECT_TRUE(sums.reconcile({b(100, 5)}).report.is_clean());
  Desk others{definition_with()};
  others.settings.fallback_rules = {OrderRule{.by_amount = true}};
  others.world.pay(100, order(8));
  EXPECT_EQ(others.correct(others.reconcile({b(100, 5)})), 1U);
  EXPECT_TRUE(others.reconcile({b(100, 5)}).report.is_clean());
}

// A record that was corrected may turn out to be there, or not, after all.
TEST(Corrections, CanBeCorrectedThemselves) {
  Desk desk{definition_with()};
  desk.world.pay(100, order(7));
  const std::vector<std::vector<Record>> statements{{b(130)}, {b(90, 2)}, {b(90)}, {b(100)}};
  for (const std::vector<Record>& statement : statements) {
    EXPECT_EQ(desk.correct(desk.reconcile(statement)), 1U);
    EXPECT_TRUE(desk.reconcile(statement).report.is_clean());
  }
  EXPECT_EQ(desk.correct(desk.reconcile({})), 1U);
  EXPECT_TRUE(desk.reconcile({}).report.is_clean());
  EXPECT_EQ(desk.correct(desk.reconcile({b(100)})), 1U);
  EXPECT_TRUE(desk.reconcile({b(100)}).report.is_clean());
}

TEST(Corrections, LeaveNothingOfManyAtOnce) {
  const std::uint64_t first_seed = daybook::test::wanted_seed().value_or(1);
  const std::uint64_t rounds = daybook::test::wanted_seed() ? 1 : daybook::test::rounds(8, 80);
  for (std::uint64_t seed = first_seed; seed < first_seed + rounds; ++seed) {
    daybook::test::Random random{seed};
    Desk desk{definition_with()};
    std::vector<Record> statement;
    for (std::uint64_t number = 100; number < 130; ++number) {
      const i128 size = static_cast<i128>(random.below(100'000)) + 5;
      const i128 amount = random.below(2) == 0 ? size : -size;
      const i128 fee = random.below(3) == 0 ? static_cast<i128>(random.below(9)) : 0;
      const bool is_hold = random.below(6) == 0;
      if (random.below(5) != 0) {
        desk.world.pay(amount, order(number), is_hold ? transfer_flag::pending : std::uint16_t{0});
        if (!is_hold && random.below(8) == 0) desk.world.pay(amount, order(number));
        if (!is_hold && fee != 0) desk.world.fee(fee, order(number));
      } else if (is_hold) {
        continue;
      }
      const std::uint64_t what = is_hold ? 2 + random.below(4) : random.below(7);
      const i128 other = what < 4 ? amount : amount + static_cast<i128>(random.below(5)) - 2;
      const i128 other_fee = what % 2 == 0 ? fee : fee + 1;
      if (what > 0) {
        const RecordStatus status = what == 1 ? failed : ok;
        statement.push_back(JournalWorld::of_b(order(number), other, other_fee, status));
      }
    }
    const Outcome before = desk.reconcile(statement);
    EXPECT_GT(desk.correct(before), 5U);
    // What failed in B and was never in A is nothing that could be posted.
    const Outcome after = desk.reconcile(statement);
    for (const Difference& each : after.differences) {
      const bool moved_nothing = !each.has_a && !each.b.has_effect();
      EXPECT_TRUE(moved_nothing || !is_difference(primary_of(each.codes)))
          << "seed " << seed << ": " << to_string(primary_of(each.codes)) << " of "
          << *reference_of(each.has_a ? each.a.key : each.b.key);
    }
  }
}

}  // namespace
}  // namespace daybook::recon
