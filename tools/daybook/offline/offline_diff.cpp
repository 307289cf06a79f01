#include "tools/daybook/offline/offline_diff.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include <fmt/format.h>

#include "engine/base/hash.hpp"
#include "engine/codec/entry_facts.hpp"
#include "engine/ledger/account_state.hpp"
#include "storage/journal/journal_reader.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/flag_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

/// Adds up what the entries between two sequences say, both ends' operations whole.
class Between {
 public:
  explicit Between(JournalDiff& diff) : diff_{diff} {}

  void entry(const EntryFacts& facts) {
    RunWalker walker{facts};
    for (PlacedRun placed; walker.next(placed);) {
      if (placed.starts_operation && lies_between(placed.operation_sequence)) {
        operation(facts.operations[placed.run.operation]);
      }
      if (placed.run.count > 0 && lies_between(placed.first_sequence)) run(facts, placed);
    }
  }

 private:
  [[nodiscard]] bool lies_between(Sequence sequence) const {
    return sequence > diff_.from && sequence <= diff_.to;
  }

  void operation(const Operation& operation) {
    ++diff_.counts.operations;
    if (operation.status != RequestStatus::ok) ++diff_.counts.operations_refused;
    diff_.counts.events_refused += operation.refusal_count;
  }

  void run(const EntryFacts& facts, const PlacedRun& placed) {
    const Run& at = placed.run;
    DiffCounts& counts = diff_.counts;
    switch (at.kind) {
      case FactKind::account:
        counts.accounts += at.count;
        break;
      case FactKind::transfer:
        transfers(facts.transfers.subspan(at.first, at.count), facts, placed);
        break;
      case FactKind::hold_released:
        releases(facts.holds_released.subspan(at.first, at.count), placed.first_sequence);
        break;
      case FactKind::account_change:
        counts.account_changes += at.count;
        break;
      case FactKind::ledger:
        counts.ledgers += at.count;
        break;
      case FactKind::name:
        names(facts.names.subspan(at.first, at.count));
        break;
      case FactKind::clock_change:
        counts.clock_changes += at.count;
        break;
      case FactKind::domain_event:
        counts.domain_events += at.count;
        break;
      case FactKind::checkpoint:
        counts.checkpoints += at.count;
        break;
      case FactKind::tcc:
        counts.tcc_facts += at.count;
        break;
      case FactKind::segment_opened:
        counts.segments += at.count;
        break;
      case FactKind::segment_sealed:
      case FactKind::segment_hashed:
      case FactKind::client_evicted:
        break;
    }
  }

  void names(std::span<const Name> put) {
    diff_.counts.names += put.size();
    const std::size_t room = JournalDiff::names_max - diff_.names.size();
    const auto kept = put.first(std::min(room, put.size()));
    diff_.names.insert(diff_.names.end(), kept.begin(), kept.end());
  }

  void transfers(std::span<const Transfer> made, const EntryFacts& facts, const PlacedRun& placed) {
    Sequence sequence = placed.first_sequence;
    std::size_t index = placed.run.first;
    diff_.counts.transfers += made.size();
    for (const Transfer& transfer : made) {
      if ((transfer.flags & transfer_flag::reversal) != 0) ++diff_.counts.reversals;
      if ((transfer.flags & transfer_flag::pending) != 0) pending(transfer, sequence);
      if ((transfer.flags & transfer_flag::post_pending_transfer) != 0) {
        post(transfer, facts.note_of(index), sequence);
      }
      if ((transfer.flags & transfer_flag::void_pending_transfer) != 0) {
        ++diff_.counts.voids;
        HoldDiff& hold = hold_of(transfer.pending_id, transfer.ledger, sequence);
        hold.state = HoldState::voided;
      }
      sequence = next(sequence);
      ++index;
    }
  }

  void pending(const Transfer& transfer, Sequence sequence) {
    ++diff_.counts.pending;
    HoldDiff& hold = hold_of(transfer.id, transfer.ledger, sequence);
    hold.opened = true;
    hold.amount = transfer.amount;
    hold.state = HoldState::open;
  }

  void post(const Transfer& transfer, const TransferNote& note, Sequence sequence) {
    ++diff_.counts.posts;
    HoldDiff& hold = hold_of(transfer.pending_id, transfer.ledger, sequence);
    hold.posted = Amount{Uint128{hold.posted.value().wide() + transfer.amount.value().wide()}};
    // What is not posted goes on being held only where it was asked for.
    const bool keeps = (transfer.flags & transfer_flag::keep_remainder) != 0 &&
                       (note.bits & note_bit::took_the_rest) == 0;
    hold.state = keeps ? HoldState::open : HoldState::posted;
  }

  void releases(std::span<const HoldReleased> released, Sequence sequence) {
    diff_.counts.releases += released.size();
    for (const HoldReleased& release : released) {
      hold_of(release.id, release.ledger, sequence).state = HoldState::expired;
      sequence = next(sequence);
    }
  }

  HoldDiff& hold_of(TransferId id, LedgerId ledger, Sequence sequence) {
    const auto [found, is_new] = holds_.try_emplace(id.value(), diff_.holds.size());
    if (is_new) diff_.holds.push_back({.id = id, .ledger = ledger});
    HoldDiff& hold = diff_.holds[found->second];
    hold.sequence = sequence;
    return hold;
  }

  struct HashOfId {
    std::size_t operator()(const Uint128& id) const { return mix(id, 0); }
  };

  JournalDiff& diff_;
  std::unordered_map<Uint128, std::size_t, HashOfId> holds_;
};

/// An account as people read it.
std::vector<FieldChange> fields_of(const State& state, AccountSlot slot, const LedgerBook& book) {
  const Account account = shown(state.accounts.at(slot));
  const auto amount = [&](Amount value) { return book.format(account.ledger, value); };
  const LimitTexts limits = limits_of(state, slot, book);
  return {{"debits_pending", {}, amount(account.debits_pending)},
          {"debits_posted", {}, amount(account.debits_posted)},
          {"credits_pending", {}, amount(account.credits_pending)},
          {"credits_posted", {}, amount(account.credits_posted)},
          {"flags", {}, format_flags(FlagSet::account, account.flags)},
          {"minimum", {}, limits.minimum},
          {"maximum", {}, limits.maximum}};
}

void compare_accounts(const State& before, const State& after, JournalDiff& diff) {
  const std::uint64_t known = before.accounts.count();
  for (std::uint64_t at = 0; at < after.accounts.count(); ++at) {
    const auto slot = static_cast<AccountSlot>(at);  // Slots are given in the order of creation.
    const Account& now = after.accounts.at(slot);
    const bool is_new = at >= known;
    const bool is_limited = (now.flags & account_state::limited) != 0;
    if (!is_new && !is_limited &&
        std::memcmp(&now, &before.accounts.at(slot), sizeof(Account)) == 0) {
      continue;
    }
    AccountDiff changed{.id = now.id, .ledger = now.ledger, .is_new = is_new, .fields = {}};
    auto fields = fields_of(after, slot, diff.book);
    if (!is_new) {
      const auto earlier = fields_of(before, slot, diff.book);
      for (std::size_t each = 0; each < fields.size(); ++each) {
        fields[each].before = earlier[each].after;
        if (fields[each].before != fields[each].after) changed.fields.push_back(fields[each]);
      }
      if (changed.fields.empty()) continue;
    } else {
      for (FieldChange& field : fields) {
        const bool says_something =
            field.after.find_first_of("123456789") != std::string::npos || field.field == "flags";
        if (says_something && !field.after.empty()) changed.fields.push_back(std::move(field));
      }
    }
    diff.accounts.push_back(std::move(changed));
  }
}

void compare_ledgers(const State& before, const State& after, JournalDiff& diff) {
  for (std::size_t place = before.ledgers.count(); place < after.ledgers.count(); ++place) {
    diff.ledgers.push_back(after.ledgers.at(place));
  }
  const auto earlier = trial_balance(before);
  for (const LedgerSums& now : trial_balance(after)) {
    const auto found = std::find_if(earlier.begin(), earlier.end(), [&](const LedgerSums& each) {
      return each.ledger.id == now.ledger.id;
    });
    LedgerDiff both{.before = {}, .after = now};
    both.before.ledger = now.ledger;
    if (found != earlier.end()) both.before = *found;
    const bool differs = both.before.accounts != now.accounts || both.before.debits != now.debits ||
                         both.before.credits != now.credits ||
                         both.before.debits_pending != now.debits_pending ||
                         both.before.credits_pending != now.credits_pending;
    if (differs) diff.sums.push_back(both);
  }
}

Result<void> read_between(const JournalPlace& place, JournalDiff& diff) {
  if (diff.to <= diff.from) return {};
  ReadOptions reading = reading_of(place);
  reading.from = next(diff.from);
  const auto reader = JournalReader::open(place.directory, reading);
  if (!reader) return reader.error();
  Between between{diff};
  for (;;) {
    const auto entry = reader.value()->next();
    if (!entry) return entry.error();
    if (!entry.value() || entry.value()->header.first() > diff.to) return {};
    const auto facts = read_facts(*entry.value());
    if (!facts) return facts.error();
    between.entry(facts.value());
  }
}

}  // namespace

Result<ReplayGoal> parse_point(const std::string& text) {
  if (text.empty()) return ReplayGoal{};
  const bool is_number = text.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? parse_goal(text, "") : parse_goal("", text);
}

Result<JournalDiff> diff_journal(const JournalPlace& place, const ReplayGoal& from,
                                 const ReplayGoal& to, const StateRoom& room) {
  State before{settings_for(room)};
  const auto first = replay_directory(place, before, from);
  if (!first) return first.error();
  State after{settings_for(room)};
  const auto second = replay_directory(place, after, to);
  if (!second) return second.error();
  JournalDiff diff{.from = before.last_sequence(),
                   .to = after.last_sequence(),
                   .from_time = first.value().commit_time,
                   .to_time = second.value().commit_time,
                   .from_digest = before.digest(),
                   .to_digest = after.digest(),
                   .counts = {},
                   .accounts = {},
                   .holds = {},
                   .ledgers = {},
                   .names = {},
                   .sums = {},
                   .book = book_of(after)};
  if (diff.to < diff.from) {
    return Failure{FailureKind::invalid,
                   fmt::format("sequence {} is before {}: give the earlier point to --from",
                               diff.to.value(), diff.from.value())};
  }
  compare_accounts(before, after, diff);
  compare_ledgers(before, after, diff);
  if (auto read = read_between(place, diff); !read) return read.error();
  return diff;
}

int run_diff(const DiffOptions& options) {
  const auto from = parse_point(options.from);
  if (!from) return complain(from.error().what);
  const auto to = parse_point(options.to);
  if (!to) return complain(to.error().what);
  const auto diff = diff_journal(options.directory, from.value(), to.value(), options.room);
  if (!diff) return complain_of(diff.error());
  print_text(options.json ? diff_json(diff.value()) : diff_text(diff.value(), options.limit));
  return exit_code::good;
}

}  // namespace daybook
