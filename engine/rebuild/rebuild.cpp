#include "engine/rebuild/rebuild.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/base/limits.hpp"
#include "engine/replay/entry_reader.hpp"

namespace daybook {
namespace {

AggregateField existence(bool is_there) {
  return {"exists", {}, FieldShow::text, is_there ? "yes" : "no"};
}

}  // namespace

std::vector<std::unique_ptr<AggregateFold>> make_folds() {
  std::vector<std::unique_ptr<AggregateFold>> folds = make_money_folds();
  folds.push_back(make_stream_fold());
  folds.push_back(make_ledger_fold());
  folds.push_back(make_name_fold());
  folds.push_back(make_order_fold());
  folds.push_back(make_payment_fold());
  for (auto& fold : make_reconciliation_folds()) folds.push_back(std::move(fold));
  return folds;
}

Rebuild::Rebuild(RebuildSelection selection)
    : selection_{std::move(selection)}, folds_{make_folds()} {
  if (selection_.one) {
    for (const auto& fold : folds_) fold->keep_only(selection_.one->kind, selection_.one->key);
  }
  if (!selection_.has_range()) return;
  for (const auto& fold : folds_) {
    fold->on_touched([this](AggregateKind kind, const AggregateKey& key, Sequence) {
      if (in_range_) changed_in_range_.insert({kind, key});
    });
  }
}

void Rebuild::add(const EntryFacts& facts) { add_part(facts, {}, facts.header.last()); }

void Rebuild::add_part(const EntryFacts& facts, Sequence after, Sequence until) {
  in_range_ = facts.header.commit_time >= selection_.from_ns &&
              facts.header.commit_time <= selection_.until_ns;
  const std::vector<std::size_t> payloads = payload_places(facts);
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    const Run& run = placed.run;
    for (std::uint32_t each = 0; each < run.count; ++each) {
      FoldedFact fact;
      fact.sequence = Sequence{placed.first_sequence.value() + each};
      if (fact.sequence > until) return;
      if (fact.sequence <= after) continue;
      const std::size_t at = run.first + each;
      switch (run.kind) {
        case FactKind::account:
          fact.account = &facts.accounts[at];
          break;
        case FactKind::transfer:
          fact.transfer = &facts.transfers[at];
          if ((fact.transfer->flags & transfer_flag::pending) != 0) {
            fact.owner = facts.note_of(at).owner;
          }
          break;
        case FactKind::ledger:
          fact.ledger = &facts.ledgers[at];
          break;
        case FactKind::hold_released:
          fact.release = &facts.holds_released[at];
          break;
        case FactKind::account_change:
          fact.change = &facts.account_changes[at];
          break;
        case FactKind::name:
          fact.name = &facts.names[at];
          break;
        case FactKind::domain_event:
          fact.event = &facts.domain_events[at];
          fact.payload = facts.event_payloads.subspan(payloads[at], fact.event->payload_bytes);
          break;
        case FactKind::segment_opened:
        case FactKind::segment_sealed:
        case FactKind::segment_hashed:
        case FactKind::clock_change:
        case FactKind::client_evicted:
        case FactKind::checkpoint:  // Of a consumer: nothing is folded from it.
        case FactKind::tcc:         // Its transfers are; it has no fold of its own.
          continue;
      }
      take(fact);
    }
  }
}

void Rebuild::take(FoldedFact fact) {
  ++facts_;
  for (const auto& fold : folds_) fold->add(fact);
}

bool Rebuild::is_selected(AggregateKind kind, const AggregateKey& key) const {
  if (selection_.one) return selection_.one->kind == kind && selection_.one->key == key;
  return !selection_.has_range() || changed_in_range_.contains({kind, key});
}

Rebuild::Comparison Rebuild::compare(const State& state) const {
  Comparison comparison;
  for (const auto& fold : folds_) {
    if (selection_.one) {
      if (selection_.one->kind == fold->kind()) {
        compare(*fold, state, selection_.one->key, comparison);
      }
      continue;
    }
    fold->for_each_folded([&](const AggregateKey& key) {
      if (is_selected(fold->kind(), key)) compare(*fold, state, key, comparison);
    });
    fold->for_each_kept(state, [&](const AggregateKey& key) {
      // Those that the facts have, too, were compared above.
      if (!fold->has_folded(key) && (!selection_.has_range() || is_selected(fold->kind(), key))) {
        compare(*fold, state, key, comparison);
      }
    });
  }
  return comparison;
}

void Rebuild::compare(const AggregateFold& fold, const State& state, const AggregateKey& key,
                      Comparison& into) const {
  if (fold.is_same(state, key)) {
    if (fold.has_folded(key)) ++into.compared;  // Else neither has it.
    return;
  }
  ++into.compared;
  const auto expected = fold.folded(key);
  const auto found = fold.kept(state, key);
  std::vector<Mismatch> differing;
  const auto differs = [&](const AggregateField& journal, const AggregateField& kept) {
    differing.push_back(
        {.kind = fold.kind(), .key = key, .expected = journal, .found = kept, .first = {}});
  };
  if (!expected || !found) {
    differs(existence(expected.has_value()), existence(found.has_value()));
  } else {
    for (std::size_t at = 0; at < expected->size(); ++at) {
      if (!((*expected)[at] == (*found)[at])) differs((*expected)[at], (*found)[at]);
    }
  }
  if (differing.empty()) return;
  if (++into.mismatching > limits::rebuild_aggregates_max) return;
  std::move(differing.begin(), differing.end(), std::back_inserter(into.mismatches));
}

void Rebuild::locate(std::vector<Mismatch> mismatches) {
  located_ = std::move(mismatches);
  for (std::size_t at = 0; at < located_.size(); ++at) {
    watched_[{located_[at].kind, located_[at].key}].push_back(at);
  }
  for (const auto& fold : folds_) {
    fold->on_touched([this](AggregateKind kind, const AggregateKey& key, Sequence sequence) {
      watch(kind, key, sequence);
    });
  }
}

void Rebuild::watch(AggregateKind kind, const AggregateKey& key, Sequence sequence) {
  const auto watched = watched_.find({kind, key});
  if (watched == watched_.end()) return;
  const auto now = folded(kind, key);
  for (const std::size_t at : watched->second) {
    Mismatch& mismatch = located_[at];
    bool agrees = false;
    if (mismatch.found.name == "exists") {
      agrees = now.has_value() == (mismatch.found.text == "yes");
    } else if (now) {
      agrees = std::any_of(now->begin(), now->end(), [&](const AggregateField& field) {
        return field.name == mismatch.found.name && field == mismatch.found;
      });
    }
    if (agrees) {
      mismatch.first = {};
    } else if (mismatch.first == Sequence{}) {
      mismatch.first = sequence;
    }
  }
}

std::vector<Mismatch> Rebuild::located() && { return std::move(located_); }

std::optional<AggregateFields> Rebuild::folded(AggregateKind kind, const AggregateKey& key) const {
  for (const auto& fold : folds_) {
    if (fold->kind() == kind) return fold->folded(key);
  }
  return std::nullopt;
}

}  // namespace daybook
