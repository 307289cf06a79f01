#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engine/base/uint128.hpp"

/// Every hash of the project, and the only includer of their libraries.
///
/// XXH3 (xxHash 0.8, seed 0) finds accidents: frames and entries. SHA-256 is for what must resist
/// forgers: segments, names, tokens. mix() and account_key() feed the state digest, so they are
/// part of the journal format: the same on every machine, for ever.

namespace daybook {

[[nodiscard]] std::uint64_t xxh3_64(std::span<const std::byte> bytes) noexcept;

/// XXH3-64 of `a` followed by `b`, as if they stood side by side.
[[nodiscard]] std::uint64_t xxh3_64(std::span<const std::byte> a,
                                    std::span<const std::byte> b) noexcept;

[[nodiscard]] Uint128 xxh3_128(std::span<const std::byte> bytes) noexcept;

using Sha256Digest = std::array<std::byte, 32>;

[[nodiscard]] Sha256Digest sha256(std::span<const std::byte> bytes);

/// SHA-256 of bytes that arrive in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::span<const std::byte> bytes);

  /// The digest of all that update() was given. Call once.
  [[nodiscard]] Sha256Digest finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// 64 lower-case hexadecimal digits, in the order of the bytes.
[[nodiscard]] std::string to_hex(const Sha256Digest& digest);

/// Equal or not, in a time that does not depend on where they differ: for secrets.
[[nodiscard]] bool equal_in_constant_time(std::span<const std::byte> a,
                                          std::span<const std::byte> b) noexcept;

/// Folds a 128-bit product into 64 bits: every bit of both inputs reaches every bit of the result.
[[nodiscard]] constexpr std::uint64_t fold_multiply(std::uint64_t a, std::uint64_t b) noexcept {
  const u128 product = static_cast<u128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// A 64-bit hash of a 128-bit id and a salt. The constants are the fractional digits of pi, so that
/// nobody chose them.
[[nodiscard]] constexpr std::uint64_t mix(const Uint128& id, std::uint64_t salt) noexcept {
  constexpr std::uint64_t pi0 = 0x243f6a8885a308d3;
  constexpr std::uint64_t pi1 = 0x13198a2e03707344;
  constexpr std::uint64_t pi2 = 0xa4093822299f31d0;
  const std::uint64_t first = fold_multiply(id.lo ^ pi0, id.hi ^ pi1 ^ salt);
  return fold_multiply(first ^ pi2, id.lo + (salt | 1) * 0x9e3779b97f4a7c15);
}

}  // namespace daybook
