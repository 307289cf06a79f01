#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "engine/base/result.hpp"
#include "engine/codec/entry_facts.hpp"
#include "engine/model/facts.hpp"
#include "engine/state/state.hpp"
#include "storage/journal/data_directory.hpp"
#include "tools/daybook/offline/offline_replay.hpp"

/// A journal that continues another one: a restored backup, a fork, a journal loaded from a dump.
///
/// It begins with the other journal's entries, byte for byte, and goes on under a journal id of its
/// own in a new segment, whose first entry names the parent, and where it was left: so it is never
/// taken for the original. That entry repeats the facts of an entry that was cut, under the
/// sequences that they had, and empties the reply windows: an answer that the original gives to a
/// request is not this journal's to repeat.

namespace daybook {

/// Where the parent was left.
struct ParentEnd {
  Uint128 journal_id{};           ///< Of the entry that ends at `last_sequence`.
  Uint128 entry_hash{};           ///< Of that entry; zeros if there is none.
  Sequence last_sequence{};       ///< Of the last entry taken over whole; 0: none.
  std::uint64_t segment = 0;      ///< Of that entry; 0: none.
  std::uint64_t commit_time = 0;  ///< ns.
};

/// What was made of it.
struct Continued {
  Uint128 journal_id{};
  ParentEnd parent{};
  Sequence cut{};                   ///< The last sequence that the parent has too.
  std::uint64_t digest_at_cut = 0;  ///< The parent's digest there.
  Sequence last{};                  ///< Of the entry that names the parent.
  std::uint64_t digest = 0;         ///< After it.
};

/// Writes the entry that names the parent, DIR/HEAD and DIR/journal.id of `layout`, in which the
/// parent's entries are in place. `state` is the one after them, and afterwards the new journal's.
/// `cut`: an entry whose facts up to `until` are taken over as well; may be null.
[[nodiscard]] Result<Continued> continue_journal(const JournalLayout& layout, State& state,
                                                 const ParentEnd& parent, ParentKind kind,
                                                 const EntryFacts* cut, Sequence until);

struct ContinueOptions {
  JournalPlace from;  ///< The parent's, or a backup's.
  std::string place;  ///< The new one; must not exist, or be empty.
  ReplayGoal goal;    ///< Where to leave the parent.
  StateRoom room;
  ParentKind kind = ParentKind::forked;
};

/// Makes the data directory `place` of the journal in `from`, up to the goal, and verifies it
/// before it gets its name. Shows progress on a terminal. The directory may be live.
///
/// `check`, if given, is shown what was made, and the directory where it stands, before that gets
/// its name.
[[nodiscard]] Result<Continued> continue_directory(
    const ContinueOptions& options,
    const std::function<Result<void>(const Continued&, const std::filesystem::path&)>& check = {});

/// Verifies a directory under construction, and that it is what was made.
[[nodiscard]] Result<void> verify_continued(const std::filesystem::path& directory,
                                            const StateRoom& room, const Continued& continued);

/// For people: a few lines.
[[nodiscard]] std::string continued_text(const Continued& continued, const std::string& place);
[[nodiscard]] std::string continued_json(const Continued& continued);

}  // namespace daybook
