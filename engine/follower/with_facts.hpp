#pragma once

#include <functional>

#include "engine/base/result.hpp"
#include "engine/codec/entry_facts.hpp"

namespace daybook {

/// Calls `use` with the facts of the entry that holds a sequence. They are valid only inside, and
/// no other entry may be asked for meanwhile.
using WithFacts = std::function<Result<void>(Sequence sequence,
                                             const std::function<void(const EntryFacts&)>& use)>;

}  // namespace daybook
