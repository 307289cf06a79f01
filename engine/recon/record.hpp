#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/uint128.hpp"
#include "engine/recon/recon_limits.hpp"

namespace daybook::recon {

/// Which of the two files: A is the ledger, B the other system's statement.
enum class Side : std::uint8_t { a, b };

/// What a file says of a movement. All but `ok` have moved nothing, or nothing any more.
enum class RecordStatus : std::uint8_t { ok, open, failed, reversed, refunded, charged_back };
inline constexpr std::size_t record_status_count = 6;

enum class RecordType : std::uint8_t {
  charge,
  refund,
  reversal,
  chargeback,
  fee,
  payout,
  transfer,
  adjustment,
  other,
};
inline constexpr std::size_t record_type_count = 9;

[[nodiscard]] std::string_view to_string(Side side);
[[nodiscard]] std::string_view to_string(RecordStatus status);
[[nodiscard]] std::string_view to_string(RecordType type);

/// Bytes that order like text when compared as big-endian words.
using KeyWords = std::array<std::uint64_t, 3>;

/// The time of a record that has none.
inline constexpr std::int64_t no_time = INT64_MIN;

/// One line of a file, in a fixed form.
///
/// Units. Amount and fee in minor units, signed; time in nanoseconds since 1970 UTC. Key: the
///        reference, filled up with zeros, or 0xFF and a digest where it is longer; all zeros where
///        there is none. Currency: up to eight letters and digits, big-endian, filled up with
///        zeros. Party and settlement: digests, 0 where there is none.
struct Record {
  KeyWords key{};
  Uint128 amount_bits;
  Uint128 fee_bits;
  std::uint64_t party = 0;
  std::int64_t time_ns = no_time;
  std::uint64_t settlement = 0;  ///< Of the amount and currency in which it was settled.
  std::uint64_t currency = 0;
  /// Offset in its file, 48 bits; above it status, type, whether it is a fee part and whether it
  /// was corrected, and side.
  std::uint64_t place = 0;

  [[nodiscard]] i128 amount() const { return static_cast<i128>(amount_bits.wide()); }
  [[nodiscard]] i128 fee() const { return static_cast<i128>(fee_bits.wide()); }
  void set_amount(i128 value) { amount_bits = Uint128{static_cast<u128>(value)}; }
  void set_fee(i128 value) { fee_bits = Uint128{static_cast<u128>(value)}; }

  [[nodiscard]] std::uint64_t offset() const { return place & limits::file_bytes_max; }
  [[nodiscard]] RecordStatus status() const {
    return static_cast<RecordStatus>((place >> 48) & 0x0f);
  }
  [[nodiscard]] RecordType type() const { return static_cast<RecordType>((place >> 52) & 0x0f); }
  [[nodiscard]] Side side() const { return static_cast<Side>(place >> 63); }
  void set_place(Side side, RecordType type, RecordStatus status, std::uint64_t offset) {
    place = (static_cast<std::uint64_t>(side) << 63) | (static_cast<std::uint64_t>(type) << 52) |
            (static_cast<std::uint64_t>(status) << 48) | offset;
  }

  /// A fee that its source tells apart: it belongs to the record of A with its reference, if there
  /// is one.
  [[nodiscard]] bool is_fee_part() const { return (place & fee_part_bit) != 0; }
  void set_fee_part(bool is_one) { place = is_one ? place | fee_part_bit : place & ~fee_part_bit; }

  /// Corrections that were posted later are part of its amount and its fee.
  [[nodiscard]] bool is_corrected() const { return (place & corrected_bit) != 0; }
  void set_corrected() { place |= corrected_bit; }
  /// They have left nothing of it: it is as good as if it had never been.
  [[nodiscard]] bool is_undone() const {
    return is_corrected() && amount_bits.is_zero() && fee_bits.is_zero();
  }

  [[nodiscard]] bool has_reference() const { return (key[0] | key[1] | key[2]) != 0; }
  [[nodiscard]] bool has_time() const { return time_ns != no_time; }
  [[nodiscard]] bool has_effect() const { return status() == RecordStatus::ok; }
  static constexpr std::uint64_t fee_part_bit = std::uint64_t{1} << 56;
  static constexpr std::uint64_t corrected_bit = std::uint64_t{1} << 57;

  /// What it moved: nothing unless its status is `ok`.
  [[nodiscard]] i128 effective_amount() const { return has_effect() ? amount() : 0; }
  [[nodiscard]] i128 effective_fee() const { return has_effect() ? fee() : 0; }
};
static_assert(sizeof(Record) == 96);

/// The words of a text of at most 24 bytes.
[[nodiscard]] KeyWords key_of_text(std::string_view text);

/// The key of any reference: its words, or 0xFF and the first 23 bytes of its SHA-256. No UTF-8
/// text begins with 0xFF.
[[nodiscard]] KeyWords key_of_reference(std::string_view reference);

/// The reference in a key; nothing where the key is a digest.
[[nodiscard]] std::optional<std::string> reference_of(const KeyWords& key);

/// What a party, or an amount in which something was settled, is compared by. Never 0, which means
/// that there is none.
[[nodiscard]] std::uint64_t digest_of_text(std::string_view text);

/// Eight bytes at most, upper-case letters and digits. 0 for any other text.
[[nodiscard]] std::uint64_t currency_of_text(std::string_view text);
[[nodiscard]] std::string currency_text(std::uint64_t currency);

/// A signed whole number in decimal.
[[nodiscard]] std::string to_decimal(i128 value);
/// With `scale` decimals: -1250 at scale 2 is "-12.50".
[[nodiscard]] std::string amount_text(i128 value, unsigned scale);

/// The order behind equal words: currency, type, time, then everything else that a line says, so
/// that no order of lines in a file can be told from the result; side and offset come last.
[[nodiscard]] inline bool less_behind_words(const Record& a, const Record& b) {
  if (a.currency != b.currency) return a.currency < b.currency;
  if (a.type() != b.type()) return a.type() < b.type();
  if (a.time_ns != b.time_ns) return a.time_ns < b.time_ns;
  if (a.amount() != b.amount()) return a.amount() < b.amount();
  if (a.fee() != b.fee()) return a.fee() < b.fee();
  if (a.status() != b.status()) return a.status() < b.status();
  if (a.party != b.party) return a.party < b.party;
  if (a.settlement != b.settlement) return a.settlement < b.settlement;
  if (a.key != b.key) return a.key < b.key;
  return a.place < b.place;
}

}  // namespace daybook::recon
