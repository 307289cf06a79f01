#include "tests/simulation/ledger_comparison.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "engine/rebuild/rebuild.hpp"
#include "tests/support/engine_under_test.hpp"
#include "tests/support/naive_ledger.hpp"

namespace daybook::test {
namespace {

using Found = std::optional<std::string>;

/// True when all bytes are the same: none of what is compared has any but its fields'.
template <typename T>
bool same(const T& a, const T& b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

/// The engine and the model, side by side.
class Pair {
 public:
  explicit Pair(const Episode& episode) : engine_{episode.settings}, model_{episode.settings} {
    engine_.set_requests_per_entry(episode.requests_per_entry);
    model_.skip_sequences(1);  // The first segment opens.
  }

  Found take(const Step& step, Coverage& coverage, const Planted& planted) {
    Found found = act(step, coverage, planted);
    if (!found) found = engine_.first_failure();
    if (!found && engine_.state().last_sequence() != model_.last_sequence()) {
      found = fmt::format("the engine is at sequence {}, the model at {}",
                          engine_.state().last_sequence().value(), model_.last_sequence().value());
    }
    if (!found && engine_.state().holds.count() != model_.open_holds().size()) {
      found = fmt::format("the engine has {} open holds, the model {}",
                          engine_.state().holds.count(), model_.open_holds().size());
    }
    return found;
  }

  /// Everything that can be asked, compared.
  Found compare_all(Coverage& coverage) {
    engine_.close_entry();
    coverage.entries += engine_.journal().count();
    if (engine_.first_failure()) return engine_.first_failure();
    engine_.state().audit_balances();
    if (!model_.books_balance()) return "the model's debits and credits differ";
    if (engine_.state().accounts.count() != model_.accounts().size()) {
      return "the numbers of accounts differ";
    }
    for (const auto& [id, account] : model_.accounts()) {
      if (Found found = look_up(id)) return found;
    }
    for (const WriteRequest& last : newest_) {
      if (engine_.highest_number(last.client) != model_.highest_number(last.client)) {
        return fmt::format("the highest number of client {} differs", to_hex(last.client.value()));
      }
    }
    Found found = compare_ledgers();
    if (!found) found = compare_sums();
    if (!found) found = compare_transfers(coverage);
    if (!found) found = compare_holds();
    if (!found) found = compare_names();
    if (!found) found = compare_events();
    if (!found) found = compare_aggregates();
    if (!found) found = compare_checkpoints();
    if (!found) found = compare_rebuilt();
    if (!found) found = engine_.first_failure();
    return found;
  }

 private:
  Found act(const Step& step, Coverage& coverage, const Planted& planted) {
    switch (step.kind) {
      case Step::Kind::submit:
        return submit(step.request, coverage, planted);
      case Step::Kind::set_clock:
        engine_.set_clock(step.number);
        model_.set_clock(step.number);
        return std::nullopt;
      case Step::Kind::release_due:
        return release_due(static_cast<std::uint32_t>(step.number), coverage);
      case Step::Kind::look_up:
        return look_up(step.id);
      case Step::Kind::close_entry:
        engine_.close_entry();
        return std::nullopt;
      case Step::Kind::rotate_segment:
        model_.skip_sequences(engine_.rotate_segment());
        return std::nullopt;
      case Step::Kind::restart:
        ++coverage.restarts;
        // Now from the beginning, now from here, now from where the last one was.
        if (coverage.restarts % 2 == 0) engine_.take_snapshot();
        engine_.restart();
        return std::nullopt;
    }
    return "an unknown step";
  }

  Found submit(const WriteRequest& request, Coverage& coverage, const Planted& planted) {
    const Sequence before = model_.last_sequence();
    const BatchReply expected = model_.submit(request);
    BatchReply reply = engine_.submit(request);
    if (planted) planted(request, reply);
    if (reply != expected) {
      return fmt::format("the engine answers\n    {}\n  and the model\n    {}",
                         to_text(reply, request.kind), to_text(expected, request.kind));
    }
    remember(request);
    coverage.count(request, reply);
    if (reply.first_sequence.value() > before.value() + 1) ++coverage.evictions;
    if (reply.first_sequence.value() != 0 && reply.first_sequence <= before) ++coverage.repeats;
    return std::nullopt;
  }

  Found release_due(std::uint32_t limit, Coverage& coverage) {
    const auto expected = model_.release_due(limit);
    const auto released = engine_.release_due(limit);
    coverage.releases += released.size();
    if (released == expected) return std::nullopt;
    const auto listed = [](const std::vector<TransferId>& ids) {
      std::string text;
      for (const TransferId id : ids) text += " " + to_hex(id.value());
      return text;
    };
    return fmt::format("the engine releases{}, the model{}", listed(released), listed(expected));
  }

  Found look_up(AccountId id) {
    const auto found = engine_.lookup_account(id);
    const auto expected = model_.lookup_account(id);
    if (found.has_value() == expected.has_value() && (!found || same(*found, *expected))) {
      return std::nullopt;
    }
    return fmt::format("account {} is not the same in the engine and in the model",
                       to_hex(id.value()));
  }

  Found compare_ledgers() {
    const LedgerRegistry& registry = engine_.state().ledgers;
    if (registry.count() != model_.ledgers().size()) return "the numbers of ledgers differ";
    for (const auto& [id, ledger] : model_.ledgers()) {
      const Ledger* found = registry.find(id);
      if (found == nullptr || *found != ledger) {
        return fmt::format("ledger {} is not the same", id.value());
      }
    }
    return std::nullopt;
  }

  Found compare_sums() {
    std::map<LedgerId, LedgerBalance> sums;
    const auto add = [](Amount& sum, Amount amount) {
      sum = Amount{Uint128{sum.value().wide() + amount.value().wide()}};
    };
    const AccountTable& accounts = engine_.state().accounts;
    for (AccountSlot slot = 0; slot < accounts.count(); ++slot) {
      const Account& account = accounts.at(slot);
      LedgerBalance& ledger = sums[account.ledger];
      ledger.ledger = account.ledger;
      ledger.accounts += 1;
      add(ledger.debits_pending, account.debits_pending);
      add(ledger.debits_posted, account.debits_posted);
      add(ledger.credits_pending, account.credits_pending);
      add(ledger.credits_posted, account.credits_posted);
    }
    const auto expected = model_.trial_balance();
    const bool alike = std::equal(sums.begin(), sums.end(), expected.begin(), expected.end(),
                                  [](const auto& a, const auto& b) {
                                    return a.first == b.first && same(a.second, b.second);
                                  });
    if (alike) return std::nullopt;
    return "the trial balances differ";
  }

  /// The journal has the transfers that the model has, with all they inherited, and who decided.
  Found compare_transfers(Coverage& coverage) {
    Found found;
    std::size_t count = 0;
    engine_.for_each_transfer(
        [&](Sequence sequence, const Transfer& transfer, const TransferNote& note) {
          ++count;
          coverage.overrode |= note.overrode;
          const auto expected = model_.transfers().find(transfer.id);
          if (found) return;
          if (expected == model_.transfers().end()) {
            found = fmt::format("the model has no transfer {}", to_hex(transfer.id.value()));
            return;
          }
          const NaiveTransfer& other = expected->second;
          const bool alike = same(transfer, other.transfer) && sequence.value() == other.sequence &&
                             note.authority == other.authority && note.overrode == other.overrode;
          if (alike) return;
          found = fmt::format("transfer {} is recorded otherwise than in the model",
                              to_hex(transfer.id.value()));
        });
    if (!found && count != model_.transfers().size()) found = "the numbers of transfers differ";
    return found;
  }

  Found compare_holds() {
    for (const auto& [id, transfer] : model_.transfers()) {
      if (!transfer.is_pending()) continue;
      const auto expected = model_.hold(id);
      const auto found = engine_.lookup_hold(id);
      if (found && same(*found, *expected)) continue;
      return fmt::format("hold {} is not the same in the engine and in the model",
                         to_hex(id.value()));
    }
    return std::nullopt;
  }

  Found compare_names() {
    if (engine_.state().names.size() != model_.names().size()) return "the numbers of names differ";
    for (const auto& [owner, text] : model_.names()) {
      const auto& [kind, id] = owner;
      const auto found = engine_.lookup_name({.id = id, .kind = kind});
      if (found && *found == make_name(kind, id, text)) continue;
      return fmt::format("the name of {} {} is not the same in the engine and in the model",
                         to_string(kind), to_hex(id));
    }
    return std::nullopt;
  }

  /// Orders and payments are where the model has them.
  Found compare_aggregates() {
    const AggregateTables& rows = engine_.state().aggregates;
    const auto& books = model_.aggregates();
    if (rows.orders().all().size() != books.orders.size() ||
        rows.payments().all().size() != books.payments.size()) {
      return "the numbers of orders or payments differ";
    }
    for (const auto& [id, order] : books.orders) {
      const Order* const row = rows.find_order(id);
      if (row == nullptr || to_string(row->state) != order.state ||
          row->payment_id != order.payment || row->amount.value().wide() != order.amount) {
        return fmt::format("order {} differs", to_hex(id));
      }
    }
    for (const auto& [id, payment] : books.payments) {
      const Payment* const row = rows.find_payment(id);
      if (row == nullptr || to_string(row->state) != payment.state ||
          row->captured.value().wide() != payment.captured ||
          row->refunds != payment.refunds.size() || row->disputes != payment.disputes.size()) {
        return fmt::format("payment {} differs", to_hex(id));
      }
    }
    return std::nullopt;
  }

  /// The journal has the events that the model has, payloads and all, and the heads agree.
  Found compare_events() {
    Found found;
    std::size_t count = 0;
    engine_.for_each_event([&](Sequence sequence, const AskedEvent& event) {
      ++count;
      const auto expected = model_.events().find(event.event.id);
      if (found) return;
      const bool alike = expected != model_.events().end() &&
                         same(expected->second.asked.event, event.event) &&
                         expected->second.asked.payload == event.payload &&
                         expected->second.sequence == sequence.value();
      if (!alike) {
        found =
            fmt::format("event {} is recorded otherwise than in the model", to_hex(event.event.id));
      }
    });
    if (found) return found;
    const State& state = engine_.state();
    if (count != model_.events().size() || count != state.event_ids.size() ||
        state.streams.count() != model_.streams().size()) {
      return "the numbers of domain events or streams differ";
    }
    for (const auto& [stream, ids] : model_.streams()) {
      const StreamSlot slot = state.streams.find({stream.first, stream.second});
      if (slot != no_stream && state.streams.at(slot).version == ids.size() &&
          state.streams.at(slot).last_sequence.value() == model_.events().at(ids.back()).sequence) {
        continue;
      }
      return fmt::format("the head of stream {} is not the same", to_hex(stream.second));
    }
    return std::nullopt;
  }

  Found compare_checkpoints() {
    const auto all = engine_.state().checkpoints.all();
    if (all.size() != model_.checkpoints().size()) return "the numbers of checkpoints differ";
    auto expected = model_.checkpoints().begin();
    for (const EventCheckpoint& each : all) {
      if (each != (expected++)->second) {
        return fmt::format("checkpoint {} is not the same in the engine and in the model",
                           each.name());
      }
    }
    return std::nullopt;
  }

  /// What rebuild folds from the journal is what apply made of it.
  Found compare_rebuilt() {
    Rebuild rebuild;
    for (std::size_t at = 0; at < engine_.journal().count(); ++at) {
      const auto facts = read_facts(engine_.journal().at(at));
      if (!facts.ok()) return facts.error().what;
      rebuild.add(facts.value());
    }
    const Rebuild::Comparison found = rebuild.compare(engine_.state());
    if (found.mismatching == 0) return std::nullopt;
    const Mismatch& first = found.mismatches.front();
    return fmt::format("rebuilt, {} of {} {} is {} by the journal and {} in the state",
                       first.expected.name, to_string(first.kind), to_hex(first.key.id),
                       to_hex(first.expected.value), to_hex(first.found.value));
  }

  /// One request of each client.
  void remember(const WriteRequest& request) {
    for (WriteRequest& each : newest_) {
      if (each.client == request.client) return;
    }
    newest_.push_back(request);
  }

  EngineUnderTest engine_;
  NaiveLedger model_;
  std::vector<WriteRequest> newest_;
};

/// Leaves out parts of `items`, big ones first, as long as `still_fails` holds for the rest.
template <typename Item, typename StillFails>
bool leave_out(std::vector<Item>& items, StillFails still_fails) {
  bool shorter = false;
  for (std::size_t part = std::max<std::size_t>(1, items.size() / 2); part > 0; part /= 2) {
    for (std::size_t start = 0; start < items.size();) {
      std::vector<Item> rest = items;
      const auto begin = rest.begin() + static_cast<std::ptrdiff_t>(start);
      const auto count = static_cast<std::ptrdiff_t>(std::min(part, rest.size() - start));
      rest.erase(begin, begin + count);
      std::swap(items, rest);
      if (still_fails()) {
        shorter = true;
      } else {
        std::swap(items, rest);
        start += part;
      }
    }
  }
  return shorter;
}

}  // namespace

void Coverage::count(const WriteRequest& request, const BatchReply& reply) {
  ++requests[reply.status];
  if (reply.status != RequestStatus::ok) return;
  if (request.kind == RequestKind::bundle) return count_bundle(request, reply);
  for (std::uint32_t i = 0; i < request.event_count(); ++i) {
    const std::uint16_t status = reply.status_of(i);
    if (request.kind == RequestKind::create_accounts) {
      ++accounts[static_cast<CreateAccountStatus>(status)];
    } else if (request.kind == RequestKind::create_transfers) {
      count(static_cast<CreateTransferStatus>(status), request.transfers[i].flags);
    } else if (request.kind == RequestKind::change_accounts) {
      ++changes[static_cast<ChangeAccountStatus>(status)];
    } else if (request.kind == RequestKind::put_names) {
      ++names[static_cast<PutNameStatus>(status)];
    } else if (request.kind == RequestKind::put_checkpoints) {
      ++checkpoints[static_cast<PutCheckpointStatus>(status)];
    } else if (appends_events(request.kind)) {
      ++events[static_cast<AppendEventStatus>(status)];
    } else {
      ++ledgers[static_cast<PutLedgerStatus>(status)];
    }
  }
}

void Coverage::count_bundle(const WriteRequest& request, const BatchReply& reply) {
  constexpr std::uint16_t linked_event_failed = 1;
  if (reply.refused.empty()) {
    ++bundles_done;
    return;
  }
  std::size_t of_transfers = 0;
  std::size_t of_events = 0;
  for (const RefusedEvent& each : reply.refused) {
    if (each.part == 1) ++events[static_cast<AppendEventStatus>(each.status)];
    if (each.status != linked_event_failed) ++(each.part == 0 ? of_transfers : of_events);
  }
  if (of_transfers + of_events == request.event_count() && request.event_count() > 1) {
    ++bundles_known;
  } else {
    ++(of_transfers > 0 ? bundles_failed_in_transfers : bundles_failed_in_events);
  }
}

void Coverage::count(CreateTransferStatus status, std::uint16_t flags) {
  ++transfers[status];
  if (status == CreateTransferStatus::created) flags_created |= flags;
  if (status == CreateTransferStatus::exists) flags_existed |= flags;
}

std::optional<Difference> compare(const Episode& episode, Coverage& coverage,
                                  const Planted& planted) {
  Pair pair{episode};
  for (std::size_t i = 0; i < episode.steps.size(); ++i) {
    if (auto what = pair.take(episode.steps[i], coverage, planted)) return Difference{i, *what};
  }
  if (auto what = pair.compare_all(coverage)) return Difference{episode.steps.size(), *what};
  return std::nullopt;
}

Episode shrink(const Episode& episode, const Planted& planted) {
  constexpr unsigned tries_max = 600;  // A hard case stays long rather than running for hours.
  Episode shorter = episode;
  Coverage unused;
  unsigned tries = 0;
  const auto still_fails = [&] {
    return tries++ < tries_max && compare(shorter, unused, planted).has_value();
  };
  if (const auto difference = compare(shorter, unused, planted)) {
    shorter.steps.resize(std::min(shorter.steps.size(), difference->step + 1));
  }
  while (leave_out(shorter.steps, still_fails)) {
  }
  for (Step& step : shorter.steps) {
    leave_out(step.request.accounts, still_fails);
    leave_out(step.request.transfers, still_fails);
    leave_out(step.request.ledgers, still_fails);
    leave_out(step.request.account_changes, still_fails);
    leave_out(step.request.names, still_fails);
    leave_out(step.request.events, still_fails);
    leave_out(step.request.checkpoints, still_fails);
  }
  return shorter;
}

}  // namespace daybook::test
