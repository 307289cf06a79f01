#include "engine/ledger/ledger_registry.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "engine/base/assert.hpp"
#include "engine/base/hash.hpp"
#include "engine/base/utf8.hpp"

namespace daybook {
namespace {

bool name_is_clean(const Ledger& ledger) {
  const bool tail_is_zero = std::all_of(ledger.name_text.begin() + ledger.name_bytes,
                                        ledger.name_text.end(), [](char c) { return c == '\0'; });
  return tail_is_zero && is_printable_utf8(ledger.name());
}

}  // namespace

LedgerRegistry::LedgerRegistry() {
  entries_.reserve(limits::ledgers_max);
  places_.reserve(limits::ledgers_max);
  names_.reserve(limits::ledgers_max);
}

bool LedgerRegistry::full() const { return entries_.size() == limits::ledgers_max; }

const Ledger* LedgerRegistry::find(LedgerId id) const {
  const auto place = places_.find(id.value());
  return place == places_.end() ? nullptr : &entries_[place->second].ledger;
}

std::optional<std::size_t> LedgerRegistry::place_of(LedgerId id) const {
  const auto place = places_.find(id.value());
  if (place == places_.end()) return std::nullopt;
  return place->second;
}

LedgerRegistry::Entry& LedgerRegistry::entry(LedgerId id) {
  const auto place = places_.find(id.value());
  ENSURE(place != places_.end(), "callers check that the ledger is registered");
  return entries_[place->second];
}

bool LedgerRegistry::name_is_taken(const Ledger& ledger) const {
  const auto named = names_.find(ledger.name_text);
  if (named == names_.end()) return false;
  const Ledger* old = find(ledger.id);
  const bool has_it_already = old != nullptr && old->name_text == ledger.name_text;
  return named->second > (has_it_already ? 1U : 0U);
}

// The rest of a name's bytes is zero, so equal bytes are equal names.
std::size_t LedgerRegistry::NameHash::operator()(const NameText& name) const noexcept {
  return xxh3_64(std::as_bytes(std::span{name}));
}

void LedgerRegistry::drop_name(const Ledger& ledger) {
  const auto named = names_.find(ledger.name_text);
  ENSURE(named != names_.end(), "every registered ledger's name is counted");
  if (--named->second == 0) names_.erase(named);
}

PutLedgerStatus LedgerRegistry::decide_put(const Ledger& ledger) const {
  if (ledger.id.value() == 0) return PutLedgerStatus::ledger_must_not_be_zero;
  if (ledger.name_bytes == 0) return PutLedgerStatus::name_must_not_be_empty;
  if (ledger.name_bytes > limits::ledger_name_bytes_max) return PutLedgerStatus::name_too_long;
  if (!name_is_clean(ledger)) return PutLedgerStatus::name_must_be_utf8;
  if (ledger.scale > limits::ledger_scale_max) return PutLedgerStatus::scale_out_of_range;
  if (to_string(ledger.kind) == "unknown") return PutLedgerStatus::kind_unknown;

  const auto place = places_.find(ledger.id.value());
  const Entry* old = place == places_.end() ? nullptr : &entries_[place->second];
  if (old != nullptr && old->ledger == ledger) return PutLedgerStatus::exists;
  if (name_is_taken(ledger)) return PutLedgerStatus::name_taken;
  if (old != nullptr && old->accounts > 0) return PutLedgerStatus::ledger_in_use;
  if (old == nullptr && full()) return PutLedgerStatus::too_many_ledgers;
  return PutLedgerStatus::created;
}

Ledger LedgerRegistry::put(const Ledger& ledger) {
  const auto place = places_.find(ledger.id.value());
  if (place == places_.end()) {
    add(ledger, false);
    return {};
  }
  Entry& old = entries_[place->second];
  const Ledger replaced = old.ledger;
  drop_name(replaced);
  old.ledger = ledger;
  ++names_[ledger.name_text];
  return replaced;
}

void LedgerRegistry::add(const Ledger& ledger, bool automatic) {
  ENSURE(!full(), "callers check the room for ledgers");
  places_.emplace(ledger.id.value(), static_cast<std::uint32_t>(entries_.size()));
  entries_.push_back({.ledger = ledger, .accounts = 0, .automatic = automatic});
  ++names_[ledger.name_text];
}

Ledger LedgerRegistry::automatic(LedgerId id) {
  std::array<char, limits::ledger_name_bytes_max> text{};
  const auto end = fmt::format_to_n(text.data(), text.size(), "ledger-{}", id.value());
  Ledger ledger{
      .id = id, .scale = 0, .kind = LedgerKind::currency, .name_bytes = 0, .name_text = {}};
  ledger.set_name({text.data(), end.size});
  return ledger;
}

void LedgerRegistry::put_automatic(LedgerId id) { add(automatic(id), true); }

bool LedgerRegistry::take_back_account(LedgerId id) {
  Entry& used = entry(id);
  --used.accounts;
  if (!used.automatic || used.accounts > 0) return false;
  // Only the account that registered it can leave an automatic ledger empty, and nothing was
  // registered since: it is the last.
  ENSURE(entries_.back().ledger.id == id, "an automatic ledger goes with its first account");
  drop_name(used.ledger);
  entries_.pop_back();
  places_.erase(id.value());
  return true;
}

}  // namespace daybook
