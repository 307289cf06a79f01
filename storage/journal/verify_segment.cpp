#include "storage/journal/verify_segment.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "storage/journal/settings.hpp"
#include "storage/witness/witness.hpp"

namespace daybook {
namespace {

using journal_limits::page_bytes;

constexpr std::size_t read_bytes = std::size_t{1} << 20;

}  // namespace

void Verification::add(Finding finding) {
  if (finding.severity == FindingSeverity::damage) ++report_.damage_count;
  if (report_.findings.size() < journal_limits::findings_max) {
    report_.findings.push_back(std::move(finding));
  }
}

void Verification::add(FindingKind kind, FindingSeverity severity,
                       const std::filesystem::path& file, std::uint64_t ordinal,
                       std::optional<std::uint64_t> sequence, std::string words) {
  add(Finding{.kind = kind,
              .severity = severity,
              .file = file,
              .ordinal = ordinal,
              .page = std::nullopt,
              .sequence = sequence ? std::optional{Sequence{*sequence}} : std::nullopt,
              .words = std::move(words)});
}

void Verification::progress(std::uint64_t bytes) {
  done_bytes_ += bytes;
  if (options_.on_progress) options_.on_progress(std::min(done_bytes_, total_bytes_), total_bytes_);
}

void Verification::check_id(bool whole) {
  const auto id = read_journal_id(layout_);
  if (id) {
    report_.journal_id = id.value();
    journal_id_ = id.value();
  } else if (id.error().kind != FailureKind::not_found) {
    add(FindingKind::journal_id, FindingSeverity::damage, layout_.id(), 0, {}, id.error().what);
  } else if (whole) {
    add(FindingKind::missing, FindingSeverity::damage, layout_.id(), 0, {},
        "a data directory has this file; without it nothing will serve from here");
  }
  const auto witness = read_witness(layout_.head());
  if (witness) {
    const WitnessStatement& statement = witness.value().statement;
    if (statement.durable.value() != 0) witnessed_ = statement.durable;
    witnessed_hash_ = statement.entry_hash;
    if (journal_id_ && statement.journal_id != *journal_id_) {
      add(FindingKind::witness, FindingSeverity::damage, layout_.head(), 0, {},
          "it speaks of another journal than journal.id");
    }
    if (witness.value().slot_damaged) {
      add(FindingKind::witness, FindingSeverity::note, layout_.head(), 0, {},
          "one of its two slots does not check out: a crash while it was written leaves that; "
          "the other slot stands");
    }
  } else if (witness.error().kind != FailureKind::not_found) {
    add(FindingKind::witness, FindingSeverity::damage, layout_.head(), 0, {}, witness.error().what);
  } else if (whole) {
    add(FindingKind::missing, FindingSeverity::damage, layout_.head(), 0, {},
        "without the witness nobody can tell whether the journal has lost its end");
  }
}

void Verification::check_segment(std::uint64_t ordinal, bool is_last) {
  const auto path = layout_.segment(ordinal);
  SegmentReport segment;
  segment.ordinal = ordinal;
  const auto walker = PageWalker::open(path);
  if (!walker) {
    add(FindingKind::unreadable, FindingSeverity::damage, path, ordinal, {}, walker.error().what);
    lost_place_ = true;
    report_.segments.push_back(segment);
    return;
  }
  SegmentStructure structure = report_.live ? walker.value().walk_live() : walker.value().walk();
  const bool sound = structure.sound();
  for (Finding& finding : structure.findings) {
    finding.ordinal = ordinal;
    add(std::move(finding));
  }
  segment.file_bytes = structure.file_bytes;
  segment.empty = sound && structure.transaction == 0;
  if (segment.empty && !is_last) {
    add(FindingKind::sequence, FindingSeverity::damage, path, ordinal, {},
        "this segment has no entries, yet another one follows it");
  }
  if (sound) check_size(walker.value(), structure, is_last, segment);
  // Damage may have put siblings out of order; what is readable is shown in order all the same.
  std::stable_sort(structure.entries.begin(), structure.entries.end(),
                   [](const EntryPosition& a, const EntryPosition& b) { return a.key < b.key; });
  std::uint64_t seen = 0;
  for (const EntryPosition& position : structure.entries) {
    check_entry_at(walker.value(), position, segment);
    const std::uint64_t bytes = position.page_count() * page_bytes;
    seen += bytes;
    progress(bytes);
  }
  if (!sound) lost_place_ = true;
  if (options_.hash_files && !is_last) {
    const std::uint64_t end = (structure.last_page + 1) * page_bytes;
    hash_file(walker.value(), sound ? std::min(end, segment.file_bytes) : segment.file_bytes,
              segment);
  }
  progress(segment.file_bytes - std::min(segment.file_bytes, seen));
  report_.segments.push_back(segment);
}

/// Of a sealed segment: sealing leaves the file as long as its pages in use.
void Verification::check_size(const PageWalker& walker, const SegmentStructure& structure,
                              bool is_last, SegmentReport& segment) {
  const std::uint64_t end = (structure.last_page + 1) * page_bytes;
  if (is_last || structure.file_bytes <= end) return;
  bool is_zero = true;
  room_.resize(std::max(room_.size(), read_bytes));
  for (std::uint64_t at = end; at < structure.file_bytes && is_zero;) {
    const auto read = walker.file().read_at(std::span{room_}.first(read_bytes), at);
    if (!read || read.value() == 0) break;
    is_zero = std::all_of(room_.begin(), room_.begin() + static_cast<std::ptrdiff_t>(read.value()),
                          [](std::byte byte) { return byte == std::byte{0}; });
    at += read.value();
  }
  const std::uint64_t extra = structure.file_bytes - end;
  add(FindingKind::size, is_zero ? FindingSeverity::note : FindingSeverity::damage,
      walker.file().path(), segment.ordinal, {},
      is_zero ? fmt::format("{} zero bytes after its last page: sealed, not yet truncated", extra)
              : fmt::format("{} bytes after its last page, which Daybook did not write", extra));
}

void Verification::check_entry_at(const PageWalker& walker, const EntryPosition& position,
                                  SegmentReport& segment) {
  const auto& path = walker.file().path();
  const auto value = walker.read_value(position, room_);
  if (!value) {
    Finding finding = value.error();
    finding.ordinal = segment.ordinal;
    add(std::move(finding));
    lost_place_ = true;
    return;
  }
  const auto view = check_entry(value.value());
  if (!view) {
    add(FindingKind::entry, FindingSeverity::damage, path, segment.ordinal, position.key,
        view.error().what);
    lost_place_ = true;
    return;
  }
  const EntryHeader& header = view.value().header;
  if (header.first_sequence != position.key) {
    add(FindingKind::key, FindingSeverity::damage, path, segment.ordinal, position.key,
        fmt::format("the entry under this key starts at sequence {}", header.first_sequence));
    lost_place_ = true;
    return;
  }
  check_succession(view.value(), path, segment.ordinal, segment.entries == 0);
  note_witnessed(view.value());
  if (segment.entries == 0) segment.first = header.first();
  segment.last = header.last();
  ++segment.entries;
  ++report_.entries;
  report_.last_sequence = header.last();
  report_.last_hash = header.hash;
  if (options_.on_entry) options_.on_entry(view.value(), segment.ordinal);
}

void Verification::check_succession(const EntryView& view, const std::filesystem::path& file,
                                    std::uint64_t ordinal, bool starts_segment) {
  const EntryHeader& header = view.header;
  const auto damage = [&](FindingKind kind, std::string words) {
    add(kind, FindingSeverity::damage, file, ordinal, header.first_sequence, std::move(words));
  };
  const Before now{.next_sequence = next(header.last()).value(),
                   .hash = header.hash,
                   .journal_id = header.journal_id,
                   .commit_time = header.commit_time};
  const auto before = std::exchange(before_, now);
  const bool lost_place = std::exchange(lost_place_, false);
  const std::optional<Uint128> id = before                  ? std::optional{before->journal_id}
                                    : options_.accepts_fork ? std::nullopt
                                                            : journal_id_;
  if (id && *id != header.journal_id &&
      !(starts_segment && options_.accepts_fork && options_.accepts_fork(view, *id))) {
    damage(FindingKind::journal_id, fmt::format("the entry belongs to journal {}, not to {}",
                                                to_hex(header.journal_id), to_hex(*id)));
  }
  if (!before) {
    if (header.first_sequence == 1 && !header.previous_hash.is_zero()) {
      damage(FindingKind::chain, "the first entry names one before it");
    }
    if (header.first_sequence != 1 && (ordinal == 1 || lost_place)) {
      damage(FindingKind::sequence,
             fmt::format("sequences 1 to {} are missing", header.first_sequence - 1));
    }
    return;
  }
  if (header.first_sequence != before->next_sequence) {
    damage(FindingKind::sequence,
           header.first_sequence > before->next_sequence
               ? fmt::format("sequences {} to {} are missing before it", before->next_sequence,
                             header.first_sequence - 1)
               : fmt::format("sequences from {} on are there already", header.first_sequence));
  } else if (header.previous_hash != before->hash) {
    damage(FindingKind::chain, fmt::format("it names {} as the hash of the entry before, which is "
                                           "{}: one of the two was altered",
                                           to_hex(header.previous_hash), to_hex(before->hash)));
  }
  if (header.commit_time < before->commit_time) {
    damage(FindingKind::commit_time, fmt::format("its commit time {} is before {}, that of the "
                                                 "entry before",
                                                 header.commit_time, before->commit_time));
  }
}

void Verification::note_witnessed(const EntryView& view) {
  if (!witnessed_ || view.header.last() != *witnessed_) return;
  witness_met_ = view.header.hash == witnessed_hash_;
}

void Verification::check_witness() {
  if (journal_id_ && before_ && options_.accepts_fork && before_->journal_id != *journal_id_) {
    add(FindingKind::journal_id, FindingSeverity::damage, layout_.id(), 0, {},
        fmt::format("the newest entry belongs to journal {}, not to {}",
                    to_hex(before_->journal_id), to_hex(*journal_id_)));
  }
  if (!witnessed_ || witness_met_) return;
  add(FindingKind::witness, FindingSeverity::damage, layout_.head(), 0, witnessed_->value(),
      report_.last_sequence < *witnessed_
          ? fmt::format("it says that sequence {} was on disk; the journal ends at {}: {} "
                        "acknowledged facts are missing",
                        witnessed_->value(), report_.last_sequence.value(),
                        witnessed_->value() - report_.last_sequence.value())
          : fmt::format("no entry with the hash {} ends at sequence {}: this is another history",
                        to_hex(witnessed_hash_), witnessed_->value()));
}

void Verification::hash_file(const PageWalker& walker, std::uint64_t end_bytes,
                             SegmentReport& segment) {
  room_.resize(std::max(room_.size(), read_bytes));
  Sha256 sha;
  // What truncating leaves: a sealed segment may be looked at before that.
  for (std::uint64_t at = 0; at < end_bytes;) {
    const std::size_t most = std::min<std::uint64_t>(read_bytes, end_bytes - at);
    const auto read = walker.file().read_at(std::span{room_}.first(most), at);
    if (!read || read.value() == 0) return;
    sha.update(std::span{room_}.first(read.value()));
    at += read.value();
  }
  segment.file_hash = sha.finish();
}

}  // namespace daybook
