#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/ports/run_store.hpp"

namespace daybook {

/// Plain bytes in a RunStore, behind a page that says what they are:
///
///   offset size
///        0    8  what: eight letters
///        8   32  words: four numbers of whoever wrote it
///       40    8  bytes that follow the page
///       48   16  XXH3-128 of the hashes of the pieces that they were written in (see piece_bytes)
///       64    8  XXH3-64 of the 64 bytes before
///
/// zeros up to 4,096, then the bytes. Little-endian.
///
/// Threads.  Never changes; any number read it.
class StoredArray {
 public:
  using What = std::array<char, 8>;
  using Words = std::array<std::uint64_t, 4>;

  /// Errors: the store's.
  [[nodiscard]] static Result<StoredArray> write(const What& what, const Words& words,
                                                 std::span<const std::span<const std::byte>> parts,
                                                 RunStore& store, std::string_view index);

  /// `damaged`: the page or the size is not as it should be. The bytes are not looked at; see
  /// check().
  [[nodiscard]] static Result<StoredArray> open(const What& what, RunBytes stored);

  StoredArray() = default;

  /// `damaged`: the bytes are not those that were written. Reads them all.
  [[nodiscard]] Result<void> check() const;

  [[nodiscard]] const Words& words() const { return words_; }
  /// Begins at a multiple of 8. Lives as long as this or a copy of it.
  [[nodiscard]] std::span<const std::byte> bytes() const;
  [[nodiscard]] const std::string& name() const { return stored_.name; }
  [[nodiscard]] bool is_stored() const { return stored_.keeper != nullptr; }

  /// What check() hashes at a time.
  static constexpr std::size_t piece_bytes = std::size_t{1} << 20;

 private:
  RunBytes stored_;
  Words words_{};
};

/// The items of an array that has nothing else in it.
template <typename T>
[[nodiscard]] std::span<const T> items_of(const StoredArray& array) {
  return {reinterpret_cast<const T*>(array.bytes().data()), array.bytes().size() / sizeof(T)};
}

}  // namespace daybook
