#pragma once

#include <cstddef>

/// Every limit of the readers of statements. A record is a line, a field with its continuations, an
/// entry or a message, whatever the format has; one that is longer costs itself and no other.
namespace daybook::recon::limits {

inline constexpr std::size_t record_bytes_max = 64 * 1'024;
inline constexpr std::size_t party_bytes_max = 1'024;
/// Account numbers, numbers of statements, names of elements.
inline constexpr std::size_t name_bytes_max = 128;
/// Accounts of one file whose closing balances are remembered; opening balances of more are not
/// held against anything.
inline constexpr std::size_t accounts_remembered_max = 4'096;
/// Statements and control totals of one file that are listed; more are counted.
inline constexpr std::size_t statements_listed_max = 1'000;
inline constexpr std::size_t totals_listed_max = 1'000;
/// Control totals that agree are listed only up to here.
inline constexpr std::size_t totals_agreeing_listed_max = 100;
inline constexpr std::size_t xml_depth_max = 64;
/// What a start tag, a comment or the like may take, all of which the XML reader keeps in memory.
inline constexpr std::size_t xml_token_bytes_max = 256 * 1'024;
/// Places of one file that are not well-formed XML; behind the last one nothing is read.
inline constexpr std::size_t xml_faults_max = 1'000;
/// Fields of a BAI2 record with its continuations.
inline constexpr std::size_t bai2_fields_max = 4'096;
/// Fields of a FIX message.
inline constexpr std::size_t fix_fields_max = 1'024;
/// Executions of one file that are corrected or cancelled.
inline constexpr std::size_t fix_corrections_max = 16'384;
/// Executions that are remembered, so that one that is sent again is known.
inline constexpr std::size_t fix_executions_remembered_max = 65'536;

}  // namespace daybook::recon::limits
