#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "engine/base/hash.hpp"
#include "engine/recon/recon_limits.hpp"

namespace daybook::recon {

/// Something for each currency that occurs.
///
/// Threads.  One.
/// Limits.   `currency_count_max` currencies.
template <typename T, std::size_t currency_count_max = limits::currencies_max>
class CurrencyTable {
 public:
  struct Row {
    std::uint64_t currency = 0;
    T value{};
  };

  /// The currency's, made when it is new; null when there are too many.
  [[nodiscard]] T* find_or_add(std::uint64_t currency) {
    // Rows of a file mostly have the same currency as the row before.
    if (last_ < rows_.size() && rows_[last_].currency == currency) return &rows_[last_].value;
    for (std::size_t at = fold_multiply(currency, hash_factor) % slots_.size();;
         at = (at + 1) % slots_.size()) {
      if (slots_[at] == 0) {
        if (rows_.size() == currency_count_max) return nullptr;
        rows_.push_back({.currency = currency, .value = {}});
        slots_[at] = static_cast<std::uint32_t>(rows_.size());
      }
      if (rows_[slots_[at] - 1].currency == currency) {
        last_ = slots_[at] - 1;
        return &rows_[last_].value;
      }
    }
  }

  /// By the currencies' names.
  [[nodiscard]] std::vector<Row> sorted() const {
    std::vector<Row> rows = rows_;
    std::sort(rows.begin(), rows.end(),
              [](const Row& a, const Row& b) { return a.currency < b.currency; });
    return rows;
  }

 private:
  static constexpr std::uint64_t hash_factor = 0x9e3779b97f4a7c15;

  std::vector<Row> rows_;
  std::array<std::uint32_t, 4 * currency_count_max> slots_{};  ///< Of a row, plus one.
  std::size_t last_ = 0;
};

}  // namespace daybook::recon
