#include "engine/decide/request_names.hpp"

#include <algorithm>

namespace daybook {
namespace {

constexpr std::size_t slot_count = 2 * limits::request_names_max;
static_assert((slot_count & (slot_count - 1)) == 0, "a slot is found by masking");

std::string_view words_of(PutNameStatus fault) {
  switch (fault) {
    case PutNameStatus::reserved_field:
      return "A name's reserved field is not 0; nothing was done.";
    case PutNameStatus::kind_unknown:
      return "A name is of no known kind; nothing was done.";
    case PutNameStatus::id_must_not_be_zero:
      return "A name's id is 0; nothing was done.";
    case PutNameStatus::text_must_not_be_empty:
    case PutNameStatus::text_too_long:
      return "A name's text does not have 1 to 64 bytes; nothing was done.";
    case PutNameStatus::text_must_be_utf8:
      return "A name's text is not UTF-8 without control characters, followed by zeros; nothing "
             "was done.";
    case PutNameStatus::created:
    case PutNameStatus::exists:
    case PutNameStatus::name_conflict:
    case PutNameStatus::too_many_names:
      break;
  }
  return {};
}

}  // namespace

RequestNames::RequestNames() : slots_(slot_count) { fresh_.reserve(limits::request_names_max); }

RequestNames::Verdict RequestNames::decide(const State& state, FactReader& facts,
                                           std::span<const Name> names) {
  fresh_.clear();
  if (names.size() > limits::request_names_max) return {RequestStatus::too_large, {}};
  for (const Name& name : names) {
    const PutNameStatus fault = fault_of(name);
    if (fault != PutNameStatus::created) return {RequestStatus::malformed, words_of(fault)};
  }
  if (++round_ == 0) {  // After 2^32 requests: what is left of the first rounds would look new.
    std::fill(slots_.begin(), slots_.end(), Slot{});
    round_ = 1;
  }
  for (std::uint32_t index = 0; index < names.size(); ++index) {
    const Name& name = names[index];
    if (const Name* earlier = find_or_add(state.names.tag_of(name.key()), names, index)) {
      if (*earlier != name) return {RequestStatus::name_conflict, {}};
      continue;
    }
    const NameTable::Match match = state.names.find(name, facts);
    if (match == NameTable::Match::conflict) return {RequestStatus::name_conflict, {}};
    if (match == NameTable::Match::none) fresh_.push_back(index);
  }
  if (state.names.room() < fresh_.size()) return {RequestStatus::too_many_names, {}};
  return {};
}

// The earlier name of the same id; null, and the name is noted, if it is the id's first.
const Name* RequestNames::find_or_add(std::uint64_t tag, std::span<const Name> names,
                                      std::uint32_t index) {
  for (std::size_t at = tag & (slot_count - 1);; at = (at + 1) & (slot_count - 1)) {
    Slot& slot = slots_[at];
    if (slot.round != round_) {
      slot = {.round = round_, .index = index};
      return nullptr;
    }
    if (names[slot.index].key() == names[index].key()) return &names[slot.index];
  }
}

}  // namespace daybook
