#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"

/// Flags by name, those included that only the engine sets (debits_frozen). A bit without a name is
/// "bit_9", so that every value can be written and read back.

namespace daybook {

/// Which set of flags a name belongs to.
enum class FlagSet : std::uint8_t { account, transfer };

/// The bit of the flag called `name`.
[[nodiscard]] Result<std::uint16_t> parse_flag(FlagSet set, std::string_view name);

/// The bits of names joined by '|'; no bits for empty text.
[[nodiscard]] Result<std::uint16_t> parse_flags(FlagSet set, std::string_view text);

/// The names of the bits in `flags`, lowest bit first.
[[nodiscard]] std::vector<std::string> flag_names(FlagSet set, std::uint16_t flags);

/// The same joined by '|', as parse_flags() reads them; empty for none.
[[nodiscard]] std::string format_flags(FlagSet set, std::uint16_t flags);

/// A flag that a request may set.
struct SettableFlag {
  std::string_view name;
  std::string_view help;
};

/// Lowest bit first.
[[nodiscard]] std::vector<SettableFlag> settable_flags(FlagSet set);

/// Their names joined by ", ": for help texts.
[[nodiscard]] std::string known_flag_names(FlagSet set);

}  // namespace daybook
