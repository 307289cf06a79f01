#pragma once

#include <filesystem>

#include "engine/windows/reply_windows.hpp"

namespace daybook::test {

/// The windows of the golden journal whose clients are evicted: with the limits that engines have
/// it would need 65,537 of them.
inline constexpr WindowLimits golden_few_clients{
    .operations_per_client = 4, .clients = 2, .numbers = 2};

/// Writes the golden journals of the format of this build into `directory`, which must not exist:
///
///   ledger/          a data directory with every kind of fact but client_evicted
///   evictions/       one whose clients are evicted, under golden_few_clients
///   NAME.jsonl       its portable dump
///   NAME.expected    what replaying it must give: "sequence digest"
///
/// Clock, ids and journal ids are fixed, so it is the same every time, but for what LMDB leaves in
/// unused bytes.
void make_golden_journals(const std::filesystem::path& directory);

}  // namespace daybook::test
