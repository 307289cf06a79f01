#include "tools/daybook/offline/offline_verify.hpp"

#include <algorithm>

#include "engine/replay/journal_parent.hpp"
#include "storage/journal/data_directory.hpp"
#include "tools/daybook/client/lazy_lookup.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/progress.hpp"

namespace daybook {
namespace {

VerifyFinding finding_of(const Finding& finding, const EntryChecks& checks) {
  VerifyFinding found{.kind = std::string{to_string(finding.kind)},
                      .is_damage = finding.severity == FindingSeverity::damage,
                      .file = finding.file.string(),
                      .ordinal = finding.ordinal,
                      .page = finding.page,
                      .sequence = finding.sequence,
                      .words = finding.words,
                      .affected = std::nullopt};
  if (finding.kind == FindingKind::chain && finding.sequence) {
    if (const Affected* affected = checks.before_broken_chain(*finding.sequence)) {
      found.affected = *affected;
    }
  }
  return found;
}

VerifyFinding finding_of(const EntryFinding& finding, const JournalLayout& layout) {
  return {.kind = std::string{finding.kind},
          .is_damage = true,
          .file = layout.segment(finding.ordinal).string(),
          .ordinal = finding.ordinal,
          .page = std::nullopt,
          .sequence = finding.sequence,
          .words = finding.words,
          .affected = finding.affected};
}

bool is_unreadable(const VerifyFinding& finding) {
  return finding.kind == to_string(FindingKind::unreadable);
}

void gather_findings(const VerifyReport& report, const EntryChecks& checks,
                     const JournalLayout& layout, JournalVerdict& verdict) {
  for (const Finding& each : report.findings) {
    verdict.findings.push_back(finding_of(each, checks));
  }
  for (const EntryFinding& each : checks.findings()) {
    verdict.findings.push_back(finding_of(each, layout));
  }
  std::stable_sort(
      verdict.findings.begin(), verdict.findings.end(),
      [](const VerifyFinding& a, const VerifyFinding& b) { return a.ordinal < b.ordinal; });
  verdict.damage_count = report.damage_count + checks.finding_count();
  std::uint64_t kept = 0;
  bool others = false;
  for (const VerifyFinding& each : verdict.findings) {
    if (!each.is_damage) continue;
    ++kept;
    others = others || !is_unreadable(each);
  }
  verdict.unreadable_only = verdict.damage_count > 0 && !others && kept == verdict.damage_count;
}

}  // namespace

int JournalVerdict::exit_code() const {
  const HeadAnswer head = expected_head ? expected_head->answer : HeadAnswer::proven;
  if (head == HeadAnswer::differs || head == HeadAnswer::ends_before) return exit_code::no;
  if (!sound()) return unreadable_only ? exit_code::failed : exit_code::no;
  return out_of_room.empty() && head == HeadAnswer::proven ? exit_code::good : exit_code::failed;
}

Result<JournalVerdict> verify_directory(
    const JournalPlace& place, const StateRoom& room,
    const std::function<void(std::uint64_t, std::uint64_t)>& progress, const HeadWish& heads) {
  const auto layout = place.layout();
  if (!layout) return layout.error();
  HeadWatch watch{heads};
  LazyLookup earlier{place.directory, place.archive};
  EntryChecks checks{settings_for(room), earlier};
  VerifyOptions options;
  options.hash_files = true;
  options.accepts_fork = continues_parent;
  options.archive = place.archive;
  options.on_progress = progress;
  options.on_entry = [&](const EntryView& entry, std::uint64_t ordinal) {
    checks.check(entry, ordinal);
    watch.entry(entry, ordinal);
  };
  auto verified = verify_journal(place.directory, options);
  if (!verified) return verified.error();
  VerifyReport& report = verified.value();

  JournalVerdict verdict;
  for (const SegmentReport& segment : report.segments) {
    if (segment.file_hash &&
        checks.check_file_hash(segment.ordinal, segment.file_bytes, *segment.file_hash)) {
      verdict.hashed_segments.push_back(segment.ordinal);
    }
  }
  watch.finish(report.segments, checks.recorded_chains(), checks.own_from());
  verdict.newest_head = watch.newest();
  verdict.sealed_head = watch.sealed();
  verdict.expected_head = watch.expected();
  gather_findings(report, checks, layout.value(), verdict);
  verdict.segments = std::move(report.segments);
  verdict.gaps = checks.gaps();
  verdict.journal_id = report.journal_id;
  verdict.entries = report.entries;
  verdict.operations = checks.operations();
  verdict.transfers = checks.transfers();
  verdict.last_sequence = report.last_sequence;
  verdict.last_hash = report.last_hash;
  verdict.state_sequence = checks.state().last_sequence();
  verdict.state_digest = checks.state().digest();
  verdict.state_is_whole =
      checks.state_is_whole() && verdict.state_sequence == verdict.last_sequence;
  verdict.out_of_room = checks.out_of_room();
  verdict.live = report.live;
  return verdict;
}

int run_verify(const VerifyCommandOptions& options) {
  constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
  HeadWish heads{.newest = options.head, .expected = std::nullopt};
  if (!options.expect_head.empty()) {
    const auto expected = parse_head(options.expect_head);
    if (!expected) return complain(expected.error().what);
    heads.expected = expected.value();
  }
  ProgressLine line{terminal_or_nothing(), "MiB"};
  const auto verdict = verify_directory(
      options.directory, options.room,
      [&](std::uint64_t done, std::uint64_t total) {
        std::optional<double> fraction;
        if (total > 0) fraction = static_cast<double>(done) / static_cast<double>(total);
        line.show(done / mebibyte, fraction);
      },
      heads);
  line.clear();
  if (!verdict) {
    complain(verdict.error().what);
    return exit_code::failed;
  }
  if (options.json) {
    say(verdict_json(verdict.value()));
  } else {
    print_text(verdict_text(verdict.value()));
  }
  return verdict.value().exit_code();
}

}  // namespace daybook
