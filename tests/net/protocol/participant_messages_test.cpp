// answer_steps, take_work and list_participants, written and read back; counts at the limit and
// past it; and bytes that are none of them, which are refused and never read behind their end.

#include "net/protocol/participant_messages.hpp"

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "net/protocol/requests.hpp"
#include "tests/net/protocol/round_trip.hpp"

namespace daybook {
namespace {

const Uint128 bank = id_of("bank");

TEST(ParticipantMessages, AnswersComeWithTheirPayloads) {
  for (const std::size_t bytes : {0U, 1U, 7U, 8U, 4'097U}) {
    const auto answers = many<StepAnswer>(3);
    const auto payloads = many<std::byte>(bytes);
    Frame frame{answer_steps_frame_bytes(3, bytes)};
    frame.expect_request(
        write_answer_steps(frame.room(), sample_number, origin, bank, answers, payloads),
        RequestKind::answer_steps);
    const auto read = read_request(RequestKind::answer_steps, frame.body());
    ASSERT_TRUE(read.ok()) << read.error().words;
    const RequestBody& body = read.value();
    EXPECT_EQ(body.origin.trace_id, origin.trace_id);
    EXPECT_EQ(body.origin.business_id, origin.business_id);
    EXPECT_EQ(body.origin.user_id, origin.user_id);
    EXPECT_EQ(body.argument_id, bank);
    ASSERT_EQ(body.event_count, 3U);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(body.events) % 8, 0U);
    EXPECT_TRUE(same_bytes(body.events, answers));
    ASSERT_EQ(body.payloads.size(), bytes);
    EXPECT_TRUE(same_bytes(body.payloads.data(), payloads));
  }
}

RequestStatus status_of(RequestKind kind, Frame& frame) {
  const auto read = read_request(kind, frame.body());
  if (read.ok()) return RequestStatus::ok;
  EXPECT_FALSE(read.error().not_readable);
  EXPECT_FALSE(read.error().words.empty());
  return read.error().status;
}

RequestStatus status_of_answers(std::size_t count) {
  Frame frame{answer_steps_frame_bytes(count, 0)};
  write_answer_steps(frame.room(), sample_number, {}, bank, std::vector<StepAnswer>(count), {});
  return status_of(RequestKind::answer_steps, frame);
}

TEST(ParticipantMessages, AnswersAtTheLimitAndPastIt) {
  EXPECT_EQ(status_of_answers(0), RequestStatus::malformed);
  EXPECT_EQ(status_of_answers(limits::answers_max), RequestStatus::ok);
  EXPECT_EQ(status_of_answers(limits::answers_max + 1), RequestStatus::too_large);
}

TEST(ParticipantMessages, AQuestionForWorkSaysHowMuchOfWhat) {
  const std::vector<WorkCredit> credits{{id_of("bank.payout.v1"), 3, 0},
                                        {id_of("bank.refund.v1"), 1'021, 0}};
  Frame frame{take_work_frame_bytes(2)};
  frame.expect_request(write_take_work(frame.room(), sample_number, bank, credits),
                       RequestKind::take_work);
  const auto read = read_request(RequestKind::take_work, frame.body());
  ASSERT_TRUE(read.ok()) << read.error().words;
  EXPECT_EQ(read.value().argument_id, bank);
  ASSERT_EQ(read.value().event_count, 2U);
  EXPECT_TRUE(same_bytes(read.value().events, credits));
}

RequestStatus status_of_credits(std::size_t types, std::uint32_t of_first, std::uint32_t of_rest) {
  std::vector<WorkCredit> credits(types, WorkCredit{bank, of_rest, 0});
  if (types > 0) credits.front().count = of_first;
  Frame frame{take_work_frame_bytes(types)};
  write_take_work(frame.room(), sample_number, bank, credits);
  return status_of(RequestKind::take_work, frame);
}

TEST(ParticipantMessages, CreditAtTheLimitAndPastIt) {
  constexpr std::uint32_t types = limits::participant_types_max;
  EXPECT_EQ(status_of_credits(0, 1, 1), RequestStatus::malformed);
  EXPECT_EQ(status_of_credits(types, 1, 1), RequestStatus::ok);
  EXPECT_EQ(status_of_credits(types + 1, 1, 1), RequestStatus::too_large);
  EXPECT_EQ(status_of_credits(2, 0, 1), RequestStatus::malformed);
  EXPECT_EQ(status_of_credits(1, limits::work_credit_max, 1), RequestStatus::ok);
  EXPECT_EQ(status_of_credits(1, limits::work_credit_max + 1, 1), RequestStatus::too_large);
  EXPECT_EQ(status_of_credits(2, limits::work_credit_max, 1), RequestStatus::too_large);
  // Added up without a limit, these would be 1.
  EXPECT_EQ(status_of_credits(2, ~std::uint32_t{0}, 2), RequestStatus::too_large);
}

void append_record(std::vector<std::byte>& records, std::uint32_t payload_bytes) {
  auto command = patterned<WorkCommand>(static_cast<unsigned char>(payload_bytes));
  command.payload_bytes = payload_bytes;
  const auto bytes = std::as_bytes(std::span{&command, 1});
  records.insert(records.end(), bytes.begin(), bytes.end());
  records.resize(records.size() + payload_bytes, static_cast<std::byte>(payload_bytes));
  records.resize(layout::padded(records.size()));
}

TEST(ParticipantMessages, WorkIsCommandsOneBehindTheOther) {
  std::vector<std::byte> records;
  for (const std::uint32_t bytes : {0U, 1U, 8U, 13U}) append_record(records, bytes);
  const std::span<const std::uint64_t> words{reinterpret_cast<const std::uint64_t*>(records.data()),
                                             records.size() / 8};
  Frame frame{reply_frame_bytes(records.size(), 0)};
  frame.expect_reply(
      write_items_reply<std::uint64_t>(frame.room(), RequestKind::take_work, sample_number,
                                       {.sequence = Sequence{9}, .items = words}),
      RequestKind::take_work);
  const auto read = read_work_reply(frame.body());
  ASSERT_TRUE(read.ok()) << read.error().words;
  EXPECT_EQ(read.value().sequence, Sequence{9});
  const auto commands = read_work_records(std::as_bytes(read.value().items));
  ASSERT_TRUE(commands.has_value());
  ASSERT_EQ(commands->size(), 4U);
  for (std::size_t at = 0; at < 4; ++at) {
    const std::uint32_t bytes = (*commands)[at].command.payload_bytes;
    ASSERT_EQ((*commands)[at].payload.size(), bytes);
    for (const std::byte each : (*commands)[at].payload) {
      EXPECT_EQ(each, static_cast<std::byte>(bytes));
    }
  }
}

TEST(ParticipantMessages, RecordsThatAreCutAreNone) {
  std::vector<std::byte> records;
  append_record(records, 9);
  append_record(records, 17);
  for (std::size_t size = 0; size < records.size(); ++size) {
    // A copy of exactly this size, so that a sanitizer sees a read behind it.
    const std::vector<std::byte> cut{records.begin(),
                                     records.begin() + static_cast<std::ptrdiff_t>(size)};
    const bool whole = size == 0 || size == sizeof(WorkCommand) + 16;
    EXPECT_EQ(read_work_records(cut).has_value(), whole) << size;
  }
  // The largest length there is.
  const std::uint32_t huge = ~std::uint32_t{0};
  std::memcpy(records.data() + offsetof(WorkCommand, payload_bytes), &huge, sizeof(huge));
  EXPECT_FALSE(read_work_records(records).has_value());
}

TEST(ParticipantMessages, NoMoreCommandsThanMayBeAskedFor) {
  std::vector<std::byte> records(limits::work_credit_max * sizeof(WorkCommand));
  EXPECT_TRUE(read_work_records(records).has_value());
  records.resize(records.size() + sizeof(WorkCommand));
  EXPECT_FALSE(read_work_records(records).has_value());
}

TEST(ParticipantMessages, WaitingWorkIsListedPageByPage) {
  Frame asked{frame_header_bytes + sizeof(layout::After)};
  asked.expect_request(write_list_waiting_work(asked.room(), sample_number, 1'024),
                       RequestKind::list_waiting_work);
  const auto body = read_request(RequestKind::list_waiting_work, asked.body());
  ASSERT_TRUE(body.ok()) << body.error().words;
  EXPECT_EQ(body.value().argument, 1'024U);
  const auto page = many<WaitingWork>(limits::waiting_page_max);
  Frame frame{reply_frame_bytes(page.size() * sizeof(WaitingWork), 0)};
  frame.expect_reply(
      write_items_reply<WaitingWork>(frame.room(), RequestKind::list_waiting_work, sample_number,
                                     {.more = true, .cursor = 2'048, .items = page}),
      RequestKind::list_waiting_work);
  const auto read = read_waiting_work_reply(frame.body());
  ASSERT_TRUE(read.ok()) << read.error().words;
  EXPECT_TRUE(read.value().more);
  EXPECT_EQ(read.value().cursor, 2'048U);
  ASSERT_EQ(read.value().items.size(), page.size());
  EXPECT_TRUE(same_bytes(reinterpret_cast<const std::byte*>(read.value().items.data()), page));
}

TEST(ParticipantMessages, ParticipantsAreListed) {
  Frame asked{frame_header_bytes + sizeof(layout::StateDigest)};
  asked.expect_request(write_list_participants(asked.room(), sample_number),
                       RequestKind::list_participants);
  EXPECT_TRUE(read_request(RequestKind::list_participants, asked.body()).ok());
  const auto views = many<ParticipantView>(limits::participants_max);
  Frame frame{reply_frame_bytes(views.size() * sizeof(ParticipantView), 0)};
  frame.expect_reply(
      write_items_reply<ParticipantView>(frame.room(), RequestKind::list_participants,
                                         sample_number, {.items = views}),
      RequestKind::list_participants);
  const auto read = read_participants_reply(frame.body());
  ASSERT_TRUE(read.ok()) << read.error().words;
  ASSERT_EQ(read.value().items.size(), views.size());
  EXPECT_TRUE(same_bytes(reinterpret_cast<const std::byte*>(read.value().items.data()), views));
}

// ---- Bytes that are no such message. ----

void expect_inside(std::span<const std::byte> body, const void* data, std::size_t bytes) {
  if (bytes == 0) return;
  const auto* first = static_cast<const std::byte*>(data);
  EXPECT_GE(first, body.data());
  EXPECT_LE(first + bytes, body.data() + body.size());
}

/// A good frame, and a reader that says whether it took a body, and checks that what it returns
/// lies in it.
struct Subject {
  std::vector<std::byte> body;
  std::function<bool(std::span<const std::byte> body)> reads;
};

Subject request_subject(RequestKind kind, Frame& frame, std::size_t event_bytes) {
  return {{frame.body().begin(), frame.body().end()},
          [kind, event_bytes](std::span<const std::byte> body) {
            const auto read = read_request(kind, body);
            if (!read.ok()) return false;
            expect_inside(body, read.value().events, read.value().event_count * event_bytes);
            expect_inside(body, read.value().payloads.data(), read.value().payloads.size());
            return true;
          }};
}

template <typename Read>
Subject reply_subject(Frame& frame, Read read_reply) {
  return {{frame.body().begin(), frame.body().end()},
          [read_reply](std::span<const std::byte> body) {
            const auto read = read_reply(body);
            if (!read.ok()) return false;
            expect_inside(body, read.value().items.data(), read.value().items.size_bytes());
            expect_inside(body, read.value().words.data(), read.value().words.size());
            return true;
          }};
}

std::vector<Subject> all_subjects() {
  std::vector<Subject> all;
  Frame answers{answer_steps_frame_bytes(2, 5)};
  write_answer_steps(answers.room(), sample_number, origin, bank, many<StepAnswer>(2),
                     many<std::byte>(5));
  all.push_back(request_subject(RequestKind::answer_steps, answers, sizeof(StepAnswer)));
  Frame work{take_work_frame_bytes(2)};
  write_take_work(work.room(), sample_number, bank, std::vector<WorkCredit>(2, {bank, 1, 0}));
  all.push_back(request_subject(RequestKind::take_work, work, sizeof(WorkCredit)));
  const auto words = many<std::uint64_t>(32);
  Frame commands{reply_frame_bytes(32 * 8, 3)};
  write_items_reply<std::uint64_t>(commands.room(), RequestKind::take_work, sample_number,
                                   {.words = "why", .items = words});
  all.push_back(reply_subject(commands, read_work_reply));
  const auto views = many<ParticipantView>(2);
  Frame listed{reply_frame_bytes(2 * sizeof(ParticipantView), 3)};
  write_items_reply<ParticipantView>(listed.room(), RequestKind::list_participants, sample_number,
                                     {.words = "why", .items = views});
  all.push_back(reply_subject(listed, read_participants_reply));
  return all;
}

/// In memory of exactly its size, 8-byte aligned.
std::vector<std::uint64_t> in_words(std::span<const std::byte> body) {
  std::vector<std::uint64_t> words(body.size() / 8);
  if (!words.empty()) std::memcpy(words.data(), body.data(), words.size() * 8);
  return words;
}

TEST(ParticipantMessages, DamagedBodiesAreNeverReadOutside) {
  for (const Subject& subject : all_subjects()) {
    const auto whole = in_words(subject.body);
    EXPECT_TRUE(subject.reads(std::as_bytes(std::span{whole})));
    for (std::size_t bytes = 0; bytes + 8 < subject.body.size(); bytes += 8) {
      const auto cut = in_words(std::span{subject.body}.first(bytes));
      EXPECT_FALSE(subject.reads(std::as_bytes(std::span{cut}))) << bytes;
    }
    for (std::size_t place = 0; place < subject.body.size(); ++place) {
      for (const unsigned value : {0x00U, 0x01U, 0x04U, 0x07U, 0x7fU, 0x80U, 0xfcU, 0xffU}) {
        auto changed = in_words(subject.body);
        std::as_writable_bytes(std::span{changed})[place] = static_cast<std::byte>(value);
        static_cast<void>(subject.reads(std::as_bytes(std::span{changed})));
      }
    }
  }
}

}  // namespace
}  // namespace daybook
