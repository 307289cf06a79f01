#include "tools/daybook/recon/definition/correction_text.hpp"

#include <gtest/gtest.h>

#include "engine/model/legs_hash.hpp"
#include "tests/support/random.hpp"
#include "tests/support/rounds.hpp"

// What is stored of a correction is all of it; bytes that are something else are told, and do no
// harm.

namespace daybook::recon {
namespace {

Correction example() {
  Correction made;
  made.code = Code::amount_short;
  made.action = Action::suspense;
  made.amount = ~u128{0} - 1;
  made.currency = currency_of_text("EUR");
  made.is_automatic = true;
  made.reference = "order \"7\" \\ \xc3\xa9";
  made.type = RecordType::payout;
  made.time_ns = -5;
  made.adjusts = 1'234'567;
  made.words = "amount_short: suspense 30.00 EUR";
  for (std::uint64_t i = 0; i < limits::correction_legs_max; ++i) {
    Transfer leg;
    leg.id = TransferId{Uint128{i, ~std::uint64_t{0}}};
    leg.debit_account_id = AccountId{Uint128{i + 1, 1}};
    leg.credit_account_id = AccountId{Uint128{i + 2, 1}};
    leg.amount = Amount{Uint128{~u128{0} - 1 - i}};
    leg.pending_id = TransferId{Uint128{i, 3}};
    leg.ledger = LedgerId{UINT32_MAX};
    leg.code = daybook::Code{UINT16_MAX};
    leg.flags = i + 1 < limits::correction_legs_max
                    ? static_cast<std::uint16_t>(transfer_flag::linked | transfer_flag::reversal)
                    : std::uint16_t{0};
    made.legs.push_back(leg);
  }
  return made;
}

TEST(CorrectionText, IsReadBackToTheSame) {
  const Correction made = example();
  const std::string text = correction_text(made);
  EXPECT_LE(text.size(), limits::correction_text_bytes_max);
  const auto read = read_correction_text(text);
  ASSERT_TRUE(read.ok()) << read.error().what;
  const Correction& back = read.value();
  EXPECT_EQ(back.code, made.code);
  EXPECT_EQ(back.action, made.action);
  EXPECT_EQ(back.amount, made.amount);
  EXPECT_EQ(back.currency, made.currency);
  EXPECT_EQ(back.is_automatic, made.is_automatic);
  EXPECT_EQ(legs_hash(back.legs), legs_hash(made.legs));
  EXPECT_EQ(back.reference, made.reference);
  EXPECT_EQ(back.type, made.type);
  EXPECT_EQ(back.time_ns, made.time_ns);
  EXPECT_EQ(back.adjusts, made.adjusts);
  EXPECT_EQ(back.words, made.words);
  EXPECT_EQ(correction_text(back), text);
}

TEST(CorrectionText, TellsWhatIsMissing) {
  const auto whole = nlohmann::json::parse(correction_text(example()));
  for (const auto& [name, value] : whole.items()) {
    auto without = whole;
    without.erase(name);
    const auto read = read_correction_text(without.dump());
    ASSERT_FALSE(read.ok()) << name;
    EXPECT_NE(read.error().what.find("it needs '" + name + "'"), std::string::npos);
  }
  for (const auto& [name, value] : whole["legs"][0].items()) {
    auto without = whole;
    without["legs"][0].erase(name);
    EXPECT_FALSE(read_correction_text(without.dump()).ok()) << name;
  }
}

TEST(CorrectionText, RefusesWhatNoCorrectionIs) {
  const auto whole = nlohmann::json::parse(correction_text(example()));
  const auto refuses = [&](const char* pointer, const nlohmann::json& value) {
    auto other = whole;
    other[nlohmann::json::json_pointer{pointer}] = value;
    return !read_correction_text(other.dump()).ok();
  };
  EXPECT_TRUE(refuses("/more", 1));
  EXPECT_TRUE(refuses("/legs/0/more", 1));
  EXPECT_TRUE(refuses("/code", "nothing"));
  EXPECT_TRUE(refuses("/action", 3));
  EXPECT_TRUE(refuses("/amount", "01"));
  EXPECT_TRUE(refuses("/amount", "340282366920938463463374607431768211456"));
  EXPECT_TRUE(refuses("/currency", "?"));
  EXPECT_TRUE(refuses("/automatic", 1));
  EXPECT_TRUE(refuses("/type", "gift"));
  EXPECT_TRUE(refuses("/time", 1.5));
  EXPECT_TRUE(refuses("/adjusts", -1));
  EXPECT_TRUE(refuses("/adjusts", std::uint64_t{1} << 48));
  EXPECT_TRUE(refuses("/legs", nlohmann::json::array()));
  EXPECT_TRUE(refuses("/legs/0/id", "12"));
  EXPECT_TRUE(refuses("/legs/0/ledger", 0));
  EXPECT_TRUE(refuses("/legs/0/code", 65'536));
  EXPECT_TRUE(refuses("/legs/0/flags", transfer_flag::linked | transfer_flag::pending));
  // Not one chain.
  EXPECT_TRUE(refuses("/legs/0/flags", 0));
  EXPECT_TRUE(refuses("/legs/3/flags", transfer_flag::linked));
  auto five = whole;
  five["legs"].insert(five["legs"].begin(), whole["legs"][0]);
  EXPECT_FALSE(read_correction_text(five.dump()).ok());
  EXPECT_FALSE(read_correction_text(std::string(limits::correction_text_bytes_max + 1, ' ')).ok());
}

TEST(CorrectionText, TakesAnyBytes) {
  const std::string text = correction_text(example());
  daybook::test::Random random{daybook::test::wanted_seed().value_or(1)};
  std::uint64_t refused = 0;
  const std::uint64_t rounds = daybook::test::rounds(3'000, 100'000);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    std::string bytes = text;
    for (std::uint64_t i = 0; i <= random.below(4); ++i) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    bytes.resize(bytes.size() - (random.below(3) == 0 ? random.below(bytes.size()) : 0));
    const auto read = read_correction_text(bytes);
    if (!read) {
      ++refused;
      continue;
    }
    // What is taken is a correction: it can be written and read once more.
    EXPECT_TRUE(read_correction_text(correction_text(read.value())).ok()) << bytes;
  }
  EXPECT_GT(refused, rounds / 4);
}

}  // namespace
}  // namespace daybook::recon
