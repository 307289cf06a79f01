#include "tests/support/naive_text.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace daybook::test {
namespace {

struct Character {
  std::uint32_t code_point = 0;
  std::size_t bytes = 0;
};

/// Decodes by value first and judges afterwards: what is the shortest form of what was meant?
std::optional<Character> first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  Character character;
  if (lead < 0x80) {
    character = {lead, 1};
  } else if (lead >= 0xc0 && lead < 0xe0) {
    character = {lead & 0x1fU, 2};
  } else if (lead >= 0xe0 && lead < 0xf0) {
    character = {lead & 0x0fU, 3};
  } else if (lead >= 0xf0 && lead < 0xf8) {
    character = {lead & 0x07U, 4};
  } else {
    return std::nullopt;
  }
  if (text.size() < character.bytes) return std::nullopt;
  for (std::size_t i = 1; i < character.bytes; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0U) != 0x80) return std::nullopt;
    character.code_point = (character.code_point << 6U) | (byte & 0x3fU);
  }
  return character;
}

std::size_t shortest_form(std::uint32_t code_point) {
  if (code_point < 0x80) return 1;
  if (code_point < 0x800) return 2;
  return code_point < 0x10000 ? 3 : 4;
}

}  // namespace

bool is_printable_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto character = first_character(text);
    if (!character || shortest_form(character->code_point) != character->bytes) return false;
    const std::uint32_t code_point = character->code_point;
    const bool is_surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
    const bool is_control = code_point < 0x20 || (code_point >= 0x7f && code_point <= 0x9f);
    if (is_surrogate || is_control || code_point > 0x10ffff) return false;
    text.remove_prefix(character->bytes);
  }
  return true;
}

}  // namespace daybook::test
