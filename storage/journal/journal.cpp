#include "storage/journal/journal.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "storage/journal/journal_lookup.hpp"
#include "storage/journal/page_walker.hpp"
#include "storage/journal/segment_file.hpp"
#include "storage/journal/segment_preparer.hpp"
#include "storage/lmdb/environment.hpp"
#include "storage/witness/witness.hpp"

namespace daybook {
namespace {

using journal_limits::page_bytes;

/// The end of some entry.
struct Mark {
  Sequence sequence;
  Uint128 hash;
};

Failure behind_witness(const JournalLayout& layout, const JournalTail& tail,
                       const WitnessStatement& statement) {
  return {FailureKind::damaged,
          fmt::format("{}: the journal ends at sequence {}, but {} says that sequence {} was on "
                      "disk: {} acknowledged facts are missing. Bring the missing segments back "
                      "from a copy; do not serve from this directory",
                      layout.root.string(), tail.last_sequence.value(), layout.head().string(),
                      statement.durable.value(),
                      statement.durable.value() - tail.last_sequence.value())};
}

Failure not_as_witnessed(const JournalLayout& layout, const WitnessStatement& statement,
                         std::string_view instead) {
  return {
      FailureKind::damaged,
      fmt::format("{}: the entry that ends at sequence {} once had the hash {}, says {}; now {}. "
                  "This is another history: do not serve from this directory",
                  layout.root.string(), statement.durable.value(), to_hex(statement.entry_hash),
                  layout.head().string(), instead)};
}

/// The segments found, against the tail: nothing but one prepared segment may follow it.
/// Whether there is one.
Result<bool> check_segments(const JournalLayout& layout, const SegmentListing& listing,
                            const JournalTail& tail) {
  const bool has_tail =
      std::binary_search(listing.ordinals.begin(), listing.ordinals.end(), tail.segment);
  if (tail.segment != 0 && !has_tail) {
    return Failure{FailureKind::damaged,
                   fmt::format("{}: missing, although the journal's last entry stands in it",
                               layout.segment(tail.segment).string())};
  }
  const std::uint64_t newest = listing.ordinals.empty() ? 0 : listing.ordinals.back();
  if (newest <= tail.segment) return false;
  const auto path = layout.segment(tail.segment + 1);
  if (newest > tail.segment + 1) {
    return Failure{FailureKind::damaged,
                   fmt::format("{}: not empty or missing, although the journal ends in segment {} "
                               "and segment {} exists; run `daybook verify`",
                               path.string(), tail.segment, newest)};
  }
  const auto walker = PageWalker::open(path);
  if (!walker) return walker.error();
  const SegmentStructure structure = walker.value().walk();
  if (!structure.sound()) return failure_of(structure.findings.front());
  if (structure.transaction == 0) return true;
  return Failure{FailureKind::damaged,
                 fmt::format("{}: holds {} entries although the journal ends in segment {}",
                             path.string(), structure.entries.size(), tail.segment)};
}

}  // namespace

Result<void> check_witness(const JournalLayout& layout, const JournalTail& tail) {
  const auto reading = read_witness(layout.head());
  if (!reading) {
    if (reading.error().kind != FailureKind::not_found) return reading.error();
    return Failure{FailureKind::damaged,
                   fmt::format("{}: missing, so nobody can tell whether the journal has lost its "
                               "end; bring it back with the rest of the directory",
                               layout.head().string())};
  }
  const WitnessStatement& statement = reading.value().statement;
  const auto id = read_journal_id(layout);
  if (!id) return id.error();
  if (statement.journal_id != id.value()) {
    return Failure{
        FailureKind::damaged,
        fmt::format("{}: speaks of journal {}, this is journal {}", layout.head().string(),
                    to_hex(statement.journal_id), to_hex(id.value()))};
  }
  if (statement.durable.value() == 0) return {};
  if (statement.durable > tail.last_sequence) return behind_witness(layout, tail, statement);
  if (statement.durable == tail.last_sequence) {
    if (statement.entry_hash == tail.last_hash) return {};
    return not_as_witnessed(layout, statement, fmt::format("it is {}", to_hex(tail.last_hash)));
  }
  auto lookup = JournalLookup::open(layout.root);
  if (!lookup) return lookup.error();
  bool same = false;
  auto found = lookup.value()->with_entry(statement.durable, [&](const EntryView& view) {
    same = view.header.last() == statement.durable && view.header.hash == statement.entry_hash;
  });
  if (!found) return found;
  return same ? Result<void>{} : not_as_witnessed(layout, statement, "it is another");
}

struct Journal::State {
  JournalLayout layout;
  Uint128 journal_id;
  JournalSettings settings;
  Witness witness;
  std::shared_ptr<lmdb::Environment> writing;  // Null between a sealed segment and the next.
  std::uint64_t ordinal = 0;                   // Of `writing`, or of the last one sealed.
  Mark appended;
  Mark durable;
  std::optional<Failure> failure;
  std::unique_ptr<SegmentPreparer> preparer;  // Last: its thread goes first.

  [[nodiscard]] SegmentSpace space() const;
  Result<void> open_tail(const JournalTail& tail);
  Result<void> open_segment(std::uint64_t first_sequence);
  Result<void> seal_segment();
  Result<void> check_order(const EntryHeader& header, std::size_t value_bytes, EntryPlace place);
  Result<void> write(std::span<const std::byte> value, std::uint64_t key);
  Result<SegmentSpace> append(std::span<std::byte> value, EntryPlace place);
};

SegmentSpace Journal::State::space() const {
  const std::uint64_t limit = settings.segment_bytes / page_bytes;
  const std::uint64_t used = writing ? writing->last_page() + 1 : limit;
  return {.pages_left = used < limit ? limit - used : 0};
}

/// Makes what recovery found durable, and opens the last segment for more.
Result<void> Journal::State::open_tail(const JournalTail& tail) {
  // A killed process may have left names and the newest commits in memory only. The segment before
  // the last was synced before its successor's first commit.
  if (auto synced = sync_directory(layout.journal()); !synced) return synced;
  if (tail.segment == 0) return {};
  const auto path = layout.segment(tail.segment);
  auto file = File::open(path, File::Mode::write);
  if (!file) return file.error();
  if (auto synced = file.value().sync(); !synced) return synced;
  if (tail.sealed) return {};

  if (auto checked = check_segment_structure(path); !checked) return checked;
  auto environment = lmdb::Environment::open(path, lmdb::Access::write,
                                             journal_limits::map_bytes(settings.segment_bytes));
  if (!environment) return environment.error();
  auto pages = lmdb::ReadTransaction::open(environment.value());
  if (!pages) return pages.error();
  if (auto begun = pages.value().begin(); !begun) return begun;
  const auto last = pages.value().last();
  if (!last) return last.error();
  EntryHeader header;
  if (last.value()) std::memcpy(&header, last.value()->value.data(), sizeof(header));
  if (!last.value() || header.last() != tail.last_sequence || header.hash != tail.last_hash) {
    return Failure{FailureKind::invalid,
                   fmt::format("{}: does not end at sequence {}, where recovery says the journal "
                               "ends; read it again",
                               path.string(), tail.last_sequence.value())};
  }
  writing = std::move(environment).value();
  return {};
}

Result<void> Journal::State::open_segment(std::uint64_t first_sequence) {
  if (writing) {
    return Failure{FailureKind::invalid,
                   fmt::format("sequence {} opens a segment, but segment {} is not sealed",
                               first_sequence, ordinal)};
  }
  const auto next_ordinal = preparer->take_next();
  if (!next_ordinal) return next_ordinal.error();
  const auto path = layout.segment(next_ordinal.value());
  auto environment = lmdb::Environment::open(path, lmdb::Access::write,
                                             journal_limits::map_bytes(settings.segment_bytes));
  if (!environment) return environment.error();
  const auto file = File::open(path, File::Mode::read);
  const auto size = file ? file.value().size() : Result<std::uint64_t>{file.error()};
  if (!size) return size.error();
  writing = std::move(environment).value();
  ordinal = next_ordinal.value();
  preparer->writing(writing, size.value());
  return {};
}

Result<void> Journal::State::seal_segment() {
  if (auto synced = writing->sync(); !synced) return synced;
  durable = appended;
  writing.reset();
  preparer->sealed(ordinal);
  return {};
}

Result<void> Journal::State::check_order(const EntryHeader& header, std::size_t value_bytes,
                                         EntryPlace place) {
  const auto invalid = [&](std::string_view why) {
    return Failure{FailureKind::invalid,
                   fmt::format("{}: the entry at sequence {} {}", layout.root.string(),
                               header.first_sequence, why)};
  };
  if (value_bytes > limits::entry_bytes_max || (value_bytes + 16) % entry_page_bytes != 0) {
    return invalid(fmt::format("has {} bytes, which no entry has", value_bytes));
  }
  if (header.fact_count == 0 || header.first() != next(appended.sequence)) {
    return invalid(
        fmt::format("does not follow sequence {}, the last one", appended.sequence.value()));
  }
  if (header.journal_id != journal_id) return invalid("belongs to another journal");
  if (place != EntryPlace::opens_segment && !writing) {
    return invalid("needs an open segment, but the last one is sealed");
  }
  return {};
}

Result<void> Journal::State::write(std::span<const std::byte> value, std::uint64_t key) {
  const std::uint64_t needed = journal_limits::entry_pages_max(value.size()) * page_bytes;
  if ((writing->last_page() + 1) * page_bytes + needed > writing->map_bytes()) {
    return Failure{FailureKind::no_space,
                   fmt::format("{}: full; it should have been sealed before sequence {}",
                               writing->path().string(), key)};
  }
  auto transaction = lmdb::WriteTransaction::begin(*writing);
  if (!transaction) return transaction.error();
  const auto room = transaction.value().append(key, value.size());
  if (!room) return room.error();
  std::memcpy(room.value().data(), value.data(), value.size());
  return transaction.value().commit();
}

Result<SegmentSpace> Journal::State::append(std::span<std::byte> value, EntryPlace place) {
  if (auto failed = preparer->failure()) return *failed;
  EntryHeader header;
  if (value.size() < sizeof(header)) {
    return Failure{FailureKind::invalid, "an entry is not shorter than its header"};
  }
  std::memcpy(&header, value.data(), sizeof(header));
  if (auto fits = check_order(header, value.size(), place); !fits) return fits.error();
  const bool opens = place == EntryPlace::opens_segment;
  if (opens) {
    if (auto opened = open_segment(header.first_sequence); !opened) return opened.error();
  }
  const Mark mark{.sequence = header.last(), .hash = seal_entry(value, appended.hash)};
  if (auto written = write(value, header.first_sequence); !written) return written.error();
  // This commit's flush carried the meta page of the one before, if that is in the same file.
  if (!opens) durable = appended;
  appended = mark;
  if (place == EntryPlace::seals_segment) {
    if (auto sealed = seal_segment(); !sealed) return sealed.error();
    return SegmentSpace{};
  }
  preparer->progress(writing->last_page() + 1);
  return space();
}

Journal::Journal(std::unique_ptr<State> state) : state_{std::move(state)} {}
Journal::~Journal() = default;

Result<std::unique_ptr<Journal>> Journal::open(const DataDirectory& directory,
                                               const JournalSettings& settings,
                                               const JournalTail& tail, JournalObserver& observer) {
  const JournalLayout& layout = directory.layout();
  if (auto checked = check_settings(settings); !checked) return checked.error();
  if (auto checked = check_witness(layout, tail); !checked) return checked.error();
  const auto listing = list_segments(layout);
  if (!listing) return listing.error();
  const auto has_next = check_segments(layout, listing.value(), tail);
  if (!has_next) return has_next.error();
  for (const auto& leftover : listing.value().leftover) {
    if (auto removed = remove_file(leftover); !removed) return removed.error();
  }
  auto witness = Witness::open(layout.head());
  if (!witness) return witness.error();

  const Mark end{.sequence = tail.last_sequence, .hash = tail.last_hash};
  auto state = std::make_unique<State>(State{.layout = layout,
                                             .journal_id = directory.journal_id(),
                                             .settings = settings,
                                             .witness = std::move(witness).value(),
                                             .writing = nullptr,
                                             .ordinal = tail.segment,
                                             .appended = end,
                                             .durable = end,
                                             .failure = std::nullopt,
                                             .preparer = nullptr});
  if (auto opened = state->open_tail(tail); !opened) return opened.error();
  const SegmentPreparer::Start start{
      .next = tail.segment + 1,
      .next_is_ready = has_next.value(),
      .needed_now = !state->writing,
      .unhashed = tail.hashed + 1,
      .sealed = tail.segment == 0 || tail.sealed ? tail.segment : tail.segment - 1,
      .chain = tail.hashed_chain};
  state->preparer = std::make_unique<SegmentPreparer>(layout, settings, start, observer);
  if (state->writing) {
    const auto file = File::open(layout.segment(tail.segment), File::Mode::read);
    const auto size = file ? file.value().size() : Result<std::uint64_t>{file.error()};
    if (!size) return size.error();
    state->preparer->writing(state->writing, size.value());
  }
  return std::unique_ptr<Journal>{new Journal{std::move(state)}};
}

Result<SegmentSpace> Journal::append(std::span<std::byte> value, EntryPlace place) {
  if (state_->failure) return *state_->failure;
  auto appended = state_->append(value, place);
  if (!appended) state_->failure = appended.error();
  return appended;
}

Result<void> Journal::sync() {
  if (state_->failure) return *state_->failure;
  if (state_->writing) {
    if (auto synced = state_->writing->sync(); !synced) {
      state_->failure = synced.error();
      return synced;
    }
  }
  state_->durable = state_->appended;
  return {};
}

Result<void> Journal::witness(Sequence durable) {
  if (state_->failure) return *state_->failure;
  // The caller may know less than we do, never more.
  ENSURE(durable <= state_->durable.sequence, "a witness never says more than is durable");
  if (state_->durable.sequence == state_->witness.statement().durable) return {};
  auto written = state_->witness.write({.journal_id = state_->journal_id,
                                        .durable = state_->durable.sequence,
                                        .entry_hash = state_->durable.hash});
  if (!written) state_->failure = written.error();
  return written;
}

std::optional<SegmentSpace> Journal::space() const {
  if (!state_->writing) return std::nullopt;
  return state_->space();
}

std::uint64_t Journal::segment() const {
  return state_->writing ? state_->ordinal : state_->ordinal + 1;
}

}  // namespace daybook
