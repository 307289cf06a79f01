#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/result.hpp"

namespace date {
class time_zone;
}

namespace daybook::recon {

/// The clock of a place, by its name in the system's data: "Europe/Berlin". "UTC" needs no data.
///
/// Units.   Seconds since 1970: of UTC, or of what the clock shows.
/// Threads. Any.
/// Limits.  What the system's data says: of changes twice a year, Debian's goes on until 2037.
class TimeZone {
 public:
  /// `not_found` for a name that is none, `io` where there is no data.
  [[nodiscard]] static Result<TimeZone> find(std::string_view name);

  [[nodiscard]] std::int64_t local_of(std::int64_t utc) const;

  /// When the clock shows `local` for the first time; where it skips it, when it goes on behind.
  /// Never less for a later `local`.
  [[nodiscard]] std::int64_t utc_of(std::int64_t local) const;

 private:
  explicit TimeZone(const date::time_zone* zone) : zone_{zone} {}

  const date::time_zone* zone_ = nullptr;  ///< Lives as long as the process; null for UTC.
};

}  // namespace daybook::recon
