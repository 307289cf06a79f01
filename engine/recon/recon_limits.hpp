#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/base/uint128.hpp"

/// Every limit of a comparison of two files.
namespace daybook::recon::limits {

inline constexpr std::uint64_t memory_bytes_min = std::uint64_t{16} << 20;
inline constexpr std::uint64_t memory_bytes_default = std::uint64_t{512} << 20;
inline constexpr std::uint64_t memory_bytes_max = std::uint64_t{1} << 40;
inline constexpr unsigned threads_max = 16;
/// Records of one reference (in a fallback rule: candidates for each other), of both files
/// together. They are looked at together, so they must fit in the smallest memory.
inline constexpr std::size_t group_records_max = 32'768;
inline constexpr std::size_t currencies_max = 1'024;
inline constexpr std::size_t tolerances_max = 256;
inline constexpr std::size_t fallback_rules_max = 4;
inline constexpr std::size_t fee_codes_max = 64;
inline constexpr std::size_t line_bytes_max = 64 * 1'024;  ///< One record, its line ends included.
inline constexpr std::size_t columns_max = 256;
inline constexpr std::size_t reference_bytes_max = 4'096;
/// A longer reference is kept as a digest.
inline constexpr std::size_t key_bytes = 24;
inline constexpr std::size_t currency_bytes_max = 8;
inline constexpr unsigned scale_max = 18;
/// Decimal digits of an amount in minor units. 2^31 such amounts still fit in 128 bits.
inline constexpr unsigned amount_digits_max = 28;
inline constexpr std::uint64_t file_bytes_max = (std::uint64_t{1} << 48) - 1;
inline constexpr std::uint64_t window_days_max = 3'650;

/// The smallest and the largest block that is spilled at once.
inline constexpr std::size_t block_bytes_min = 4'096;
inline constexpr std::size_t block_bytes_max = 256 * 1'024;

}  // namespace daybook::recon::limits
