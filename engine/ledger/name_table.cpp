#include "engine/ledger/name_table.hpp"

#include <span>

#include "engine/base/hash.hpp"

namespace daybook {
namespace {

std::uint64_t hash_of(const Name& name) { return xxh3_64(std::as_bytes(std::span{&name, 1})); }

}  // namespace

std::uint64_t NameTable::tag_of(const NameKey& key) const {
  // Ids of different kinds are often the same number and must not share a tag.
  constexpr std::uint64_t spread = 0x9e3779b97f4a7c15;
  return index_.tag_of({key.id.lo, key.id.hi ^ static_cast<std::uint64_t>(key.kind) * spread});
}

NameTable::Match NameTable::find(const Name& name, FactReader& facts) const {
  const std::uint64_t hash = hash_of(name);
  bool same = false;
  const std::uint64_t found = index_.find(tag_of(name.key()), [&](std::uint64_t place) {
    const Kept& kept = kept_[place];
    same = kept.hash == hash;
    if (same) return true;
    Name other;
    return facts.name_at(kept.sequence, other) && other.key() == name.key();
  });
  if (found == IdIndex::none) return Match::none;
  return same ? Match::same : Match::conflict;
}

PutNameStatus NameTable::decide_put(const Name& name, FactReader& facts) const {
  if (const PutNameStatus fault = fault_of(name); fault != PutNameStatus::created) return fault;
  switch (find(name, facts)) {
    case Match::same:
      return PutNameStatus::exists;
    case Match::conflict:
      return PutNameStatus::name_conflict;
    case Match::none:
      break;
  }
  return room() == 0 ? PutNameStatus::too_many_names : PutNameStatus::created;
}

void NameTable::insert(const Name& name, Sequence sequence) {
  const std::uint64_t place = index_.size();
  kept_[place] = {.sequence = sequence, .hash = hash_of(name)};
  index_.insert(tag_of(name.key()), place);
}

}  // namespace daybook
