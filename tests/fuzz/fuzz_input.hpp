#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>

/// What the fuzz targets share.

namespace daybook {

/// Larger inputs teach nothing: the messages' structure is in their first bytes.
inline constexpr std::size_t fuzz_bytes_max = 65'536;

/// The fuzzer's bytes in memory of exactly their size, 8-byte aligned, so that the sanitizer sees
/// each read outside them.
class AlignedInput {
 public:
  explicit AlignedInput(std::span<const std::uint8_t> bytes)
      : bytes_{static_cast<std::byte*>(std::malloc(bytes.empty() ? 1 : bytes.size())), &std::free},
        size_{bytes.size()} {
    if (!bytes.empty()) std::memcpy(bytes_.get(), bytes.data(), bytes.size());
  }
  [[nodiscard]] std::span<std::byte> bytes() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<std::byte, decltype(&std::free)> bytes_;
  std::size_t size_;
};

/// Reads every byte, so that memory which must not be read is noticed.
inline void touch(const void* data, std::size_t size) {
  volatile std::uint8_t sum = 0;
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  for (std::size_t i = 0; i < size; ++i) sum = static_cast<std::uint8_t>(sum + bytes[i]);
}

}  // namespace daybook
