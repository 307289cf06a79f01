#include "storage/journal/verify.hpp"

#include <system_error>

#include <fmt/format.h>

#include "storage/journal/data_directory.hpp"
#include "storage/journal/verify_segment.hpp"

namespace daybook {
namespace {

Finding name_finding(FindingSeverity severity, const std::filesystem::path& path,
                     std::string words) {
  return {.kind = FindingKind::name,
          .severity = severity,
          .file = path,
          .ordinal = 0,
          .page = std::nullopt,
          .sequence = std::nullopt,
          .words = std::move(words)};
}

void check_names(const JournalLayout& layout, const SegmentListing& listing,
                 Verification& verification) {
  for (const auto& path : listing.leftover) {
    verification.add(name_finding(FindingSeverity::note, path,
                                  "a segment that was being prepared: the next start deletes it"));
  }
  for (const auto& path : listing.unknown) {
    verification.add(
        name_finding(FindingSeverity::note, path, "not a name that Daybook gives; not looked at"));
  }
  const auto& ordinals = listing.ordinals;
  std::uint64_t expected = 1;
  for (const std::uint64_t ordinal : ordinals) {
    if (ordinal != expected) {
      Finding finding =
          name_finding(FindingSeverity::damage, layout.segment(expected),
                       ordinal == expected + 1
                           ? fmt::format("segment {} is missing", expected)
                           : fmt::format("segments {} to {} are missing", expected, ordinal - 1));
      finding.kind = FindingKind::missing;
      finding.ordinal = expected;
      // An archive may begin with any segment; a hole in the middle is never right.
      if (expected == 1) finding.severity = FindingSeverity::note;
      verification.add(std::move(finding));
    }
    expected = ordinal + 1;
  }
}

std::uint64_t total_bytes(const JournalLayout& layout, const SegmentListing& listing) {
  std::uint64_t total = 0;
  for (const std::uint64_t ordinal : listing.ordinals) {
    std::error_code error;
    const auto size = std::filesystem::file_size(layout.segment(ordinal), error);
    if (!error) total += size;
  }
  return total;
}

}  // namespace

Result<VerifyReport> verify_journal(const std::filesystem::path& directory,
                                    const VerifyOptions& options) {
  const auto found = layout_with_archive(directory, options.archive);
  if (!found) return found.error();
  const JournalLayout& layout = found.value();
  const auto listing = list_segments(layout);
  if (!listing) return listing.error();
  const auto& ordinals = listing.value().ordinals;

  Verification verification{layout, options};
  verification.report().live = is_locked(layout);
  verification.set_total(total_bytes(layout, listing.value()));
  std::error_code ignored;
  verification.check_id(std::filesystem::exists(layout.id(), ignored) ||
                        std::filesystem::exists(layout.head(), ignored) ||
                        std::filesystem::exists(layout.lock(), ignored));
  check_names(layout, listing.value(), verification);
  for (const std::uint64_t ordinal : ordinals) {
    const bool is_last = ordinal == ordinals.back() ||
                         // The one after it is prepared and empty, so this one may still be open.
                         (ordinal + 1 == ordinals.back() && [&] {
                           const auto walker = PageWalker::open(layout.segment(ordinal + 1));
                           if (!walker) return false;
                           const auto structure = walker.value().walk();
                           return structure.sound() && structure.transaction == 0;
                         }());
    verification.check_segment(ordinal, is_last);
  }
  verification.check_witness();
  return std::move(verification.report());
}

}  // namespace daybook
