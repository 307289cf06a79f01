#include "tools/daybook/recon/match/reference_lookup.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "engine/base/limits.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook::recon {
namespace {

constexpr std::size_t asked_at_a_time = 64;
constexpr std::uint32_t page_transfers = 256;
constexpr std::uint32_t follower_page = 64;

/// Nearly every reference leads to few transfers, and few of them are of other accounts; so the
/// account, which may have a long history, is left to the look at what is found.
QueryFilter filter_of(const Uint128& business) {
  QueryFilter filter;
  filter.business_id = BusinessId{business};
  filter.limit = page_transfers;
  return filter;
}

bool has_business(const Transfer& transfer) { return !transfer.business_id.value().is_zero(); }

std::vector<TransferId> transfer_ids(std::span<const Uint128> ids) {
  std::vector<TransferId> made;
  for (const Uint128& id : ids) made.emplace_back(id);
  return made;
}

}  // namespace

template <typename Ask>
Result<void, Trouble> ReferenceLookup::ask_all(std::size_t count, const Ask& ask) {
  std::size_t next = 0;
  std::size_t under_way = 0;
  std::optional<Trouble> first;
  const auto done = [&](std::optional<Trouble> why) {
    --under_way;
    if (why && !first) first = std::move(why);
  };
  while (under_way > 0 || (next < count && !first)) {
    while (next < count && under_way < asked_at_a_time && !first) {
      ++under_way;
      ask(next++, done);
    }
    const std::size_t enough = next < count && !first ? asked_at_a_time - 1 : 0;
    const auto ran = engine_.client().loop().run_until([&] { return under_way <= enough; });
    if (!ran) return trouble(ran.error());
  }
  if (first) return *first;
  return check_count();
}

Result<void, Trouble> ReferenceLookup::check_count() const {
  if (transfers_.size() <= limits::match_transfers_max) return {};
  return Trouble{exit_code::failed,
                 fmt::format("more than {} transfers have these references: reconcile them with "
                             "'daybook recon run'",
                             limits::match_transfers_max)};
}

std::vector<Uint128> ReferenceLookup::ids_of(const std::set<std::string>& references) const {
  std::vector<Uint128> ids;
  for (const std::string& reference : references) {
    if (text_may_be_name(reference)) ids.push_back(id_of(reference));
    const auto number = parse_id(reference);
    // A record is called by the number as it is usually written, or it is called otherwise.
    const bool is_number = number && format_id(number.value()) == reference;
    if (is_number && !number.value().is_zero()) ids.push_back(number.value());
  }
  return ids;
}

void ReferenceLookup::take(const Transfer& transfer) {
  if (!scan_.selection.direction_of(transfer)) return;
  transfers_.emplace(transfer.id.value(), transfer);
  give_place(transfer.id.value());
}

void ReferenceLookup::give_place(const Uint128& transfer) {
  if (places_.emplace(transfer, next_place_).second) ++next_place_;
}

std::uint64_t ReferenceLookup::place_of(const Uint128& transfer) const {
  return places_.at(transfer);
}

Result<void, Trouble> ReferenceLookup::take_by_business(const std::vector<Uint128>& ids) {
  using Done = std::function<void(std::optional<Trouble>)>;
  std::function<void(const QueryFilter&, const Done&)> ask = [&](const QueryFilter& filter,
                                                                 const Done& done) {
    engine_.client().async_query_transfers(filter, options_,
                                           [&, filter, done](Result<FoundTransfers> answer) {
                                             const auto page = settled(std::move(answer));
                                             if (!page) return done(page.error());
                                             for (const Transfer& each : page.value().items)
                                               take(each);
                                             if (!page.value().more || !check_count())
                                               return done(std::nullopt);
                                             QueryFilter rest = filter;
                                             rest.cursor = page.value().cursor;
                                             ask(rest, done);
                                           });
  };
  return ask_all(ids.size(),
                 [&](std::size_t index, const Done& done) { ask(filter_of(ids[index]), done); });
}

Result<std::vector<Transfer>, Trouble> ReferenceLookup::transfers_of(std::span<const Uint128> ids) {
  std::vector<Transfer> found;
  while (!ids.empty()) {
    const auto part =
        ids.first(std::min<std::size_t>(ids.size(), daybook::limits::batch_events_max));
    ids = ids.subspan(part.size());
    const auto answer = settled(engine_.client().lookup_transfers(transfer_ids(part), options_));
    if (!answer) return answer.error();
    found.insert(found.end(), answer.value().transfers.begin(), answer.value().transfers.end());
  }
  return found;
}

// With a business reference of its own a transfer is called by that, and so is what resolves or
// reverses it, which inherits it.
Result<void, Trouble> ReferenceLookup::take_by_id(const std::vector<Uint128>& ids) {
  const auto found = transfers_of(ids);
  if (!found) return found.error();
  std::vector<TransferId> followed;
  for (const Transfer& each : found.value()) {
    if (has_business(each) || !scan_.selection.direction_of(each)) continue;
    take(each);
    followed.push_back(each.id);
  }
  return take_followers(followed);
}

Result<void, Trouble> ReferenceLookup::take_followers(const std::vector<TransferId>& ids) {
  using Done = std::function<void(std::optional<Trouble>)>;
  const auto take_facts = [&](const FoundOperations& page, TransferId followed) {
    for (const LoggedOperation& operation : page.items) {
      for (const LoggedFact& fact : operation.facts) {
        if (fact.kind != FactKind::transfer) continue;
        const auto transfer = fact.as<Transfer>();
        if (transfer.pending_id == followed) take(transfer);
      }
    }
  };
  std::function<void(const OperationFilter&, const Done&)> ask = [&](const OperationFilter& filter,
                                                                     const Done& done) {
    engine_.client().async_query_operations(filter, options_,
                                            [&, filter, done](Result<FoundOperations> answer) {
                                              const auto page = settled(std::move(answer));
                                              if (!page) return done(page.error());
                                              take_facts(page.value(), filter.follows);
                                              if (!page.value().more || !check_count())
                                                return done(std::nullopt);
                                              OperationFilter rest = filter;
                                              rest.cursor = page.value().cursor;
                                              rest.skip = page.value().skip;
                                              ask(rest, done);
                                            });
  };
  return ask_all(ids.size(), [&](std::size_t index, const Done& done) {
    OperationFilter filter;
    filter.follows = ids[index];
    filter.limit = follower_page;
    filter.flags = operation_flag::with_facts;
    ask(filter, done);
  });
}

Result<void, Trouble> ReferenceLookup::look_at_holds() {
  std::vector<TransferId> ids;
  for (const auto& [id, transfer] : transfers_) {
    if ((transfer.flags & transfer_flag::pending) != 0) ids.emplace_back(id);
  }
  std::vector<Uint128> voids;
  for (std::span<const TransferId> left{ids}; !left.empty();) {
    const auto part =
        left.first(std::min<std::size_t>(left.size(), daybook::limits::batch_events_max));
    left = left.subspan(part.size());
    const auto answer = settled(engine_.client().lookup_holds(part, options_));
    if (!answer) return answer.error();
    for (const HoldView& hold : answer.value().holds) {
      holds_.emplace(hold.id.value(), hold);
      if (hold.state == HoldState::voided) voids.push_back(hold.resolved_by.value());
    }
  }
  const auto found = transfers_of(voids);
  if (!found) return found.error();
  for (const Transfer& each : found.value()) {
    ends_.emplace(each.pending_id.value(), each);
    give_place(each.id.value());
  }
  return {};
}

/// As JournalSource has it: open with what it still holds; failed where nothing of it was posted;
/// else its posts say everything.
std::optional<LedgerMovement> ReferenceLookup::movement_of_hold(const Transfer& hold) const {
  const auto found = holds_.find(hold.id.value());
  if (found == holds_.end() || scan_.selection.is_fee(hold)) return std::nullopt;
  const HoldView& view = found->second;
  const bool is_open = view.state == HoldState::open;
  if (!is_open && !view.posted.value().is_zero()) return std::nullopt;
  LedgerMovement movement =
      movement_of(hold, place_of(hold.id.value()), *scan_.selection.direction_of(hold), false);
  if (is_open) {
    movement.status = RecordStatus::open;
    movement.amount = view.held.value().wide();
    return movement;
  }
  movement.status = RecordStatus::failed;
  const auto end = ends_.find(hold.id.value());
  if (end == ends_.end()) {
    movement.time = view.expires_at;
  } else {
    movement.time = end->second.timestamp;
    movement.sequence = place_of(end->second.id.value());
  }
  return movement;
}

std::vector<LedgerMovement> ReferenceLookup::movements() const {
  std::vector<LedgerMovement> made;
  for (const auto& [id, transfer] : transfers_) {
    if (!scan_.folds.empty() && scan_.folds.hides(transfer)) continue;
    if ((transfer.flags & transfer_flag::void_pending_transfer) != 0) continue;
    if ((transfer.flags & transfer_flag::pending) != 0) {
      if (const auto hold = movement_of_hold(transfer)) made.push_back(*hold);
      continue;
    }
    made.push_back(movement_of(transfer, place_of(id), *scan_.selection.direction_of(transfer),
                               scan_.selection.is_fee(transfer)));
  }
  return made;
}

Result<void, Trouble> ReferenceLookup::read_names() {
  std::vector<NameKey> keys;
  for (const LedgerMovement& each : movements()) {
    const bool is_business = !each.business.value().is_zero();
    keys.push_back({.id = is_business ? each.business.value() : each.transfer,
                    .kind = is_business ? NameKind::business : NameKind::transfer});
  }
  leave_each_once(keys);
  const auto names = fetch_names(engine_.client(), keys);
  if (!names) return names.error();
  for (const NameKey& key : keys) {
    const std::string_view text = names.value().find(key.kind, key.id);
    // There is room: there are no more names than transfers.
    if (!text.empty()) (void)scan_.names.add(make_name(key.kind, key.id, text));
  }
  return {};
}

/// What a correction adjusts stands at a sequence; a transfer's answers do not say theirs.
void ReferenceLookup::place_adjusted(const FoldedCorrection& correction,
                                     const Transfer* at_sequence) {
  if (at_sequence != nullptr) {
    const auto known = places_.find(at_sequence->id.value());
    if (known != places_.end()) {
      known->second = correction.adjusts;
      return;
    }
  }
  // The end of a hold whose time was over is no transfer.
  for (const auto& [id, view] : holds_) {
    const Transfer& hold = transfers_.at(id);
    if (view.state == HoldState::expired && place_of(id) >= places_begin &&
        scan_.names.reference_of(hold.business_id, id) == correction.reference) {
      places_[id] = correction.adjusts;
      return;
    }
  }
}

Result<void, Trouble> ReferenceLookup::find_adjusted(const FoldedCorrections& corrections) {
  using Done = std::function<void(std::optional<Trouble>)>;
  std::vector<std::optional<Transfer>> at(corrections.size());
  const auto asked = ask_all(corrections.size(), [&](std::size_t index, const Done& done) {
    const std::uint64_t adjusts = corrections[index].adjusts;
    if (adjusts == 0) return done(std::nullopt);
    engine_.client().async_list_transfers(Sequence{adjusts - 1}, 1, options_,
                                          [&at, index, done](Result<TransferPage> answer) {
                                            const auto page = settled(std::move(answer));
                                            if (!page) return done(page.error());
                                            if (!page.value().items.empty())
                                              at[index] = page.value().items.front();
                                            done(std::nullopt);
                                          });
  });
  if (!asked) return asked;
  for (std::size_t i = 0; i < corrections.size(); ++i) {
    if (corrections[i].adjusts != 0) place_adjusted(corrections[i], at[i] ? &*at[i] : nullptr);
  }
  return {};
}

Result<void, Trouble> ReferenceLookup::read_corrections(const std::set<std::string>& references,
                                                        const FoldedCorrections& corrections) {
  auto wanted = std::make_shared<FoldedCorrections>();
  std::copy_if(corrections.begin(), corrections.end(), std::back_inserter(*wanted),
               [&](const FoldedCorrection& each) { return references.contains(each.reference); });
  if (wanted->empty()) return {};
  std::vector<Uint128> ids;
  for (const FoldedCorrection& each : *wanted) {
    for (const TransferId leg : each.legs) ids.push_back(leg.value());
  }
  auto legs = transfers_of(ids);
  if (!legs) return legs.error();
  if (auto found = find_adjusted(*wanted); !found) return found;
  std::sort(legs.value().begin(), legs.value().end(),
            [](const Transfer& a, const Transfer& b) { return a.timestamp < b.timestamp; });
  scan_.folds = CorrectionFolds{std::move(wanted)};
  for (const Transfer& leg : legs.value()) {
    give_place(leg.id.value());
    scan_.folds.take(leg, Sequence{place_of(leg.id.value())}, scan_.selection.direction_of(leg),
                     scan_.selection.is_fee(leg));
  }
  scan_.folds.settle();
  if (const auto leg = scan_.folds.too_large()) {
    return Trouble{exit_code::failed,
                   fmt::format("the amount of transfer {}, a correction, cannot be compared",
                               format_id(leg->value()))};
  }
  return {};
}

Result<LedgerFinds, Trouble> ReferenceLookup::make_records(
    const std::set<std::string>& references) const {
  LedgerFinds finds;
  const LedgerRecords maker{scan_, mapping_, Side::a};
  const auto add = [&](const Result<LedgerRecord>& made,
                       const Uint128& transfer) -> Result<void, Trouble> {
    if (!made) return trouble(made.error());
    if (!references.contains(made.value().reference)) return {};
    finds.records.push_back(made.value().record);
    finds.transfers.emplace(made.value().record.offset(), transfer);
    return {};
  };
  for (const LedgerMovement& each : movements()) {
    if (auto added = add(maker.record_of(each), each.transfer); !added) return added.error();
  }
  for (const CorrectionFolds::OwnRecord& own : scan_.folds.own_records()) {
    const auto added = add(maker.record_of(own), own.correction->legs.front().value());
    if (!added) return added.error();
  }
  return finds;
}

Result<LedgerFinds, Trouble> ReferenceLookup::find(const std::set<std::string>& references,
                                                   const FoldedCorrections& corrections) {
  const std::vector<Uint128> ids = ids_of(references);
  if (auto taken = take_by_business(ids); !taken) return taken.error();
  if (auto taken = take_by_id(ids); !taken) return taken.error();
  if (auto looked = look_at_holds(); !looked) return looked.error();
  if (auto read = read_names(); !read) return read.error();
  if (auto read = read_corrections(references, corrections); !read) return read.error();
  return make_records(references);
}

}  // namespace daybook::recon
