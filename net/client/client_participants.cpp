// Client: what participants ask and say.

#include "net/client/client.hpp"
#include "net/client/submission.hpp"
#include "net/protocol/participant_messages.hpp"

namespace daybook {
namespace {

std::optional<Failure> fault_of_answers(const AnswerList& answers, std::size_t bytes) {
  const std::size_t count = answers.answers().size();
  if (count >= 1 && count <= limits::answers_max && bytes <= limits::frame_bytes_max) {
    return std::nullopt;
  }
  return Failure{FailureKind::invalid,
                 fmt::format("a request has 1 to {} answers and at most {} bytes, this one has {} "
                             "and {}; nothing was sent: {}",
                             limits::answers_max, limits::frame_bytes_max, count, bytes,
                             count == 0 ? "leave it out" : "split it")};
}

std::optional<Failure> fault_of_credits(std::span<const WorkCredit> credits) {
  std::uint64_t commands = 0;
  bool good = !credits.empty() && credits.size() <= limits::participant_types_max;
  for (const WorkCredit& each : credits) {
    good = good && each.count > 0;
    commands += each.count;
  }
  if (good && commands <= limits::work_credit_max) return std::nullopt;
  return Failure{FailureKind::invalid,
                 fmt::format("a question for work names 1 to {} types, of each 1 command or more "
                             "and together at most {}; this one names {} types and {} commands; "
                             "nothing was sent",
                             limits::participant_types_max, limits::work_credit_max, credits.size(),
                             commands)};
}

}  // namespace

Result<BatchResult> Client::answer_steps(const Uint128& participant, const AnswerList& answers,
                                         const OperationAttributes& attributes) {
  return wait_for<BatchResult>(loop(), [&](BatchCallback callback) {
    async_answer_steps(participant, answers, attributes, std::move(callback));
  });
}

void Client::async_answer_steps(const Uint128& participant, const AnswerList& answers,
                                const OperationAttributes& given, BatchCallback callback) {
  const std::size_t bytes =
      answer_steps_frame_bytes(answers.answers().size(), answers.payloads().size());
  if (auto fault = fault_of_answers(answers, bytes)) {
    return session_->refuse(std::move(callback), *fault);
  }
  const OperationAttributes attributes = with_trace(given);
  FrameBuffer buffer = session_->frames().take(bytes);
  buffer.size = write_answer_steps(buffer.frame(), 0, attributes, participant, answers.answers(),
                                   answers.payloads());
  SentRequest sent =
      request_of(RequestKind::answer_steps, static_cast<std::uint32_t>(answers.answers().size()),
                 std::move(buffer), attributes, std::move(callback));
  sent.is_whole = true;
  session_->submit(std::move(sent));
}

void Client::async_take_work(const Uint128& participant, std::span<const WorkCredit> credits,
                             Callback<WorkResult> callback) {
  if (auto fault = fault_of_credits(credits)) {
    return session_->refuse(std::move(callback), *fault);
  }
  FrameBuffer buffer = session_->frames().take(take_work_frame_bytes(credits.size()));
  buffer.size = write_take_work(buffer.frame(), 0, participant, credits);
  session_->submit(
      request_of(RequestKind::take_work, 0, std::move(buffer), {}, std::move(callback)));
}

Result<ParticipantsResult> Client::list_participants() {
  return wait_for<ParticipantsResult>(loop(), [&](Callback<ParticipantsResult> callback) {
    async_list_participants(std::move(callback));
  });
}

void Client::async_list_participants(Callback<ParticipantsResult> callback) {
  FrameBuffer buffer = session_->frames().take(small_frame_bytes);
  buffer.size = write_list_participants(buffer.frame(), 0);
  session_->submit(
      request_of(RequestKind::list_participants, 0, std::move(buffer), {}, std::move(callback)));
}

Result<WaitingWorkPage> Client::list_waiting_work(std::uint64_t after) {
  return wait_for<WaitingWorkPage>(loop(), [&](Callback<WaitingWorkPage> callback) {
    async_list_waiting_work(after, std::move(callback));
  });
}

void Client::async_list_waiting_work(std::uint64_t after, Callback<WaitingWorkPage> callback) {
  FrameBuffer buffer = session_->frames().take(small_frame_bytes);
  buffer.size = write_list_waiting_work(buffer.frame(), 0, after);
  session_->submit(
      request_of(RequestKind::list_waiting_work, 0, std::move(buffer), {}, std::move(callback)));
}

}  // namespace daybook
