#include "tools/daybook/recon/sequence_places.hpp"

#include <span>

#include "engine/base/assert.hpp"
#include "tools/daybook/recon/unnamed_file.hpp"

namespace daybook::recon {
namespace {
constexpr std::size_t buffer_entries = 4'096;
}  // namespace

Result<SequencePlaces> SequencePlaces::open(const std::filesystem::path& directory) {
  Result<File> file = open_unnamed(directory);
  if (!file) return file.error();
  SequencePlaces places;
  places.file_ = std::move(file).value();
  return places;
}

Result<void> SequencePlaces::append(std::uint64_t sequence, std::uint64_t place) {
  ENSURE(buffer_.empty() || buffer_.back().sequence < sequence, "places are found by halving");
  buffer_.push_back({.sequence = sequence, .place = place});
  return buffer_.size() < buffer_entries ? Result<void>{} : flush();
}

Result<void> SequencePlaces::flush() {
  const auto bytes = std::as_bytes(std::span{buffer_});
  if (auto done = file_.write_at(bytes, written_ * sizeof(Entry)); !done) return done;
  written_ += buffer_.size();
  buffer_.clear();
  return {};
}

Result<std::optional<std::uint64_t>> SequencePlaces::find(std::uint64_t sequence) {
  if (!buffer_.empty()) {
    if (auto flushed = flush(); !flushed) return flushed.error();
  }
  std::uint64_t low = 0;
  std::uint64_t high = written_;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    Entry entry;
    const auto got =
        file_.read_at(std::as_writable_bytes(std::span{&entry, 1}), middle * sizeof(Entry));
    if (!got) return got.error();
    if (entry.sequence == sequence) return std::optional{entry.place};
    if (entry.sequence < sequence) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return std::optional<std::uint64_t>{};
}

}  // namespace daybook::recon
