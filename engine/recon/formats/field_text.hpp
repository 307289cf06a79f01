#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "engine/recon/record.hpp"

/// What stands in the fields of other systems' files: amounts, times, words.

namespace daybook::recon {

/// How a file writes amounts.
struct AmountStyle {
  char decimal_mark = '.';
  char group_mark = 0;       ///< Between thousands; 0 for none. Skipped wherever it stands.
  bool minor_units = false;  ///< Whole numbers of minor units.
};

/// The amount in minor units of `scale` decimals. A sign may stand in front; parentheses around it
/// mean less than nothing. Nothing for anything else, for more digits than `amount_digits_max`, and
/// for decimals other than 0 beyond the scale: nothing is ever rounded.
[[nodiscard]] std::optional<i128> parse_minor(std::string_view text, unsigned scale,
                                              const AmountStyle& style = {});

/// The day that was read last: files are about a day, or a month in order.
struct DayCache {
  std::array<char, 10> text{};
  std::int64_t days = 0;
};

/// Nanoseconds since 1970 UTC of "2026-01-31", "20260131", or either with a time of day after "T"
/// or a space, perhaps with decimals and an offset ("Z", "+02:00"); or of a whole number of
/// seconds, milliseconds, microseconds or nanoseconds, told apart by their 9 or 10, 12 or 13, 15 or
/// 16, 18 or 19 digits. Days that no calendar has are no times. Years 1970 to 2261.
[[nodiscard]] std::optional<std::int64_t> parse_moment(std::string_view text,
                                                       DayCache* cache = nullptr);

/// The same by a format of %Y %m %d %H %M %S %y %b %p and literal characters; all of the text must
/// be used. What the format leaves out is the start of the day; %b is an English month.
[[nodiscard]] std::optional<std::int64_t> parse_moment(std::string_view text,
                                                       std::string_view format);

/// Days since 1970 of a day of the calendar; nothing for 30 February.
[[nodiscard]] std::optional<std::int64_t> days_of(unsigned year, unsigned month, unsigned day);

/// Without spaces, tabs and, if any are given, `also` at both ends.
[[nodiscard]] inline std::string_view trimmed(std::string_view text, std::string_view also = {}) {
  const auto is_blank = [&](char c) {
    return c == ' ' || c == '\t' || (!also.empty() && also.find(c) != std::string_view::npos);
  };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// ASCII letters as lower case, spaces and '-' as '_': how words of files are compared.
[[nodiscard]] std::string folded(std::string_view text);

/// Remembers what short texts mean, for columns that say the same few words over and over.
///
/// Requires: 16 readable bytes from the start of each text.
template <typename T>
class TextCache {
 public:
  /// Null when it is not known, or too long to be.
  [[nodiscard]] const T* find(std::string_view text) const {
    if (text.size() > text_bytes) return nullptr;
    const Entry& entry = entries_[place_of(words_of(text), text.size())];
    return entry.is_used && entry.words == words_of(text) && entry.size == text.size()
               ? &entry.value
               : nullptr;
  }

  void put(std::string_view text, const T& value) {
    if (text.size() > text_bytes) return;
    const Words words = words_of(text);
    entries_[place_of(words, text.size())] = {
        .words = words, .size = text.size(), .value = value, .is_used = true};
  }

 private:
  static constexpr std::size_t text_bytes = 16;
  static constexpr std::size_t entry_count = 64;
  using Words = std::array<std::uint64_t, 2>;
  struct Entry {
    Words words{};
    std::size_t size = 0;
    T value{};
    bool is_used = false;
  };

  static Words words_of(std::string_view text) {
    Words words{};
    std::memcpy(words.data(), text.data(), text_bytes);
    const std::size_t size = text.size();
    if (size < 8) {
      words = {size == 0 ? 0 : words[0] & (~std::uint64_t{0} >> (64 - 8 * size)), 0};
    } else if (size < 16) {
      words[1] = size == 8 ? 0 : words[1] & (~std::uint64_t{0} >> (128 - 8 * size));
    }
    return words;
  }
  static std::size_t place_of(const Words& words, std::size_t size) {
    const std::uint64_t mixed = (words[0] ^ (words[1] * 31) ^ size) * 0x9e3779b97f4a7c15;
    return static_cast<std::size_t>(mixed >> 58);
  }

  std::array<Entry, entry_count> entries_{};
};

}  // namespace daybook::recon
