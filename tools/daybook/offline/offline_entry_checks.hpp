#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/codec/entry_facts.hpp"
#include "engine/ports/entry.hpp"
#include "engine/replay/replayer.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// Sequences, both included, and what they touch.
struct Affected {
  Sequence first;
  Sequence last;
  std::vector<AccountId> accounts;  ///< The first of them, at most `affected_accounts_max`.
  bool more_accounts = false;
};

inline constexpr std::size_t affected_accounts_max = 16;

/// What an entry says that cannot be true.
struct EntryFinding {
  std::string_view kind;      ///< "payload", "state", "segment_fact" or "segment_hash".
  std::uint64_t ordinal = 0;  ///< Of the segment.
  Sequence sequence;
  std::string words;
  std::optional<Affected> affected;
};

/// Looks at what the entries of a journal mean, one after the other: their payload, the state that
/// they make, what they say of segments. Entries whose bytes are damaged are not shown to it.
///
/// Threads.  One.
/// Limits.   Keeps `findings_max` findings and counts the others.
class EntryChecks {
 public:
  /// `earlier` reads entries that were shown before, and outlives this.
  EntryChecks(const StateSettings& settings, EntryLookup& earlier)
      : state_{settings}, replayer_{state_, {.earlier = &earlier, .reversals_in_full = true}} {}

  static constexpr std::size_t findings_max = 10'000;

  /// The next entry whose own bytes are good, and the ordinal of its segment.
  void check(const EntryView& entry, std::uint64_t ordinal);

  /// Compares the file hash of a segment with the fact that tells it. False when no fact does.
  bool check_file_hash(std::uint64_t ordinal, std::uint64_t file_bytes, const Sha256Digest& hash);

  /// Hashes of segments before this one are those of the files of a journal that was dumped.
  [[nodiscard]] std::uint64_t own_from() const { return own_from_; }
  /// `chain` of each SegmentHashed seen, by ordinal.
  [[nodiscard]] std::map<std::uint64_t, Sha256Digest> recorded_chains() const;

  [[nodiscard]] const std::vector<EntryFinding>& findings() const { return findings_; }
  [[nodiscard]] std::uint64_t finding_count() const { return finding_count_; }
  [[nodiscard]] std::uint64_t transfers() const { return transfers_; }
  [[nodiscard]] std::uint64_t operations() const { return operations_; }

  /// Sequences between good entries that no good entry holds: lost with their entries.
  [[nodiscard]] const std::vector<Affected>& gaps() const { return gaps_; }

  /// Where the entry of sequence `first` names another hash than that of the entry before: that
  /// entry before it, which is the one that was changed unless this one was.
  [[nodiscard]] const Affected* before_broken_chain(Sequence first) const;

  /// The state as far as everything from the first sequence on was good.
  [[nodiscard]] const State& state() const { return state_; }
  [[nodiscard]] bool state_is_whole() const { return replaying_; }
  /// Why the replay stopped where nothing is wrong: the tables are too small. Empty: it did not.
  [[nodiscard]] const std::string& out_of_room() const { return out_of_room_; }

 private:
  struct Segment {
    std::uint64_t ordinal = 0;
    std::uint64_t first_sequence = 0;
    std::uint64_t entries = 0;
    bool whole = true;  // No entry is missing in it, as far as sequences tell.
    bool sealed = false;
    bool names_parent = false;  // Its first entry does.
  };

  void add(std::string_view kind, std::uint64_t ordinal, Sequence sequence, std::string words,
           std::optional<Affected> affected = std::nullopt);
  void check_order(const EntryView& entry, std::uint64_t ordinal, const Affected& affected);
  void replay(const EntryView& entry, std::uint64_t ordinal, const Affected& affected);
  void enter_segment(const EntryFacts& facts, std::uint64_t ordinal);
  void check_segment_facts(const EntryFacts& facts);
  void check_opened(const SegmentOpened& fact, Sequence sequence);
  void check_sealed(const SegmentSealed& fact, Sequence sequence);
  void check_hashed(const SegmentHashed& fact, Sequence sequence);

  State state_;
  Replayer replayer_;
  bool replaying_ = true;
  std::string out_of_room_;
  bool contiguous_ = true;  // The current entry follows the one before.
  Segment segment_;
  std::optional<EntryHeader> before_;
  Affected before_affects_;
  std::map<Sequence, Affected> broken_chains_;
  std::vector<Affected> gaps_;
  struct HashFact {
    SegmentHashed fact;
    Sequence sequence;
    std::uint64_t ordinal = 0;  // Of the segment that holds the fact.
  };
  std::map<std::uint64_t, HashFact> hashes_;
  std::uint64_t own_from_ = 1;  // Hashes of segments before are of the files of another journal.
  std::vector<EntryFinding> findings_;
  std::uint64_t finding_count_ = 0;
  std::uint64_t transfers_ = 0;
  std::uint64_t operations_ = 0;
};

}  // namespace daybook
