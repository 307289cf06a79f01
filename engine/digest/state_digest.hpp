#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/base/hash.hpp"
#include "engine/model/account.hpp"
#include "engine/model/sequence.hpp"

namespace daybook {

/// A 64-bit sum that two states share exactly when (accidents aside) they are equal.
///
/// Every part of the state adds a term mod 2^64, so a change costs a subtraction and an addition,
/// and neither order nor table layout matters:
///   balances    word x key, for both words of each of the four fields of each account, where the
///               key is odd and derived from the account's id and the field. Linear, so a posting
///               costs one multiply-add (two when the amount or a carry reaches the high word).
///   ids         mix(id, sequence) of each created transfer; of a burnt id, with the operation's;
///               of a hold whose time was over, with its release's.
///   names       XXH3-64 of the name and its sequence.
///   events      XXH3-64 of the event, its payload's XXH3-64 and its sequence; and of each stream's
///               head.
///   orders, payments, refunds, disputes: XXH3-64 of what the rules know of each.
///   the rest    XXH3-64 of its canonical bytes.
/// Part of the journal format. It finds accidents, not forgers.
class StateDigest {
 public:
  enum class Field : std::uint64_t {
    debits_pending = 1,
    debits_posted = 2,
    credits_pending = 3,
    credits_posted = 4,
  };

  StateDigest() = default;
  explicit StateDigest(std::uint64_t value) : value_{value} {}

  /// Of an account: what field_changed() needs; keep it for a run of changes.
  [[nodiscard]] static constexpr std::uint64_t key_of(AccountId id) { return mix(id.value(), 1); }

  void field_changed(std::uint64_t account_key, Field field, u128 before, u128 after) {
    const std::uint64_t low =
        static_cast<std::uint64_t>(after) - static_cast<std::uint64_t>(before);
    const std::uint64_t high =
        static_cast<std::uint64_t>(after >> 64) - static_cast<std::uint64_t>(before >> 64);
    const std::uint64_t key = account_key * (static_cast<std::uint64_t>(field) * spread | 1) | 1;
    value_ += low * key;
    if (high != 0) value_ += high * (key ^ high_word);
  }

  /// Terms of their own; subtract what was added when it changes or goes.
  void add(std::uint64_t term) { value_ += term; }
  void subtract(std::uint64_t term) { value_ -= term; }

  [[nodiscard]] static constexpr std::uint64_t of_transfer(TransferId id, Sequence sequence) {
    return mix(id.value(), sequence.value() << 1);
  }
  [[nodiscard]] static constexpr std::uint64_t of_burnt(TransferId id, Sequence operation) {
    return mix(id.value(), ~(operation.value() << 1));
  }
  [[nodiscard]] static constexpr std::uint64_t of_release(TransferId id, Sequence release) {
    return mix(id.value(), release.value() << 1 | 1);
  }
  /// `bytes` stands for the part's kind and canonical bytes.
  [[nodiscard]] static std::uint64_t of_bytes(std::uint64_t kind,
                                              std::span<const std::byte> bytes) {
    return fold_multiply(xxh3_64(bytes) ^ kind, spread | 1);
  }

  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  static constexpr std::uint64_t spread = 0x9e3779b97f4a7c15;     // 2^64 / the golden ratio.
  static constexpr std::uint64_t high_word = 0x5851f42d4c957f2c;  // Even: the key stays odd.

  std::uint64_t value_ = 0;
};

}  // namespace daybook
