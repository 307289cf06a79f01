#pragma once

#include <array>
#include <span>

#include "engine/recon/order_rule.hpp"
#include "engine/recon/run_region.hpp"

namespace daybook::recon {

/// The bits of three words that differ between records, from the first on, at most 64 of them.
/// Taken out of the words and put side by side they order as the words do, as far as they go, and
/// a prefix that all references share costs nothing.
class BitPlan {
 public:
  /// `varying` has the bits that are not the same in all words.
  explicit BitPlan(const KeyWords& varying);

  [[nodiscard]] unsigned bit_count() const { return count_[0] + count_[1] + count_[2]; }

  /// Fills `bits` of each entry: entry i is for the i-th of the packed records at `records`, whose
  /// offsets it fills as well.
  void fill(std::span<RunEntry> entries, const std::byte* records, const OrderRule& order) const;

 private:
  void extract(std::span<const KeyWords> words, std::span<RunEntry> entries) const;
  void extract_by_instruction(std::span<const KeyWords> words, std::span<RunEntry> entries) const;

  KeyWords masks_{};
  std::array<unsigned, 3> count_{};
};

/// Sorts by words, then by less_behind_words(). `scratch` is as large as `entries`. Radix
/// passes over the first 35 bits, then comparisons among those in which these are equal.
void sort_entries(std::span<RunEntry> entries, std::span<RunEntry> scratch, unsigned bit_count,
                  const std::byte* records, const OrderRule& order);

}  // namespace daybook::recon
