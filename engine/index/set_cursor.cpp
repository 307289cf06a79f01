#include "engine/index/set_cursor.hpp"

#include <utility>

namespace daybook {

SetCursor::SetCursor(std::shared_ptr<const IndexSet> set, std::uint64_t key, std::uint64_t first,
                     std::uint64_t last, SetOrder order)
    : set_{std::move(set)}, key_{key}, first_{first}, last_{last}, order_{order} {}

std::optional<std::uint64_t> SetCursor::in_range(const IndexPair* pair) const {
  if (pair == nullptr || pair->key != key_ || pair->value < first_ || pair->value > last_) {
    return std::nullopt;
  }
  return pair->value;
}

Result<void> SetCursor::open() {
  opened_ = true;
  if (first_ > last_) return {};
  for (const IndexSet::Run& run : set_->runs()) {
    if (run->pair_count() == 0 || run->value_max() < first_ || run->value_min() > last_ ||
        !run->may_hold(key_)) {
      continue;
    }
    Source source{RunCursor{run}};
    const auto found = order_ == SetOrder::ascending ? source.cursor.seek({key_, first_})
                                                     : source.cursor.seek_last({key_, last_});
    if (!found) return found.error();
    const auto value = in_range(found.value());
    if (!value) continue;
    source.value = *value;
    sources_.push_back(std::move(source));
  }
  return {};
}

// Moves source `index` on, and takes it out when it has no more.
Result<void> SetCursor::advance(std::size_t index) {
  Source& source = sources_[index];
  const auto found =
      order_ == SetOrder::ascending ? source.cursor.next() : source.cursor.previous();
  if (!found) return found.error();
  if (const auto value = in_range(found.value())) {
    source.value = *value;
    return {};
  }
  sources_.erase(sources_.begin() + static_cast<std::ptrdiff_t>(index));
  return {};
}

Result<std::optional<std::uint64_t>> SetCursor::next() {
  if (!opened_) {
    if (auto opened = open(); !opened) return opened.error();
  }
  if (sources_.empty()) return std::optional<std::uint64_t>{};
  std::uint64_t soonest = sources_[0].value;
  for (const Source& source : sources_) {
    if (is_sooner(source.value, soonest)) soonest = source.value;
  }
  // From the last to the first, because one that ends is taken out.
  for (std::size_t index = sources_.size(); index-- > 0;) {
    if (sources_[index].value != soonest) continue;
    if (auto moved = advance(index); !moved) return moved.error();
  }
  return std::optional{soonest};
}

}  // namespace daybook
