#include "engine/query/pair_run.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace daybook {
namespace {

constexpr std::size_t pairs_a_note = 512;
constexpr StoredArray::What pair_run{'D', 'B', 'P', 'A', 'I', 'R', '0', '1'};

constexpr std::size_t notes_of(std::size_t pairs) {
  return (pairs + pairs_a_note - 1) / pairs_a_note;
}

std::vector<PackedPair> notes_in(std::span<const PackedPair> pairs) {
  std::vector<PackedPair> notes;
  notes.reserve(notes_of(pairs.size()));
  for (std::size_t at = 0; at < pairs.size(); at += pairs_a_note) notes.push_back(pairs[at]);
  return notes;
}

}  // namespace

PairRun::PairRun(const Stretch& stretch, std::vector<PackedPair> sorted)
    : stretch_{stretch},
      own_pairs_{std::move(sorted)},
      own_notes_{notes_in(own_pairs_)},
      pairs_{own_pairs_},
      notes_{own_notes_} {}

Result<std::shared_ptr<const PairRun>> PairRun::store(const Stretch& stretch,
                                                      std::span<const PackedPair> sorted,
                                                      RunStore& store, std::string_view index) {
  const std::vector<PackedPair> notes = notes_in(sorted);
  const std::array parts{std::as_bytes(sorted), std::as_bytes(std::span{notes})};
  auto written = StoredArray::write(
      pair_run, {sorted.size(), stretch.base, stretch.first, stretch.last}, parts, store, index);
  if (!written.ok()) return written.error();
  return of(std::move(written).value());
}

Result<std::shared_ptr<const PairRun>> PairRun::open(RunBytes bytes) {
  auto opened = StoredArray::open(pair_run, std::move(bytes));
  if (!opened.ok()) return opened.error();
  return of(std::move(opened).value());
}

Result<std::shared_ptr<const PairRun>> PairRun::of(StoredArray stored) {
  const auto words = items_of<PackedPair>(stored);
  const std::uint64_t count = stored.words()[0];
  const Stretch stretch{stored.words()[1], stored.words()[2], stored.words()[3]};
  if (count == 0 || count > words.size() || words.size() != count + notes_of(count) ||
      stored.bytes().size() % sizeof(PackedPair) != 0 || stretch.base > stretch.first ||
      stretch.first > stretch.last || stretch.last - stretch.base > packed_offset_max) {
    return Failure{FailureKind::damaged,
                   "the index run " + stored.name() + " has other pairs than it says"};
  }
  std::shared_ptr<PairRun> run{new PairRun{std::move(stored)}};
  run->stretch_ = stretch;
  run->pairs_ = words.first(count);
  run->notes_ = words.subspan(count);
  return std::shared_ptr<const PairRun>{std::move(run)};
}

const PackedPair* PairRun::not_before(PackedPair wanted) const {
  const auto note = std::lower_bound(notes_.begin(), notes_.end(), wanted);
  const auto notes_before = static_cast<std::size_t>(note - notes_.begin());
  // What is noted is itself not before the end that it marks.
  const std::size_t begin = notes_before == 0 ? 0 : (notes_before - 1) * pairs_a_note;
  const std::size_t end = std::min(pairs_.size(), notes_before * pairs_a_note);
  return std::lower_bound(pairs_.data() + begin, pairs_.data() + end, wanted);
}

std::span<const PackedPair> PairRun::find(std::uint64_t key, std::uint64_t first,
                                          std::uint64_t last) const {
  if (first > stretch_.last || last < stretch_.first) return {};
  const PackedPair* const begin =
      not_before(pack(key, std::max(first, stretch_.first), stretch_.base));
  // Nothing has this pair's tag and a larger offset than the run's last value.
  const PackedPair largest = pack(key, std::min(last, stretch_.last), stretch_.base);
  const PackedPair* const end =
      largest == ~PackedPair{0} ? pairs_.data() + pairs_.size() : not_before(largest + 1);
  return {begin, end};
}

}  // namespace daybook
