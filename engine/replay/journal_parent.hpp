#pragma once

#include "engine/base/uint128.hpp"
#include "engine/ports/entry.hpp"

namespace daybook {

/// Does `entry`, the first of its segment, rightly carry another journal id than the entry before
/// it, which belongs to journal `before`? It does if it names that journal, its last sequence and
/// the hash of its entry as the parent that it continues. What a journal reader and a verification
/// ask. Cost: read_facts().
[[nodiscard]] bool continues_parent(const EntryView& entry, const Uint128& before);

}  // namespace daybook
