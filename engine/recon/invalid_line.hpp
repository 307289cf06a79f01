#pragma once

#include <cstddef>
#include <cstdint>

namespace daybook::recon {

/// Why a line is no record. Numbers are only appended to.
enum class InvalidReason : std::uint8_t {
  fields,     ///< More or fewer than the header has.
  quotes,     ///< A quote where none may be, or one that is never closed.
  too_long,   ///< More bytes than `line_bytes_max`.
  reference,  ///< No UTF-8, control characters, or too long.
  amount,     ///< No number, too many digits, or more decimals than its currency has.
  fee,
  currency,
  status,
  type,
  time,
  settlement,
  structure,  ///< Not what the format has here, or not as it is written.
  missing,    ///< Without a field that the format requires.
  checksum,   ///< Not the bytes that were sent.
};
inline constexpr std::size_t invalid_reason_count = 14;

/// A line that is no record; its text is read again from the file.
struct InvalidLine {
  std::uint64_t offset = 0;  ///< Of its first byte.
  std::uint64_t line = 0;    ///< The first line of a file is 1.
  std::uint64_t size_bytes = 0;
  InvalidReason reason = InvalidReason::fields;
};

}  // namespace daybook::recon
