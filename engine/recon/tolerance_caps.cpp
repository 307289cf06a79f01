#include "engine/recon/tolerance_caps.hpp"

namespace daybook::recon {

void ToleranceCaps::grant(Difference& difference) {
  if (!difference.codes.has(Code::matched_tolerance)) return;
  for (std::size_t i = 0; i < tolerances_.size(); ++i) {
    const Tolerance& tolerance = tolerances_[i];
    if (tolerance.currency != difference.a.currency) continue;
    const i128 delta = difference.b.amount() - difference.a.amount();
    const i128 size = delta < 0 ? -delta : delta;
    if (tolerance.cap && used_[i] + size > *tolerance.cap) {
      difference.codes.remove(Code::matched_tolerance);
      if (difference.is_split()) {
        difference.codes.remove(Code::split_matched);
        difference.codes.add(Code::split_incomplete);
      }
    } else {
      used_[i] += size;
    }
    return;
  }
}

}  // namespace daybook::recon
