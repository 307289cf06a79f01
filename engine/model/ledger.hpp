#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "engine/base/limits.hpp"
#include "engine/model/ids.hpp"

namespace daybook {

/// What a ledger counts. Frozen.
enum class LedgerKind : std::uint8_t { currency = 1, stock = 2, asset = 3 };

[[nodiscard]] std::string_view to_string(LedgerKind kind) noexcept;
[[nodiscard]] std::optional<LedgerKind> parse_ledger_kind(std::string_view text) noexcept;

/// A registered ledger, 72 bytes: the same on the wire and in the journal.
struct Ledger {
  LedgerId id;
  std::uint8_t scale = 0;  ///< Decimal places of one unit: 2 for euros in cents. 0 to 30.
  LedgerKind kind = LedgerKind::currency;
  std::uint16_t name_bytes = 0;  ///< How many of `name` count; 1 to 64. UTF-8, the rest zero.
  std::array<char, limits::ledger_name_bytes_max> name_text{};

  [[nodiscard]] std::string_view name() const {
    return {name_text.data(), name_bytes <= name_text.size() ? name_bytes : name_text.size()};
  }
  /// Requires: text.size() <= limits::ledger_name_bytes_max.
  void set_name(std::string_view text);

  friend bool operator==(const Ledger&, const Ledger&) = default;
};
static_assert(sizeof(Ledger) == 72 && alignof(Ledger) == 4);
static_assert(std::is_standard_layout_v<Ledger> && std::is_trivially_copyable_v<Ledger>);

}  // namespace daybook
