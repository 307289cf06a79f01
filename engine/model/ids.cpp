#include "engine/model/ids.hpp"

#include <span>

#include "engine/base/hash.hpp"

namespace daybook {

Uint128 id_of(std::string_view text) {
  const Sha256Digest digest = sha256(std::as_bytes(std::span{text}));
  u128 value = 0;
  for (std::size_t place = 0; place < 16; ++place) {
    value = (value << 8) | std::to_integer<std::uint8_t>(digest[place]);
  }
  return Uint128{value};
}

}  // namespace daybook
