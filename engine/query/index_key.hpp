#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/base/hash.hpp"
#include "engine/base/uint128.hpp"

namespace daybook {

/// A field that can be looked for. The numbers stand in index files: append only.
enum class IndexField : std::uint64_t {
  debit_account = 1,
  credit_account = 2,
  business_id = 3,
  trace_id = 4,
  user_id = 5,
  tag = 6,
  ledger = 7,
  code = 8,
  released_account = 9,  ///< Of the release of a hold whose time was over: both its accounts.
  balance_account = 10,  ///< Of a balance checkpoint.
  followed = 11,         ///< Of a post, void, reversal or release: what it is about.
  client = 12,           ///< This and the following: of operations.
  request_kind = 13,
  request_status = 14,   ///< Not ok.
  refusals = 15,         ///< 1: some event was refused.
  changed_account = 16,  ///< Of a change of an account's attributes.
};
inline constexpr std::size_t index_field_end = 17;

/// Where the index has the records whose `field` is `value`. Two values may share a key, so a
/// reader looks at the records. Part of the format of index files.
[[nodiscard]] constexpr std::uint64_t index_key(IndexField field, const Uint128& value) {
  return mix(value, static_cast<std::uint64_t>(field) * 0x9e3779b97f4a7c15);
}
[[nodiscard]] constexpr std::uint64_t index_key(IndexField field, std::uint64_t value) {
  return index_key(field, Uint128{value, 0});
}

}  // namespace daybook
