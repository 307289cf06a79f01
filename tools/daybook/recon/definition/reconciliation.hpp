#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/ids.hpp"
#include "engine/recon/formats/currency_scales.hpp"
#include "engine/recon/order_rule.hpp"
#include "engine/recon/pair_rules.hpp"
#include "tools/daybook/recon/definition/action.hpp"
#include "tools/daybook/recon/definition/decimal_limit.hpp"
#include "tools/daybook/recon/definition/json_walk.hpp"

namespace daybook::recon {

namespace limits {
/// Of a definition as somebody writes it, comments included.
inline constexpr std::size_t definition_bytes_max = 64 * 1'024;
/// Of what is stored of it.
inline constexpr std::size_t definition_canonical_bytes_max = 4'096;
inline constexpr std::size_t definition_name_bytes_max = 64;
inline constexpr std::size_t definition_text_bytes_max = 255;
inline constexpr unsigned expire_days_max = 3'650;
}  // namespace limits

/// The largest difference of a code and a currency about which something is done.
struct CodeLimit {
  Code code = Code::matched;
  std::uint64_t currency = 0;
  DecimalLimit most;
};

/// By how much amounts of a currency may differ.
struct NamedTolerance {
  std::uint64_t currency = 0;
  DecimalLimit each;
  std::optional<DecimalLimit> cap;  ///< Of all of a run together.
};

/// Where corrections go to.
struct PostingAccounts {
  std::optional<AccountId> suspense;
  std::optional<AccountId> fees;
  std::optional<AccountId> rounding;
  std::optional<AccountId> fx;
};

/// The saga that posts what a code asks for.
struct PostingSaga {
  Code code = Code::matched;
  std::string name;  ///< NAME for the newest version when it is proposed, or NAME@VERSION.
  int delta = 0;     ///< Of which differences: more than 0, less than 0, or 0 for both.
};

/// What is reconciled with what, how, when, and what is done about differences: one JSON object,
/// which README.md describes member by member.
struct Reconciliation {
  std::string name;
  AccountId account;  ///< Clearing: its debits are money that came.
  LedgerId ledger;
  std::vector<daybook::Code> fee_codes;

  std::string map;             ///< Of the statement: a ready mapping, a format or a file.
  std::uint64_t currency = 0;  ///< Of statements without a column for it; 0 for none.
  CurrencyScales scales;

  std::string time_zone = "UTC";
  unsigned day_begins_minutes = 0;  ///< After midnight.
  std::optional<unsigned> window_days;
  unsigned expire_days = 90;  ///< What is carried longer is said to be too old.
  bool sums_groups = false;
  std::vector<OrderRule> fallback_rules;
  std::vector<NamedTolerance> tolerances;

  std::string schedule = "0 2 * * *";
  std::optional<unsigned> expected_by_minutes;  ///< After midnight: when a statement is late.
  std::string files;                            ///< Pattern of names in an inbox; may be empty.

  PostingAccounts accounts;
  std::array<Action, all_codes.size()> posting{};  ///< By index_of().
  std::vector<PostingSaga> sagas;                  ///< One for each code whose action is a saga.
  daybook::Code correction_code{900};
  daybook::Code fee_code{901};
  std::vector<CodeLimit> approval;   ///< The most that a checker may approve.
  std::vector<CodeLimit> automatic;  ///< The most that needs none.

  /// The same as JSON without spaces and comments, members in the order of their names: what is
  /// stored, and read back to the same.
  std::string canonical;

  [[nodiscard]] Action action_for(Code code) const { return posting[index_of(code)]; }
  /// Null where the action is another one.
  [[nodiscard]] const PostingSaga* saga_for(Code code) const;
  [[nodiscard]] bool is_fee_code(daybook::Code code) const;

  /// Null where nothing may be posted.
  [[nodiscard]] const DecimalLimit* limit_of(Code code, std::uint64_t currency) const;
  [[nodiscard]] const DecimalLimit* automatic_limit_of(Code code, std::uint64_t currency) const;

  /// The tolerances in minor units; `invalid` where one has more decimals than its currency.
  [[nodiscard]] Result<std::vector<Tolerance>> tolerances_in(const CurrencyScales& scales) const;
};

/// The definition in a JSON text, or everything that is wrong with it. Any bytes are safe to pass.
/// Whether the mapping is there is not looked at, but whether this machine knows the time zone is.
[[nodiscard]] Result<Reconciliation, std::vector<JsonFault>> read_reconciliation(
    std::string_view json);

}  // namespace daybook::recon
