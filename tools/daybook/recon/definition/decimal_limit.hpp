#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/base/uint128.hpp"

namespace daybook::recon {

/// An amount of a currency as a person writes it, "12.50", by itself: how many decimals the
/// currency has is known only where it is used.
///
/// Units. 18 decimals.
/// Limits. At most a million million million.
class DecimalLimit {
 public:
  static constexpr unsigned decimals = 18;

  [[nodiscard]] static Result<DecimalLimit> parse(std::string_view text);

  /// In minor units of `scale` decimals, at most 18; what is beyond them is cut off.
  [[nodiscard]] u128 floor_at(unsigned scale) const;
  /// The same; nothing where something would be cut off.
  [[nodiscard]] std::optional<u128> exact_at(unsigned scale) const;

  /// Without zeros at its end.
  [[nodiscard]] std::string text() const;

  friend constexpr bool operator==(const DecimalLimit&, const DecimalLimit&) = default;
  friend constexpr bool operator<(const DecimalLimit& a, const DecimalLimit& b) {
    return a.value_ < b.value_;
  }

 private:
  u128 value_ = 0;
};

}  // namespace daybook::recon
