#include "tools/daybook/text/rate_text.hpp"

#include <cmath>

#include <fmt/format.h>

namespace daybook {
namespace {

// Three figures, as "1.23", "12.3", "123": what a person compares at a glance.
std::string three_figures(double value) {
  if (value < 9.995) return fmt::format("{:.2f}", value);
  if (value < 99.95) return fmt::format("{:.1f}", value);
  return fmt::format("{:.0f}", value);
}

}  // namespace

std::string format_count(std::uint64_t count) {
  std::string digits = fmt::format("{}", count);
  for (std::size_t place = digits.size(); place > 3; place -= 3) digits.insert(place - 3, 1, ',');
  return digits;
}

std::string format_bytes(std::uint64_t bytes) {
  static constexpr const char* units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1'024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1'024;
  std::size_t unit = 0;
  // 1,023.95 would be shown as "1024.0", so it belongs to the next unit.
  for (; value >= 1'023.95 && unit + 1 < std::size(units); ++unit) value /= 1'024;
  return fmt::format("{:.1f} {}", value, units[unit]);
}

std::string format_rate(double per_second) {
  if (!std::isfinite(per_second) || per_second < 0) return "-";
  if (per_second < 999.5) return fmt::format("{:.0f}/s", per_second);
  if (per_second < 999'500) return three_figures(per_second / 1e3) + " k/s";
  return three_figures(per_second / 1e6) + " M/s";
}

std::string format_seconds(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0) return "-";
  if (seconds < 0.9995) return fmt::format("{:.0f} ms", seconds * 1e3);
  if (seconds < 59.995) return three_figures(seconds) + " s";
  const auto whole = static_cast<std::uint64_t>(std::llround(std::fmin(seconds, 1e15)));
  if (whole < 3'600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3'600, whole / 60 % 60);
}

}  // namespace daybook
