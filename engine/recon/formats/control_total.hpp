#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/uint128.hpp"

namespace daybook::recon {

/// What a file says of itself, against what its lines add up to.
struct ControlTotal {
  std::string what;  ///< "lines", the currency of a sum, or which total of which statement it is.
  i128 stated = 0;
  i128 found = 0;
  unsigned scale = 0;        ///< Decimals of both.
  bool is_missing = false;   ///< The file ends without it: it was cut short.
  bool is_unparsed = false;  ///< Lines that it is about cannot be read; these explain a difference.

  [[nodiscard]] bool agrees() const { return is_unparsed || (!is_missing && stated == found); }
};

/// Says a total in words: what the file has, what its lines make, and whether that agrees.
[[nodiscard]] std::string text_of(const ControlTotal& total);

/// All control totals of a file.
///
/// Limits.  Lists `totals_listed_max`, of those that agree `totals_agreeing_listed_max`; the others
///          are counted.
class ControlTotals {
 public:
  void add(ControlTotal total);

  [[nodiscard]] const std::vector<ControlTotal>& listed() const { return listed_; }
  [[nodiscard]] std::uint64_t agreeing() const { return agreeing_; }
  [[nodiscard]] std::uint64_t differing() const { return differing_; }
  [[nodiscard]] std::uint64_t unlisted() const { return agreeing_ + differing_ - listed_.size(); }

 private:
  std::vector<ControlTotal> listed_;
  std::uint64_t agreeing_ = 0;
  std::uint64_t differing_ = 0;
};

}  // namespace daybook::recon
