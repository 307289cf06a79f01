#include "storage/journal/journal_reader.hpp"

#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "storage/journal/data_directory.hpp"
#include "storage/journal/segment_reading.hpp"

namespace daybook {

struct JournalReader::State {
  using Item = lmdb::ReadTransaction::Item;

  JournalLayout layout;
  ReadOptions options;
  std::optional<Uint128> journal_id;     // Of the entry before; else of journal.id, if there.
  std::optional<Uint128> previous_hash;  // Unknown before the first segment of an archive.
  std::uint64_t needed = 1;              // The sequence that comes next.
  std::uint64_t ordinal = 1;             // Of the segment that `pages` is or will be open on.
  std::uint64_t first_key = 0;           // Of that segment.
  std::optional<lmdb::ReadTransaction> pages;
  JournalTail tail;
  bool at_start = false;
  std::optional<Failure> failure;

  [[nodiscard]] std::filesystem::path file() const { return layout.segment(ordinal); }

  Result<void> check_newest(const Uint128& id) const;
  Result<void> position();
  Result<std::uint64_t> find_segment(const std::vector<std::uint64_t>& ordinals);
  Result<bool> open_segment();
  Result<void> look_back(const Item& item);
  Result<std::optional<EntryView>> next();
  Result<std::optional<Item>> find_needed();
  Result<std::optional<Item>> cross_over();
  [[nodiscard]] Result<std::optional<Item>> nothing_after() const;
  Result<EntryView> check(const Item& item);
  Result<void> check_succession(const EntryView& view);
  void note(const EntryHeader& header);
};

/// The newest entries must be of the journal `id`, whatever parents it has.
Result<void> JournalReader::State::check_newest(const Uint128& id) const {
  const auto listing = list_segments(layout);
  if (!listing) return listing.error();
  const auto& ordinals = listing.value().ordinals;
  for (std::size_t at = ordinals.size(); at-- > 0;) {
    auto newest = open_for_reading(layout, ordinals[at]);
    if (!newest) return newest.error();
    if (auto begun = newest.value().begin(); !begun) return begun;
    const auto first = newest.value().first();
    if (!first) return first.error();
    if (!first.value()) continue;
    const EntryHeader header = peek_header(first.value()->value);
    if (header.journal_id == id) return {};
    return entry_failure(FindingKind::journal_id, layout.segment(ordinals[at]),
                         header.first_sequence,
                         fmt::format("the entry belongs to journal {}, not to {}",
                                     to_hex(header.journal_id), to_hex(id)));
  }
  return {};
}

/// Opens segment `ordinal` with a read transaction begun. False when it is missing or empty.
Result<bool> JournalReader::State::open_segment() {
  pages.reset();
  auto opened = open_for_reading(layout, ordinal);
  if (!opened && opened.error().kind == FailureKind::not_found) return false;
  if (!opened) return opened.error();
  pages = std::move(opened).value();
  if (auto begun = pages->begin(); !begun) return begun.error();
  const auto first = pages->first();
  if (!first) return first.error();
  if (!first.value()) return false;
  first_key = first.value()->key;
  return true;
}

/// The last segment whose first key is not after options.from, by halving; the lowest if none is.
Result<std::uint64_t> JournalReader::State::find_segment(
    const std::vector<std::uint64_t>& ordinals) {
  std::size_t low = 0;
  std::size_t high = ordinals.size();
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    ordinal = ordinals[middle];
    const auto opened = open_segment();
    if (!opened) return opened.error();
    (opened.value() && first_key <= options.from.value() ? low : high) = middle;
  }
  return ordinals[low];
}

Result<void> JournalReader::State::position() {
  // A prepared segment is the writer's until it holds something durable: opening it here would
  // keep the writer from opening it to write.
  const bool nothing_durable = options.durable && options.durable().value() == 0;
  if (nothing_durable && options.from.value() == 1) return {};
  const auto listing = list_segments(layout);
  if (!listing) return listing.error();
  const auto& ordinals = listing.value().ordinals;
  for (std::size_t index = 1; index < ordinals.size(); ++index) {
    if (ordinals[index] == ordinals[index - 1] + 1) continue;
    return failure_of({.kind = FindingKind::missing,
                       .severity = FindingSeverity::damage,
                       .file = layout.segment(ordinals[index - 1] + 1),
                       .ordinal = ordinals[index - 1] + 1,
                       .page = std::nullopt,
                       .sequence = std::nullopt,
                       .words = "this segment is missing; bring it back from an archive"});
  }
  const Failure past_end{FailureKind::not_found,
                         fmt::format("{}: the journal does not reach sequence {}",
                                     layout.root.string(), options.from.value())};
  if (ordinals.empty()) return options.from.value() == 1 ? Result<void>{} : past_end;

  const auto found = find_segment(ordinals);
  if (!found) return found.error();
  ordinal = found.value();
  const auto opened = open_segment();
  if (!opened) return opened.error();
  if (!opened.value()) return options.from.value() == 1 ? Result<void>{} : past_end;
  const auto item = pages->at_or_before(options.from.value());
  if (!item) return item.error();
  if (!item.value()) {
    return entry_failure(FindingKind::missing, file(), options.from.value(),
                         fmt::format("the oldest segment here begins at sequence {}; segments 1 to "
                                     "{} are elsewhere: bring them back from their archive to {}, "
                                     "or, offline, name it with --archive",
                                     first_key, ordinal - 1, layout.journal().string()));
  }
  if (item.value()->key == options.from.value()) return look_back(*item.value());
  const auto view = check_item(*item.value(), file());
  if (!view) return view.error();
  const EntryHeader& header = view.value().header;
  if (header.last() >= options.from) return look_back(*item.value());
  if (daybook::next(header.last()) != options.from) return past_end;
  // All there is lies behind the caller, and is the tail until something follows.
  note(header);
  return {};
}

/// What must hold of the entry before `item`, so that the chain is checked from `item` on.
Result<void> JournalReader::State::look_back(const Item& item) {
  needed = item.key;
  if (item.key == 1) {
    previous_hash = Uint128{};
    return {};
  }
  std::optional<Item> before;
  lmdb::ReadTransaction* source = &*pages;
  std::optional<lmdb::ReadTransaction> previous_segment;
  if (item.key == first_key) {
    auto opened = open_for_reading(layout, ordinal - 1);
    // An archive may begin with any segment; then only the caller can know what was before.
    if (!opened && opened.error().kind != FailureKind::not_found) return opened.error();
    if (opened) {
      previous_segment = std::move(opened).value();
      source = &*previous_segment;
      if (auto begun = source->begin(); !begun) return begun;
    }
  }
  if (item.key != first_key || previous_segment) {
    auto found = source->at_or_before(item.key - 1);
    if (!found) return found.error();
    before = found.value();
  }
  if (before) {
    const EntryHeader header = peek_header(before->value);
    note(header);
    tail.segment = previous_segment ? ordinal - 1 : ordinal;
  }
  needed = item.key;
  if (options.previous_hash && options.from.value() == item.key) {
    previous_hash = options.previous_hash;
  }
  return {};
}

void JournalReader::State::note(const EntryHeader& header) {
  journal_id = header.journal_id;
  previous_hash = header.hash;
  needed = daybook::next(header.last()).value();
  tail.last_sequence = header.last();
  tail.last_hash = header.hash;
  tail.last_time = header.commit_time;
  tail.segment = ordinal;
}

/// The entry at `needed` in the open segment or in the one after it, or nothing.
Result<std::optional<JournalReader::State::Item>> JournalReader::State::find_needed() {
  if (!pages) {
    const auto opened = open_segment();
    if (!opened) return opened.error();
    if (!opened.value()) {
      pages.reset();  // It may be made or filled before we come again.
      return std::optional<Item>{};
    }
  } else if (auto begun = pages->begin(); !begun) {
    return begun.error();
  }
  auto found = pages->at_or_after(needed);
  if (!found || found.value()) return found;
  return cross_over();
}

/// The segment after this one is empty: prepared and not begun, unless there are more after it.
Result<std::optional<JournalReader::State::Item>> JournalReader::State::nothing_after() const {
  std::error_code ignored;
  if (!std::filesystem::exists(layout.segment(ordinal + 2), ignored)) return std::optional<Item>{};
  return entry_failure(FindingKind::sequence, layout.segment(ordinal + 1), needed,
                       "this segment has no entries, yet another one follows it");
}

Result<std::optional<JournalReader::State::Item>> JournalReader::State::cross_over() {
  auto following = open_for_reading(layout, ordinal + 1);
  if (!following && following.error().kind == FailureKind::not_found) {
    return std::optional<Item>{};
  }
  if (!following) return following.error();
  if (auto begun = following.value().begin(); !begun) return begun.error();
  const auto first = following.value().first();
  if (!first) return first;
  if (!first.value()) return nothing_after();
  // Since we last looked the entry may have been written here, and a new segment begun after it.
  if (auto begun = pages->begin(); !begun) return begun.error();
  auto found = pages->at_or_after(needed);
  if (!found || found.value()) return found;
  pages = std::move(following).value();
  ++ordinal;
  first_key = first.value()->key;
  return std::optional{*first.value()};
}

Result<void> JournalReader::State::check_succession(const EntryView& view) {
  const EntryHeader& header = view.header;
  const bool starts_segment = header.first_sequence == first_key;
  if (journal_id && *journal_id != header.journal_id &&
      !(starts_segment && options.accepts_fork && options.accepts_fork(view, *journal_id))) {
    return entry_failure(FindingKind::journal_id, file(), header.first_sequence,
                         fmt::format("the entry belongs to journal {}, not to {}",
                                     to_hex(header.journal_id), to_hex(*journal_id)));
  }
  if (previous_hash && *previous_hash != header.previous_hash) {
    return entry_failure(FindingKind::chain, file(), header.first_sequence,
                         fmt::format("it names {} as the hash of the entry before, which is {}",
                                     to_hex(header.previous_hash), to_hex(*previous_hash)));
  }
  if (header.commit_time < tail.last_time) {
    return entry_failure(FindingKind::commit_time, file(), header.first_sequence,
                         fmt::format("its commit time {} is before that of the entry before, {}",
                                     header.commit_time, tail.last_time));
  }
  return {};
}

Result<EntryView> JournalReader::State::check(const Item& item) {
  if (item.key != needed) {
    return entry_failure(FindingKind::sequence, file(), needed,
                         fmt::format("missing: the next entry is at sequence {}", item.key));
  }
  auto view = check_item(item, file());
  if (!view) return view;
  if (auto follows = check_succession(view.value()); !follows) return follows.error();
  return view;
}

Result<std::optional<EntryView>> JournalReader::State::next() {
  const std::optional<Sequence> bound =
      options.durable ? std::optional{options.durable()} : std::nullopt;
  if (bound && needed > bound->value()) {
    if (pages) pages->end();
    return std::optional<EntryView>{};
  }
  const auto item = find_needed();
  if (!item) return item.error();
  if (!item.value()) {
    if (pages) pages->end();
    if (!bound) return std::optional<EntryView>{};
    return entry_failure(FindingKind::missing, file(), needed,
                         "the entry is durable, yet no segment holds it");
  }
  auto view = check(*item.value());
  if (!view) return view.error();
  ENSURE(!bound || view.value().header.last() <= *bound,
         "what is durable ends where an entry ends");
  at_start = item.value()->key == first_key;
  note(view.value().header);
  return std::optional{view.value()};
}

JournalReader::JournalReader(std::unique_ptr<State> state) : state_{std::move(state)} {}
JournalReader::~JournalReader() = default;

Result<std::unique_ptr<JournalReader>> JournalReader::open(const std::filesystem::path& directory,
                                                           ReadOptions options) {
  auto state = std::make_unique<State>();
  auto layout = layout_with_archive(directory, options.archive);
  if (!layout) return layout.error();
  state->layout = std::move(layout).value();
  state->options = std::move(options);
  if (state->options.from.value() == 0) state->options.from = Sequence{1};
  auto id = read_journal_id(state->layout);
  if (id) {
    // A journal that forked begins with its parent's entries.
    if (!state->options.accepts_fork) {
      state->journal_id = id.value();
    } else if (!state->options.durable) {
      if (auto checked = state->check_newest(id.value()); !checked) return checked.error();
    }
  } else if (id.error().kind != FailureKind::not_found) {
    return id.error();
  }
  if (auto positioned = state->position(); !positioned) return positioned.error();
  if (state->pages) state->pages->end();
  return std::unique_ptr<JournalReader>{new JournalReader{std::move(state)}};
}

Result<std::optional<EntryView>> JournalReader::next() {
  if (state_->failure) return *state_->failure;
  auto found = state_->next();
  if (!found) state_->failure = found.error();
  return found;
}

void JournalReader::release() {
  if (state_->pages) state_->pages->end();
}

std::uint64_t JournalReader::segment() const {
  return state_->tail.last_sequence.value() == 0 ? 0 : state_->tail.segment;
}

bool JournalReader::at_segment_start() const { return state_->at_start; }

JournalTail JournalReader::tail() const { return state_->tail; }

}  // namespace daybook
