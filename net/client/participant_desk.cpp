// Participant: what becomes of commands.

#include "net/client/participant_desk.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/model/sealed_text.hpp"

namespace daybook {
namespace {

/// The engine opens secrets on their way here, so one that is sealed cannot be opened any more.
bool is_forgotten(const StepValue& value) {
  return value.type == WorkValueType::secret && is_sealed_text(value.text);
}

/// What a command is about: the same for a do, its undo, its query and its confirm.
const Uint128& subject_of(const WorkCommand& command) {
  return command.operation == WorkOperation::do_ ? command.key : command.target;
}

EncodedReply again(const StepRecord& record) {
  return {record.outcome, record.code, record.payload};
}

}  // namespace

const HandledType* Participant::Desk::type_of(const Uint128& type) const {
  const auto found = types_.find(type);
  return found == types_.end() ? nullptr : found->second;
}

std::optional<StepRecord> Participant::Desk::find(const Uint128& key) {
  if (key.is_zero()) return std::nullopt;
  auto found = table_->find(key);
  if (found) return std::move(found).value();
  end(found.error());
  return std::nullopt;
}

void Participant::Desk::say(const WorkCommand& command, EncodedReply reply, bool is_kept) {
  unsent_.push_back(
      {answer_to(command, reply.outcome, reply.code), std::move(reply.payload), is_kept});
}

void Participant::Desk::release(const WorkCommand& command, std::string_view why) {
  // Of a query nothing is given back: it is asked again.
  if (command.operation == WorkOperation::query) return;
  counts_.released.fetch_add(1, std::memory_order_relaxed);
  EncodedReply reply = encode_reply(command.operation, {.message = std::string{why}});
  reply.outcome = WorkOutcome::released;
  say(command, std::move(reply), false);
}

void Participant::Desk::take(TakenCommand taken) {
  const WorkCommand& work = taken.command;
  counts_.commands.fetch_add(1, std::memory_order_relaxed);
  if (stopping_) return release(work, "the participant stops");
  if (is_under_way(work)) return;
  auto command = read_step_command(work, taken.payload);
  const bool is_known = work.operation >= WorkOperation::do_ &&
                        work.operation <= WorkOperation::confirm && type_of(work.type) != nullptr;
  if (!command || !is_known) {
    notice(
        fmt::format("a command of saga {:016x}{:016x} cannot be read, or is of a type that was "
                    "not asked for; it is given back: this program may be older than the engine",
                    work.saga.hi, work.saga.lo));
    return release(work, "it cannot be read");
  }
  decide(std::move(*command), std::move(taken.payload));
}

/// A repeat of what is being done: nothing is begun twice, and its answer bears the newest attempt.
bool Participant::Desk::is_under_way(const WorkCommand& command) {
  const auto found = active_.find(place_of(command));
  if (found == active_.end()) return false;
  counts_.repeats.fetch_add(1, std::memory_order_relaxed);
  Active& active = found->second;
  if (command.attempt > active.work.attempt) {
    active.work = command;
    active.attempt->store(command.attempt, std::memory_order_relaxed);
  }
  return true;
}

/// True: it waits for something else about the same thing, or was answered from that. An undo of
/// what is not begun yet does not wait: what it undoes is taken back, never to be done.
bool Participant::Desk::is_parked(const StepCommand& command, std::span<const std::byte> payload) {
  const WorkCommand& work = command.work;
  const auto other = std::find_if(active_.begin(), active_.end(), [&](const auto& each) {
    return each.first.second != WorkOperation::query &&
           subject_of(each.second.work) == subject_of(work);
  });
  if (other == active_.end()) return false;
  if (work.operation == WorkOperation::query) {
    say(work, encode_reply(work.operation, {.outcome = WorkOutcome::in_progress}), false);
    return true;
  }
  if (work.operation == WorkOperation::undo && workers_.remove(other->first)) {
    active_.erase(other);
    return false;
  }
  std::vector<TakenCommand>& parked = other->second.parked;
  std::erase_if(parked,
                [&](const TakenCommand& each) { return place_of(each.command) == place_of(work); });
  parked.push_back({work, {payload.begin(), payload.end()}});
  return true;
}

void Participant::Desk::decide(StepCommand command, std::vector<std::byte> payload) {
  if (is_parked(command, payload)) return;
  const WorkCommand work = command.work;
  const bool is_query = work.operation == WorkOperation::query;
  const auto own = is_query ? std::optional<StepRecord>{} : find(work.key);
  auto target = find(work.target.is_zero() && is_query ? work.key : work.target);
  if (ended_) return;
  StepVerdict verdict =
      judge_step(work, own ? &*own : nullptr, target ? &*target : nullptr, table_->remembers_all());
  if (verdict.act == StepAct::answer_again) {
    counts_.repeats.fetch_add(1, std::memory_order_relaxed);
    return say(work, again(is_query ? *target : *own), !is_query && own->owed);
  }
  if (verdict.act == StepAct::answer && !verdict.cancels_target) {
    return say(work,
               encode_reply(work.operation,
                            {.outcome = verdict.outcome, .message = std::string{verdict.words}}),
               false);
  }
  const HandledType& type = *type_of(work.type);
  const StepHandler* handler = is_query ? &type.query : &type.handler;
  if (is_query && !*handler) {
    return say(work,
               encode_reply(work.operation, {.outcome = WorkOutcome::unknown,
                                             .message = std::string{verdict.words}}),
               false);
  }
  const bool lacks_secret =
      std::any_of(command.arguments.begin(), command.arguments.end(), is_forgotten);
  if (lacks_secret && is_query) std::erase_if(command.arguments, is_forgotten);
  if (lacks_secret && !is_query && verdict.act == StepAct::call) {
    const bool cancels = verdict.cancels_target;
    verdict = judge_forgotten(work, own ? &*own : nullptr, table_->remembers_all());
    verdict.cancels_target = cancels;
  }
  if (verdict.act == StepAct::answer) handler = nullptr;
  begin(std::move(command), verdict, handler, std::move(target));
}

void Participant::Desk::begin(StepCommand command, const StepVerdict& verdict,
                              const StepHandler* handler, std::optional<StepRecord> target) {
  const std::uint64_t now_ns = wall_clock_ns();
  const std::uint64_t due_ns = command.work.due_at.value();
  const std::chrono::nanoseconds lease{due_ns > now_ns ? due_ns - now_ns : 0};
  Active active{.work = command.work,
                .attempt = std::make_shared<std::atomic<std::uint32_t>>(command.work.attempt),
                .lease = lease,
                .last_sign = Clock::now(),
                .parked = {}};
  command.deadline = active.last_sign + lease;
  StepJob job{.command = std::move(command),
              .verdict = verdict,
              .handler = handler,
              .target = std::move(target),
              .attempt = active.attempt};
  active_.emplace(place_of(active.work), std::move(active));
  workers_.add(std::move(job));
}

void Participant::Desk::take_back_all() {
  for (const StepJob& job : workers_.remove_all()) {
    const auto found = active_.find(place_of(job.command.work));
    const WorkCommand work = found->second.work;
    std::vector<TakenCommand> parked = std::move(found->second.parked);
    active_.erase(found);
    release(work, "the participant stops");
    for (TakenCommand& each : parked) release(each.command, "the participant stops");
  }
}

void Participant::Desk::take_done() {
  for (StepDone& done : workers_.take_done()) {
    const auto found = active_.find(place_of(done.work));
    std::vector<TakenCommand> parked = std::move(found->second.parked);
    const std::uint32_t newest = found->second.work.attempt;
    active_.erase(found);
    if (done.failure) return end(*done.failure);
    if (done.called) counts_.calls.fetch_add(1, std::memory_order_relaxed);
    done.work.attempt = newest;
    if (done.released) {
      notice(
          fmt::format("a command of saga {:016x}{:016x} was past its time before it was begun, "
                      "and was given back: allow more threads or fewer commands in flight",
                      done.work.saga.hi, done.work.saga.lo));
      release(done.work, "its time was over before its turn");
    } else {
      say(done.work, std::move(done.reply), done.work.operation != WorkOperation::query);
    }
    for (TakenCommand& each : parked) take(std::move(each));
  }
}

}  // namespace daybook
