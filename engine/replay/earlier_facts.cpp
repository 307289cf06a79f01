#include "engine/replay/earlier_facts.hpp"

#include <vector>

#include "engine/replay/entry_reader.hpp"

namespace daybook {

Result<void> EarlierFacts::with_entry(const EntryFacts& current, Sequence sequence,
                                      const Use& use) {
  if (sequence >= current.header.first()) {
    use(current);
    return {};
  }
  if (earlier_ == nullptr) return {};
  std::optional<Failure> failure;
  auto read = earlier_->with_entry(sequence, [&](const EntryView& view) {
    const auto facts = read_facts(view);
    if (facts.ok()) {
      use(facts.value());
    } else {
      failure = facts.error();
    }
  });
  if (read.ok() && failure) return *failure;
  return read;
}

Result<bool> EarlierFacts::is_used(const EntryFacts& current, TransferId id) {
  std::vector<TransferIdTable::Use> candidates;
  state_.transfer_ids.for_each_candidate(id, [&](const TransferIdTable::Candidate& use) {
    if (!use.follows) candidates.push_back({use.sequence, use.burnt});
  });
  bool used = false;
  for (const TransferIdTable::Use& candidate : candidates) {
    auto read = with_entry(current, candidate.sequence, [&](const EntryFacts& facts) {
      if (!candidate.burnt) {
        const auto transfer = transfer_in(facts, candidate.sequence);
        used = used || (transfer && transfer->id == id);
        return;
      }
      const auto operation = operation_in(facts, candidate.sequence);
      if (!operation) return;
      for_each_burnt(facts, *operation,
                     [&](const Transfer& burnt) { used = used || burnt.id == id; });
    });
    if (!read.ok()) return read.error();
  }
  return used;
}

Result<bool> EarlierFacts::is_followed(const EntryFacts& current, TransferId id) {
  std::vector<Sequence> candidates;
  state_.transfer_ids.for_each_candidate(id, [&](const TransferIdTable::Candidate& use) {
    if (use.follows) candidates.push_back(use.sequence);
  });
  bool followed = false;
  for (const Sequence sequence : candidates) {
    auto read = with_entry(current, sequence, [&](const EntryFacts& facts) {
      const auto transfer = transfer_in(facts, sequence);
      const auto release = release_in(facts, sequence);
      followed =
          followed || (transfer && transfer->pending_id == id) || (release && release->id == id);
    });
    if (!read.ok()) return read.error();
  }
  return followed;
}

Result<bool> EarlierFacts::is_named(const EntryFacts& current, const NameKey& key) {
  std::vector<Sequence> candidates;
  state_.names.for_each_candidate(key, [&](Sequence sequence) { candidates.push_back(sequence); });
  bool named = false;
  for (const Sequence sequence : candidates) {
    auto read = with_entry(current, sequence, [&](const EntryFacts& facts) {
      const auto name = name_in(facts, sequence);
      named = named || (name && name->key() == key);
    });
    if (!read.ok()) return read.error();
  }
  return named;
}

Result<bool> EarlierFacts::is_event(const EntryFacts& current, const Uint128& id) {
  std::vector<Sequence> candidates;
  state_.event_ids.for_each_candidate(id,
                                      [&](Sequence sequence) { candidates.push_back(sequence); });
  bool used = false;
  for (const Sequence sequence : candidates) {
    auto read = with_entry(current, sequence, [&](const EntryFacts& facts) {
      const auto event = event_in(facts, sequence);
      used = used || (event && event->id == id);
    });
    if (!read.ok()) return read.error();
  }
  return used;
}

Result<std::optional<RecordedTransfer>> EarlierFacts::find(const EntryFacts& current,
                                                           TransferId id) {
  std::vector<Sequence> candidates;
  state_.transfer_ids.for_each_candidate(id, [&](const TransferIdTable::Candidate& use) {
    if (!use.burnt && !use.follows) candidates.push_back(use.sequence);
  });
  for (const Sequence sequence : candidates) {
    auto found = at(current, sequence);
    if (!found.ok()) return found.error();
    if (found.value() && found.value()->transfer.id == id) return found;
  }
  return std::optional<RecordedTransfer>{};
}

Result<std::optional<RecordedTransfer>> EarlierFacts::at(const EntryFacts& current,
                                                         Sequence sequence) {
  std::optional<RecordedTransfer> found;
  auto read = with_entry(current, sequence,
                         [&](const EntryFacts& facts) { found = recorded_in(facts, sequence); });
  if (!read.ok()) return read.error();
  return found;
}

}  // namespace daybook
