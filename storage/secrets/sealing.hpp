#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/model/sealed_text.hpp"
#include "storage/secrets/key_file.hpp"

/// AES-256-GCM and random numbers, by OpenSSL; its only includer here. Pure but for the randomness.

namespace daybook {

/// A key that nobody can guess, with an id that no other has. Nothing where the system has no
/// randomness to give.
[[nodiscard]] std::optional<NewKey> make_key();

/// Nothing where OpenSSL fails. Requires: 1 to limits::secret_bytes_max bytes.
[[nodiscard]] std::optional<SealedText> seal(const NewKey& key, std::string_view text);

/// Nothing where the key is not the one that sealed it, or a bit of it was changed.
[[nodiscard]] std::optional<std::string> open_sealed(const SecretKey& key,
                                                     const SealedText& sealed);

/// Zeros, which no optimiser leaves out.
void wipe(std::span<std::byte> bytes);

}  // namespace daybook
