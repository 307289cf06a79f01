// Records of the operation log: what is written is read, pages are joined, and any bytes are safe.

#include "engine/model/operation_log.hpp"

#include <gtest/gtest.h>

#include "engine/model/account.hpp"
#include "engine/model/transfer.hpp"
#include "tests/support/random.hpp"

namespace daybook {
namespace {

void put(std::vector<std::byte>& records, std::uint64_t sequence, std::uint16_t kind,
         std::span<const std::byte> bytes) {
  const LogRecordHeader header{.sequence = Sequence{sequence},
                               .bytes = static_cast<std::uint32_t>(bytes.size()),
                               .kind = kind,
                               .reserved = 0};
  const auto front = std::as_bytes(std::span{&header, 1});
  records.insert(records.end(), front.begin(), front.end());
  records.insert(records.end(), bytes.begin(), bytes.end());
  records.resize((records.size() + 7) / 8 * 8);
}

template <typename Item>
std::span<const std::byte> bytes_of(const Item& item) {
  return std::as_bytes(std::span{&item, 1});
}

OperationView some_view(std::uint32_t records) {
  OperationView view;
  view.operation.kind = RequestKind::create_transfers;
  view.records = records;
  return view;
}

std::vector<std::byte> some_records() {
  std::vector<std::byte> records;
  put(records, 17, log_record::operation, bytes_of(some_view(3)));
  const std::string_view reason = "ok";
  put(records, 17, log_record::reason, std::as_bytes(std::span{reason}));
  struct {
    Refusal refusal;
    Transfer event;
  } refused;
  refused.refusal.index = 4;
  refused.event.tag = Tag{9};
  static_assert(sizeof(refused) == sizeof(Refusal) + sizeof(Transfer));
  put(records, 17, log_record::refusal, bytes_of(refused));
  Transfer transfer;
  transfer.tag = Tag{11};
  put(records, 18, log_record::fact + 2, bytes_of(transfer));
  return records;
}

TEST(OperationLogTest, ReadsWhatWasWritten) {
  const auto read = read_operation_log(some_records());
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read.value().size(), 1U);
  const LoggedOperation& operation = read.value()[0];
  EXPECT_EQ(operation.sequence, Sequence{17});
  EXPECT_EQ(operation.reason, "ok");
  ASSERT_EQ(operation.refusals.size(), 1U);
  EXPECT_EQ(operation.refusals[0].refusal.index, 4U);
  EXPECT_EQ(operation.refusals[0].as<Transfer>().tag, Tag{9});
  ASSERT_EQ(operation.facts.size(), 1U);
  EXPECT_EQ(operation.facts[0].sequence, Sequence{18});
  EXPECT_EQ(operation.facts[0].as<Transfer>().tag, Tag{11});
  EXPECT_FALSE(operation.facts[0].note.has_value());
  EXPECT_TRUE(operation.whole());
}

TEST(OperationLogTest, CountsWhatItDoesNotKnowAndLeavesItOut) {
  std::vector<std::byte> records;
  put(records, 5, log_record::operation, bytes_of(some_view(2)));
  put(records, 5, 77, bytes_of(some_view(0)));
  put(records, 6, log_record::fact + 999, bytes_of(some_view(0)));
  const auto read = read_operation_log(records);
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read.value()[0].facts.empty());
  EXPECT_TRUE(read.value()[0].whole());
}

TEST(OperationLogTest, JoinsAnOperationThatWasCut) {
  std::vector<std::byte> first;
  put(first, 5, log_record::operation, bytes_of(some_view(2)));
  put(first, 6, log_record::fact + 2, bytes_of(Transfer{}));
  std::vector<std::byte> second;
  put(second, 5, log_record::operation, bytes_of(some_view(2)));
  put(second, 7, log_record::fact + 2, bytes_of(Transfer{}));
  put(second, 8, log_record::operation, bytes_of(some_view(0)));
  auto all = read_operation_log(first).value();
  EXPECT_FALSE(all[0].whole());
  join_pages(all, read_operation_log(second).value());
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[0].whole());
  ASSERT_EQ(all[0].facts.size(), 2U);
  EXPECT_EQ(all[0].facts[1].sequence, Sequence{7});
  EXPECT_EQ(all[1].sequence, Sequence{8});
}

TEST(OperationLogTest, RefusesWhatIsCut) {
  const auto whole = some_records();
  std::size_t good = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (read_operation_log(std::span{whole}.first(size)).ok()) ++good;
  }
  EXPECT_EQ(good, 4U);  // Nothing at all, and at the three borders between records.
  std::vector<std::byte> orphan;
  put(orphan, 5, log_record::reason, bytes_of(std::uint64_t{1}));
  EXPECT_FALSE(read_operation_log(orphan).ok());
}

TEST(OperationLogTest, AnyBytesAreSafe) {
  test::Random random{7};
  const auto whole = some_records();
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = whole;
    for (std::uint64_t each = random.between(1, 6); each > 0; --each) {
      // Mostly in headers, where it matters.
      bytes[random.below(bytes.size())] = static_cast<std::byte>(random.next());
    }
    const auto read = read_operation_log(bytes);
    if (!read.ok()) {
      EXPECT_EQ(read.error().kind, FailureKind::damaged);
    }
  }
}

}  // namespace
}  // namespace daybook
