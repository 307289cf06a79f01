#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "storage/journal/data_directory.hpp"
#include "storage/journal/page_walker.hpp"
#include "storage/journal/verify.hpp"

namespace daybook {

/// One verification under way: what is known of the entry before, and the report so far.
///
/// Threads.  One at a time.
class Verification {
 public:
  Verification(JournalLayout layout, const VerifyOptions& options)
      : layout_{std::move(layout)}, options_{options} {}

  /// journal.id and DIR/HEAD; `whole` when a data directory is expected around the segments.
  void check_id(bool whole);

  /// Segment `ordinal`; `is_last` when none follows it, so that it need not be sealed.
  void check_segment(std::uint64_t ordinal, bool is_last);

  /// After all segments: whose the newest entry is, and whether the witness agrees.
  void check_witness();

  void add(Finding finding);
  void progress(std::uint64_t bytes);
  void set_total(std::uint64_t bytes) { total_bytes_ = bytes; }

  [[nodiscard]] VerifyReport& report() { return report_; }

 private:
  /// The entry before, good or not: what the next one must follow.
  struct Before {
    std::uint64_t next_sequence = 0;
    Uint128 hash;
    Uint128 journal_id;
    std::uint64_t commit_time = 0;
  };

  void check_size(const PageWalker& walker, const SegmentStructure& structure, bool is_last,
                  SegmentReport& segment);
  void check_entry_at(const PageWalker& walker, const EntryPosition& position,
                      SegmentReport& segment);
  void check_succession(const EntryView& view, const std::filesystem::path& file,
                        std::uint64_t ordinal, bool starts_segment);
  void note_witnessed(const EntryView& view);
  void hash_file(const PageWalker& walker, std::uint64_t end_bytes, SegmentReport& segment);
  void add(FindingKind kind, FindingSeverity severity, const std::filesystem::path& file,
           std::uint64_t ordinal, std::optional<std::uint64_t> sequence, std::string words);

  JournalLayout layout_;
  const VerifyOptions& options_;
  VerifyReport report_;
  std::optional<Uint128> journal_id_;
  std::optional<Before> before_;
  bool lost_place_ = false;  // An entry was unreadable: what follows cannot chain to it.
  std::optional<Sequence> witnessed_;
  Uint128 witnessed_hash_;
  bool witness_met_ = false;
  std::uint64_t done_bytes_ = 0;
  std::uint64_t total_bytes_ = 0;
  std::vector<std::byte> room_;
};

}  // namespace daybook
