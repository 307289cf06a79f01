#include "engine/ledger/transfer_id_table.hpp"

#include <algorithm>

#include "engine/base/assert.hpp"

namespace daybook {
namespace {

/// What one entry may put into a generation beyond the number that seals it.
constexpr std::uint64_t entry_values_max = 65'536;
static_assert(entry_values_max >= 2 * limits::entry_bytes_max / sizeof(HoldReleased));

}  // namespace

TransferIdTable::TransferIdTable(const Settings& settings)
    : ids_max_{settings.ids_max}, ids_a_generation_{settings.ids_a_generation} {
  std::uint64_t entries_max = 2 * settings.ids_max;
  std::uint64_t generations = 1;
  if (settings.shelf != nullptr) {
    ENSURE(ids_a_generation_ > 0, "a generation has ids");
    reader_.emplace(*settings.shelf);
    entries_max = ids_a_generation_ + entry_values_max;
    generations = generations_in_memory;
  }
  for (std::uint64_t at = 0; at < generations; ++at) {
    generations_[at] = std::make_unique<Generation>(entries_max, settings.hash_seed);
  }
  current_ = generations_[0].get();
}

std::optional<TransferIdTable::Use> TransferIdTable::find(TransferId id, std::uint64_t tag,
                                                          FactReader& facts,
                                                          RecordedTransfer* recorded) const {
  std::optional<Use> found;
  const auto is_it = [&](std::uint64_t value) {
    const Candidate candidate = candidate_of(value);
    if (candidate.follows) return false;
    const bool used = candidate.burnt ? facts.burnt_at(candidate.sequence, id)
                                      : facts.transfer_at(candidate.sequence, *recorded) &&
                                            recorded->transfer.id == id;
    if (used) found = Use{candidate.sequence, candidate.burnt};
    return used;
  };
  static_cast<void>(visit(id, tag, is_it, [] { return false; }));
  return found;
}

std::optional<TransferIdTable::FollowUp> TransferIdTable::find_follow_up(TransferId id,
                                                                         FactReader& facts) const {
  std::optional<FollowUp> last;
  // Of those that follow `id` the last one counts.
  const auto see = [&](std::uint64_t value) {
    const Candidate candidate = candidate_of(value);
    if (!candidate.follows) return false;
    FollowUp follow_up{.sequence = candidate.sequence, .released = false, .recorded = {}};
    follow_up.released = facts.released_at(candidate.sequence, id);
    if (last && candidate.sequence < last->sequence) return false;
    if (follow_up.released || (facts.transfer_at(candidate.sequence, follow_up.recorded) &&
                               follow_up.recorded.transfer.pending_id == id)) {
      last = follow_up;
    }
    return false;
  };
  static_cast<void>(visit(id, tag_of(id), see, [&] { return last.has_value(); }));
  return last;
}

bool TransferIdTable::follows(TransferId id, std::uint64_t tag, Sequence sequence) const {
  const std::uint64_t wanted = value_of(sequence, followed);
  return visit(
      id, tag, [&](std::uint64_t value) { return value == wanted; }, [] { return false; });
}

void TransferIdTable::follow(TransferId id, Sequence before, Sequence sequence) {
  const std::uint64_t tag = tag_of(id);
  current_->ids.add(id.value());
  // What an older generation has stays as it is; the newest generation is asked first.
  if (before < current_->first || before.value() == 0) {
    current_->index.insert(tag, value_of(sequence, followed));
  } else {
    current_->index.replace(tag, value_of(before, followed), value_of(sequence, followed));
  }
}

void TransferIdTable::take_back_follow(TransferId id, Sequence before, Sequence sequence) {
  const std::uint64_t tag = tag_of(id);
  if (before < current_->first || before.value() == 0) {
    current_->index.take_back(tag, value_of(sequence, followed));
  } else {
    current_->index.replace(tag, value_of(sequence, followed), value_of(before, followed));
  }
}

bool TransferIdTable::make_ready() {
  if (!reader_) return true;
  const IdRunSet* const newest = reader_->newest();
  if (newest != set_) {
    set_ = newest;
    let_go();
  }
  if (!is_due()) return true;
  const Generation& next = generation(ordinal_ + 1);
  return ordinal_ + 1 - oldest_ < generations_in_memory &&
         !next.left.load(std::memory_order_acquire);
}

void TransferIdTable::begin_generation(Sequence first) {
  ENSURE(ordinal_ + 1 - oldest_ < generations_in_memory, "there is room for a generation");
  // A growth takes far less than a generation; after this, collect() may be called.
  static_cast<void>(current_->index.settle(current_->index.bucket_count()));
  ++ordinal_;
  current_ = &generation(ordinal_);
  ENSURE(!current_->left.load(std::memory_order_acquire) && current_->index.size() == 0,
         "a generation begins empty");
  current_->ids = IdSpan{};
  current_->first = first;
  current_->replaced = 0;
  let_go();
}

// Looks again which runs are older than the current generation, and leaves the generations that
// stand in them.
void TransferIdTable::let_go() {
  if (set_ != nullptr) {
    const auto older = std::find_if(set_->runs.begin(), set_->runs.end(), [&](const IdRun& run) {
      return run.run->identity().first < current_->first;
    });
    runs_ = {older, set_->runs.end()};
    for (; oldest_ < std::min(set_->generations, ordinal_); ++oldest_) {
      generation(oldest_).left.store(true, std::memory_order_release);
    }
  }
  has_older_ = oldest_ < ordinal_ || !runs_.empty();
}

void TransferIdTable::prefetch_older(TransferId id, std::uint64_t tag) const {
  for (std::uint64_t ordinal = oldest_; ordinal < ordinal_; ++ordinal) {
    const Generation& from = generation(ordinal);
    if (from.ids.contains(id.value())) from.index.prefetch(tag);
  }
  for (const IdRun& run : runs_) run.prefetch(id.value(), IdIndex::key_of(tag));
}

bool TransferIdTable::older_may_hold(TransferId id, std::uint64_t tag) const {
  for (std::uint64_t ordinal = oldest_; ordinal < ordinal_; ++ordinal) {
    const Generation& from = generation(ordinal);
    if (from.ids.contains(id.value()) && from.index.candidate(tag) != IdIndex::none) return true;
  }
  for (const IdRun& run : runs_) {
    if (run.may_hold(id.value(), IdIndex::key_of(tag))) return true;
  }
  return false;
}

std::optional<TransferIdTable::Sealed> TransferIdTable::oldest_sealed(
    std::uint64_t generations) const {
  const std::uint64_t ordinal = std::max(oldest_, generations);
  if (ordinal >= ordinal_) return std::nullopt;
  const Generation& sealed = generation(ordinal);
  return Sealed{.index = sealed.index,
                .ids = sealed.ids,
                .ordinal = ordinal,
                .first = sealed.first,
                .last = Sequence{generation(ordinal + 1).first.value() - 1}};
}

std::vector<TransferIdTable::SavedGeneration> TransferIdTable::saved_generations() const {
  std::vector<SavedGeneration> saved;
  for (std::uint64_t ordinal = oldest_; ordinal <= ordinal_; ++ordinal) {
    const Generation& from = generation(ordinal);
    saved.push_back({.ordinal = ordinal,
                     .first = from.first,
                     .values = from.index.size() - from.replaced,
                     .reserved = 0,
                     .ids = from.ids});
  }
  return saved;
}

bool TransferIdTable::restore(std::span<const SavedGeneration> generations, std::uint64_t ids,
                              std::uint64_t values_max) {
  if (!reader_ || generations.empty() || generations.size() > generations_in_memory ||
      ids > ids_max_ || values_max > current_->index.values_max()) {
    return false;
  }
  for (std::size_t at = 1; at < generations.size(); ++at) {
    const SavedGeneration& before = generations[at - 1];
    if (generations[at].ordinal != before.ordinal + 1) return false;
    if (generations[at].first <= before.first) return false;
  }
  oldest_ = generations.front().ordinal;
  ordinal_ = generations.back().ordinal;
  current_ = &generation(ordinal_);
  ids_ = ids;
  for (const SavedGeneration& saved : generations) {
    Generation& into = generation(saved.ordinal);
    into.first = saved.first;
    into.ids = saved.ids;
    into.index.reserve(values_max);
  }
  return true;
}

void TransferIdTable::restore_value(std::uint64_t tag, std::uint64_t value) {
  const Sequence sequence{value >> kind_bits};
  for (std::uint64_t ordinal = ordinal_ + 1; ordinal-- > oldest_;) {
    Generation& into = generation(ordinal);
    if (sequence < into.first) continue;
    into.index.insert(tag, value);
    return;
  }
}

void TransferIdTable::end_restore(std::span<const SavedGeneration> generations) {
  for (const SavedGeneration& saved : generations) {
    Generation& into = generation(saved.ordinal);
    into.replaced = into.index.size() - std::min(into.index.size(), saved.values);
  }
  has_older_ = oldest_ < ordinal_;
}

void TransferIdTable::tend_memory() {
  for (const auto& each : generations_) {
    if (each == nullptr) continue;
    each->index.tend_memory();
    if (!each->left.load(std::memory_order_acquire)) continue;
    each->index.clear();
    each->left.store(false, std::memory_order_release);
  }
}

void TransferIdTable::stop_on(const Failure& failure) {
  stop_on_bug("visited.ok()", failure.what.c_str(), __FILE__, __LINE__);
}

}  // namespace daybook
