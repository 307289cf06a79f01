#include "engine/recon/merge_stream.hpp"

#include <utility>

namespace daybook::recon {

MergeStream::MergeStream(std::vector<RunCursor> cursors)
    : cursors_{std::move(cursors)}, losers_(cursors_.size()) {}

/// Where the first 16 bytes do not decide.
bool MergeStream::less_after_all(const RunCursor& a, const RunCursor& b) {
  if (a.at_end() || b.at_end()) return !a.at_end();
  if (a.words()[2] != b.words()[2]) return a.words()[2] < b.words()[2];
  return less_behind_words(a.record(), b.record());
}

/// A cursor at its end has the largest words. Which of two is less is a coin's toss, so the usual
/// case must not branch on it.
inline bool MergeStream::less(std::uint32_t first, std::uint32_t second) const {
  const RunCursor& a = cursors_[first];
  const RunCursor& b = cursors_[second];
  const u128 key_a = (static_cast<u128>(a.words()[0]) << 64) | a.words()[1];
  const u128 key_b = (static_cast<u128>(b.words()[0]) << 64) | b.words()[1];
  if (key_a == key_b) [[unlikely]]
    return less_after_all(a, b);
  return key_a < key_b;
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
    const std::uint32_t loser = losers_[node];
    const bool is_beaten = less(loser, winner);
    losers_[node] = is_beaten ? winner : loser;
    winner = is_beaten ? loser : winner;
  }
  winner_ = winner;
  return {};
}

}  // namespace daybook::recon
