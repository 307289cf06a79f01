#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "engine/model/ledger.hpp"
#include "engine/model/status.hpp"

namespace daybook {

/// The registered ledgers, how many accounts each has, and the rules for putting one.
///
/// Threads.  One.
/// Limits.   limits::ledgers_max; all memory is taken at construction.
class LedgerRegistry {
 public:
  LedgerRegistry();

  /// What putting `ledger` would answer; `created` also stands for changing one that no account
  /// uses. Statuses in the order of PutLedgerStatus.
  [[nodiscard]] PutLedgerStatus decide_put(const Ledger& ledger) const;

  /// Registers `ledger`, or replaces the unused one of the same id. Requires: decide_put() said
  /// created. Returns what it replaced; an id of 0 when it is new.
  Ledger put(const Ledger& ledger);

  [[nodiscard]] bool contains(LedgerId id) const { return places_.contains(id.value()); }

  /// Null when it is not registered. Valid until the next change.
  [[nodiscard]] const Ledger* find(LedgerId id) const;

  /// Where it stands in the order of registration, from 0.
  [[nodiscard]] std::optional<std::size_t> place_of(LedgerId id) const;

  [[nodiscard]] bool full() const;
  [[nodiscard]] std::size_t count() const { return entries_.size(); }
  /// In order of registration.
  [[nodiscard]] const Ledger& at(std::size_t place) const { return entries_[place].ledger; }

  /// It registered itself for its first account.
  [[nodiscard]] bool is_automatic(std::size_t place) const { return entries_[place].automatic; }
  /// From a snapshot, in order of registration. Requires: !contains(ledger.id), !full().
  void restore(const Ledger& ledger, bool automatic) { add(ledger, automatic); }

  /// Counts one account in. Requires: contains(id).
  void add_account(LedgerId id) { ++entry(id).accounts; }
  /// Counts the latest account out again. True when a ledger that registered itself for that
  /// account was removed with it.
  bool take_back_account(LedgerId id);

  /// A ledger as `--auto-ledgers` registers it: scale 0, currency, "ledger-<id>".
  [[nodiscard]] static Ledger automatic(LedgerId id);
  /// Registers automatic(id). Requires: !contains(id), !full().
  void put_automatic(LedgerId id);

 private:
  struct Entry {
    Ledger ledger;
    std::uint64_t accounts = 0;
    bool automatic = false;
  };

  using NameText = decltype(Ledger::name_text);
  struct NameHash {
    std::size_t operator()(const NameText& name) const noexcept;
  };

  [[nodiscard]] Entry& entry(LedgerId id);
  [[nodiscard]] bool name_is_taken(const Ledger& ledger) const;
  void add(const Ledger& ledger, bool automatic);
  void drop_name(const Ledger& ledger);

  std::vector<Entry> entries_;
  boost::unordered_flat_map<std::uint32_t, std::uint32_t> places_;
  // How many ledgers have a name: an automatic one may share its name with one that was put.
  boost::unordered_flat_map<NameText, std::uint32_t, NameHash> names_;
};

}  // namespace daybook
