#pragma once

#include <cstdint>

namespace daybook {

inline constexpr const char* engine_version = "0.1.0";

/// Of the journal's payload (engine/codec/journal.fbs).
inline constexpr std::uint32_t journal_schema_version = 1;

}  // namespace daybook
