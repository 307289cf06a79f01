#include "tools/daybook/text/progress.hpp"

#include <algorithm>
#include <iostream>

#include <fmt/format.h>
#include <unistd.h>

#include "tools/daybook/text/rate_text.hpp"

namespace daybook {
namespace {

constexpr std::string_view clear_line = "\r\x1b[K";
constexpr std::chrono::milliseconds shown_every{200};

}  // namespace

std::string progress_text(const ProgressState& state, std::string_view things) {
  std::string text = fmt::format("{} {}", format_count(state.done), things);
  if (state.seconds > 0) {
    text += fmt::format("  {}", format_rate(static_cast<double>(state.done) / state.seconds));
  }
  if (state.fraction) {
    const double fraction = std::clamp(*state.fraction, 0.0, 1.0);
    text += fmt::format("  {:.0f} %", fraction * 100);
    // A first hundredth tells nothing about the rest yet.
    if (fraction >= 0.01) {
      text += fmt::format("  {} left", format_seconds(state.seconds * (1 - fraction) / fraction));
    }
  }
  return text;
}

ProgressLine::ProgressLine(std::ostream* stream, std::string things)
    : stream_{stream}, things_{std::move(things)}, started_{Clock::now()} {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::clear() {
  if (shown_) *stream_ << clear_line << std::flush;
  shown_.reset();
}

void ProgressLine::show(std::uint64_t done, std::optional<double> fraction) {
  if (stream_ == nullptr) return;
  const auto now = Clock::now();
  if (shown_ && now - *shown_ < shown_every) return;
  shown_ = now;
  const ProgressState state{.done = done, .seconds = seconds(), .fraction = fraction};
  *stream_ << clear_line << progress_text(state, things_) << std::flush;
}

double ProgressLine::seconds() const {
  return std::chrono::duration<double>(Clock::now() - started_).count();
}

std::ostream* terminal_or_nothing() { return ::isatty(STDERR_FILENO) == 1 ? &std::cerr : nullptr; }

}  // namespace daybook
