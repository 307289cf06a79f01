#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "tests/simulation/ledger_steps.hpp"
#include "tests/support/ledger_under_test.hpp"

namespace daybook::test {

/// How often each answer was given, over all runs.
struct Coverage {
  std::map<CreateAccountStatus, std::uint64_t> accounts;
  std::map<CreateTransferStatus, std::uint64_t> transfers;
  std::map<PutLedgerStatus, std::uint64_t> ledgers;
  std::map<ChangeAccountStatus, std::uint64_t> changes;
  std::map<PutNameStatus, std::uint64_t> names;
  std::map<AppendEventStatus, std::uint64_t> events;
  std::map<PutCheckpointStatus, std::uint64_t> checkpoints;
  std::map<RequestStatus, std::uint64_t> requests;
  std::uint64_t bundles_done = 0;
  std::uint64_t bundles_failed_in_events = 0;
  std::uint64_t bundles_failed_in_transfers = 0;
  std::uint64_t bundles_known = 0;
  std::uint32_t flags_created = 0;  ///< Of transfers: every flag of one that was created,
  std::uint32_t flags_existed = 0;  ///< and of one that was asked for again and answered `exists`.
  std::uint64_t repeats = 0;        ///< Answered from a reply window.
  std::uint64_t evictions = 0;
  std::uint64_t restarts = 0;
  std::uint64_t entries = 0;
  std::uint64_t releases = 0;  ///< Holds whose time was over.
  /// Transfers and what they passed over: a closed or frozen account, a limit.
  std::uint8_t overrode = 0;

  void count(const WriteRequest& request, const BatchReply& reply);
  void count(CreateTransferStatus status, std::uint16_t flags);
  void count_bundle(const WriteRequest& request, const BatchReply& reply);
};

/// Where the engine and the model parted.
struct Difference {
  std::size_t step = 0;
  std::string what;

  friend bool operator==(const Difference&, const Difference&) = default;
};

/// For tests of the comparison itself: changes what the engine answered.
using Planted = std::function<void(const WriteRequest&, BatchReply&)>;

/// Does every step of `episode` to a fresh engine and a fresh model, and compares: each reply, each
/// sequence, each release, each account looked up; at the end every account, hold, ledger, name
/// and transfer of the journal, and the sums; and each entry's replay.
[[nodiscard]] std::optional<Difference> compare(const Episode& episode, Coverage& coverage,
                                                const Planted& planted = {});

/// A shorter episode with which the two still part: steps are left out, then events, as long as
/// that works. Requires: compare(episode) finds a difference.
[[nodiscard]] Episode shrink(const Episode& episode, const Planted& planted = {});

}  // namespace daybook::test
