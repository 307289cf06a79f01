// Session: questions for work, which wait at the engine until there is some.

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "engine/base/fault_point.hpp"
#include "engine/base/hash.hpp"
#include "engine/model/ids.hpp"
#include "net/protocol/replies.hpp"
#include "net/server/io_thread.hpp"
#include "net/server/session.hpp"
#include "net/server/work_opening.hpp"

namespace daybook {

std::string Session::fault_of_speaker(RequestKind kind, const RequestBody& body) const {
  const bool is_of_participant =
      kind == RequestKind::answer_steps || kind == RequestKind::take_work;
  if (!is_of_participant || principal_.role == Role::admin) return {};
  if (id_of(principal_.name) == body.argument_id) return {};
  return fmt::format(
      "the principal '{}' speaks for the participant of its own name only; say Hello as the "
      "participant that is meant",
      principal_.name);
}

void Session::ask_for_work(const FrameHeader& header, const RequestBody& body) {
  const auto no = [&](std::string_view words) {
    io_->count().replies_sent.add(1);
    refuse(RequestKind::take_work, header.request_number, RequestStatus::too_much_work_asked,
           words);
  };
  if (questions_.size() >= limits::work_questions_per_connection_max) {
    return no(
        fmt::format("the connection has {} questions for work open, the limit; wait until "
                    "one is answered",
                    questions_.size()));
  }
  if (!io_->has_room_for_question() || !io_->registry().may_ask_for_work()) {
    return no(
        fmt::format("the engine has {} questions for work open, or as many as its settings "
                    "leave room for; try again later",
                    limits::work_questions_max));
  }
  auto made = std::make_unique<WorkQuestion>();
  std::memcpy(made->credits.data(), body.events, body.event_count * sizeof(WorkCredit));
  Request& request = io_->new_request();
  fill(request, RequestKind::take_work, header, 0);
  request.events = reinterpret_cast<const std::byte*>(made->credits.data());
  request.event_count = body.event_count;
  request.argument_id = body.argument_id;
  request.cancelled = &made->cancelled;
  request.query_items.reserve(limits::work_reply_bytes_max);
  made->request = &request;
  made->asked_ns = io_->now_ns();
  questions_.push_back(std::move(made));
  io_->submit_question(request);
}

void Session::complete_question(Request& request) {
  const auto found = std::find_if(questions_.begin(), questions_.end(),
                                  [&](const auto& each) { return each->request == &request; });
  ENSURE(found != questions_.end(), "a question comes back to the session that asked it");
  questions_.erase(found);
  io_->registry().work_question_ended();
  // What a session that finishes is given it still hands on: somebody may be there to do it.
  if (state_ == State::open || state_ == State::finishing) {
    if (io_->settings().keeper != nullptr) {
      open_secrets(request.query_items, *io_->settings().keeper);
    }
    reply(request);
    if (has_fault_points && !request.query_items.empty()) {
      flush();
      fault_point(FaultPoint::commands_sent);
    }
  }
  notify_drained();
  io_->touch(*this);
}

void Session::recall(WorkQuestion& question) {
  if (std::exchange(question.recalled, true)) return;
  question.cancelled.store(true, std::memory_order_release);
  io_->recall_soon();
}

void Session::recall_questions() {
  for (const auto& each : questions_) recall(*each);
}

void Session::look_at_idle_questions() {
  for (const auto& each : questions_) {
    if (each->recalled) {
      // The engine may have looked for it before it had taken it out of the ring.
      io_->recall_soon();
    } else if (io_->now_ns() - each->asked_ns >= io_->settings().work_question_ns) {
      recall(*each);
    }
  }
}

}  // namespace daybook
