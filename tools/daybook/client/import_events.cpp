#include "tools/daybook/client/import_events.hpp"

#include <deque>
#include <memory>

#include <fmt/format.h>

#include "engine/base/assert.hpp"
#include "engine/model/status.hpp"
#include "tools/daybook/text/name_book.hpp"
#include "tools/daybook/text/outcome.hpp"

namespace daybook {
namespace {

constexpr int busy_attempts_max = 10;

// Also 1 for both kinds of event; the cutter asserts the same of the flag `linked`.
constexpr auto chain_failed = static_cast<std::uint16_t>(CreateTransferStatus::linked_event_failed);
static_assert(chain_failed == static_cast<std::uint16_t>(CreateAccountStatus::linked_event_failed));

template <typename Event>
class Importer {
 public:
  using Numbered = NumberedEvent<Event>;

  Importer(typename BatchCutter<Event>::Source source, BatchSink<Event>& sink,
           const ImportPlan<Event>& plan)
      : cutter_{std::move(source), plan.batch_events}, sink_{sink}, plan_{plan} {}

  ImportSummary run() {
    while (true) {
      while (!at_end_ && !summary_.stopped && flights_.size() < plan_.in_flight) launch_next();
      if (flights_.empty()) return std::move(summary_);
      land_oldest();
    }
  }

 private:
  /// A batch under way.
  struct Flight {
    std::vector<Numbered> lines;
    std::optional<Result<BatchResult>> answer;
  };

  void launch_next() {
    Result<std::vector<Numbered>> batch = cutter_.next();
    if (!batch) {
      summary_.stopped = batch.error();
      return;
    }
    at_end_ = batch.value().empty();
    if (at_end_) return;
    flights_.push_back(std::make_shared<Flight>());
    flights_.back()->lines = std::move(batch).value();
    send(flights_.back());
  }

  /// The callback shares the flight: after a failure it may be called when this object is gone.
  void send(const std::shared_ptr<Flight>& flight) {
    std::vector<Event> events;
    events.reserve(flight->lines.size());
    std::vector<Name> names;
    for (const Numbered& line : flight->lines) {
      events.push_back(line.event);
      names.insert(names.end(), line.names.begin(), line.names.end());
    }
    leave_each_once(names);
    flight->answer.reset();
    sink_.submit(events, names,
                 [flight](Result<BatchResult> answer) { flight->answer = std::move(answer); });
  }

  void wait_for(const Flight& flight) {
    if (flight.answer) return;
    const Result<void> waited = sink_.wait_until([&flight] { return flight.answer.has_value(); });
    if (!waited && !lost_) lost_ = waited.error();
  }

  void land_oldest() {
    const std::shared_ptr<Flight> flight = flights_.front();
    wait_for(*flight);
    for (int attempt = 0; attempt < busy_attempts_max && is_busy(*flight); ++attempt) {
      // Batches behind this one must not overtake it once more.
      for (const auto& other : flights_) wait_for(*other);
      if (lost_) break;
      send(flight);
      wait_for(*flight);
    }
    take_answer(*flight);
    flights_.pop_front();
    if (lost_) flights_.clear();
    if (plan_.progress) plan_.progress(summary_);
  }

  static bool is_busy(const Flight& flight) {
    return flight.answer && *flight.answer && flight.answer->value().status == RequestStatus::busy;
  }

  void take_answer(const Flight& flight) {
    if (!flight.answer) {
      stop(lost_ ? *lost_ : Failure{FailureKind::closed, "the engine gave no answer"}, true);
    } else if (!*flight.answer) {
      stop(flight.answer->error(), true);
    } else if (const BatchResult& result = flight.answer->value();
               result.status != RequestStatus::ok) {
      stop(Failure{FailureKind::invalid,
                   fmt::format("the engine refused a batch: {} ({})", in_words(result.status),
                               to_string(result.status))},
           false);
    } else {
      count(flight.lines, result);
    }
  }

  void stop(const Failure& why, bool in_doubt) {
    if (!failed_) summary_.stopped = why;
    failed_ = true;
    summary_.in_doubt = summary_.in_doubt || in_doubt;
  }

  void count(const std::vector<Numbered>& lines, const BatchResult& result) {
    auto outcomes = event_outcomes<Event>(
        {result.first_sequence, result.first_timestamp, result.refusals}, lines.size());
    accept_existing_chains(lines, outcomes);
    for (std::size_t index = 0; index < lines.size(); ++index) {
      const EventOutcome& outcome = outcomes[index];
      if (outcome.created()) {
        ++summary_.created;
      } else if (outcome.existed) {
        ++summary_.existed;
      } else {
        refuse(lines[index], outcome);
      }
    }
    // A batch that landed behind one that failed does not make the lines before it answered.
    if (!failed_) summary_.answered_to_line = lines.back().line;
    if (failed_) summary_.in_doubt = true;
  }

  void refuse(const Numbered& line, const EventOutcome& outcome) {
    ++summary_.refused;
    RefusedLines& lines = summary_.refusals[std::string{outcome.status_name}];
    lines.status = outcome.status;
    ++lines.count;
    if (lines.first_lines.size() < RefusedLines::listed_max) lines.first_lines.push_back(line.line);
    if (plan_.refused) plan_.refused(line, outcome.status_name);
  }

  /// Marks the events of chains that were all created by an earlier import as existing.
  void accept_existing_chains(const std::vector<Numbered>& lines,
                              std::vector<EventOutcome>& outcomes) {
    std::vector<std::pair<std::size_t, std::size_t>> chains;  // [first, last + 1)
    std::vector<Uint128> ids;
    for (std::size_t first = 0; first < lines.size();) {
      std::size_t end = first + 1;
      while (end < lines.size() && (lines[end - 1].event.flags & account_flag::linked) != 0) ++end;
      if (broke_on_existing(outcomes, first, end)) {
        chains.emplace_back(first, end);
        for (std::size_t index = first; index < end; ++index) {
          if (!outcomes[index].existed) ids.push_back(lines[index].event.id.value());
        }
      }
      first = end;
    }
    if (chains.empty()) return;
    const Result<std::vector<Event>> found = sink_.lookup(ids);
    if (!found) {
      stop(found.error(), false);
      return;
    }
    std::map<Uint128, const Event*> stored;
    for (const Event& event : found.value()) stored.emplace(event.id.value(), &event);
    for (const auto& [first, end] : chains) accept_chain(lines, stored, first, end, outcomes);
  }

  static bool broke_on_existing(const std::vector<EventOutcome>& outcomes, std::size_t first,
                                std::size_t end) {
    std::size_t existed = 0;
    for (std::size_t index = first; index < end; ++index) {
      const EventOutcome& outcome = outcomes[index];
      if (!outcome.existed && outcome.status != chain_failed) return false;
      if (outcome.existed) ++existed;
    }
    return existed == 1 && end - first > 1;
  }

  static void accept_chain(const std::vector<Numbered>& lines,
                           const std::map<Uint128, const Event*>& stored, std::size_t first,
                           std::size_t end, std::vector<EventOutcome>& outcomes) {
    for (std::size_t index = first; index < end; ++index) {
      if (outcomes[index].existed) continue;
      const auto found = stored.find(lines[index].event.id.value());
      if (found == stored.end() || !same_request(lines[index].event, *found->second)) return;
    }
    for (std::size_t index = first; index < end; ++index) outcomes[index].existed = true;
  }

  BatchCutter<Event> cutter_;
  BatchSink<Event>& sink_;
  const ImportPlan<Event>& plan_;
  std::deque<std::shared_ptr<Flight>> flights_;
  std::optional<Failure> lost_;  // The sink cannot wait any more.
  bool at_end_ = false;
  bool failed_ = false;
  ImportSummary summary_;
};

constexpr std::uint16_t without(std::uint16_t flags, std::uint16_t bits) {
  return static_cast<std::uint16_t>(flags & ~bits);
}

/// A field of a post or void that is 0 means the pending transfer's.
template <typename Field>
bool matches(const Field& asked, const Field& stored, bool may_inherit) {
  return asked == stored || (may_inherit && asked == Field{});
}

bool amount_matches(const Transfer& asked, const Transfer& stored) {
  constexpr std::uint16_t balancing =
      transfer_flag::balancing_debit | transfer_flag::balancing_credit;
  // 0 of a void or a reversal and 2^128-1 of a post mean all there was, and the amount that is
  // stored is what that came to.
  constexpr std::uint16_t taking_back =
      transfer_flag::void_pending_transfer | transfer_flag::reversal;
  const Uint128 amount = asked.amount.value();
  if (asked.amount == stored.amount) return true;
  if ((asked.flags & balancing) != 0) return amount > stored.amount.value();
  if ((asked.flags & taking_back) != 0) return amount.is_zero();
  return (asked.flags & transfer_flag::post_pending_transfer) != 0 && amount.is_max();
}

}  // namespace

bool same_request(const Account& asked, const Account& stored) {
  // The engine closes and freezes accounts later; only what was asked for at creation counts.
  constexpr std::uint16_t later =
      static_cast<std::uint16_t>(account_flag::closed | ~account_flag::known);
  return asked.id == stored.id && without(asked.flags, later) == without(stored.flags, later) &&
         asked.business_id == stored.business_id && asked.user_id == stored.user_id &&
         asked.tag == stored.tag && asked.ledger == stored.ledger && asked.code == stored.code;
}

bool same_request(const Transfer& asked, const Transfer& stored) {
  constexpr std::uint16_t inheriting = transfer_flag::post_pending_transfer |
                                       transfer_flag::void_pending_transfer |
                                       transfer_flag::reversal;
  const bool inherits = (asked.flags & inheriting) != 0;
  return asked.id == stored.id && asked.flags == stored.flags &&
         asked.pending_id == stored.pending_id && asked.timeout == stored.timeout &&
         matches(asked.debit_account_id, stored.debit_account_id, inherits) &&
         matches(asked.credit_account_id, stored.credit_account_id, inherits) &&
         amount_matches(asked, stored) &&
         matches(asked.business_id, stored.business_id, inherits) &&
         matches(asked.user_id, stored.user_id, inherits) &&
         matches(asked.tag, stored.tag, inherits) &&
         matches(asked.ledger, stored.ledger, inherits) &&
         matches(asked.code, stored.code, inherits);
}

template <typename Event>
ImportSummary import_events(typename BatchCutter<Event>::Source source, BatchSink<Event>& sink,
                            const ImportPlan<Event>& plan) {
  ENSURE(plan.in_flight > 0, "an import keeps at least one batch under way");
  return Importer<Event>{std::move(source), sink, plan}.run();
}

template ImportSummary import_events(BatchCutter<Account>::Source, BatchSink<Account>&,
                                     const ImportPlan<Account>&);
template ImportSummary import_events(BatchCutter<Transfer>::Source, BatchSink<Transfer>&,
                                     const ImportPlan<Transfer>&);

}  // namespace daybook
