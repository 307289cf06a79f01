// What a run carries on: the same text for the same items, and back; anything else is refused.

#include "tools/daybook/recon/runs/carry.hpp"

#include <cstring>

#include <gtest/gtest.h>

#include "tests/support/random.hpp"
#include "tests/support/rounds.hpp"

namespace daybook::recon {
namespace {

CarryOut some_carry() {
  CarryOut carry;
  carry.ledger = {{3, key_of_reference("a")}, {17, key_of_reference("b")}, {UINT64_MAX, {}}};
  Record record;
  record.key = key_of_reference("order-1");
  record.set_amount(-1'250);
  record.set_fee(3);
  record.party = 77;
  record.time_ns = 1'769'860'800'000'000'000;
  record.currency = currency_of_text("EUR");
  record.set_place(Side::b, RecordType::refund, RecordStatus::open, 4'711);
  carry.statement.push_back({record, "order-1", "ACME \"&\" Söhne"});
  carry.statement.push_back({record, std::string(300, 'x'), ""});
  return carry;
}

bool is_same(const CarryOut& a, const CarryOut& b) {
  if (a.ledger != b.ledger || a.statement.size() != b.statement.size()) return false;
  for (std::size_t at = 0; at < a.statement.size(); ++at) {
    const CarriedRecord& x = a.statement[at];
    const CarriedRecord& y = b.statement[at];
    if (std::memcmp(&x.record, &y.record, sizeof(Record)) != 0 || x.reference != y.reference ||
        x.party != y.party) {
      return false;
    }
  }
  return true;
}

TEST(Carry, ComesBackAsItWas) {
  for (const CarryOut& carry : {some_carry(), CarryOut{}}) {
    const auto read = read_carry(carry_text(carry));
    ASSERT_TRUE(read.ok()) << read.error().what;
    EXPECT_TRUE(is_same(read.value(), carry));
    EXPECT_EQ(carry_text(read.value()), carry_text(carry));
  }
}

std::string place(const std::string& sequence) {
  return "{\"sequence\":\"" + sequence + "\",\"key\":\"" + std::string(48, '0') + "\"}\n";
}

TEST(Carry, RefusesWhatNoRunHasWritten) {
  ASSERT_TRUE(read_carry(place("1") + place("2")).ok());
  const std::string good = carry_text(some_carry());
  const std::string record = good.substr(good.find("{\"record\""));
  const std::string bad[] = {
      "x\n",
      "{}\n",
      "[]\n",
      place("1").substr(0, place("1").size() - 1),  // No end.
      "{\"sequence\":\"1\"}\n",
      "{\"sequence\":1,\"key\":\"" + std::string(48, '0') + "\"}\n",
      "{\"sequence\":\"1\",\"key\":\"00\"}\n",
      place("-1"),
      place("1x"),
      place("2") + place("2"),
      place("2") + place("1"),
      "{\"record\":\"00\",\"reference\":\"\",\"party\":\"\"}\n",
      "{\"record\":\"" + std::string(192, 'g') + "\",\"reference\":\"\",\"party\":\"\"}\n",
      // Of side A, and of a status that there is not.
      "{\"record\":\"" + std::string(192, '0') + "\",\"reference\":\"\",\"party\":\"\"}\n",
      "{\"record\":\"" + std::string(192, 'f') + "\",\"reference\":\"\",\"party\":\"\"}\n",
  };
  for (const std::string& text : bad) EXPECT_FALSE(read_carry(text).ok()) << text;
  EXPECT_TRUE(read_carry(record).ok());
}

TEST(Carry, AnyBytesAreSafe) {
  const std::string good = carry_text(some_carry());
  const std::uint64_t seed = test::wanted_seed().value_or(1);
  SCOPED_TRACE(seed);
  test::Random random{seed};
  for (std::uint64_t round = 0; round < test::rounds(2'000, 20'000); ++round) {
    std::string text = good;
    text[random.below(text.size())] = static_cast<char>(random.below(256));
    const auto read = read_carry(text);
    if (!read) continue;
    EXPECT_TRUE(read_carry(carry_text(read.value())).ok());
  }
}

}  // namespace
}  // namespace daybook::recon
