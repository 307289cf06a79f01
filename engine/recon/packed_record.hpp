#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "engine/recon/record.hpp"

/// Records as they stand in memory and in spilled blocks: as many bytes as they need.
///
///   byte 0      key length (5 bits); 0x20 a fee follows, 0x40 a party, 0x80 a settlement
///   byte 1      amount length 1 to 16 (5 bits), currency length less 1 (3 bits)
///   bytes 2-9   place, little-endian
///   bytes 10-17 time, little-endian
///   then        key, currency, amount (two's complement, little-endian), fee 16, party 8,
///               settlement 8
///
/// Example. Reference "a1", 12.50 EUR, nothing else: 02 42, place 8, time 8, 61 31, 45 55 52,
/// e2 04: 25 bytes. (0x42: two bytes of amount, three of currency.)

namespace daybook::recon {

inline constexpr std::size_t packed_bytes_max = 2 + 8 + 8 + 24 + 8 + 16 + 16 + 8 + 8;
/// Readable and writable bytes that must follow a packed record: words are copied whole.
inline constexpr std::size_t packed_slack = 32;
inline constexpr std::size_t packed_key_offset = 18;

namespace packed {

inline std::uint64_t load(const std::byte* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}
inline void store(std::byte* to, std::uint64_t word) { std::memcpy(to, &word, sizeof word); }
inline std::uint64_t load_big(const std::byte* from) { return __builtin_bswap64(load(from)); }
inline void store_big(std::byte* to, std::uint64_t word) { store(to, __builtin_bswap64(word)); }

/// Bytes up to the last one that is not 0.
inline std::size_t length_of(std::uint64_t word) {
  return word == 0 ? 0 : 8 - static_cast<std::size_t>(std::countr_zero(word)) / 8;
}
/// The first `length` bytes (0 to 8) of a big-endian word.
inline std::uint64_t first_bytes(std::uint64_t word, std::size_t length) {
  return length == 0 ? 0 : word & (~std::uint64_t{0} << (64 - 8 * length));
}

inline std::size_t key_length(const KeyWords& key) {
  if (key[2] != 0) return 16 + length_of(key[2]);
  if (key[1] != 0) return 8 + length_of(key[1]);
  return length_of(key[0]);
}

/// Bytes that hold the number with its sign.
inline std::size_t amount_length(const Uint128& amount) {
  const auto low = static_cast<std::int64_t>(amount.lo);
  if (amount.hi != static_cast<std::uint64_t>(low >> 63)) return 16;
  const auto folded = static_cast<std::uint64_t>(low ^ (low >> 63));
  return static_cast<std::size_t>(64 - std::countl_zero(folded)) / 8 + 1;
}

inline KeyWords read_key(const std::byte* at, std::size_t length) {
  KeyWords key{};
  key[0] = first_bytes(load_big(at), length < 8 ? length : 8);
  if (length > 8) key[1] = first_bytes(load_big(at + 8), length < 16 ? length - 8 : 8);
  if (length > 16) key[2] = first_bytes(load_big(at + 16), length - 16);
  return key;
}

}  // namespace packed

/// Writes `record` and returns how many bytes it took. Requires: packed_bytes_max + packed_slack
/// writable bytes.
inline std::size_t pack(const Record& record, std::byte* to) {
  using namespace packed;
  const std::size_t key_size = key_length(record.key);
  const std::size_t currency_size = length_of(record.currency | (std::uint64_t{1} << 56));
  const std::size_t amount_size = amount_length(record.amount_bits);
  const bool has_fee = !record.fee_bits.is_zero();
  to[0] =
      static_cast<std::byte>(key_size | (has_fee ? 0x20U : 0U) | (record.party != 0 ? 0x40U : 0U) |
                             (record.settlement != 0 ? 0x80U : 0U));
  to[1] = static_cast<std::byte>(amount_size | ((currency_size - 1) << 5));
  store(to + 2, record.place);
  store(to + 10, static_cast<std::uint64_t>(record.time_ns));
  std::byte* at = to + packed_key_offset;
  store_big(at, record.key[0]);
  store_big(at + 8, record.key[1]);
  store_big(at + 16, record.key[2]);
  at += key_size;
  store_big(at, record.currency);
  at += currency_size;
  store(at, record.amount_bits.lo);
  store(at + 8, record.amount_bits.hi);
  at += amount_size;
  if (has_fee) {
    store(at, record.fee_bits.lo);
    store(at + 8, record.fee_bits.hi);
    at += 16;
  }
  if (record.party != 0) {
    store(at, record.party);
    at += 8;
  }
  if (record.settlement != 0) {
    store(at, record.settlement);
    at += 8;
  }
  return static_cast<std::size_t>(at - to);
}

/// How many bytes the packed record at `from` takes.
inline std::size_t packed_size(const std::byte* from) {
  const auto first = std::to_integer<std::size_t>(from[0]);
  const auto second = std::to_integer<std::size_t>(from[1]);
  return packed_key_offset + (first & 0x1f) + (second >> 5) + 1 + (second & 0x1f) +
         ((first >> 5) & 1) * 16 + ((first >> 6) & 1) * 8 + (first >> 7) * 8;
}

/// Only the key of the packed record at `from`.
inline KeyWords packed_key(const std::byte* from) {
  return packed::read_key(from + packed_key_offset, std::to_integer<std::size_t>(from[0]) & 0x1f);
}

/// Reads what pack() wrote and returns how many bytes that were.
inline std::size_t unpack(const std::byte* from, Record& record) {
  using namespace packed;
  const auto first = std::to_integer<std::size_t>(from[0]);
  const auto second = std::to_integer<std::size_t>(from[1]);
  const std::size_t key_size = first & 0x1f;
  const std::size_t currency_size = (second >> 5) + 1;
  const std::size_t amount_size = second & 0x1f;
  record.place = load(from + 2);
  record.time_ns = static_cast<std::int64_t>(load(from + 10));
  const std::byte* at = from + packed_key_offset;
  record.key = read_key(at, key_size);
  at += key_size;
  record.currency = first_bytes(load_big(at), currency_size);
  at += currency_size;
  if (amount_size <= 8) {
    const auto unused = static_cast<unsigned>(64 - 8 * amount_size);
    const std::int64_t low = static_cast<std::int64_t>(load(at) << unused) >> unused;
    record.amount_bits = {static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(low >> 63)};
  } else {
    record.amount_bits = {load(at), load(at + 8)};
  }
  at += amount_size;
  record.fee_bits = {};
  record.party = 0;
  record.settlement = 0;
  if (first & 0x20) {
    record.fee_bits = {load(at), load(at + 8)};
    at += 16;
  }
  if (first & 0x40) {
    record.party = load(at);
    at += 8;
  }
  if (first & 0x80) {
    record.settlement = load(at);
    at += 8;
  }
  return static_cast<std::size_t>(at - from);
}

}  // namespace daybook::recon
