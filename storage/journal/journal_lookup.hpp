#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "engine/ports/journal.hpp"

namespace daybook {

/// Finds single entries by sequence or by commit time, live or offline.
///
/// Place.    Live (`durable` given) it shares the environment that the Journal of this process
///           writes; sealed segments it opens itself, at most `lookup_open_segments_max` at once.
/// Threads.  One at a time per object: one object a query thread.
/// Errors.   `not_found` past the durable (offline: last committed) entry, before the first, and
///           before the first commit time. `damaged` names the file and the sequence.
/// Cost.     By sequence: a binary search over cached first keys and one walk down the tree; by
///           time, one such walk a probe, at most 64. An entry's checksum is computed the first
///           time this object shows it; those it showed lately, up to 65,536, are shown again
///           without.
class JournalLookup final : public EntryLookup {
 public:
  [[nodiscard]] static Result<std::unique_ptr<JournalLookup>> open(
      const std::filesystem::path& directory, std::function<Sequence()> durable = {},
      const std::filesystem::path& archive = {});

  ~JournalLookup() override;

  Result<void> with_entry(Sequence sequence,
                          const std::function<void(const EntryView&)>& use) override;
  Result<void> with_entry_at_time(std::uint64_t time_ns,
                                  const std::function<void(const EntryView&)>& use) override;

  JournalLookup(const JournalLookup&) = delete;
  JournalLookup& operator=(const JournalLookup&) = delete;

 private:
  struct State;
  explicit JournalLookup(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace daybook
