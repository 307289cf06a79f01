#include "engine/recon/merge_stream.hpp"

#include <utility>

namespace daybook::recon {

MergeStream::MergeStream(std::vector<RunCursor> cursors)
    : cursors_{std::move(cursors)}, losers_(cursors_.size()) {}

bool MergeStream::less(std::uint32_t first, std::uint32_t second) const {
  const RunCursor& a = cursors_[first];
  const RunCursor& b = cursors_[second];
  if (a.at_end() || b.at_end()) return !a.at_end();
  for (std::size_t i = 0; i < a.words().size(); ++i) {
    if (a.words()[i] != b.words()[i]) return a.words()[i] < b.words()[i];
  }
  return less_behind_words(a.record(), b.record());
}

std::uint32_t MergeStream::play(std::uint32_t node) {
  const auto count = static_cast<std::uint32_t>(cursors_.size());
  if (node >= count) return node - count;
  const std::uint32_t left = play(2 * node);
  const std::uint32_t right = play(2 * node + 1);
  const bool right_wins = less(right, left);
  losers_[node] = right_wins ? left : right;
  return right_wins ? right : left;
}

void MergeStream::begin() {
  if (cursors_.size() > 1) winner_ = play(1);
}

Result<void> MergeStream::advance() {
  if (auto advanced = cursors_[winner_].advance(); !advanced) return advanced;
  const auto count = static_cast<std::uint32_t>(cursors_.size());
  std::uint32_t winner = winner_;
  for (std::uint32_t node = (winner + count) / 2; node > 0; node /= 2) {
    if (less(losers_[node], winner)) std::swap(losers_[node], winner);
  }
  winner_ = winner;
  return {};
}

}  // namespace daybook::recon
