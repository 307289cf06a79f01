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
  std::map<RequestStatus, std::uint64_t> requests;
  std::uint64_t repeats = 0;  ///< Answered from a reply window.
  std::uint64_t evictions = 0;
  std::uint64_t restarts = 0;
  std::uint64_t entries = 0;

  void count(const WriteRequest& request, const BatchReply& reply);
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
/// sequence, each account looked up, at the end everything; and each entry's replay.
[[nodiscard]] std::optional<Difference> compare(const Episode& episode, Coverage& coverage,
                                                const Planted& planted = {});

/// A shorter episode with which the two still part: steps are left out, then events, as long as
/// that works. Requires: compare(episode) finds a difference.
[[nodiscard]] Episode shrink(const Episode& episode, const Planted& planted = {});

/// Settings and steps, one a line.
[[nodiscard]] std::string to_text(const Episode& episode);

}  // namespace daybook::test
