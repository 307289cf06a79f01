#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "engine/recon/record.hpp"

namespace daybook::recon {

/// What a comparison can say of a record or a pair. The numbers are frozen.
enum class Code : std::uint8_t {
  matched = 0,
  matched_tolerance = 1,
  a_only = 10,
  a_pending = 11,
  b_only = 12,
  b_pending = 13,
  amount_short = 20,
  amount_over = 21,
  fee_mismatch = 22,
  net_gross = 23,
  fx_difference = 24,
  rounding = 25,
  currency_mismatch = 30,
  status_a_ok_b_failed = 31,
  status_a_open_b_ok = 32,
  type_mismatch = 33,
  party_mismatch = 34,
  date_mismatch = 35,
  reference_mismatch = 36,
  duplicate_a = 40,
  duplicate_b = 41,
  duplicate_both = 42,
  reversed = 50,
  refunded = 51,
  chargeback = 52,
  split_incomplete = 60,
  split_matched = 61,
  invalid_record = 70,
  control_total = 71,
  ambiguous = 72,
};

/// All of them, by their numbers.
inline constexpr std::array all_codes{
    Code::matched,
    Code::matched_tolerance,
    Code::a_only,
    Code::a_pending,
    Code::b_only,
    Code::b_pending,
    Code::amount_short,
    Code::amount_over,
    Code::fee_mismatch,
    Code::net_gross,
    Code::fx_difference,
    Code::rounding,
    Code::currency_mismatch,
    Code::status_a_ok_b_failed,
    Code::status_a_open_b_ok,
    Code::type_mismatch,
    Code::party_mismatch,
    Code::date_mismatch,
    Code::reference_mismatch,
    Code::duplicate_a,
    Code::duplicate_b,
    Code::duplicate_both,
    Code::reversed,
    Code::refunded,
    Code::chargeback,
    Code::split_incomplete,
    Code::split_matched,
    Code::invalid_record,
    Code::control_total,
    Code::ambiguous,
};

[[nodiscard]] std::string_view to_string(Code code);

/// The index in all_codes.
[[nodiscard]] constexpr std::size_t index_of(Code code) {
  std::size_t index = 0;
  while (all_codes[index] != code) ++index;
  return index;
}

/// Several codes at once.
class CodeSet {
 public:
  constexpr CodeSet() = default;
  constexpr CodeSet(std::initializer_list<Code> codes) {
    for (const Code code : codes) add(code);
  }

  constexpr void add(Code code) { bits_ |= std::uint32_t{1} << index_of(code); }
  constexpr void remove(Code code) { bits_ &= ~(std::uint32_t{1} << index_of(code)); }
  [[nodiscard]] constexpr bool has(Code code) const { return (bits_ >> index_of(code) & 1) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(const CodeSet&, const CodeSet&) = default;

 private:
  std::uint32_t bits_ = 0;
};

/// The one by which a record or pair is counted: the gravest first. Notes are none: with nothing
/// but them it is matched.
[[nodiscard]] Code primary_of(CodeSet codes);

/// Neither matched, nor matched within a tolerance: somebody has to look at it.
[[nodiscard]] constexpr bool is_difference(Code primary) {
  return primary != Code::matched && primary != Code::matched_tolerance;
}

/// A record without a partner, or a pair that has more to it than being equal.
struct Difference {
  CodeSet codes;
  std::uint32_t count_a = 0;  ///< Records of A in its group: same reference, currency and type.
  std::uint32_t count_b = 0;
  std::uint32_t parts_a = 1;  ///< Records that `a` is the sum of: more than one in a split.
  std::uint32_t parts_b = 1;
  bool has_a = false;
  bool has_b = false;
  Record a;
  Record b;

  [[nodiscard]] bool is_pair() const { return has_a && has_b; }
  [[nodiscard]] bool is_split() const { return parts_a > 1 || parts_b > 1; }
  /// What B has more than A, of what was moved.
  [[nodiscard]] i128 delta() const {
    return (has_b ? b.effective_amount() : 0) - (has_a ? a.effective_amount() : 0);
  }
};

}  // namespace daybook::recon
