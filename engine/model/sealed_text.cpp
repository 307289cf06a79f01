#include "engine/model/sealed_text.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/assert.hpp"
#include "engine/base/utf8.hpp"

namespace daybook {
namespace {

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t mask_digits = 8;

constexpr std::size_t digits_of(std::size_t bytes) { return (bytes * 4 + 2) / 3; }
static_assert(sealed_text_prefix.size() +
                  digits_of(sealed_beside_bytes + limits::secret_bytes_max) <=
              limits::sealed_text_bytes_max);
static_assert(sealed_text_prefix.size() +
                  digits_of(sealed_beside_bytes + limits::secret_bytes_max + 1) >
              limits::sealed_text_bytes_max);

std::optional<unsigned> value_of(char digit) {
  if (digit >= 'A' && digit <= 'Z') return static_cast<unsigned>(digit - 'A');
  if (digit >= 'a' && digit <= 'z') return static_cast<unsigned>(digit - 'a') + 26;
  if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0') + 52;
  if (digit == '-') return 62U;
  if (digit == '_') return 63U;
  return std::nullopt;
}

/// How many bytes `text` wrote; nothing where it is no base64url, has more than there is room for,
/// or bits that belong to no byte: of the same bytes there is one text.
std::optional<std::size_t> decode(std::string_view text, std::span<std::byte> into) {
  std::uint32_t bits = 0;
  unsigned held = 0;
  std::size_t count = 0;
  for (const char digit : text) {
    const auto value = value_of(digit);
    if (!value) return std::nullopt;
    bits = bits << 6U | *value;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    if (count == into.size()) return std::nullopt;
    into[count++] = static_cast<std::byte>(bits >> held & 0xffU);
    bits &= (1U << held) - 1;
  }
  return held < 6 && bits == 0 ? std::optional{count} : std::nullopt;
}

Uint128 id_at(std::span<const std::byte> bytes) {
  Uint128 id;
  for (std::size_t at = 0; at < 8; ++at) {
    id.hi = id.hi << 8U | std::to_integer<std::uint64_t>(bytes[at]);
    id.lo = id.lo << 8U | std::to_integer<std::uint64_t>(bytes[8 + at]);
  }
  return id;
}

}  // namespace

Uint128 SealedText::key_id() const { return id_at(std::span{bytes}.subspan(1, sizeof(Uint128))); }

std::array<std::byte, sealed_head_bytes> sealed_head(const Uint128& key_id) {
  std::array<std::byte, sealed_head_bytes> head{};
  head[0] = std::byte{sealed_text_version};
  for (std::size_t at = 0; at < 8; ++at) {
    head[1 + at] = static_cast<std::byte>(key_id.hi >> (56 - 8 * at) & 0xffU);
    head[9 + at] = static_cast<std::byte>(key_id.lo >> (56 - 8 * at) & 0xffU);
  }
  return head;
}

std::optional<SealedText> read_sealed_text(std::string_view text) {
  if (!text.starts_with(sealed_text_prefix)) return std::nullopt;
  SealedText sealed;
  const auto size = decode(text.substr(sealed_text_prefix.size()), sealed.bytes);
  if (!size || *size <= sealed_beside_bytes) return std::nullopt;
  sealed.size = *size;
  const bool is_known = sealed.bytes[0] == std::byte{sealed_text_version};
  return is_known ? std::optional{sealed} : std::nullopt;
}

std::string to_text(const SealedText& sealed) {
  ENSURE(sealed.size > sealed_beside_bytes && sealed.size <= sealed.bytes.size(),
         "a sealed text has a text in it");
  std::string text{sealed_text_prefix};
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const std::byte byte : std::span{sealed.bytes}.first(sealed.size)) {
    bits = bits << 8U | std::to_integer<std::uint32_t>(byte);
    for (held += 8; held >= 6; held -= 6) text += digits[bits >> (held - 6) & 0x3fU];
    bits &= (1U << held) - 1;
  }
  if (held > 0) text += digits[bits << (6 - held) & 0x3fU];
  return text;
}

std::optional<std::vector<std::string_view>> read_secret_texts(std::span<const std::byte> bytes) {
  std::vector<std::string_view> texts;
  while (!bytes.empty()) {
    std::uint16_t size = 0;
    if (bytes.size() < sizeof(size) || texts.size() == limits::secrets_max) return std::nullopt;
    std::memcpy(&size, bytes.data(), sizeof(size));
    bytes = bytes.subspan(sizeof(size));
    if (size == 0 || size > limits::secret_bytes_max || size > bytes.size()) return std::nullopt;
    const std::string_view text{reinterpret_cast<const char*>(bytes.data()), size};
    if (!is_printable_utf8(text) || text.starts_with(sealed_text_prefix)) return std::nullopt;
    texts.push_back(text);
    bytes = bytes.subspan(size);
  }
  return texts.empty() ? std::nullopt : std::optional{std::move(texts)};
}

std::vector<std::byte> secret_texts(std::span<const std::string> texts) {
  std::vector<std::byte> bytes;
  for (const std::string& text : texts) {
    ENSURE(text.size() <= 0xffff, "callers check how long a text is");
    const auto size = static_cast<std::uint16_t>(text.size());
    const auto front = std::as_bytes(std::span{&size, 1});
    const auto content = std::as_bytes(std::span{text});
    bytes.insert(bytes.end(), front.begin(), front.end());
    bytes.insert(bytes.end(), content.begin(), content.end());
  }
  return bytes;
}

std::string_view to_string(ForgetOutcome outcome) noexcept {
  switch (outcome) {
    case ForgetOutcome::forgotten:
      return "forgotten";
    case ForgetOutcome::was_forgotten:
      return "was_forgotten";
    case ForgetOutcome::unknown:
      return "unknown";
  }
  return "unknown_outcome";
}

std::string secret_mask(const Uint128& key_id) {
  return "secret:" + to_hex(key_id).substr(0, mask_digits);
}

// Amid other bytes a sealed text has no end of its own: whatever looks like more of it is masked
// with it, so never too little is.
std::string mask_secrets(std::string_view text) {
  std::string masked;
  for (;;) {
    const std::size_t begin = text.find(sealed_text_prefix);
    if (begin == std::string_view::npos) break;
    const std::size_t from = begin + sealed_text_prefix.size();
    const auto* const stop =
        std::find_if(text.begin() + from, text.end(), [](char each) { return !value_of(each); });
    // Another one may begin right behind: its "sealed" looks like more of this one.
    const std::size_t end = std::min(static_cast<std::size_t>(stop - text.begin()),
                                     text.find(sealed_text_prefix, from));
    std::array<std::byte, sealed_head_bytes + 1> head{};
    const bool is_whole = end - from >= digits_of(sealed_beside_bytes + 1);
    masked += text.substr(0, begin);
    if (is_whole && decode(text.substr(from, digits_of(head.size())), head) &&
        head[0] == std::byte{sealed_text_version}) {
      masked += secret_mask(id_at(std::span{head}.subspan(1, sizeof(Uint128))));
    } else {
      masked += text.substr(begin, end - begin);
    }
    text.remove_prefix(end);
  }
  masked += text;
  return masked;
}

}  // namespace daybook
