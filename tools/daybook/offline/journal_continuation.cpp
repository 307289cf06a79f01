#include "tools/daybook/offline/journal_continuation.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/codec/entry_builder.hpp"
#include "engine/codec/entry_copy.hpp"
#include "engine/model/engine_version.hpp"
#include "engine/replay/replayer.hpp"
#include "storage/file/file.hpp"
#include "storage/journal/journal_reader.hpp"
#include "storage/journal/segment_copy.hpp"
#include "tools/daybook/client/lazy_lookup.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/offline/new_directory.hpp"
#include "tools/daybook/offline/offline_verify.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/progress.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

/// How far the parent was followed.
struct Followed {
  ParentEnd end;
  bool segment_is_whole = false;  ///< Everything of the last segment is taken over.
  std::vector<Uint128> cut;       ///< Of an entry that is cut, its bytes; empty: none.

  [[nodiscard]] bool is_nothing() const { return end.last_sequence == Sequence{} && cut.empty(); }
};

/// Shows how many bytes of all were looked at.
class ByteProgress {
 public:
  explicit ByteProgress(std::uint64_t total) : line_{terminal_or_nothing(), "MiB"}, total_{total} {}
  void add(std::uint64_t bytes) {
    done_ += bytes;
    std::optional<double> fraction;
    if (total_ > 0) fraction = static_cast<double>(done_) / static_cast<double>(total_);
    line_.show(done_ / mebibyte, fraction);
  }

 private:
  ProgressLine line_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
};

bool lies_past(const ReplayGoal& goal, const EntryHeader& header) {
  return (goal.until_time && header.commit_time > goal.until_time->value()) ||
         (goal.until_sequence && header.first() > *goal.until_sequence);
}

Result<Followed> follow(const ContinueOptions& options, State& state) {
  const auto reader = JournalReader::open(options.from.directory, reading_of(options.from));
  if (!reader) return reader.error();
  LazyLookup earlier{options.from.directory, options.from.archive};
  Replayer replayer{state, {.earlier = &earlier, .reversals_in_full = false}};
  ProgressLine line{terminal_or_nothing(), "transfers replayed"};
  Followed followed;
  for (;;) {
    const auto entry = reader.value()->next();
    if (!entry) return entry.error();
    if (!entry.value()) {
      followed.segment_is_whole = state.segment_sealed() == followed.end.segment;
      break;
    }
    const EntryView& view = *entry.value();
    followed.segment_is_whole = reader.value()->segment() != followed.end.segment;
    if (lies_past(options.goal, view.header)) break;
    if (options.goal.until_sequence && view.header.last() > *options.goal.until_sequence) {
      if (followed.end.segment == 0) followed.end.journal_id = view.header.journal_id;
      followed.cut.resize(view.value.size() / sizeof(Uint128) + 1);
      std::copy(view.value.begin(), view.value.end(),
                std::as_writable_bytes(std::span{followed.cut}).begin());
      break;
    }
    if (const auto applied = replayer.apply(view); !applied) return applied.error();
    state.tend_memory();
    followed.end = {.journal_id = view.header.journal_id,
                    .entry_hash = view.header.hash,
                    .last_sequence = view.header.last(),
                    .segment = reader.value()->segment(),
                    .commit_time = view.header.commit_time};
    line.show(replayer.transfers());
  }
  const auto& until = options.goal.until_sequence;
  if (until && followed.cut.empty() && state.last_sequence() < *until) {
    return Failure{FailureKind::not_found,
                   fmt::format("the journal ends at sequence {}, before {}; ask for one that is "
                               "there",
                               state.last_sequence().value(), until->value())};
  }
  if (followed.is_nothing()) {
    return Failure{FailureKind::not_found,
                   fmt::format("{}: there is no entry up to there", options.from.directory)};
  }
  return followed;
}

Result<void> copy_journal(const JournalLayout& from, const JournalLayout& to,
                          const Followed& followed) {
  if (auto made = make_directory(to.journal()); !made) return made;
  const std::uint64_t last = followed.end.segment;
  std::uint64_t total = 0;
  for (std::uint64_t ordinal = 1; ordinal <= last; ++ordinal) {
    std::error_code ignored;
    total += std::filesystem::file_size(from.segment(ordinal), ignored);
  }
  ByteProgress progress{total};
  const auto copied = [&](std::uint64_t bytes) { progress.add(bytes); };
  for (std::uint64_t ordinal = 1; ordinal <= last; ++ordinal) {
    if (ordinal == last && !followed.segment_is_whole) {
      return copy_entries(from, ordinal, followed.end.last_sequence, to.segment(ordinal), copied);
    }
    const auto done =
        copy_sealed_segment(from.segment(ordinal), to.segment(ordinal), CopyMode::copy, copied);
    if (!done) return done.error();
  }
  return {};
}

SegmentOpened opening_of(std::uint64_t ordinal) {
  SegmentOpened opened{.ordinal = ordinal,
                       .previous_ordinal = ordinal - 1,
                       .schema_version = journal_schema_version,
                       .engine_version = {}};
  const std::string_view version = engine_version;
  std::copy_n(version.begin(), std::min(version.size(), opened.engine_version.size()),
              opened.engine_version.begin());
  return opened;
}

/// What the first entry of the new segment needs beside the facts of a cut entry.
constexpr std::size_t parent_bytes = sizeof(JournalParent) + sizeof(Run) + sizeof(SegmentOpened);

EntryView view_of(std::span<const std::byte> value) {
  EntryView view;
  std::memcpy(&view.header, value.data(), sizeof(view.header));
  view.value = value;
  return view;
}

}  // namespace

Result<Continued> continue_journal(const JournalLayout& layout, State& state,
                                   const ParentEnd& parent, ParentKind kind, const EntryFacts* cut,
                                   Sequence until) {
  const auto id = make_journal_id();
  if (!id) return id.error();
  Continued made{.journal_id = id.value(), .parent = parent, .cut = parent.last_sequence};
  EntryBuilder builder;
  const Sequence first = next(parent.last_sequence);
  builder.open(first);
  bool opened = false;
  std::uint64_t commit_time = parent.commit_time;
  if (cut != nullptr) {
    const auto copied = copy_facts(*cut, until, parent_bytes, builder);
    if (!copied) return copied.error();
    made.cut = copied.value();
    opened = builder.segment_opened_count() > 0;
    commit_time = cut->header.commit_time;
  }
  made.last = made.cut;
  const SegmentOpened opening = opening_of(parent.segment + 1);
  if (!opened) {
    made.last = next(made.cut);
    builder.add_run({.kind = FactKind::segment_opened, .operation = no_operation, .count = 1},
                    made.last);
    builder.add_fact(opening);
  }
  builder.add_parent({.journal_id = parent.journal_id,
                      .entry_hash = parent.entry_hash,
                      .last_sequence = parent.last_sequence.value(),
                      .cut_sequence = made.cut.value(),
                      .kind = kind});
  EntryHeader header;
  header.journal_id = made.journal_id;
  header.fact_count = static_cast<std::uint32_t>(made.last.value() - parent.last_sequence.value());
  header.commit_time = commit_time;
  if (cut != nullptr) {
    Replayer replayer{state};
    const auto applied = replayer.apply_until(view_of(builder.close(header)), made.cut);
    if (!applied) return applied.error();
  }
  made.digest_at_cut = state.digest();
  if (!opened) {
    state.take_sequence();
    state.open_segment(opening);
  }
  state.leave_parent();
  made.digest = header.state_digest = state.digest();

  const auto value = builder.close(header);
  const Uint128 hash = seal_entry(value, parent.entry_hash);
  auto writer = SegmentWriter::create(layout.segment(parent.segment + 1), value.size());
  if (!writer) return writer.error();
  if (auto written = writer.value()->append(value); !written) return written.error();
  if (auto finished = writer.value()->finish(); !finished) return finished.error();
  auto identified = write_identity(
      layout, {.journal_id = made.journal_id, .durable = made.last, .entry_hash = hash});
  if (!identified) return identified.error();
  return made;
}

Result<void> verify_continued(const std::filesystem::path& directory, const StateRoom& room,
                              const Continued& continued) {
  ProgressLine line{terminal_or_nothing(), "MiB verified"};
  const auto verified =
      verify_directory(directory.string(), room, [&](std::uint64_t done, std::uint64_t total) {
        std::optional<double> fraction;
        if (total > 0) fraction = static_cast<double>(done) / static_cast<double>(total);
        line.show(done / mebibyte, fraction);
      });
  if (!verified) return verified.error();
  const JournalVerdict& verdict = verified.value();
  if (verdict.exit_code() != exit_code::good) {
    const std::string words = !verdict.out_of_room.empty() ? verdict.out_of_room
                              : verdict.findings.empty()   ? "it is not sound"
                                                           : verdict.findings.front().words;
    return Failure{FailureKind::damaged, "what was written does not verify: " + words};
  }
  if (verdict.state_digest != continued.digest || verdict.last_sequence != continued.last) {
    return Failure{FailureKind::damaged,
                   fmt::format("what was written ends at sequence {} with digest {:016x} instead "
                               "of {} and {:016x}",
                               verdict.last_sequence.value(), verdict.state_digest,
                               continued.last.value(), continued.digest)};
  }
  return {};
}

Result<Continued> continue_directory(
    const ContinueOptions& options,
    const std::function<Result<void>(const Continued&, const std::filesystem::path&)>& check) {
  auto directory = NewDirectory::begin(options.place);
  if (!directory) return directory.error();
  const auto from = options.from.layout();
  if (!from) return from.error();
  const JournalLayout to{directory.value().path()};
  Result<Continued> made{Continued{}};
  {
    State state{settings_for(options.room)};
    const auto followed = follow(options, state);
    if (!followed) return followed.error();
    if (auto copied = copy_journal(from.value(), to, followed.value()); !copied)
      return copied.error();
    std::optional<EntryFacts> cut;
    if (!followed.value().cut.empty()) {
      const auto bytes = std::as_bytes(std::span{followed.value().cut});
      const auto facts = read_facts(view_of(bytes));
      if (!facts) return facts.error();
      cut = facts.value();
    }
    made = continue_journal(to, state, followed.value().end, options.kind, cut ? &*cut : nullptr,
                            options.goal.until_sequence.value_or(Sequence{}));
  }
  if (!made) return made;
  if (check) {
    if (auto checked = check(made.value(), to.root); !checked) return checked.error();
  }
  auto verified = verify_continued(to.root, options.room, made.value());
  if (!verified) return verified.error();
  if (auto finished = directory.value().finish(); !finished) return finished.error();
  return made;
}

std::string continued_text(const Continued& continued, const std::string& place) {
  const ParentEnd& parent = continued.parent;
  return fmt::format(
      "sequence {}  digest {:016x}, as in journal {}\n"
      "{} is journal {} and goes on from sequence {} with digest {:016x}: its reply windows are "
      "empty\n",
      continued.cut.value(), continued.digest_at_cut, to_hex(parent.journal_id), place,
      to_hex(continued.journal_id), continued.last.value(), continued.digest);
}

std::string continued_json(const Continued& continued) {
  return JsonObject{}
      .text("journal_id", to_hex(continued.journal_id))
      .sequence("sequence", continued.last)
      .digest("digest", continued.digest)
      .text("parent_journal_id", to_hex(continued.parent.journal_id))
      .sequence("parent_sequence", continued.cut)
      .digest("parent_digest", continued.digest_at_cut)
      .str();
}

}  // namespace daybook
