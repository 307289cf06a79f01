#pragma once

#include <span>

#include "engine/codec/entry_builder.hpp"
#include "engine/ledger/fact_reader.hpp"

namespace daybook {

/// Reads facts back from the slabs that the journal does not show yet, and from the journal.
///
/// A slab is used again only after its entry is committed, so every fact is in one of the two.
///
/// Threads.  The sequencer's. The journaler may write a closed slab's hashes meanwhile; facts are
///           read from the vectors, which it does not touch.
class SlabFactReader final : public FactReader {
 public:
  /// Both outlive the reader. A slab counts if it is not empty and its first sequence is not
  /// after the one asked for.
  SlabFactReader(std::span<const EntryBuilder> slabs, FactReader& journal)
      : slabs_{slabs}, journal_{journal} {}

  bool transfer_at(Sequence sequence, RecordedTransfer& transfer) override {
    const EntryBuilder* slab = slab_of(sequence);
    if (slab == nullptr) return journal_.transfer_at(sequence, transfer);
    const Transfer* found = slab->find_transfer(sequence);
    if (found != nullptr) transfer = {*found, slab->note_of(found)};
    return found != nullptr;
  }

  bool released_at(Sequence sequence, TransferId id) override {
    const EntryBuilder* slab = slab_of(sequence);
    if (slab == nullptr) return journal_.released_at(sequence, id);
    const HoldReleased* found = slab->find_release(sequence);
    return found != nullptr && found->id == id;
  }

  bool burnt_at(Sequence operation, TransferId id) override {
    const EntryBuilder* slab = slab_of(operation);
    return slab == nullptr ? journal_.burnt_at(operation, id) : slab->holds_burnt(id);
  }

  bool name_at(Sequence sequence, Name& name) override {
    const EntryBuilder* slab = slab_of(sequence);
    if (slab == nullptr) return journal_.name_at(sequence, name);
    const Name* found = slab->find_name(sequence);
    if (found != nullptr) name = *found;
    return found != nullptr;
  }

  bool event_at(Sequence sequence, DomainEvent& event) override {
    const EntryBuilder* slab = slab_of(sequence);
    if (slab == nullptr) return journal_.event_at(sequence, event);
    const DomainEvent* found = slab->find_event(sequence);
    if (found != nullptr) event = *found;
    return found != nullptr;
  }

 private:
  // Slabs hold the newest entries, without a gap: the one with the largest first sequence that is
  // not after `sequence` holds it, if it is not older than all of them.
  [[nodiscard]] const EntryBuilder* slab_of(Sequence sequence) const {
    const EntryBuilder* found = nullptr;
    for (const EntryBuilder& slab : slabs_) {
      if (slab.empty() || slab.first() > sequence) continue;
      if (found == nullptr || slab.first() > found->first()) found = &slab;
    }
    return found;
  }

  std::span<const EntryBuilder> slabs_;
  FactReader& journal_;
};

}  // namespace daybook
