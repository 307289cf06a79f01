#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/base/limits.hpp"
#include "engine/base/uint128.hpp"

/// A secret as sagas, the journal and everything made of it carry it: encrypted with a key of its
/// own, which only the keeper of secrets has. A text like any other:
///
///     "sealed:" and base64url (RFC 4648, without padding) of
///      1 byte   the version: 1
///     16 bytes  the key's id, the most significant byte first
///     12 bytes  nonce
///      n bytes  the text, encrypted with AES-256-GCM
///     16 bytes  GCM's tag, over the version and the key's id too

namespace daybook {

inline constexpr std::string_view sealed_text_prefix = "sealed:";
inline constexpr std::uint8_t sealed_text_version = 1;
inline constexpr std::size_t sealed_nonce_bytes = 12;
inline constexpr std::size_t sealed_tag_bytes = 16;
inline constexpr std::size_t sealed_head_bytes = 1 + sizeof(Uint128);
inline constexpr std::size_t sealed_beside_bytes =
    sealed_head_bytes + sealed_nonce_bytes + sealed_tag_bytes;

/// A sealed text taken apart.
struct SealedText {
  std::array<std::byte, sealed_beside_bytes + limits::secret_bytes_max> bytes{};
  std::size_t size = 0;

  /// What the tag is over beside the text.
  [[nodiscard]] std::span<const std::byte> head() const {
    return std::span{bytes}.first(sealed_head_bytes);
  }
  [[nodiscard]] std::span<const std::byte> nonce() const {
    return std::span{bytes}.subspan(sealed_head_bytes, sealed_nonce_bytes);
  }
  [[nodiscard]] std::span<const std::byte> encrypted() const {
    return std::span{bytes}.subspan(sealed_head_bytes + sealed_nonce_bytes,
                                    size - sealed_beside_bytes);
  }
  [[nodiscard]] std::span<const std::byte> tag() const {
    return std::span{bytes}.subspan(size - sealed_tag_bytes, sealed_tag_bytes);
  }
  [[nodiscard]] Uint128 key_id() const;
};

/// Version and key id, as they stand in front.
[[nodiscard]] std::array<std::byte, sealed_head_bytes> sealed_head(const Uint128& key_id);

/// Nothing for whatever is not exactly a sealed text's form; whether its key is there, and opens
/// it, only the keeper knows. Any bytes are safe. Cost: no allocation.
[[nodiscard]] std::optional<SealedText> read_sealed_text(std::string_view text);
[[nodiscard]] inline bool is_sealed_text(std::string_view text) {
  return read_sealed_text(text).has_value();
}

/// The text of these bytes. Requires: a size that read_sealed_text() takes.
[[nodiscard]] std::string to_text(const SealedText& sealed);

/// Texts to be sealed as a request has them: of each 2 bytes the length, then as many. Nothing for
/// bytes that are not 1 to limits::secrets_max texts of 1 to limits::secret_bytes_max bytes of
/// printable UTF-8, or where one begins with "sealed:", for then nobody could tell whether it is
/// sealed. Any bytes are safe.
[[nodiscard]] std::optional<std::vector<std::string_view>> read_secret_texts(
    std::span<const std::byte> bytes);
/// Requires: texts of at most 65,535 bytes.
[[nodiscard]] std::vector<std::byte> secret_texts(std::span<const std::string> texts);

/// A sealed text in an answer. 264 bytes.
struct SealedTextView {
  std::uint64_t bytes = 0;
  std::array<char, limits::sealed_text_bytes_max> text{};  ///< Zeros behind it.
};
static_assert(sizeof(SealedTextView) == 264 && std::is_trivially_copyable_v<SealedTextView>);

enum class ForgetOutcome : std::uint64_t {
  forgotten = 0,
  was_forgotten = 1,  ///< Before.
  unknown = 2,        ///< There never was such a key, as far as the store tells.
};
/// The enumerator's own name; "unknown_outcome" for a number that has none.
[[nodiscard]] std::string_view to_string(ForgetOutcome outcome) noexcept;

/// What has become of a key. 24 bytes.
struct ForgottenKey {
  Uint128 key_id;
  ForgetOutcome outcome{};
};
static_assert(sizeof(ForgottenKey) == 24 && std::is_trivially_copyable_v<ForgottenKey>);

/// "secret:0123abcd", the first 8 digits of the key's id: how people see a sealed text.
[[nodiscard]] std::string secret_mask(const Uint128& key_id);

/// `text` with every sealed text in it masked, also where it stands amid other bytes. What people
/// are shown of a journal's content goes through here.
[[nodiscard]] std::string mask_secrets(std::string_view text);

}  // namespace daybook
