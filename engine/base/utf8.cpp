#include "engine/base/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

namespace daybook {
namespace {

// RFC 3629: the length of the sequence that `lead` starts, and the smallest code point that needs
// that length (anything smaller is an overlong form).
struct Utf8Lead {
  std::size_t length;
  std::uint32_t smallest;
  std::uint32_t bits;
};

std::optional<Utf8Lead> lead_of(unsigned char lead) {
  if (lead < 0x80) return Utf8Lead{1, 0, lead};
  if (lead >= 0xc2 && lead < 0xe0) return Utf8Lead{2, 0x80, lead & 0x1fU};
  if (lead >= 0xe0 && lead < 0xf0) return Utf8Lead{3, 0x800, lead & 0x0fU};
  if (lead >= 0xf0 && lead < 0xf5) return Utf8Lead{4, 0x10000, lead & 0x07U};
  return std::nullopt;
}

/// Eight bytes, none of them more than 0x7e or less than a space: most texts are nothing else.
bool are_printable_ascii(const char* bytes) {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
  constexpr std::uint64_t highs = ones * 0x80;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  if ((word & highs) != 0) return false;
  // Below 0x80 no byte borrows from or carries into the next one.
  const std::uint64_t from_space = word + ones * (0x80 - 0x20);
  const std::uint64_t from_delete = word + ones;
  return (from_space & highs) == highs && (from_delete & highs) == 0;
}

}  // namespace

bool is_printable_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (text.size() - at >= 8 && are_printable_ascii(text.data() + at)) {
      at += 8;
      continue;
    }
    const auto lead = lead_of(static_cast<unsigned char>(text[at]));
    if (!lead || at + lead->length > text.size()) return false;
    std::uint32_t point = lead->bits;
    for (std::size_t more = 1; more < lead->length; ++more) {
      const auto byte = static_cast<unsigned char>(text[at + more]);
      if ((byte & 0xc0U) != 0x80U) return false;
      point = point << 6U | (byte & 0x3fU);
    }
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    const bool control = point < 0x20 || (point >= 0x7f && point < 0xa0);
    if (point < lead->smallest || point > 0x10ffff || surrogate || control) return false;
    at += lead->length;
  }
  return true;
}

}  // namespace daybook
