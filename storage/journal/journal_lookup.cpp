#include "storage/journal/journal_lookup.hpp"

#include <algorithm>
#include <array>
#include <list>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/base/hash.hpp"
#include "storage/file/file.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/segment_reading.hpp"
#include "storage/journal/settings.hpp"

namespace daybook {
namespace {

/// A segment with entries. What is in it may still grow; its beginning does not change.
struct Segment {
  std::uint64_t ordinal = 0;
  std::uint64_t first_key = 0;
  std::uint64_t first_time = 0;
};

/// Which entries were checked already: the most recent ones, by their keys. 512 KiB.
class CheckedEntries {
 public:
  [[nodiscard]] bool has(std::uint64_t key) const {
    const Set& set = sets_[place_of(key)];
    return std::find(set.begin(), set.end(), key) != set.end();
  }
  void add(std::uint64_t key) {
    Set& set = sets_[place_of(key)];
    std::shift_right(set.begin(), set.end(), 1);
    set.front() = key;
  }

 private:
  using Set = std::array<std::uint64_t, 8>;  // A line of the cache; no entry has the key 0.

  [[nodiscard]] std::size_t place_of(std::uint64_t key) const {
    return mix({key, key}, 0) % sets_.size();
  }

  std::vector<Set> sets_ = std::vector<Set>(8'192);
};

/// Gives a read transaction's pages back when the looking is over, however it ends.
class Ending {
 public:
  explicit Ending(lmdb::ReadTransaction& pages) : pages_{pages} {}
  ~Ending() { pages_.end(); }
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;

 private:
  lmdb::ReadTransaction& pages_;
};

}  // namespace

struct JournalLookup::State {
  using Item = lmdb::ReadTransaction::Item;

  struct OpenSegment {
    std::uint64_t ordinal;
    lmdb::ReadTransaction pages;
  };

  JournalLayout layout;
  std::function<Sequence()> durable;
  std::vector<Segment> segments;  // Dense, ascending.
  std::uint64_t next_ordinal = 1;
  std::list<OpenSegment> open;  // The most recently used first.
  CheckedEntries checked;

  [[nodiscard]] std::uint64_t bound() const {
    return durable ? durable().value() : ~std::uint64_t{0};
  }
  [[nodiscard]] Failure not_found(std::string what) const;

  Result<void> find_first_segment();
  Result<bool> refresh();
  Result<std::optional<Segment>> describe(lmdb::ReadTransaction& pages) const;
  Result<lmdb::ReadTransaction*> begin(std::uint64_t ordinal);
  Result<bool> show(std::uint64_t ordinal, const Item& item, Sequence sequence,
                    const std::function<void(const EntryView&)>& use);
  Result<bool> try_sequence(Sequence sequence, const std::function<void(const EntryView&)>& use);
  Result<std::optional<std::uint64_t>> newest_by(lmdb::ReadTransaction& pages, std::uint64_t low,
                                                 std::uint64_t bound, std::uint64_t time_ns);
};

Failure JournalLookup::State::not_found(std::string what) const {
  return {FailureKind::not_found, layout.root.string() + ": " + std::move(what)};
}

Result<void> JournalLookup::State::find_first_segment() {
  const auto listing = list_segments(layout);
  if (!listing) return listing.error();
  if (!listing.value().ordinals.empty()) next_ordinal = listing.value().ordinals.front();
  const auto found = refresh();
  return found ? Result<void>{} : found.error();
}

/// The segment `next_ordinal`, or nothing while it has no entry that may be shown.
Result<std::optional<Segment>> JournalLookup::State::describe(lmdb::ReadTransaction& pages) const {
  const Ending ending{pages};
  const auto first = pages.first();
  if (!first) return first.error();
  if (!first.value() || first.value()->key > bound()) return std::optional<Segment>{};
  return std::optional{Segment{.ordinal = next_ordinal,
                               .first_key = first.value()->key,
                               .first_time = peek_header(first.value()->value).commit_time}};
}

/// Takes up segments that were begun since. Whether there were any.
/// Cost when there is none: one look for a file's name.
Result<bool> JournalLookup::State::refresh() {
  bool found_any = false;
  for (;;) {
    std::error_code error;
    const auto path = layout.segment(next_ordinal);
    const bool is_there = std::filesystem::exists(path, error);
    if (error) return system_failure(error.value(), "cannot be looked at", path);
    if (!is_there) return found_any;
    // A prepared segment becomes visible with its first durable entry, and not before.
    if (durable && !lmdb::Environment::shared(layout.segment(next_ordinal)) &&
        !std::filesystem::exists(layout.segment(next_ordinal + 1), error)) {
      return found_any;
    }
    const auto pages = begin(next_ordinal);
    if (!pages) return pages.error();
    const auto segment = describe(*pages.value());
    if (!segment) return segment.error();
    if (!segment.value()) {
      open.pop_front();  // Empty: the Journal could not open it for writing if we kept it.
      return found_any;
    }
    segments.push_back(*segment.value());
    ++next_ordinal;
    found_any = true;
  }
}

/// The segment with a read transaction begun.
Result<lmdb::ReadTransaction*> JournalLookup::State::begin(std::uint64_t ordinal) {
  const auto at = std::find_if(open.begin(), open.end(),
                               [&](const OpenSegment& one) { return one.ordinal == ordinal; });
  if (at != open.end()) {
    open.splice(open.begin(), open, at);
  } else {
    auto pages = open_for_reading(layout, ordinal);
    if (!pages) return pages.error();
    open.push_front({ordinal, std::move(pages).value()});
    if (open.size() > journal_limits::lookup_open_segments_max) open.pop_back();
  }
  lmdb::ReadTransaction& pages = open.front().pages;
  if (auto begun = pages.begin(); !begun) return begun.error();
  return &pages;
}

/// Shows `item` if it contains `sequence`.
Result<bool> JournalLookup::State::show(std::uint64_t ordinal, const Item& item, Sequence sequence,
                                        const std::function<void(const EntryView&)>& use) {
  EntryView view{.header = peek_header(item.value), .value = item.value};
  if (!checked.has(item.key)) {
    const auto good = check_item(item, layout.segment(ordinal));
    if (!good) return good.error();
    checked.add(item.key);
    view = good.value();
  }
  if (view.header.last() < sequence) return false;
  use(view);
  return true;
}

/// False when the segments known so far end before `sequence`.
Result<bool> JournalLookup::State::try_sequence(Sequence sequence,
                                                const std::function<void(const EntryView&)>& use) {
  const auto after =
      std::upper_bound(segments.begin(), segments.end(), sequence.value(),
                       [](std::uint64_t key, const Segment& one) { return key < one.first_key; });
  if (after == segments.begin()) {
    if (segments.empty()) return false;
    return not_found(
        fmt::format("sequence {} is before the oldest segment here", sequence.value()));
  }
  const std::uint64_t ordinal = std::prev(after)->ordinal;
  const auto pages = begin(ordinal);
  if (!pages) return pages.error();
  const Ending ending{*pages.value()};
  const auto item = pages.value()->at_or_before(sequence.value());
  if (!item) return item.error();
  Result<bool> shown{false};
  if (item.value()) shown = show(ordinal, *item.value(), sequence, use);
  if (!shown || shown.value() || after == segments.end()) return shown;
  return entry_failure(FindingKind::sequence, layout.segment(ordinal), sequence.value(),
                       "missing: it lies between two entries");
}

/// Key of the newest entry in (low, bound] or at low whose commit time is not after `time_ns`,
/// given that the one at `low` is such an entry.
Result<std::optional<std::uint64_t>> JournalLookup::State::newest_by(lmdb::ReadTransaction& pages,
                                                                     std::uint64_t low,
                                                                     std::uint64_t bound,
                                                                     std::uint64_t time_ns) {
  const auto is_late = [&](const Item& item) {
    return peek_header(item.value).commit_time > time_ns;
  };
  const auto newest = pages.at_or_before(bound);
  if (!newest) return newest.error();
  if (!newest.value()) return std::optional<std::uint64_t>{};
  if (!is_late(*newest.value())) return std::optional{newest.value()->key};
  std::uint64_t high = newest.value()->key;  // Late; the one at `low` is not.
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    auto item = pages.at_or_before(middle);
    if (!item) return item.error();
    // The entry at `low` reaches past the middle: look at the one after it instead.
    if (item.value() && item.value()->key <= low) item = pages.at_or_after(middle + 1);
    if (!item) return item.error();
    if (!item.value() || item.value()->key >= high) break;
    (is_late(*item.value()) ? high : low) = item.value()->key;
  }
  return std::optional{low};
}

JournalLookup::JournalLookup(std::unique_ptr<State> state) : state_{std::move(state)} {}
JournalLookup::~JournalLookup() = default;

Result<std::unique_ptr<JournalLookup>> JournalLookup::open(const std::filesystem::path& directory,
                                                           std::function<Sequence()> durable,
                                                           const std::filesystem::path& archive) {
  auto state = std::make_unique<State>();
  auto layout = layout_with_archive(directory, archive);
  if (!layout) return layout.error();
  state->layout = std::move(layout).value();
  state->durable = std::move(durable);
  if (auto found = state->find_first_segment(); !found) return found.error();
  return std::unique_ptr<JournalLookup>{new JournalLookup{std::move(state)}};
}

Result<void> JournalLookup::with_entry(Sequence sequence,
                                       const std::function<void(const EntryView&)>& use) {
  const auto past_end = [&] {
    return state_->not_found(
        fmt::format("no entry of the journal contains sequence {}", sequence.value()));
  };
  if (sequence.value() == 0 || sequence.value() > state_->bound()) return past_end();
  for (;;) {
    const auto shown = state_->try_sequence(sequence, use);
    if (!shown) return shown.error();
    if (shown.value()) return {};
    const auto more = state_->refresh();
    if (!more) return more.error();
    if (!more.value()) return past_end();
  }
}

Result<void> JournalLookup::with_entry_at_time(std::uint64_t time_ns,
                                               const std::function<void(const EntryView&)>& use) {
  const std::uint64_t bound = state_->bound();
  if (const auto more = state_->refresh(); !more) return more.error();
  const auto& segments = state_->segments;
  auto after = std::upper_bound(
      segments.begin(), segments.end(), time_ns,
      [](std::uint64_t time, const Segment& one) { return time < one.first_time; });
  while (after != segments.begin() && std::prev(after)->first_key > bound) --after;
  if (after == segments.begin()) {
    return state_->not_found(fmt::format("no entry was committed by time {}", time_ns));
  }
  const Segment& segment = *std::prev(after);
  const auto pages = state_->begin(segment.ordinal);
  if (!pages) return pages.error();
  const Ending ending{*pages.value()};
  const auto key = state_->newest_by(*pages.value(), segment.first_key, bound, time_ns);
  if (!key) return key.error();
  if (!key.value()) return state_->not_found("the journal has lost a segment's beginning");
  const auto item = pages.value()->at_or_after(*key.value());
  if (!item) return item.error();
  ENSURE(item.value().has_value(), "a key that was just found is there");
  const auto shown = state_->show(segment.ordinal, *item.value(), Sequence{*key.value()}, use);
  return shown ? Result<void>{} : shown.error();
}

}  // namespace daybook
