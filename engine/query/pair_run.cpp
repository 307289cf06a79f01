#include "engine/query/pair_run.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>

#include "engine/base/hash.hpp"

namespace daybook {
namespace {

constexpr std::size_t page_bytes = 4'096;
constexpr std::size_t pairs_a_note = 512;
constexpr std::array<char, 8> run_magic{'D', 'B', 'P', 'A', 'I', 'R', '0', '1'};

constexpr std::size_t notes_of(std::size_t pairs) {
  return (pairs + pairs_a_note - 1) / pairs_a_note;
}

/// The first bytes of a stored run; zeros up to the page's end.
struct PairRunHeader {
  std::array<char, 8> magic = run_magic;
  std::uint64_t pair_count = 0;
  PairRun::Stretch stretch;
  Uint128 body;              // body_hash() of pairs and notes.
  std::uint64_t header = 0;  // XXH3-64 of this, with zero here.
};
static_assert(sizeof(PairRunHeader) == 64);

std::uint64_t checksum_of(PairRunHeader header) {
  header.header = 0;
  return xxh3_64(std::as_bytes(std::span{&header, 1}));
}

// The hash of both hashes.
Uint128 body_hash(std::span<const std::byte> pairs, std::span<const std::byte> notes) {
  const std::array<Uint128, 2> hashes{xxh3_128(pairs), xxh3_128(notes)};
  return xxh3_128(std::as_bytes(std::span{hashes}));
}

std::vector<PackedPair> notes_in(std::span<const PackedPair> pairs) {
  std::vector<PackedPair> notes;
  notes.reserve(notes_of(pairs.size()));
  for (std::size_t at = 0; at < pairs.size(); at += pairs_a_note) notes.push_back(pairs[at]);
  return notes;
}

Failure damaged(const RunBytes& bytes, const char* what) {
  return {FailureKind::damaged, "the index run " + bytes.name + " " + what};
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
  auto created = store.create(index);
  if (!created.ok()) return created.error();
  StoredRun& run = *created.value();
  const std::vector<PackedPair> notes = notes_in(sorted);
  const auto pair_bytes = std::as_bytes(sorted);
  const auto note_bytes = std::as_bytes(std::span{notes});
  if (auto appended = run.append(pair_bytes); !appended.ok()) return appended.error();
  if (auto appended = run.append(note_bytes); !appended.ok()) return appended.error();
  PairRunHeader header{.pair_count = sorted.size(),
                       .stretch = stretch,
                       .body = body_hash(pair_bytes, note_bytes),
                       .header = 0};
  header.header = checksum_of(header);
  std::array<std::byte, page_bytes> page{};
  std::memcpy(page.data(), &header, sizeof header);
  if (auto put = run.put_header(page); !put.ok()) return put.error();
  auto finished = run.finish();
  if (!finished.ok()) return finished.error();
  return open(std::move(finished).value());
}

Result<std::shared_ptr<const PairRun>> PairRun::open(RunBytes bytes) {
  if (bytes.bytes.size() < page_bytes) return damaged(bytes, "is too short");
  PairRunHeader header;
  std::memcpy(&header, bytes.bytes.data(), sizeof header);
  if (header.magic != run_magic || header.header != checksum_of(header)) {
    return damaged(bytes, "does not begin as it should");
  }
  const std::size_t words = (bytes.bytes.size() - page_bytes) / sizeof(PackedPair);
  if (header.pair_count == 0 || header.pair_count > words ||
      words != header.pair_count + notes_of(header.pair_count) ||
      bytes.bytes.size() % sizeof(PackedPair) != 0) {
    return damaged(bytes, "is not as long as it says");
  }
  // A store's bytes begin at a page or where `new` puts them.
  const auto* const begin = reinterpret_cast<const PackedPair*>(bytes.bytes.data() + page_bytes);
  std::shared_ptr<PairRun> run{new PairRun{std::move(bytes)}};
  run->stretch_ = header.stretch;
  run->pairs_ = {begin, header.pair_count};
  run->notes_ = {begin + header.pair_count, words - header.pair_count};
  return std::shared_ptr<const PairRun>{std::move(run)};
}

Result<void> PairRun::check() const {
  if (stored_.keeper == nullptr) return {};
  PairRunHeader header;
  std::memcpy(&header, stored_.bytes.data(), sizeof header);
  if (body_hash(std::as_bytes(pairs_), std::as_bytes(notes_)) == header.body) return {};
  return damaged(stored_, "has other bytes than were written");
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
