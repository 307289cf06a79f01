#include "engine/base/fault_point.hpp"

#if defined(DAYBOOK_FAULT_POINTS)

#include <array>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string>

#include <unistd.h>

namespace daybook {
namespace {

constexpr std::array<std::string_view, 27> fault_point_names{
    "none",
    "start_decided",
    "dispatch_decided",
    "answer_decided",
    "abort_decided",
    "undo_dispatch_decided",
    "undo_answer_decided",
    "decision_decided",
    "confirm_dispatch_decided",
    "confirm_answer_decided",
    "end_decided",
    "timer_decided",
    "start_durable",
    "dispatch_durable",
    "answer_durable",
    "abort_durable",
    "undo_dispatch_durable",
    "undo_answer_durable",
    "decision_durable",
    "confirm_dispatch_durable",
    "confirm_answer_durable",
    "end_durable",
    "timer_durable",
    "commands_sent",
    "answers_received",
    "step_applied",
    "step_recorded",
};
static_assert(static_cast<std::size_t>(FaultPoint::step_recorded) + 1 == fault_point_names.size());
static_assert(static_cast<unsigned>(FaultPoint::start_durable) ==
              static_cast<unsigned>(FaultPoint::start_decided) + fault_mark_count);

/// Written before there are threads, then only read.
struct Armed {
  FaultPoint point = FaultPoint::none;
  std::uint64_t hit = 0;
};
Armed armed;
/// Counted by whatever thread comes along; only the total matters.
std::atomic<std::uint64_t> hits{0};

void hit_points(std::uint32_t marks, FaultPoint first) {
  for (std::uint8_t mark = 0; mark < fault_mark_count; ++mark) {
    if ((marks >> mark & 1U) == 0) continue;
    fault_point(static_cast<FaultPoint>(static_cast<std::uint8_t>(first) + mark));
  }
}

std::string all_names() {
  std::string all;
  for (std::size_t at = 1; at < fault_point_names.size(); ++at) {
    all += (at == 1 ? "" : " ") + std::string{fault_point_names[at]};
  }
  return all;
}

}  // namespace

void fault_point(FaultPoint point) noexcept {
  if (point != armed.point) return;
  if (hits.fetch_add(1, std::memory_order_relaxed) + 1 != armed.hit) return;
  ::kill(::getpid(), SIGKILL);
  // Nothing that this thread would do now may be seen.
  for (;;) ::pause();
}

Result<void> arm_fault_point(std::string_view text) {
  const auto colon = text.find(':');
  Armed asked;
  for (std::size_t at = 1; at < fault_point_names.size(); ++at) {
    if (fault_point_names[at] == text.substr(0, colon)) asked.point = static_cast<FaultPoint>(at);
  }
  const std::string_view number = colon == text.npos ? "" : text.substr(colon + 1);
  const char* const end = number.data() + number.size();
  const auto read = std::from_chars(number.data(), end, asked.hit);
  if (asked.point == FaultPoint::none || read.ec != std::errc{} || read.ptr != end ||
      asked.hit == 0) {
    return Failure{FailureKind::invalid, "no fault point with a hit from 1 is '" +
                                             std::string{text} + "': say NAME:N; there are " +
                                             all_names()};
  }
  armed = asked;
  return {};
}

void FaultMarks::hit_decided() const { hit_points(bits_, FaultPoint::start_decided); }
void FaultMarks::hit_durable() const { hit_points(bits_, FaultPoint::start_durable); }

}  // namespace daybook

#endif
