#include "tools/daybook/text/hex_text.hpp"

namespace daybook {
namespace {

constexpr unsigned no_digit = 16;

unsigned value_of(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<unsigned>(digit - 'a' + 10);
  if (digit >= 'A' && digit <= 'F') return static_cast<unsigned>(digit - 'A' + 10);
  return no_digit;
}

}  // namespace

bool parse_hex(std::string_view text, std::span<std::byte> into) {
  if (text.size() != 2 * into.size()) return false;
  for (std::size_t at = 0; at < into.size(); ++at) {
    const unsigned high = value_of(text[2 * at]);
    const unsigned low = value_of(text[2 * at + 1]);
    if (high == no_digit || low == no_digit) return false;
    into[at] = static_cast<std::byte>(high * 16 + low);
  }
  return true;
}

}  // namespace daybook
