#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/transfer.hpp"
#include "engine/recon/difference.hpp"
#include "tools/daybook/recon/correction_folds.hpp"
#include "tools/daybook/recon/definition/correction_saga.hpp"
#include "tools/daybook/recon/definition/reconciliation.hpp"

namespace daybook::recon {

namespace limits {
inline constexpr std::size_t correction_text_bytes_max = 2'048;
/// A record with a longer reference is a person's business.
inline constexpr std::size_t correction_reference_bytes_max = 512;
}  // namespace limits

/// The transfer that a record of A was made of; of an open hold the pending one.
struct RecordOrigin {
  Transfer transfer;
  bool is_open_hold = false;
};

/// A difference, and what is known beside it.
struct DifferenceContext {
  Difference difference;
  std::string reference;      ///< Of its record, in full.
  unsigned scale = 0;         ///< Of the difference's amounts: decimals.
  unsigned ledger_scale = 0;  ///< Of the ledger.
  /// Of A's record. Where only B has one, and it undoes something (50 to 52): what it undoes, if
  /// that is known.
  std::optional<RecordOrigin> origin;
  /// For B's record where it has no time: one in the period. Nanoseconds since 1970 UTC.
  std::int64_t time_ns = no_time;
  /// What the definition's saga for the code is now; null where there is none.
  const SagaDefinition* saga = nullptr;
};

/// What to post so that a difference is none any more.
///
/// Units. `amount` in minor units of the ledger, the largest of its legs, or the larger of what a
/// saga is given; time in nanoseconds.
struct Correction {
  Code code = Code::matched;
  Action action = Action::none;
  u128 amount = 0;
  std::uint64_t currency = 0;
  bool is_automatic = false;     ///< Small enough to need no approval.
  std::vector<Transfer> legs;    ///< 1 to 4, a chain. Their ids are 0 until name_legs() gives them.
  std::optional<SagaCall> saga;  ///< Instead of legs.
  std::string reference;         ///< Of the record; with type and time what a record that there was
  RecordType type = RecordType::charge;  ///< not is made of.
  std::int64_t time_ns = no_time;
  std::uint64_t adjusts = 0;  ///< The sequence of A's record; 0 where A has none.
  std::string words;          ///< Why, for people.
};

/// The correction that the definition asks for; nothing where that is nothing or a person's
/// business: other actions, no limit or one that is too small, a record that is still open in B,
/// parts of a split, a partner that a fallback rule found and would not find again, what cannot be
/// reversed, an amount that the ledger's decimals cannot say, a saga of which an input cannot be
/// filled.
///
/// Signs. delta = B - A, of what was moved. More than 0: debit clearing, credit the other account;
/// of fees, which are more than 0 where money left: debit the fee account, credit clearing.
[[nodiscard]] std::optional<Correction> propose(const Reconciliation& definition,
                                                const DifferenceContext& context);

/// As which record comparisons find it once its legs are posted.
[[nodiscard]] FoldedCorrection folded_of(const Correction& correction);

/// The name of a difference for as long as it is there: the first 16 bytes of SHA-256 of the
/// definition's name, key, currency, type, code (a pending one counts as only on its side), the
/// sequence of A's record, and what B's record says, as its line stands elsewhere in the next file.
/// `copy`: how many equal ones of a run came before, so that two equal lines have two names.
[[nodiscard]] Uint128 difference_id(std::string_view definition_name, const Difference& difference,
                                    std::uint32_t copy = 0);

/// The ids of a correction's legs, in their order: other ones for another action or revision.
[[nodiscard]] std::array<TransferId, limits::correction_legs_max> leg_ids(
    const Uint128& difference_id, Action action, std::uint32_t revision);

/// By this an approval names what is posted: legs_hash(), or saga_start_hash(). Requires: legs, or
/// a saga, with ids.
[[nodiscard]] Uint128 posting_hash(const Correction& correction);

/// Gives the legs, or the saga, their ids.
void name_legs(Correction& correction, const Uint128& difference_id, std::uint32_t revision);

}  // namespace daybook::recon
