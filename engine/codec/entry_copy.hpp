#pragma once

#include "engine/base/result.hpp"
#include "engine/codec/entry_builder.hpp"
#include "engine/codec/entry_facts.hpp"

namespace daybook {

/// Copies the facts of an entry up to `until` into the empty `builder`, opened for the same first
/// sequence: they take the same sequences there. Operations and runs that belong to none are not
/// cut, so it ends with the one that contains `until`. Returns the last sequence copied, before the
/// first where nothing was. A parent is not copied.
///
/// Errors.  `no_space`: there is no room for `spare_bytes` beside them.
[[nodiscard]] Result<Sequence> copy_facts(const EntryFacts& facts, Sequence until,
                                          std::size_t spare_bytes, EntryBuilder& builder);

}  // namespace daybook
