#pragma once

#include <compare>

namespace daybook {

/// A number with a meaning: converts neither to another meaning nor back to the bare number.
/// `Meaning` is an incomplete type whose only use is to make the name distinct. Has the size,
/// alignment and bytes of `Rep`, so it may stand in wire and journal structs.
template <typename Meaning, typename Rep>
class Named {
 public:
  using rep = Rep;

  constexpr Named() = default;
  constexpr explicit Named(Rep value) : value_{value} {}

  [[nodiscard]] constexpr Rep value() const { return value_; }
  friend constexpr auto operator<=>(const Named&, const Named&) = default;

 private:
  Rep value_{};
};

}  // namespace daybook
