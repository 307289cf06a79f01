#pragma once

#include <cstdint>

#include "engine/base/durations.hpp"
#include "engine/recon/record.hpp"

namespace daybook::recon {

/// By which words records are sorted and grouped: their reference, or, under a fallback rule, what
/// else two lines of one movement share. The currency and the type must be the same always.
struct OrderRule {
  bool by_amount = false;  ///< None of the three: by the reference.
  bool by_day = false;     ///< The UTC day of the time.
  bool by_party = false;

  [[nodiscard]] bool is_by_reference() const { return !by_amount && !by_day && !by_party; }

  /// An amount has fewer than 96 bits, so that it and a day of 32 bits fill two words.
  [[nodiscard]] KeyWords words(const Record& record) const {
    if (is_by_reference()) return record.key;
    KeyWords words{};
    if (by_amount) {
      words[0] = record.amount_bits.lo;
      words[1] = record.amount_bits.hi & 0xffff'ffff;
    }
    if (by_day && record.has_time()) words[1] |= day_of(record.time_ns) << 32;
    if (by_party) words[2] = record.party;
    return words;
  }

  /// Whether the record says enough to be found by this rule.
  [[nodiscard]] bool can_find(const Record& record) const {
    if (is_by_reference()) return record.has_reference();
    return (!by_day || record.has_time()) && (!by_party || record.party != 0);
  }

  /// Whether `a` and `b`, whose words are equal, are candidates for each other.
  [[nodiscard]] static bool same_group(const Record& a, const Record& b) {
    return a.currency == b.currency && a.type() == b.type();
  }

  /// Days since 1970, moved so that none is 0, which means no time.
  [[nodiscard]] static std::uint64_t day_of(std::int64_t time_ns) {
    const std::int64_t day = time_ns / day_ns - (time_ns % day_ns < 0 ? 1 : 0);
    return static_cast<std::uint64_t>(day + 1'000'000);
  }
};

}  // namespace daybook::recon
