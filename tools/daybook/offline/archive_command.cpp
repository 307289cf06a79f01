#include "tools/daybook/offline/archive_command.hpp"

#include <algorithm>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "storage/file/file.hpp"
#include "storage/journal/segment_copy.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/offline_verify.hpp"
#include "tools/daybook/offline/recovery_needs.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/progress.hpp"
#include "tools/daybook/text/rate_text.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

/// What was asked for.
struct Choice {
  std::optional<Sequence> before;
  std::optional<std::uint64_t> keep;
};

Result<Choice> choice_of(const ArchiveOptions& options) {
  Choice choice;
  if (!options.before_sequence.empty()) {
    const auto before = parse_unsigned(options.before_sequence, limits::timestamp_max);
    if (!before) return before.error();
    choice.before = Sequence{before.value()};
  }
  if (!options.keep.empty()) {
    const auto keep = parse_unsigned(options.keep, limits::timestamp_max);
    if (!keep) return keep.error();
    choice.keep = keep.value();
  }
  return choice;
}

Result<JournalVerdict> verified(const ArchiveOptions& options) {
  ProgressLine line{terminal_or_nothing(), "MiB verified"};
  std::error_code ignored;
  // Segments that are in the archive already belong to the journal too.
  const bool has_archive = std::filesystem::exists(JournalLayout{options.to}.journal(), ignored);
  auto verdict =
      verify_directory(JournalPlace{options.directory, has_archive ? options.to : std::string{}},
                       options.room, [&](std::uint64_t done, std::uint64_t total) {
                         std::optional<double> fraction;
                         if (total > 0)
                           fraction = static_cast<double>(done) / static_cast<double>(total);
                         line.show(done / mebibyte, fraction);
                       });
  if (!verdict) return verdict;
  if (verdict.value().exit_code() == exit_code::good) return verdict;
  if (!verdict.value().out_of_room.empty()) {
    return Failure{FailureKind::no_space, verdict.value().out_of_room};
  }
  return Failure{
      FailureKind::damaged,
      fmt::format("{}: the journal does not verify, so nothing is moved; `daybook verify` "
                  "shows what is wrong",
                  options.directory)};
}

/// The sealed segments that stand in the directory and were asked for.
std::vector<SegmentReport> chosen(const JournalVerdict& verdict, const Choice& choice,
                                  const JournalLayout& live) {
  std::vector<SegmentReport> taken;
  std::uint64_t newest = 0;
  for (const SegmentReport& segment : verdict.segments) {
    if (!segment.empty) newest = segment.ordinal;
  }
  for (const SegmentReport& segment : verdict.segments) {
    const auto& hashed = verdict.hashed_segments;
    const bool is_hashed = std::find(hashed.begin(), hashed.end(), segment.ordinal) != hashed.end();
    std::error_code ignored;
    if (!is_hashed || !std::filesystem::exists(live.segment(segment.ordinal), ignored)) continue;
    if (choice.before && segment.last >= *choice.before) continue;
    if (choice.keep && newest - segment.ordinal < *choice.keep) continue;
    taken.push_back(segment);
  }
  return taken;
}

/// Without a choice, those that may leave, if there are any.
void leave_out_needed(std::vector<SegmentReport>& taken, Sequence needed) {
  const auto is_needed = [&](const SegmentReport& segment) { return segment.last >= needed; };
  if (std::all_of(taken.begin(), taken.end(), is_needed)) return;
  taken.erase(std::remove_if(taken.begin(), taken.end(), is_needed), taken.end());
}

Result<void> check_may_leave(const std::vector<SegmentReport>& taken, Sequence needed,
                             const ArchiveOptions& options) {
  if (options.copy) return {};
  for (const SegmentReport& segment : taken) {
    if (segment.last < needed) continue;
    return Failure{
        FailureKind::invalid,
        fmt::format("segment {} cannot leave {}: an engine starts from the journal's sequence {} "
                    "on, and it holds {} to {}. Two good snapshots behind it would free it; with "
                    "--copy it is copied and stays here too",
                    segment.ordinal, options.directory, needed.value(), segment.first.value(),
                    segment.last.value())};
  }
  if (is_locked(JournalLayout{options.directory})) {
    return Failure{FailureKind::invalid,
                   fmt::format("{}: an engine works on it and may be reading these segments; stop "
                               "it first, or use --copy",
                               options.directory)};
  }
  return {};
}

/// There is one archive: an engine reads the older segments back from it.
Result<void> check_archive(const JournalLayout& live, const JournalLayout& archive) {
  const auto noted = layout_with_archive(live.root);
  if (!noted) return noted.error();
  std::error_code ignored;
  if (noted.value().archive.empty() ||
      std::filesystem::equivalent(noted.value().archive, archive.root, ignored)) {
    return {};
  }
  return Failure{FailureKind::invalid,
                 fmt::format("older segments of {} were moved to {}; name that archive, or, after "
                             "moving all of it elsewhere, write its new place into {}",
                             live.root.string(), noted.value().archive.string(),
                             live.archive_note().string())};
}

/// The segment in the archive, read and compared with what the journal says its file is.
Result<ArchivedSegment> copy_one(const SegmentReport& segment, const JournalLayout& from,
                                 const JournalLayout& to) {
  ArchivedSegment archived{.ordinal = segment.ordinal,
                           .first = segment.first,
                           .last = segment.last,
                           .bytes = segment.file_bytes};
  const auto target = to.segment(segment.ordinal);
  std::error_code ignored;
  archived.was_there = std::filesystem::exists(target, ignored);
  if (!archived.was_there) {
    // Under another name first: the archive's names stand for whole files.
    std::filesystem::path half = target;
    half += ".new";
    if (auto removed = remove_file(half); !removed) return removed.error();
    const auto copied =
        copy_sealed_segment(from.segment(segment.ordinal), half, CopyMode::copy, {});
    if (!copied) return copied.error();
    if (auto named = rename_durably(half, target); !named) return named.error();
  }
  const auto there = hash_file(target, {});
  if (!there) return there.error();
  if (there.value().sha256 != *segment.file_hash) {
    return Failure{
        FailureKind::damaged,
        fmt::format("{}: SHA-256 {}, the journal says {}: another journal's archive, or "
                    "damaged; nothing is removed",
                    target.string(), to_hex(there.value().sha256), to_hex(*segment.file_hash))};
  }
  return archived;
}

std::string line_of(const ArchivedSegment& segment, const ArchiveOptions& options) {
  return fmt::format("segment {}: sequences {} to {}, {}: {}{}", segment.ordinal,
                     segment.first.value(), segment.last.value(), format_bytes(segment.bytes),
                     segment.was_there ? "was in the archive" : "copied",
                     segment.removed ? ", removed from " + options.directory : "");
}

}  // namespace

Result<std::vector<ArchivedSegment>> archive_segments(const ArchiveOptions& options,
                                                      Sequence needed) {
  const auto choice = choice_of(options);
  if (!choice) return choice.error();
  const auto verdict = verified(options);
  if (!verdict) return verdict.error();
  const JournalLayout live{options.directory};
  const JournalLayout archive{options.to};
  if (auto same = check_archive(live, archive); !same) return same.error();
  auto taken = chosen(verdict.value(), choice.value(), live);
  if (!options.copy && !choice.value().before && !choice.value().keep) {
    leave_out_needed(taken, needed);
  }
  if (auto may = check_may_leave(taken, needed, options); !may) return may.error();

  if (auto made = make_directory(archive.root); !made) return made.error();
  if (auto made = make_directory(archive.journal()); !made) return made.error();
  ProgressLine line{terminal_or_nothing(), "segments copied"};
  std::vector<ArchivedSegment> done;
  for (const SegmentReport& segment : taken) {
    auto archived = copy_one(segment, live, archive);
    if (!archived) return archived.error();
    done.push_back(archived.value());
    line.show(done.size(), static_cast<double>(done.size()) / static_cast<double>(taken.size()));
  }
  if (options.copy || done.empty()) return done;
  if (auto noted = note_archive(live, archive.root); !noted) return noted.error();
  // All are in the archive, checked and on disk. The oldest goes first, so that what stays is
  // without a hole whatever happens.
  for (ArchivedSegment& segment : done) {
    if (auto removed = remove_file(live.segment(segment.ordinal)); !removed) {
      return removed.error();
    }
    if (auto synced = sync_directory(live.journal()); !synced) return synced.error();
    segment.removed = true;
  }
  return done;
}

int run_archive(const ArchiveOptions& options) {
  const auto needed = first_sequence_needed(options.directory);
  if (!needed) return complain_of(needed.error());
  const auto done = archive_segments(options, needed.value());
  if (!done) {
    complain(done.error().what);
    const bool is_answer =
        done.error().kind == FailureKind::damaged || done.error().kind == FailureKind::invalid;
    return is_answer ? exit_code::no : exit_code::failed;
  }
  for (const ArchivedSegment& segment : done.value()) {
    if (!options.json) {
      say(line_of(segment, options));
      continue;
    }
    say(JsonObject{}
            .count("segment", segment.ordinal)
            .sequence("first_sequence", segment.first)
            .sequence("last_sequence", segment.last)
            .count("bytes", segment.bytes)
            .truth("was_there", segment.was_there)
            .truth("removed", segment.removed)
            .str());
  }
  if (done.value().empty() && !options.json) {
    say("No sealed segment, whose hash is in the journal, is to be archived.");
  }
  return exit_code::good;
}

}  // namespace daybook
