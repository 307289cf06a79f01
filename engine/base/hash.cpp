#include "engine/base/hash.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#define XXH_STATIC_LINKING_ONLY  // The streaming state stands on the stack.
#include <xxhash.h>

#include "engine/base/assert.hpp"

namespace daybook {

std::uint64_t xxh3_64(std::span<const std::byte> bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint64_t xxh3_64(std::span<const std::byte> a, std::span<const std::byte> b) noexcept {
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  XXH3_64bits_update(&state, a.data(), a.size());
  XXH3_64bits_update(&state, b.data(), b.size());
  return XXH3_64bits_digest(&state);
}

Uint128 xxh3_128(std::span<const std::byte> bytes) noexcept {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return Uint128{hash.low64, hash.high64};
}

namespace {

/// Looked up once: a look-up takes locks of the library, which cost more than a short hash.
const EVP_MD* sha256_method() {
  static EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  ENSURE(method != nullptr, "OpenSSL has SHA-256");
  return method;
}

}  // namespace

struct Sha256::Context {
  EVP_MD_CTX* evp = nullptr;
};

Sha256::Sha256() : context_{std::make_unique<Context>()} {
  context_->evp = EVP_MD_CTX_new();
  ENSURE(context_->evp != nullptr, "SHA-256 needs memory for its context");
  ENSURE(EVP_DigestInit_ex(context_->evp, sha256_method(), nullptr) == 1, "OpenSSL has SHA-256");
}

Sha256::~Sha256() { EVP_MD_CTX_free(context_->evp); }

void Sha256::update(std::span<const std::byte> bytes) {
  ENSURE(EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size()) == 1,
         "SHA-256 takes bytes until it is finished");
}

Sha256Digest Sha256::finish() {
  Sha256Digest digest{};
  unsigned size = 0;
  ENSURE(EVP_DigestFinal_ex(context_->evp, reinterpret_cast<unsigned char*>(digest.data()),
                            &size) == 1 &&
             size == digest.size(),
         "SHA-256 yields 32 bytes, once");
  return digest;
}

Sha256Digest sha256(std::span<const std::byte> bytes) {
  // A context for each hash would cost more than a short text.
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{
      EVP_MD_CTX_new(), &EVP_MD_CTX_free};
  ENSURE(context != nullptr, "SHA-256 needs memory for its context");
  Sha256Digest digest{};
  ENSURE(EVP_DigestInit_ex(context.get(), sha256_method(), nullptr) == 1 &&
             EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
             EVP_DigestFinal_ex(context.get(), reinterpret_cast<unsigned char*>(digest.data()),
                                nullptr) == 1,
         "SHA-256 of bytes in memory does not fail");
  return digest;
}

std::string to_hex(const Sha256Digest& digest) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : digest) {
    text.push_back(digits[std::to_integer<unsigned>(byte) >> 4U]);
    text.push_back(digits[std::to_integer<unsigned>(byte) & 15U]);
  }
  return text;
}

bool equal_in_constant_time(std::span<const std::byte> a, std::span<const std::byte> b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace daybook
