#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "storage/journal/verify.hpp"
#include "tools/daybook/offline/journal_head.hpp"
#include "tools/daybook/offline/offline.hpp"
#include "tools/daybook/offline/offline_entry_checks.hpp"

namespace daybook {

/// One thing that is odd or wrong, about bytes or about what they mean.
struct VerifyFinding {
  std::string kind;
  bool is_damage = true;
  std::string file;
  std::uint64_t ordinal = 0;  ///< Of the segment; 0 when it is none.
  std::optional<std::uint64_t> page;
  std::optional<Sequence> sequence;
  std::string words;
  std::optional<Affected> affected;
};

/// What a journal was found to be.
struct JournalVerdict {
  std::vector<VerifyFinding> findings;  ///< In the order of segments.
  std::uint64_t damage_count = 0;       ///< Kept or not.
  bool unreadable_only = false;         ///< All damage is that the system refused to read.
  std::vector<SegmentReport> segments;
  std::vector<std::uint64_t> hashed_segments;  ///< Whose file agrees or not with a fact.
  std::vector<Affected> gaps;                  ///< Sequences lost between good entries.
  Uint128 journal_id;
  std::uint64_t entries = 0;  ///< Good ones; so are the following two of.
  std::uint64_t operations = 0;
  std::uint64_t transfers = 0;
  Sequence last_sequence;
  Uint128 last_hash;
  /// The state as far as everything was good from sequence 1 on.
  Sequence state_sequence;
  std::uint64_t state_digest = 0;
  bool state_is_whole = false;  ///< It is the state after `last_sequence`.
  std::string out_of_room;      ///< Why the state is not known further: a table is too small.
  bool live = false;
  std::optional<JournalHead> newest_head;    ///< Of the newest entry, where it was asked for.
  std::optional<JournalHead> sealed_head;    ///< Of the newest sealed segment.
  std::optional<HeadVerdict> expected_head;  ///< Of the one that was asked about.

  [[nodiscard]] bool sound() const { return damage_count == 0; }
  [[nodiscard]] int exit_code() const;
};

/// Checks bytes and meaning of the journal in `place`. Fails only when the directory itself
/// cannot be read.
[[nodiscard]] Result<JournalVerdict> verify_directory(
    const JournalPlace& place, const StateRoom& room,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& progress = {},
    const HeadWish& heads = {});

[[nodiscard]] std::string verdict_text(const JournalVerdict& verdict);
[[nodiscard]] std::string verdict_json(const JournalVerdict& verdict);

struct VerifyCommandOptions {
  JournalPlace directory;
  StateRoom room;
  bool head = false;        ///< Show the newest head.
  std::string expect_head;  ///< As head_text() writes it; empty: none is expected.
  bool json = false;
};

/// exit_code::good: sound, and the expected head holds; exit_code::no: damaged, or it does not;
/// exit_code::failed: could not be told.
int run_verify(const VerifyCommandOptions& options);

}  // namespace daybook
