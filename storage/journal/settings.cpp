#include "storage/journal/settings.hpp"

#include <fmt/format.h>

namespace daybook {
namespace {

Failure invalid(std::string what) { return {FailureKind::invalid, std::move(what)}; }

}  // namespace

Result<void> check_settings(const JournalSettings& settings) {
  using journal_limits::page_bytes;
  if (settings.segment_bytes < journal_limits::segment_bytes_min ||
      settings.segment_bytes > journal_limits::segment_bytes_max) {
    return invalid(fmt::format("a journal segment of {} bytes: allowed are {} to {}",
                               settings.segment_bytes, journal_limits::segment_bytes_min,
                               journal_limits::segment_bytes_max));
  }
  if (settings.segment_bytes % page_bytes != 0 || settings.first_segment_bytes % page_bytes != 0) {
    return invalid(
        fmt::format("a journal segment's size must be a multiple of {} bytes", page_bytes));
  }
  if (settings.first_segment_bytes < journal_limits::segment_bytes_min) {
    return invalid(fmt::format("a first journal segment of {} bytes: at least {} are needed",
                               settings.first_segment_bytes, journal_limits::segment_bytes_min));
  }
  if (settings.disk_check_interval.count() <= 0) {
    return invalid("free disk space must be looked at in intervals longer than zero");
  }
  return {};
}

}  // namespace daybook
