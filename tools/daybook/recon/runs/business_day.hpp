#pragma once

#include <cstdint>

#include "tools/daybook/recon/definition/reconciliation.hpp"

namespace daybook::recon {

/// A business day, where the reconciliation is. Nanoseconds since 1970 UTC.
struct DayBounds {
  std::int64_t begins_ns = 0;
  std::int64_t ends_ns = 0;  ///< The first that is no longer part of it.
};

/// A number of days since 1970 as 20260131.
[[nodiscard]] std::uint64_t day_number(std::int64_t days);

/// `day`: as 20260131. Errors: `invalid` for a day that is none, or a time zone that this machine
/// does not know.
[[nodiscard]] Result<DayBounds> bounds_of_day(const Reconciliation& definition, std::uint64_t day);

/// The business day before the one that it is there at `now_ns`.
[[nodiscard]] Result<std::uint64_t> day_before(const Reconciliation& definition,
                                               std::int64_t now_ns);

}  // namespace daybook::recon
