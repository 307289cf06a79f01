// Participant: questions for work, answers, heartbeats.

#include <algorithm>

#include <fmt/format.h>

#include "net/client/participant_desk.hpp"
#include "net/client/step_workers.hpp"

namespace daybook {
namespace {

using std::chrono::milliseconds;

/// After the engine could not do something now.
constexpr milliseconds try_again_after{500};
constexpr std::uint32_t questions_max = 8;
static_assert(questions_max <= limits::work_questions_per_connection_max);
constexpr std::uint32_t answer_requests_max = 4;
/// Of payloads in one request of answers.
constexpr std::size_t answer_bytes_max = 1'024 * 1'024;
/// A heartbeat each third of the lease, so that one may be lost.
constexpr int signs_a_lease = 3;

/// The same request may do better a little later.
bool may_pass(RequestStatus status) {
  return status == RequestStatus::busy || status == RequestStatus::stopping ||
         status == RequestStatus::disk_low || status == RequestStatus::too_much_work_asked;
}

/// Of a client that makes lost connections again: is it over?
bool is_final(const Failure& failure) {
  return failure.kind == FailureKind::invalid || failure.kind == FailureKind::unsupported ||
         failure.kind == FailureKind::closed;
}

Failure refusal(std::string_view what, RequestStatus status, const std::string& words) {
  return {FailureKind::invalid,
          fmt::format("{}: {} ({})", what, words.empty() ? in_words(status) : words,
                      to_string(status))};
}

}  // namespace

void Participant::Desk::ask_for_work() {
  while (!stopping_ && !ended_ && questions_open_ < questions_max && Clock::now() >= ask_after_) {
    const std::uint64_t taken = active_.size() + places_asked_;
    if (taken >= settings_.in_flight) return;
    const std::uint64_t places = settings_.in_flight - taken;
    const auto each =
        static_cast<std::uint32_t>(std::max<std::uint64_t>(1, places / settings_.types.size()));
    std::vector<WorkCredit> credits;
    for (const auto& [type, of] : types_) credits.push_back({type, each, 0});
    places_asked_ += places;
    ++questions_open_;
    client_->async_take_work(participant_, credits, [this, places](const Result<WorkResult>& work) {
      take_work(places, work);
    });
  }
}

void Participant::Desk::take_work(std::uint64_t places, const Result<WorkResult>& result) {
  places_asked_ -= places;
  --questions_open_;
  if (stopping_ && !result) return;
  if (!result) {
    if (is_final(result.error())) return end(result.error());
    ask_after_ = Clock::now() + try_again_after;
    return notice(result.error().what);
  }
  const WorkResult& work = result.value();
  if (work.status != RequestStatus::ok) {
    if (!may_pass(work.status)) {
      return end(refusal(fmt::format("no work is given to '{}'", settings_.name), work.status,
                         work.words));
    }
    ask_after_ = Clock::now() + try_again_after;
    return;
  }
  engine_clock_.hear(work.now, wall_clock_ns());
  for (TakenCommand each : work.commands) {
    each.command.due_at = engine_clock_.here(each.command.due_at);
    take(each);
  }
}

void Participant::Desk::send_heartbeats() {
  const auto now = Clock::now();
  for (auto& [place, active] : active_) {
    if (place.second == WorkOperation::query || active.lease.count() == 0) continue;
    if (now - active.last_sign < active.lease / signs_a_lease) continue;
    if (!workers_.has_begun(place)) continue;
    active.last_sign = now;
    unsent_.push_back(
        {answer_to(active.work, WorkOutcome::heartbeat), answer_payload({}, {}, {}), false});
  }
}

Participant::Desk::Answers Participant::Desk::next_answers(AnswerList& list) {
  auto answers = std::make_shared<std::vector<Answer>>();
  while (!unsent_.empty() && answers->size() < answers_most_ &&
         list.payloads().size() < answer_bytes_max) {
    Answer& next = unsent_.front();
    list.add(next.answer, next.payload);
    answers->push_back(std::move(next));
    unsent_.pop_front();
  }
  return answers;
}

void Participant::Desk::send_answers() {
  while (!unsent_.empty() && answers_open_ < answer_requests_max && Clock::now() >= send_after_) {
    AnswerList list;
    const Answers answers = next_answers(list);
    ++answers_open_;
    client_->async_answer_steps(
        participant_, list, {},
        [this, answers](const Result<BatchResult>& result) { take_receipt(answers, result); });
  }
}

/// In front again, in their order; a heartbeat of then says nothing any more.
void Participant::Desk::keep_unsent(Answers answers) {
  for (auto each = answers->rbegin(); each != answers->rend(); ++each) {
    if (each->answer.outcome != WorkOutcome::heartbeat) unsent_.push_front(std::move(*each));
  }
  send_after_ = Clock::now() + try_again_after;
}

void Participant::Desk::take_receipt(const Answers& answers, const Result<BatchResult>& result) {
  --answers_open_;
  if (!result) {
    const Failure why = result.error();
    keep_unsent(answers);
    if (is_final(why)) return end(why);
    return notice(why.what);
  }
  const RequestStatus status = result.value().status;
  if (status == RequestStatus::ok) {
    answers_most_ = std::min<std::size_t>(answers_most_ * 2, limits::answers_max);
    return settle(*answers, result.value());
  }
  // What the sagas would do next is more than one entry holds: fewer at a time.
  if (status == RequestStatus::too_large && answers->size() > 1) {
    answers_most_ = answers->size() / 2;
    keep_unsent(answers);
    send_after_ = {};
    return;
  }
  if (may_pass(status)) return keep_unsent(answers);
  end(refusal(fmt::format("no answers are taken from '{}'", settings_.name), status,
              result.value().words));
}

void Participant::Desk::settle(const std::vector<Answer>& answers, const BatchResult& result) {
  std::vector<StepPaid> paid;
  auto refused = result.refusals.begin();
  for (std::size_t at = 0; at < answers.size(); ++at) {
    auto status = AppendEventStatus::created;
    if (refused != result.refusals.end() && refused->index == at) {
      status = static_cast<AppendEventStatus>(refused->status);
      ++refused;
    }
    const Answer& answer = answers[at];
    // There is no room just now for what the saga would do next.
    if (status == AppendEventStatus::too_many_sagas) {
      unsent_.push_back(answer);
      send_after_ = Clock::now() + try_again_after;
      continue;
    }
    if (answer.is_kept) paid.push_back({answer.answer.key, answer.answer.attempt});
    if (answer.answer.outcome == WorkOutcome::heartbeat) continue;
    if (status == AppendEventStatus::created || status == AppendEventStatus::saga_unchanged) {
      counts_.answered.fetch_add(1, std::memory_order_relaxed);
      continue;
    }
    counts_.dropped.fetch_add(1, std::memory_order_relaxed);
    notice(fmt::format(
        "the engine will never take this answer, so it is not sent again: {} to {} of step {} of "
        "saga {:016x}{:016x} ({})",
        to_string(answer.answer.outcome), to_string(answer.answer.operation), answer.answer.step,
        answer.answer.saga.hi, answer.answer.saga.lo, to_string(status)));
  }
  if (!paid.empty()) table_->paid(paid);
}

}  // namespace daybook
