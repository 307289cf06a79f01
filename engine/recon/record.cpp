#include "engine/recon/record.hpp"

#include <cstring>

#include "engine/base/hash.hpp"

namespace daybook::recon {

std::string_view to_string(Side side) { return side == Side::a ? "a" : "b"; }

std::string_view to_string(RecordStatus status) {
  switch (status) {
    case RecordStatus::ok:
      return "ok";
    case RecordStatus::open:
      return "open";
    case RecordStatus::failed:
      return "failed";
    case RecordStatus::reversed:
      return "reversed";
    case RecordStatus::refunded:
      return "refunded";
    case RecordStatus::charged_back:
      return "chargeback";
  }
  return "unknown";
}

std::string_view to_string(RecordType type) {
  constexpr std::array<std::string_view, record_type_count> names{
      "charge", "refund",   "reversal",   "chargeback", "fee",
      "payout", "transfer", "adjustment", "other"};
  const auto index = static_cast<std::size_t>(type);
  return index < names.size() ? names[index] : "unknown";
}

KeyWords key_of_text(std::string_view text) {
  std::array<unsigned char, limits::key_bytes> bytes{};
  std::memcpy(bytes.data(), text.data(), std::min(text.size(), bytes.size()));
  KeyWords words{};
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + 8 * i, sizeof word);
    words[i] = __builtin_bswap64(word);
  }
  return words;
}

KeyWords key_of_reference(std::string_view reference) {
  if (reference.size() <= limits::key_bytes) return key_of_text(reference);
  const Sha256Digest digest = sha256(std::as_bytes(std::span{reference}));
  std::string text(limits::key_bytes, '\xff');
  std::memcpy(text.data() + 1, digest.data(), text.size() - 1);
  return key_of_text(text);
}

std::optional<std::string> reference_of(const KeyWords& key) {
  if (key[0] >> 56 == 0xff) return std::nullopt;
  std::string text;
  for (std::size_t i = 0; i < limits::key_bytes; ++i) {
    const auto byte = static_cast<char>(key[i / 8] >> (56 - 8 * (i % 8)));
    if (byte == 0) break;
    text += byte;
  }
  return text;
}

std::uint64_t digest_of_text(std::string_view text) {
  return xxh3_64(std::as_bytes(std::span{text})) | 1;
}

std::uint64_t currency_of_text(std::string_view text) {
  if (text.empty() || text.size() > limits::currency_bytes_max) return 0;
  std::uint64_t word = 0;
  for (char c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if ((c < 'A' || c > 'Z') && (c < '0' || c > '9')) return 0;
    word = (word << 8) | static_cast<unsigned char>(c);
  }
  return word << (8 * (limits::currency_bytes_max - text.size()));
}

std::string currency_text(std::uint64_t currency) {
  std::string text;
  for (; currency != 0; currency <<= 8) text += static_cast<char>(currency >> 56);
  return text;
}

std::string to_decimal(i128 value) {
  if (value >= 0) return daybook::to_decimal(static_cast<u128>(value));
  return "-" + daybook::to_decimal(-static_cast<u128>(value));
}

std::string amount_text(i128 value, unsigned scale) {
  const bool is_negative = value < 0;
  std::string digits =
      daybook::to_decimal(is_negative ? -static_cast<u128>(value) : static_cast<u128>(value));
  if (scale > 0) {
    if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
    digits.insert(digits.size() - scale, 1, '.');
  }
  return is_negative ? "-" + digits : digits;
}

}  // namespace daybook::recon
