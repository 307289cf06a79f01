#include "tools/daybook/recon/runs/saga_end.hpp"

#include <gtest/gtest.h>

#include "engine/base/limits.hpp"
#include "engine/base/utf8.hpp"
#include "engine/saga/saga_payload.hpp"
#include "tools/daybook/recon/definition/correction_saga.hpp"

// How a saga ended is stored as one text and read back, whatever a participant had to say; and its
// transfers are taken out of its events, also those that took others back.

namespace daybook::recon {
namespace {

SagaEnd end_with(std::size_t transfers, std::string why = "") {
  SagaEnd end{
      .saga = Uint128{7, 1}, .status = "COMPENSATED", .why = std::move(why), .transfers = {}};
  for (std::size_t i = 0; i < transfers; ++i) end.transfers.emplace_back(Uint128{i + 1, 9});
  return end;
}

TEST(SagaEnd, IsReadBackAsItWasWritten) {
  for (const std::size_t transfers : {0U, 1U, 64U}) {
    const SagaEnd end = end_with(transfers, "ask: failed: the account is closed (code 7)");
    const auto read = read_saga_end(saga_end_text(end));
    ASSERT_TRUE(read.ok()) << read.error().what;
    EXPECT_EQ(read.value(), end);
  }
  EXPECT_TRUE(read_saga_end(saga_end_text(end_with(2))).ok());
}

TEST(SagaEnd, FitsIntoAnEventWhateverIsSaid) {
  const SagaEnd most =
      end_with(2 * limits::correction_saga_moves_max, std::string(9'999, '"') + "\xc3\xa4");
  const std::string text = saga_end_text(most);
  EXPECT_LE(text.size(), daybook::limits::reconciliation_text_bytes_max);
  EXPECT_TRUE(read_saga_end(text).ok());
  for (const std::string& said : {std::string{"two\nlines\tand \x01"},
                                  std::string(511, 'x') + "\xc3\xa4", std::string{"\xff\xfe"}}) {
    const std::string written = saga_end_text(end_with(1, said));
    EXPECT_TRUE(is_printable_utf8(written)) << written;
    EXPECT_TRUE(read_saga_end(written).ok()) << written;
  }
}

TEST(SagaEnd, IsNothingElse) {
  for (
      const char* const text :
      {"", "{}", "[]", R"({"saga":"7","status":"COMPLETED","why":"","transfers":[]})",
       R"({"saga":"00000000000000010000000000000007","status":"COMPLETED","transfers":[]})",
       R"({"saga":"00000000000000010000000000000007","status":"COMPLETED","why":"","transfers":[1]})"}) {
    EXPECT_FALSE(read_saga_end(text).ok()) << text;
  }
  EXPECT_FALSE(read_saga_end(saga_end_text(end_with(65))).ok()) << "one past the most";
}

constexpr const char* book_and_tell = R"({"name":"book","version":1,"deadline_ms":1000,
  "input":{"amount":"money"},
  "steps":[{"id":"post","kind":"ledger.post",
            "args":{"from":"@a","to":"@b","amount":"$.amount"}},
           {"id":"tell","kind":"remote.call","type":"t.v1","undo":"u.v1","timeout_ms":10}]})";

/// A saga that is told event by event.
class SagaEndHistory : public testing::Test {
 protected:
  SagaEndHistory() {
    SagaValue money;
    money.type = ValueType::money;
    money.id = Uint128{5, 0};
    money.ledger = LedgerId{1};
    take(SagaNews::started, started_payload(definition_.hash, std::vector{money}));
  }

  void take(SagaNews news, const std::vector<std::byte>& payload) {
    DomainEvent event;
    event.aggregate_type = saga_type();
    event.aggregate_id = saga_;
    event.event_type = event_type_of(news);
    event.version = ++version_;
    event.timestamp = Timestamp{1'000 + version_};
    event.payload_bytes = static_cast<std::uint32_t>(payload.size());
    const char* const fault = history_.take(event, payload);
    ASSERT_EQ(fault, nullptr) << fault;
  }

  void put(std::vector<std::byte>& into, SagaEventKind kind, std::uint8_t step,
           StepOutcome outcome = StepOutcome::succeeded, std::uint16_t code = 0,
           const std::vector<std::byte>& behind = {}) {
    SagaRecord record;
    record.kind = static_cast<std::uint8_t>(kind);
    record.outcome = static_cast<std::uint8_t>(outcome);
    record.step = step;
    record.code = code;
    const bool begins = kind == SagaEventKind::dispatched || kind == SagaEventKind::undo_dispatched;
    record.attempt = begins ? 0 : 1;
    record.output_bytes = static_cast<std::uint16_t>(behind.size());
    if (begins && step == 1) record.due_at = 9'000;
    const auto bytes = std::as_bytes(std::span{&record, 1});
    into.insert(into.end(), bytes.begin(), bytes.end());
    into.insert(into.end(), behind.begin(), behind.end());
  }

  [[nodiscard]] std::vector<TransferId> made() const {
    return transfers_made(definition_, history_, saga_);
  }

  SagaDefinition definition_ = read_definition(book_and_tell).value();
  SagaHistory history_{definition_};
  Uint128 saga_{7, 1};
  std::uint64_t version_ = 0;
};

TEST_F(SagaEndHistory, HasTheTransfersOfItsStepsAndOfWhatUndidThem) {
  EXPECT_TRUE(made().empty());
  SagaValue transfer;
  transfer.type = ValueType::id;
  transfer.id = Uint128{70, 0};
  SagaValue at;
  at.type = ValueType::timestamp;
  at.number = 1'001;
  std::vector<std::byte> outputs;
  for (const SagaValue& each : {transfer, at}) put_value(outputs, each);
  std::vector<std::byte> booked;
  put(booked, SagaEventKind::dispatched, 0);
  put(booked, SagaEventKind::result, 0, StepOutcome::succeeded, 0, outputs);
  put(booked, SagaEventKind::dispatched, 1, StepOutcome::succeeded, 1);
  take(SagaNews::advanced, booked);
  EXPECT_EQ(made(), std::vector<TransferId>(1, TransferId{Uint128{70, 0}}));
  EXPECT_NE(state_in_words(definition_, history_).find("tell: "), std::string::npos);

  const std::string said = "no such account";
  std::vector<std::byte> message;
  for (const char each : said) message.push_back(static_cast<std::byte>(each));
  std::vector<std::byte> undone;
  put(undone, SagaEventKind::answered, 1, StepOutcome::failed, 7, message);
  put(undone, SagaEventKind::undo_dispatched, 0);
  put(undone, SagaEventKind::undo_result, 0);
  take(SagaNews::advanced, undone);
  ASSERT_EQ(history_.progress().head.status, SagaStatus::compensated);
  const std::vector<TransferId> both{
      TransferId{Uint128{70, 0}},
      TransferId{
          saga_made_id(saga_, 0, SagaOperation::undo, history_.progress().steps[0].undo.round, 0)}};
  EXPECT_EQ(made(), both);
  EXPECT_EQ(state_in_words(definition_, history_),
            "a step failed; tell: failed: no such account (code 7)");
}

}  // namespace
}  // namespace daybook::recon
