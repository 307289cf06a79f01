#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/base/result.hpp"

namespace daybook::recon {

/// Minutes at which something is due by a clock: what crontab(5) calls the first five fields.
///
/// Minute, hour, day of the month, month, weekday: each a list of numbers, ranges and steps, "*",
/// "1,15", "8-18/2", "mon-fri"; or "@hourly", "@daily", "@midnight", "@weekly", "@monthly",
/// "@yearly", "@annually". Weekdays are 0 to 7, both ends Sunday. Where neither the day nor the
/// weekday begins with "*", a day needs only one of them; else it needs both.
///
/// Units. Minutes since 1970 by the clock.
class Cron {
 public:
  /// `invalid` says which field, and why; also for days that no calendar has, as 30 February.
  [[nodiscard]] static Result<Cron> read(std::string_view text);

  /// The first minute of [from, from + 9 years) at which it is due; there always is one.
  [[nodiscard]] std::int64_t at_or_after(std::int64_t from) const;

  [[nodiscard]] bool is_due(std::int64_t minute) const;

 private:
  /// Of a field: a bit for each of its numbers.
  struct Field {
    std::uint64_t bits = 0;
    bool begins_with_star = false;

    [[nodiscard]] bool has(unsigned number) const { return (bits >> number & 1) != 0; }
  };
  enum Place : unsigned { minute, hour, day, month, weekday, field_count };

  [[nodiscard]] static Result<Field> read_field(std::string_view text, Place place);
  [[nodiscard]] static Result<std::uint64_t> read_part(std::string_view text, Place place);
  [[nodiscard]] bool is_due_on(std::int64_t days) const;
  /// The first minute of a day from `from` on.
  [[nodiscard]] std::optional<unsigned> minute_from(unsigned from) const;

  Field fields_[field_count];
};

}  // namespace daybook::recon
