#include "tools/daybook/recon/journal_origins.hpp"

#include <fmt/format.h>

namespace daybook::recon {

void JournalOrigins::take(const JournalScan& scan, const Transfer& transfer,
                          std::uint64_t sequence) {
  const auto asked = by_sequence_.find(sequence);
  if (asked != by_sequence_.end()) asked->second = transfer;
  constexpr std::uint16_t no_payment =
      transfer_flag::pending | transfer_flag::reversal | transfer_flag::void_pending_transfer;
  if (by_key_.empty() || (transfer.flags & no_payment) != 0 ||
      !scan.selection.direction_of(transfer) || scan.selection.is_fee(transfer) ||
      scan.folds.hides(transfer)) {
    return;
  }
  const bool is_post = (transfer.flags & transfer_flag::post_pending_transfer) != 0;
  const Uint128 id = is_post ? transfer.pending_id.value() : transfer.id.value();
  const auto payment =
      by_key_.find(key_of_reference(scan.names.reference_of(transfer.business_id, id)));
  if (payment == by_key_.end()) return;
  payment->second.transfer = transfer;
  ++payment->second.count;
}

Result<JournalOrigins> JournalOrigins::read(const JournalScan& scan, const Wanted& wanted) {
  if (wanted.sequences.size() + wanted.keys.size() > limits::origins_max) {
    return Failure{FailureKind::no_space,
                   fmt::format("more than {} transfers are looked for", limits::origins_max)};
  }
  JournalOrigins origins;
  for (const std::uint64_t sequence : wanted.sequences) origins.by_sequence_[sequence];
  for (const KeyWords& key : wanted.keys) origins.by_key_[key];
  auto facts = JournalFacts::open(scan.selection);
  if (!facts) return facts.error();
  const auto use = [&](const EntryFacts& entry, const PlacedRun& placed) {
    if (placed.run.kind != FactKind::transfer) return;
    for (std::uint32_t i = 0; i < placed.run.count; ++i) {
      origins.take(scan, entry.transfers[placed.run.first + i], placed.first_sequence.value() + i);
    }
  };
  while (true) {
    const Result<bool> more = facts.value().next(use);
    if (!more) return more.error();
    if (!more.value()) return origins;
  }
}

const Transfer* JournalOrigins::at(std::uint64_t sequence) const {
  const auto found = by_sequence_.find(sequence);
  return found == by_sequence_.end() || !found->second ? nullptr : &*found->second;
}

const Transfer* JournalOrigins::payment_of(const KeyWords& key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() || found->second.count != 1 ? nullptr : &found->second.transfer;
}

}  // namespace daybook::recon
