#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/hash.hpp"
#include "engine/model/sequence.hpp"
#include "engine/model/transfer.hpp"
#include "engine/recon/record.hpp"

namespace daybook::recon {

namespace limits {
/// That one comparison takes into account.
inline constexpr std::size_t corrections_max = 1'000'000;
inline constexpr std::size_t correction_legs_max = 4;
}  // namespace limits

/// A correction that was posted. Its legs are no records of their own: what they moved is part of
/// the record that they adjust, or, where there was none, one record of all of them together.
struct FoldedCorrection {
  std::vector<TransferId> legs;
  std::uint64_t adjusts = 0;  ///< The sequence of the transfer that is the record; 0: none.
  /// Of the record that there was not.
  std::string reference;
  RecordType type = RecordType::charge;
  std::int64_t time_ns = no_time;
  /// Made by a saga: also its holds are nobody's records.
  bool is_by_saga = false;
  /// The sequence by which it was settled: a cut before it has its legs, but does not count them.
  std::uint64_t counts_from = 0;
  static constexpr std::uint64_t never = ~std::uint64_t{0};  ///< It is under way.
};
using FoldedCorrections = std::vector<FoldedCorrection>;

/// What legs moved on the clearing account; more than 0 where it was debited.
///
/// Units. Minor units of the ledger.
struct MovedByLegs {
  i128 amount = 0;
  i128 fees = 0;  ///< With a fee code.
};

/// A record's values with its corrections in it.
struct FoldedValues {
  i128 amount = 0;
  i128 fee = 0;
  RecordStatus status = RecordStatus::ok;
  bool is_corrected = false;
};

/// A record of `amount` (more than 0 where clearing was debited) after its corrections; null for
/// none. One that had moved nothing is `ok` with what they moved, if they moved anything.
[[nodiscard]] FoldedValues fold(i128 amount, RecordStatus status, bool is_fee_part,
                                const MovedByLegs* moved);

/// What corrections come to, record by record, after a look at the whole journal.
///
/// A correction that posts a hold is folded into that post. Legs that open, post or void holds stay
/// records as any others, but those of a saga: what they hold is nobody's, and what they post of it
/// is part of what the saga moved. A saga that is under way, or took everything back, changes no
/// record and makes none.
///
/// Threads.  One until settle(), then any.
class CorrectionFolds {
 public:
  /// The record of a correction that adjusts none.
  struct OwnRecord {
    const FoldedCorrection* correction = nullptr;
    std::uint64_t sequence = 0;  ///< Of its first leg.
    MovedByLegs moved;
  };

  CorrectionFolds() = default;
  /// `corrections` may be null. Requires: at most `corrections_max`.
  explicit CorrectionFolds(std::shared_ptr<const FoldedCorrections> corrections);

  [[nodiscard]] bool empty() const { return legs_.empty(); }

  /// A transfer of the journal, in its order. `is_debit`: whether it debits clearing; nothing for
  /// a transfer that is not asked for.
  void take(const Transfer& transfer, Sequence sequence, std::optional<bool> is_debit, bool is_fee);
  /// When all were taken, up to `cut`.
  void settle(Sequence cut = Sequence{FoldedCorrection::never - 1});

  /// Of legs whose amounts are beyond those of comparisons, the last.
  [[nodiscard]] std::optional<TransferId> too_large() const { return too_large_; }

  /// A leg that is no record of its own.
  [[nodiscard]] bool hides(const Transfer& transfer) const;
  /// Null where nothing corrects the record of this sequence.
  [[nodiscard]] const MovedByLegs* moved_at(std::uint64_t sequence) const;
  /// Of a post by which a correction resolved a hold: the time of the record that it corrects.
  [[nodiscard]] std::optional<std::int64_t> time_of_post(std::uint64_t sequence) const;
  [[nodiscard]] std::span<const OwnRecord> own_records() const { return own_; }

 private:
  struct Hash {
    std::size_t operator()(const Uint128& id) const { return static_cast<std::size_t>(mix(id, 0)); }
  };
  struct Seen {
    MovedByLegs moved;
    std::uint64_t first = 0;   ///< Sequence of the first leg that moved something; 0: none yet.
    std::uint64_t posted = 0;  ///< Sequence of a leg that posts a hold.
  };

  std::shared_ptr<const FoldedCorrections> corrections_;
  std::unordered_map<Uint128, std::uint32_t, Hash> legs_;  ///< Each one's correction.
  std::vector<Seen> seen_;                                 ///< By correction.
  std::unordered_map<std::uint64_t, MovedByLegs> moved_;   ///< By the adjusted sequence.
  std::unordered_map<std::uint64_t, std::int64_t> posts_;  ///< Times, by the post's sequence.
  std::vector<OwnRecord> own_;
  std::optional<TransferId> too_large_;
};

/// Another text for other corrections.
[[nodiscard]] std::string fingerprint_of(const FoldedCorrections& corrections);

}  // namespace daybook::recon
