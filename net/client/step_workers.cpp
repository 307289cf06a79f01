#include "net/client/step_workers.hpp"

#include <algorithm>
#include <exception>

#include "engine/base/fault_point.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t ns_a_ms = 1'000'000;

StepRecord record_for(const StepJob& job, StepState state) {
  const WorkCommand& work = job.command.work;
  return {.key = work.key,
          .saga = work.saga,
          .type = work.type,
          .attempt = job.attempt->load(std::memory_order_relaxed),
          .step = work.step,
          .operation = work.operation,
          .state = state,
          .changed_ms = wall_clock_ns() / ns_a_ms};
}

}  // namespace

std::uint64_t wall_clock_ns() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

StepWorkers::StepWorkers(StepTable& table, std::uint32_t threads, std::function<void()> on_done)
    : table_{&table}, on_done_{std::move(on_done)} {
  for (std::uint32_t at = 0; at < threads; ++at) threads_.emplace_back([this] { run(); });
}

StepWorkers::~StepWorkers() {
  {
    const std::lock_guard lock{mutex_};
    ending_ = true;
    waiting_.clear();
  }
  added_.notify_all();
  for (std::thread& each : threads_) each.join();
}

void StepWorkers::add(StepJob job) {
  {
    const std::lock_guard lock{mutex_};
    waiting_.push_back(std::move(job));
  }
  added_.notify_one();
}

bool StepWorkers::remove(const StepPlace& place) {
  const std::lock_guard lock{mutex_};
  return std::erase_if(waiting_, [&](const StepJob& each) {
           return place_of(each.command.work) == place;
         }) > 0;
}

std::vector<StepJob> StepWorkers::remove_all() {
  const std::lock_guard lock{mutex_};
  std::vector<StepJob> all{std::make_move_iterator(waiting_.begin()),
                           std::make_move_iterator(waiting_.end())};
  waiting_.clear();
  return all;
}

bool StepWorkers::has_begun(const StepPlace& place) {
  const std::lock_guard lock{mutex_};
  return begun_.contains(place);
}

std::vector<StepDone> StepWorkers::take_done() {
  const std::lock_guard lock{mutex_};
  std::vector<StepDone> taken;
  taken.swap(done_);
  return taken;
}

void StepWorkers::wait_for_done(std::chrono::milliseconds time) {
  std::unique_lock lock{mutex_};
  finished_.wait_for(lock, time, [this] { return !done_.empty(); });
}

void StepWorkers::run() {
  std::unique_lock lock{mutex_};
  while (true) {
    added_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (ending_) return;
    const StepJob job = std::move(waiting_.front());
    waiting_.pop_front();
    const StepPlace place = place_of(job.command.work);
    begun_.insert(place);
    lock.unlock();
    StepDone done = work(job);
    lock.lock();
    begun_.erase(place);
    done_.push_back(std::move(done));
    finished_.notify_one();
    lock.unlock();
    on_done_();
    lock.lock();
  }
}

StepReply StepWorkers::call(const StepJob& job) const {
  // Somebody else's code: what it throws says nothing about its effect.
  try {
    return (*job.handler)(job.command);
  } catch (const std::exception& thrown) {
    return {.outcome = WorkOutcome::unknown, .message = thrown.what()};
  } catch (...) {
    return {.outcome = WorkOutcome::unknown, .message = "the handler threw something"};
  }
}

/// What must be on disk before anything has its effect.
std::vector<StepRecord> StepWorkers::before(const StepJob& job) const {
  std::vector<StepRecord> records;
  if (job.handler != nullptr) records.push_back(record_for(job, StepState::begun));
  if (!job.verdict.cancels_target) return records;
  StepRecord target = job.target.value_or(StepRecord{});
  if (!job.target) {
    target = record_for(job, StepState::cancelled);
    target.key = job.command.work.target;
    target.operation = WorkOperation::do_;
  }
  target.state = StepState::cancelled;
  target.owed = false;
  target.changed_ms = wall_clock_ns() / ns_a_ms;
  records.push_back(std::move(target));
  return records;
}

StepDone StepWorkers::work(const StepJob& job) {
  const WorkCommand& command = job.command.work;
  const bool is_query = command.operation == WorkOperation::query;
  StepDone done{.work = command};
  done.attempt = job.attempt->load(std::memory_order_relaxed);
  if (std::chrono::steady_clock::now() >= job.command.deadline && !is_query) {
    done.released = true;
    done.reply = encode_reply(command.operation, {.message = "its time was over before its turn"});
    return done;
  }
  std::vector<StepRecord> records;
  if (!is_query) records = before(job);
  if (job.handler != nullptr) {
    if (!records.empty()) {
      if (const auto put = table_->put(records); !put) {
        done.failure = put.error();
        return done;
      }
      records.clear();
    }
    done.called = true;
    done.reply = encode_reply(command.operation, without_secrets(job.command, call(job)));
    if (!is_query) fault_point(FaultPoint::step_applied);
  } else {
    done.reply = encode_reply(command.operation, {.outcome = job.verdict.outcome,
                                                  .code = job.verdict.code,
                                                  .message = std::string{job.verdict.words}});
  }
  if (is_query) return done;
  StepRecord record = record_for(job, StepState::answered);
  record.outcome = done.reply.outcome;
  record.code = done.reply.code;
  record.payload = done.reply.payload;
  record.owed = true;
  done.attempt = record.attempt;
  records.push_back(std::move(record));
  if (const auto put = table_->put(records); !put) done.failure = put.error();
  fault_point(FaultPoint::step_recorded);
  return done;
}

}  // namespace daybook
