#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "engine/recon/formats/statement_parser.hpp"

namespace daybook::recon {

/// Formats that need no columns.
enum class StatementFormat : std::uint8_t {
  mt940,  ///< MT942 too.
  camt,   ///< camt.052, .053 and .054.
  bai2,
  nacha,
  fix,
};

[[nodiscard]] std::string_view to_string(StatementFormat format);

/// A format by one of its names, such as "mt940", "mt942" or "camt.053".
[[nodiscard]] std::optional<StatementFormat> format_of(std::string_view name);

/// All names of formats, for messages.
[[nodiscard]] std::span<const std::string_view> format_names();

/// How much of a file is enough to guess its format by.
inline constexpr std::size_t guess_bytes = 64 * 1'024;

/// The format that a file begins like; nothing where it may be CSV, or whatever.
[[nodiscard]] std::optional<StatementFormat> guess_format(std::string_view start);

[[nodiscard]] std::unique_ptr<StatementParser> make_parser(StatementFormat format,
                                                           ParserSettings settings);

}  // namespace daybook::recon
