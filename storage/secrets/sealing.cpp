#include "storage/secrets/sealing.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "engine/base/assert.hpp"

namespace daybook {
namespace {

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* in(std::span<const std::byte> bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* out(std::span<std::byte> bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}
int size_of(std::span<const std::byte> bytes) { return static_cast<int>(bytes.size()); }

bool fill_randomly(std::span<std::byte> bytes) {
  return RAND_priv_bytes(out(bytes), size_of(bytes)) == 1;
}

}  // namespace

void wipe(std::span<std::byte> bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }

std::optional<NewKey> make_key() {
  NewKey made;
  std::array<std::byte, sizeof(Uint128)> id{};
  if (!fill_randomly(made.key) || RAND_bytes(out(id), size_of(id)) != 1) return std::nullopt;
  std::memcpy(&made.id, id.data(), sizeof(made.id));
  return made;
}

std::optional<SealedText> seal(const NewKey& key, std::string_view text) {
  ENSURE(!text.empty() && text.size() <= limits::secret_bytes_max, "callers check its length");
  SealedText sealed;
  sealed.size = sealed_beside_bytes + text.size();
  const std::span bytes{sealed.bytes};
  const auto head = sealed_head(key.id);
  std::copy(head.begin(), head.end(), bytes.begin());
  const auto nonce = bytes.subspan(sealed_head_bytes, sealed_nonce_bytes);
  const auto encrypted = bytes.subspan(sealed_head_bytes + sealed_nonce_bytes, text.size());
  const auto tag = bytes.subspan(sealed.size - sealed_tag_bytes, sealed_tag_bytes);
  const Context context{EVP_CIPHER_CTX_new()};
  int written = 0;
  int rest = 0;
  const auto content = std::as_bytes(std::span{text});
  const bool good =
      context && RAND_bytes(out(nonce), size_of(nonce)) == 1 &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, in(key.key), in(nonce)) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &written, in(sealed.head()),
                        size_of(sealed.head())) == 1 &&
      EVP_EncryptUpdate(context.get(), out(encrypted), &written, in(content), size_of(content)) ==
          1 &&
      EVP_EncryptFinal_ex(context.get(), out(encrypted) + written, &rest) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, size_of(tag), out(tag)) == 1;
  return good ? std::optional{sealed} : std::nullopt;
}

std::optional<std::string> open_sealed(const SecretKey& key, const SealedText& sealed) {
  const Context context{EVP_CIPHER_CTX_new()};
  std::array<std::byte, limits::secret_bytes_max> text{};
  std::array<std::byte, sealed_tag_bytes> tag{};
  std::copy(sealed.tag().begin(), sealed.tag().end(), tag.begin());
  int written = 0;
  int rest = 0;
  const bool good =
      context &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, in(key), in(sealed.nonce())) ==
          1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &written, in(sealed.head()),
                        size_of(sealed.head())) == 1 &&
      EVP_DecryptUpdate(context.get(), out(text), &written, in(sealed.encrypted()),
                        size_of(sealed.encrypted())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, size_of(tag), out(tag)) == 1 &&
      EVP_DecryptFinal_ex(context.get(), out(text) + written, &rest) == 1;
  std::optional<std::string> opened;
  if (good) opened.emplace(reinterpret_cast<const char*>(text.data()), sealed.encrypted().size());
  wipe(text);
  return opened;
}

}  // namespace daybook
