#include "tools/daybook/recon/journal_source.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "tools/daybook/text/id_text.hpp"

namespace daybook::recon {

Result<std::unique_ptr<JournalSource>> JournalSource::open(const JournalScan& scan,
                                                           const SourceMapping& mapping, Side side,
                                                           const std::filesystem::path& spill) {
  auto facts = JournalFacts::open(scan.selection);
  if (!facts) return facts.error();
  auto texts = EntryTexts::open(spill);
  if (!texts) return texts.error();
  auto places = SequencePlaces::open(spill);
  if (!places) return places.error();
  auto late_places = SequencePlaces::open(spill);
  if (!late_places) return late_places.error();
  return std::unique_ptr<JournalSource>{
      new JournalSource{scan, mapping, side, std::move(texts).value(), std::move(places).value(),
                        std::move(late_places).value(), std::move(facts).value()}};
}

std::string JournalSource::name() const {
  return fmt::format("journal:{} up to sequence {}", scan_.selection.place.directory,
                     scan_.cut.value());
}

std::string JournalSource::fingerprint() const {
  const auto& corrections = scan_.selection.corrections;
  const bool has_some = corrections != nullptr && !corrections->empty();
  return to_hex(scan_.cut_hash) + (has_some ? " " + fingerprint_of(*corrections) : std::string{});
}

void JournalSource::take_run(const EntryFacts& facts, const PlacedRun& placed) {
  const std::uint32_t end = placed.run.first + placed.run.count;
  for (std::uint32_t i = placed.run.first; i < end; ++i) {
    const std::uint64_t sequence = placed.first_sequence.value() + (i - placed.run.first);
    if (placed.run.kind == FactKind::transfer) take(facts.transfers[i], sequence);
    if (placed.run.kind == FactKind::hold_released) take(facts.holds_released[i], sequence);
  }
}

void JournalSource::take(const Transfer& transfer, std::uint64_t sequence) {
  const auto is_debit = scan_.selection.direction_of(transfer);
  if (!is_debit) return;
  if (!scan_.folds.empty() && scan_.folds.hides(transfer)) [[unlikely]]
    return;
  constexpr std::uint16_t resolution =
      transfer_flag::post_pending_transfer | transfer_flag::void_pending_transfer;
  if ((transfer.flags & resolution) != 0) return take_resolution(transfer, sequence, *is_debit);
  if ((transfer.flags & transfer_flag::pending) != 0) {
    has_too_many_holds_ = has_too_many_holds_ || holds_.size() >= holds_max;
    if (has_too_many_holds_) return;
    holds_[transfer.id.value()] = {.held = transfer.amount.value().wide(),
                                   .business = transfer.business_id,
                                   .time = transfer.timestamp,
                                   .sequence = sequence,
                                   .is_debit = *is_debit,
                                   .is_fee = scan_.selection.is_fee(transfer),
                                   .has_posted = false};
    return;
  }
  found_.push_back(movement_of(transfer, sequence, *is_debit, scan_.selection.is_fee(transfer)));
}

void JournalSource::take_resolution(const Transfer& transfer, std::uint64_t sequence,
                                    bool is_debit) {
  const Uint128 id = transfer.pending_id.value();
  const auto hold = holds_.find(id);
  const u128 amount = transfer.amount.value().wide();
  if ((transfer.flags & transfer_flag::void_pending_transfer) != 0) {
    if (hold == holds_.end()) return;
    end_hold(id, hold->second, transfer.timestamp, sequence);
    holds_.erase(hold);
    return;
  }
  found_.push_back(movement_of(transfer, sequence, is_debit, scan_.selection.is_fee(transfer)));
  if (hold == holds_.end()) return;
  hold->second.has_posted = true;
  hold->second.held -= std::min(amount, hold->second.held);
  const bool keeps = (transfer.flags & transfer_flag::keep_remainder) != 0;
  if (!keeps || hold->second.held == 0) holds_.erase(hold);
}

void JournalSource::take(const HoldReleased& released, std::uint64_t sequence) {
  const auto hold = holds_.find(released.id.value());
  if (hold == holds_.end()) return;
  end_hold(released.id.value(), hold->second, released.timestamp, sequence);
  holds_.erase(hold);
}

/// Of a hold that was captured in part, what was released says nothing that the parts do not.
void JournalSource::end_hold(const Uint128& id, const OpenHold& hold, Timestamp time,
                             std::uint64_t sequence) {
  if (hold.has_posted) return;
  if (hold.is_fee) {
    ++left_out_;
    return;
  }
  found_.push_back({.amount = hold.held,
                    .business = hold.business,
                    .transfer = id,
                    .time = time,
                    .sequence = sequence,
                    .type = RecordType::charge,
                    .status = RecordStatus::failed,
                    .is_debit = hold.is_debit,
                    .is_fee = false});
}

void JournalSource::take_open_holds() {
  for (const auto& [id, hold] : holds_) {
    if (hold.is_fee) {
      ++left_out_;
      continue;
    }
    found_.push_back({.amount = hold.held,
                      .business = hold.business,
                      .transfer = id,
                      .time = hold.time,
                      .sequence = hold.sequence,
                      .type = RecordType::charge,
                      .status = RecordStatus::open,
                      .is_debit = hold.is_debit,
                      .is_fee = false});
  }
  holds_.clear();
  std::sort(found_.begin(), found_.end(), [](const LedgerMovement& a, const LedgerMovement& b) {
    return a.sequence < b.sequence;
  });
}

/// A short one stands in the record itself, and is not asked for by its place.
Result<void> JournalSource::keep_text(std::uint64_t sequence, const std::string& reference) {
  if (reference.size() <= limits::key_bytes) return {};
  const Result<std::uint64_t> place = texts_.append(reference, {});
  if (!place) return place.error();
  if (next_own_ > 0) {
    own_places_.emplace(sequence, place.value());
    return {};
  }
  return (is_finished_ ? late_places_ : places_).append(sequence, place.value());
}

Result<bool> JournalSource::read_entry() {
  found_.clear();
  next_ = 0;
  const Result<bool> more = facts_.next(
      [&](const EntryFacts& facts, const PlacedRun& placed) { take_run(facts, placed); });
  if (!more) return more.error();
  if (has_too_many_holds_) {
    return Failure{FailureKind::no_space,
                   fmt::format("more than {} holds open at a time", holds_max)};
  }
  if (!more.value()) take_open_holds();
  reached_.store(facts_.reached().value(), std::memory_order_relaxed);
  return more;
}

Result<std::optional<Record>> JournalSource::next_record() {
  const auto own = scan_.folds.own_records();
  const bool has_found = next_ < found_.size();
  if (!has_found && (!is_finished_ || next_own_ == own.size())) return std::optional<Record>{};
  const Result<LedgerRecord> made =
      has_found ? records_.record_of(found_[next_++]) : records_.record_of(own[next_own_++]);
  if (!made) return made.error();
  is_own_ = made.value().has_own_time;
  const Record& record = made.value().record;
  if (auto kept = keep_text(record.offset(), made.value().reference); !kept) return kept.error();
  return std::optional{record};
}

// Does a record count although it was before the time from which on they do? A hold that is open
// still does; what was posted about an earlier day does not.
bool JournalSource::is_late(const Record& record) const {
  if (record.status() == RecordStatus::open) return true;
  const JournalSelection& selection = scan_.selection;
  if (is_own_ && selection.counted_to && record.offset() > selection.counted_to->value()) {
    return true;
  }
  if (selection.carried == nullptr) return false;
  const auto& [sequences, keys] = *selection.carried;
  return std::binary_search(sequences.begin(), sequences.end(), record.offset()) ||
         (record.is_fee_part() && std::binary_search(keys.begin(), keys.end(), record.key));
}

bool JournalSource::is_in_time(const Record& record) {
  if (!record.has_time()) return true;
  const Timestamp time{static_cast<std::uint64_t>(record.time_ns)};
  const JournalSelection& selection = scan_.selection;
  if (selection.since && time < *selection.since) {
    if (is_late(record)) return true;
    earlier_.add(record);
    return false;
  }
  return !selection.before || time < *selection.before;
}

/// Appends what the last entry yielded, and in the end what only corrections make; false where the
/// region is full.
Result<bool> JournalSource::hand_over(Intake& intake) {
  while (true) {
    while (!waiting_) {
      const Result<std::optional<Record>> record = next_record();
      if (!record) return record.error();
      if (!record.value()) return true;
      if (is_in_time(*record.value())) waiting_ = record.value();
    }
    const Intake::Taken taken = intake.append(*waiting_);
    if (taken == Intake::Taken::region_is_full) return false;
    if (taken == Intake::Taken::too_many_currencies) {
      return Failure{FailureKind::invalid, "too many currencies"};
    }
    waiting_.reset();
  }
}

Result<bool> JournalSource::fill(Intake& intake) {
  while (true) {
    const Result<bool> taken = hand_over(intake);
    if (!taken || !taken.value()) return taken;
    if (is_finished_) return true;
    const Result<bool> more = read_entry();
    if (!more) return more.error();
    is_finished_ = !more.value();
  }
}

Result<std::string> JournalSource::text_at(std::uint64_t offset, Field field) {
  if (field != Field::reference) return std::string{};
  // `offset` is a sequence.
  const auto own = own_places_.find(offset);
  std::optional<std::uint64_t> place =
      own == own_places_.end() ? std::nullopt : std::optional{own->second};
  for (SequencePlaces* const places : {&places_, &late_places_}) {
    if (place) break;
    const auto found = places->find(offset);
    if (!found) return found.error();
    place = found.value();
  }
  if (!place) return std::string{};
  Result<EntryTexts::Texts> texts = texts_.read(*place);
  if (!texts) return texts.error();
  return std::move(texts).value().reference;
}

}  // namespace daybook::recon
