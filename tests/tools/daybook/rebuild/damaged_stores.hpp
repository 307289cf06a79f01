#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "engine/model/account.hpp"
#include "engine/snapshot/snapshot_blocks.hpp"
#include "engine/state/state.hpp"

/// What is derived from a journal, changed with every checksum made new: no reader can tell.

namespace daybook::test {

/// Changes an account of the snapshot at `at`, or with an id of 0 each of them. `hide`: the digest
/// of the tables comes out right, too, so that an engine starts with it.
void change_account_in_snapshot(const std::filesystem::path& snapshots, Sequence at, AccountId id,
                                const std::function<void(Account&)>& change, bool hide);

/// Changes the head of the snapshot's first stream to another version.
void change_stream_in_snapshot(const std::filesystem::path& snapshots, Sequence at,
                               std::uint64_t version);

/// Changes the amount of the snapshot's first order.
void change_order_in_snapshot(const std::filesystem::path& snapshots, Sequence at,
                              std::uint64_t amount);

/// Gives some pairs of the index run `path` another key.
void change_pairs_of_run(const std::filesystem::path& path, std::string_view index);

}  // namespace daybook::test
