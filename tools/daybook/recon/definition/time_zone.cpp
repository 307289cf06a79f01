#include "tools/daybook/recon/definition/time_zone.hpp"

#include <chrono>
#include <stdexcept>
#include <string>

#include <date/tz.h>
#include <fmt/format.h>

namespace daybook::recon {

Result<TimeZone> TimeZone::find(std::string_view name) {
  if (name == "UTC") return TimeZone{nullptr};
  try {
    const auto& zones = date::get_tzdb().zones;
    for (const date::time_zone& zone : zones) {
      if (zone.name() != name) continue;
      // Reads its file, so that later calls find it read.
      static_cast<void>(zone.get_info(date::sys_seconds{}));
      return TimeZone{&zone};
    }
  } catch (const std::runtime_error& error) {
    return Failure{
        FailureKind::io,
        fmt::format("time zones cannot be read ({}): is the package tzdata there?", error.what())};
  }
  return Failure{FailureKind::not_found,
                 fmt::format("no time zone is called '{}'; write it like Europe/Berlin", name)};
}

std::int64_t TimeZone::local_of(std::int64_t utc) const {
  if (zone_ == nullptr) return utc;
  const date::sys_seconds time{std::chrono::seconds{utc}};
  return utc + zone_->get_info(time).offset.count();
}

std::int64_t TimeZone::utc_of(std::int64_t local) const {
  if (zone_ == nullptr) return local;
  const date::local_seconds time{std::chrono::seconds{local}};
  const date::local_info info = zone_->get_info(time);
  if (info.result == date::local_info::nonexistent) {
    return info.first.end.time_since_epoch().count();
  }
  return local - info.first.offset.count();
}

}  // namespace daybook::recon
