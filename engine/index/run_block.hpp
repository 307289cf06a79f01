#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "engine/index/index_pair.hpp"
#include "engine/index/run_format.hpp"

/// One block of a run: pairs to 4,096 bytes and back. The format stands in run_format.hpp.

namespace daybook {

/// Fills pages with pairs.
///
/// Threads.  One.
class BlockWriter {
 public:
  explicit BlockWriter(std::uint64_t value_base) : value_base_{value_base} {}

  /// False when the page is full; then take finish() and add the pair again.
  /// Requires: `pair` is greater than the pair before; its value is not below the value base.
  [[nodiscard]] bool add(const IndexPair& pair);

  [[nodiscard]] std::uint16_t pair_count() const { return pair_count_; }
  [[nodiscard]] const IndexPair& first() const { return first_; }

  /// The page, complete, as block `number`; valid until the next add(), which begins a new one.
  /// Requires: pair_count() > 0.
  [[nodiscard]] std::span<const std::byte, run_page_bytes> finish(std::uint32_t number);

 private:
  void put_record(const IndexPair& pair);

  std::uint64_t value_base_;
  IndexPair first_;
  IndexPair previous_;
  std::uint16_t pair_count_ = 0;
  std::size_t end_ = 0;
  // Records are written 8 bytes at a time, so up to 7 of them may reach behind the page.
  alignas(8) std::array<std::byte, run_page_bytes + 16> page_{};
};

/// Where a block stands and what its run says of it. Made by IndexRun.
struct BlockSource {
  /// The page. Requires: 16 bytes behind it may be read, too (the directory stands there).
  const std::byte* page = nullptr;
  std::uint32_t number = 0;
  std::uint64_t pair_count = 0;  ///< By the directory.
  IndexPair first;               ///< By the directory.
  IndexPair last_max;            ///< No pair of the block is greater.
  std::uint64_t value_base = 0;
};

/// Reads the pairs of one block in order. About 2 ns a pair, 0.2 µs for the checksum.
///
/// No bytes make it read outside the page and the 16 bytes behind it, or yield pairs that do not
/// grow. That holds also for bytes that change meanwhile, as those of a mapped file may.
class BlockReader {
 public:
  /// Checks the page's checksum and that its header agrees with the directory. When they do not,
  /// damaged() is true and there are no pairs.
  explicit BlockReader(const BlockSource& source);

  /// The next pair into `pair`; false at the end or where the block turns out to be damaged.
  [[nodiscard]] bool next(IndexPair& pair);

  /// Something does not fit. Ask after next() has returned false.
  [[nodiscard]] bool damaged() const { return damaged_; }

 private:
  bool stop() {
    damaged_ = true;
    left_ = 0;
    return false;
  }

  const std::byte* at_ = nullptr;
  const std::byte* end_ = nullptr;
  std::uint64_t left_ = 0;  // Pairs.
  IndexPair pair_;          // The one before the next.
  IndexPair last_max_;
  std::uint64_t value_base_ = 0;
  bool at_first_ = true;
  bool damaged_ = false;
};

namespace run_records {

inline constexpr unsigned near_bit = 128;  // The same key, a value larger by 1 to 128.
inline constexpr unsigned forms = 81;      // 9 * key bytes + value bytes.

struct Form {
  std::uint8_t key_bytes = 0;
  std::uint8_t value_bytes = 0;
};

// A division by 9 for each record would cost as much as the rest of it.
inline constexpr auto form_of = [] {
  std::array<Form, 128> table{};
  for (unsigned code = 0; code < forms; ++code) {
    table[code] = {static_cast<std::uint8_t>(code / 9), static_cast<std::uint8_t>(code % 9)};
  }
  return table;
}();

inline constexpr std::array<std::uint64_t, 9> mask_of = {0,
                                                         0xff,
                                                         0xffff,
                                                         0xff'ffff,
                                                         0xffff'ffff,
                                                         0xff'ffff'ffff,
                                                         0xffff'ffff'ffff,
                                                         0xff'ffff'ffff'ffff,
                                                         ~std::uint64_t{0}};

inline std::uint64_t load(const std::byte* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

}  // namespace run_records

inline bool BlockReader::next(IndexPair& pair) {
  if (left_ == 0) return false;
  if (at_first_) {
    at_first_ = false;
  } else {
    if (at_ >= end_) return stop();
    const auto code = std::to_integer<unsigned>(*at_);
    if ((code & run_records::near_bit) != 0) {
      const std::uint64_t value = pair_.value + (code - run_records::near_bit) + 1;
      if (value < pair_.value) return stop();
      pair_.value = value;
      ++at_;
    } else {
      if (code >= run_records::forms) return stop();
      const auto [key_bytes, value_bytes] = run_records::form_of[code];
      const std::uint64_t key_more = run_records::load(at_ + 1) & run_records::mask_of[key_bytes];
      const std::uint64_t word =
          run_records::load(at_ + 1 + key_bytes) & run_records::mask_of[value_bytes];
      const std::uint64_t before = key_bytes == 0 ? pair_.value + 1 : value_base_;
      const std::uint64_t key = pair_.key + key_more;
      const std::uint64_t value = before + word;
      // Neither sum may wrap, and a new key must be another key.
      const bool fits = value >= word && (key_bytes == 0 ? value > pair_.value : key > pair_.key);
      at_ += 1 + key_bytes + value_bytes;
      if (!fits || at_ > end_) return stop();
      pair_ = {key, value};
    }
  }
  if (pair_ > last_max_) return stop();
  pair = pair_;
  if (--left_ == 0 && at_ != end_) {
    // Every pair is good by itself, and yet bytes are left: the count is wrong.
    damaged_ = true;
    return false;
  }
  return true;
}

}  // namespace daybook
