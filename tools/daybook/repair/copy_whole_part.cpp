// Everything whole before the damage, as another journal. Read with the page walker, entry by
// entry: what stands in front of the damage in the same file is whole, too.

#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "engine/replay/journal_parent.hpp"
#include "engine/replay/replayer.hpp"
#include "storage/file/file.hpp"
#include "storage/journal/segment_copy.hpp"
#include "storage/journal/verify.hpp"
#include "tools/daybook/offline/new_directory.hpp"
#include "tools/daybook/repair/repair.hpp"

namespace daybook {
namespace {

/// Takes the entries up to `kept` into new segments, and into a state.
class WholePart {
 public:
  WholePart(const JournalLayout& from, const JournalLayout& to, Sequence kept,
            const StateRoom& room)
      : from_{from}, to_{to}, kept_{kept}, state_{settings_for(room)}, replayer_{state_} {}

  Result<void> copy() {
    if (auto made = make_directory(to_.journal()); !made) return made;
    VerifyOptions options;
    options.accepts_fork = continues_parent;
    options.on_entry = [&](const EntryView& entry, std::uint64_t ordinal) {
      if (outcome_.ok() && end_.last_sequence < kept_) outcome_ = take(entry, ordinal);
    };
    if (auto read = verify_journal(from_.root, options); !read) return read.error();
    if (!outcome_.ok()) return outcome_;
    if (end_.last_sequence != kept_) {
      return Failure{FailureKind::damaged, fmt::format("only sequences up to {} can be read",
                                                       end_.last_sequence.value())};
    }
    return finish_segment();
  }

  [[nodiscard]] const ParentEnd& end() const { return end_; }
  [[nodiscard]] State& state() { return state_; }

 private:
  Result<void> take(const EntryView& entry, std::uint64_t ordinal) {
    if (ordinal != end_.segment) {
      if (auto finished = finish_segment(); !finished) return finished;
      std::error_code error;
      const auto bytes = std::filesystem::file_size(from_.segment(ordinal), error);
      if (error)
        return system_failure(error.value(), "cannot be looked at", from_.segment(ordinal));
      auto writer = SegmentWriter::create(to_.segment(ordinal), bytes);
      if (!writer) return writer.error();
      writer_ = std::move(writer).value();
    }
    if (auto applied = replayer_.apply(entry); !applied) return applied;
    state_.tend_memory();
    end_ = {.journal_id = entry.header.journal_id,
            .entry_hash = entry.header.hash,
            .last_sequence = entry.header.last(),
            .segment = ordinal,
            .commit_time = entry.header.commit_time};
    return writer_->append(entry.value);
  }

  /// A sealed segment that is taken whole must have the bytes whose hash the journal has.
  Result<void> finish_segment() {
    if (writer_ == nullptr) return {};
    if (auto finished = writer_->finish(); !finished) return finished;
    writer_.reset();
    if (state_.segment_sealed() != end_.segment) return {};
    if (auto removed = remove_file(to_.segment(end_.segment)); !removed) return removed;
    const auto copied = copy_sealed_segment(from_.segment(end_.segment), to_.segment(end_.segment),
                                            CopyMode::copy, CopyProgress{});
    return copied ? Result<void>{} : Result<void>{copied.error()};
  }

  JournalLayout from_;
  JournalLayout to_;
  Sequence kept_;
  State state_;
  Replayer replayer_;
  ParentEnd end_;
  std::unique_ptr<SegmentWriter> writer_;
  Result<void> outcome_;
};

}  // namespace

Result<Continued> copy_whole_part(const JournalLayout& from, const std::string& to, Sequence kept,
                                  const StateRoom& room) {
  auto directory = NewDirectory::begin(to);
  if (!directory) return directory.error();
  const JournalLayout layout{directory.value().path()};
  Result<Continued> made{Continued{}};
  {
    WholePart whole{from, layout, kept, room};
    if (auto copied = whole.copy(); !copied) return copied.error();
    made = continue_journal(layout, whole.state(), whole.end(), ParentKind::forked, nullptr, {});
  }
  if (!made) return made;
  if (auto verified = verify_continued(layout.root, room, made.value()); !verified) {
    return verified.error();
  }
  if (auto finished = directory.value().finish(); !finished) return finished.error();
  return made;
}

}  // namespace daybook
