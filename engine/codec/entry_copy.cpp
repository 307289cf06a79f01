#include "engine/codec/entry_copy.hpp"

#include <fmt/format.h>

namespace daybook {
namespace {

class Copy {
 public:
  Copy(const EntryFacts& facts, EntryBuilder& builder) : facts_{facts}, builder_{builder} {}

  void run(const PlacedRun& placed) {
    if (placed.starts_operation) operation(placed);
    builder_.add_run(placed.run, placed.first_sequence);
    switch (placed.run.kind) {
      case FactKind::account:
        return add(facts_.accounts, placed.run);
      case FactKind::transfer:
        return transfers(placed.run);
      case FactKind::ledger:
        return add(facts_.ledgers, placed.run);
      case FactKind::segment_opened:
        return add(facts_.segments_opened, placed.run);
      case FactKind::segment_sealed:
        return add(facts_.segments_sealed, placed.run);
      case FactKind::segment_hashed:
        return add(facts_.segments_hashed, placed.run);
      case FactKind::clock_change:
        return add(facts_.clock_changes, placed.run);
      case FactKind::client_evicted:
        return add(facts_.clients_evicted, placed.run);
      case FactKind::hold_released:
        return add(facts_.holds_released, placed.run);
      case FactKind::account_change:
        return add(facts_.account_changes, placed.run);
      case FactKind::name:
        return add(facts_.names, placed.run);
      case FactKind::domain_event:
        return events(placed.run);
      case FactKind::checkpoint:
        return add(facts_.checkpoints, placed.run);
      case FactKind::tcc:
        return add(facts_.tcc_facts, placed.run);
    }
  }

 private:
  template <typename Fact>
  void add(std::span<const Fact> all, const Run& run) {
    for (const Fact& fact : all.subspan(run.first, run.count)) builder_.add_fact(fact);
  }

  void transfers(const Run& run) {
    for (std::uint32_t at = run.first; at < run.first + run.count; ++at) {
      builder_.add_fact(facts_.transfers[at]);
      const auto& notes = facts_.transfer_notes;
      if (next_note_ < notes.size() && notes[next_note_].transfer == at) {
        builder_.add_note(notes[next_note_++]);
      }
    }
  }

  void events(const Run& run) {
    for (const DomainEvent& event : facts_.domain_events.subspan(run.first, run.count)) {
      builder_.add_fact(event, facts_.event_payloads.subspan(payloads_, event.payload_bytes));
      payloads_ += event.payload_bytes;
    }
  }

  void operation(const PlacedRun& placed) {
    const Operation& operation = facts_.operations[placed.run.operation];
    builder_.add_operation(operation);
    const auto& reasons = facts_.reasons;
    if (next_reason_ < reasons.size() && reasons[next_reason_].operation == placed.run.operation) {
      builder_.add_reason(reasons[next_reason_++]);
    }
    std::uint32_t data = placed.first_refused_data;
    for (const Refusal& refusal :
         facts_.refusals.subspan(placed.first_refusal, operation.refusal_count)) {
      builder_.add_refusal(refusal);
      const RequestKind kind = kind_of_refusal(operation.kind, refusal);
      if (keeps_request_data(kind, refusal.status)) refused(kind, refusal.status, data++);
    }
  }

  void refused(RequestKind kind, std::uint16_t status, std::uint32_t at) {
    if (kind == RequestKind::create_accounts) builder_.add_refused(facts_.refused_accounts[at]);
    if (kind == RequestKind::create_transfers) {
      builder_.add_refused(facts_.refused_transfers[at],
                           is_transient(static_cast<CreateTransferStatus>(status)));
    }
    if (kind == RequestKind::put_ledgers) builder_.add_refused(facts_.refused_ledgers[at]);
    if (kind == RequestKind::change_accounts) {
      builder_.add_refused(facts_.refused_account_changes[at]);
    }
    if (kind == RequestKind::put_names) builder_.add_refused(facts_.refused_names[at]);
    if (kind == RequestKind::append_events) {
      builder_.add_refused(facts_.refused_domain_events[at]);
    }
    if (kind == RequestKind::put_checkpoints) {
      builder_.add_refused(facts_.refused_checkpoints[at]);
    }
    if (kind == RequestKind::tcc_commands) {
      builder_.add_refused(facts_.refused_tcc_commands[at]);
    }
  }

  const EntryFacts& facts_;
  EntryBuilder& builder_;
  std::size_t next_note_ = 0;
  std::size_t next_reason_ = 0;
  std::size_t payloads_ = 0;  // Bytes of the payloads so far.
};

}  // namespace

Result<Sequence> copy_facts(const EntryFacts& facts, Sequence until, std::size_t spare_bytes,
                            EntryBuilder& builder) {
  Sequence last{facts.header.first_sequence - 1};
  Copy copy{facts, builder};
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    const bool begins = placed.starts_operation || placed.run.operation == no_operation;
    const Sequence begin =
        placed.starts_operation ? placed.operation_sequence : placed.first_sequence;
    if (begins && begin > until) break;
    copy.run(placed);
    last = Sequence{placed.first_sequence.value() + placed.run.count - 1};
  }
  if (!builder.fits(spare_bytes)) {
    return Failure{FailureKind::no_space,
                   fmt::format("the facts of sequences {} to {} leave no room in their entry for a "
                               "parent; cut somewhere before",
                               facts.header.first_sequence, last.value())};
  }
  return last;
}

}  // namespace daybook
