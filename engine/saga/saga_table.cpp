#include "engine/saga/saga_table.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/assert.hpp"
#include "engine/digest/state_digest.hpp"
#include "engine/model/aggregate.hpp"
#include "engine/model/facts.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/tcc.hpp"
#include "engine/model/transfer.hpp"
#include "engine/saga/saga_fold.hpp"
#include "engine/saga/saga_payload.hpp"

namespace daybook {
namespace {

// Kinds of canonical bytes in the digest. Part of the journal format.
constexpr std::uint64_t saga_kind = 0x73616761;        // "saga"
constexpr std::uint64_t definition_kind = 0x73616764;  // "sagd"

constexpr std::size_t definition_place_count = std::size_t{limits::saga_definitions_max} * 2;
static_assert((definition_place_count & (definition_place_count - 1)) == 0);

std::uint64_t digest_of_definition(const StoredDefinition& stored) {
  return StateDigest::of_bytes(definition_kind,
                               std::as_bytes(std::span{&stored.definition.hash, 1}));
}

// The first step that is begun, and neither done nor given up for good.
std::uint8_t waiting_step(const SagaProgress& progress) {
  for (std::size_t at = 0; at < progress.head.step_count; ++at) {
    const StepState state = progress.steps[at].state;
    if (state == StepState::dispatched || state == StepState::unknown ||
        state == StepState::retry_wait) {
      return static_cast<std::uint8_t>(at);
    }
  }
  return no_step;
}

StoredDefinition stored_of(SagaDefinition definition) {
  // Of an entry: a transfer with its note, an event with the largest command; each with a run.
  constexpr std::size_t run_bytes = sizeof(Run);
  constexpr std::size_t transfer_bytes = sizeof(Transfer) + sizeof(TransferNote) + run_bytes;
  constexpr std::size_t command_bytes = sizeof(DomainEvent) + command_payload_bytes_max + run_bytes;
  // Dispatched and its result, and the same of the undo.
  constexpr std::size_t records_a_step = 4;
  StoredDefinition stored;
  stored.name_id = id_of(definition.name);
  stored.completed_event_type = id_of(definition.completed_event);
  std::size_t records = 2;  // A deadline, and one to spare.
  std::size_t outputs = 0;
  std::size_t made = 0;
  std::size_t said = 0;
  for (const SagaStep& step : definition.steps) {
    if (is_remote(step.kind)) stored.has_remote_steps = true;
    if (step.kind == StepKind::tcc_wait) stored.tcc_wait = definition.pivot;
    records += records_a_step;
    std::size_t bytes = 4;
    for (const SagaField& field : step.outputs) bytes += value_bytes_max(field.type);
    outputs += bytes;
    // What a participant says where it has not done it, or not undone it.
    if (is_remote(step.kind)) said += 2 * limits::saga_text_bytes_max;
    if (!is_local(step.kind)) continue;
    // Done, and undone: a command by two at most.
    const bool moves = step.kind <= StepKind::ledger_release;
    const std::uint32_t facts = moves ? 2 : 3;
    stored.facts_max += facts;
    made += facts * (moves ? transfer_bytes : command_bytes);
  }
  stored.output_bytes = static_cast<std::uint32_t>(outputs);
  stored.fact_bytes_max = static_cast<std::uint32_t>(made + 3 * (sizeof(DomainEvent) + run_bytes) +
                                                     records * sizeof(SagaRecord) + outputs + said);
  if (stored.tcc_wait != no_step) {
    // Going on after it was stuck, and its end; of all transactions above it.
    constexpr std::size_t facts = 3 * std::size_t{limits::tcc_nesting_max};
    stored.fact_bytes_max += static_cast<std::uint32_t>(facts * sizeof(TccFact) + 3 * run_bytes);
  }
  stored.facts_max += 3;  // What was asked, what came of it, and the event of a completed one.
  stored.definition = std::move(definition);
  return stored;
}

}  // namespace

SagaTable::SagaTable(const Settings& settings)
    : definition_places_(definition_place_count),
      rows_{settings.sagas_max},
      deadlines_{settings.sagas_max},
      index_{settings.sagas_max, settings.hash_seed},
      body_bytes_max_{settings.sagas_max * limits::saga_body_bytes_each} {
  for (MappedArray<std::byte>& bodies : bodies_) bodies = MappedArray<std::byte>{body_bytes_max_};
  definitions_.reserve(limits::saga_definitions_max);
}

std::uint32_t SagaTable::place_of(const Uint128& hash) const {
  for (std::size_t at = hash.lo;; ++at) {
    const std::uint32_t place = definition_places_[at & (definition_place_count - 1)];
    if (place == 0 || definitions_[place - 1]->definition.hash == hash) return place;
  }
}

const StoredDefinition* SagaTable::find_definition(const Uint128& hash) const {
  const std::uint32_t place = place_of(hash);
  return place == 0 ? nullptr : definitions_[place - 1].get();
}

std::uint32_t SagaTable::newest_version(const Uint128& name_id) const {
  std::uint32_t newest = 0;
  for (const auto& stored : definitions_) {
    if (stored->name_id == name_id) newest = std::max(newest, stored->definition.version);
  }
  return newest;
}

void SagaTable::define(SagaDefinition definition) {
  ENSURE(definition_fits() && place_of(definition.hash) == 0, "a definition is stored once");
  definitions_.push_back(
      std::make_unique<const StoredDefinition>(stored_of(std::move(definition))));
  digest_ += digest_of_definition(*definitions_.back());
  std::size_t at = definitions_.back()->definition.hash.lo;
  while (definition_places_[at & (definition_place_count - 1)] != 0) ++at;
  definition_places_[at & (definition_place_count - 1)] =
      static_cast<std::uint32_t>(definitions_.size());
}

SagaSlot SagaTable::find(const Uint128& id) const {
  const std::uint64_t found =
      index_.find(index_.tag_of(id), [&](std::uint64_t slot) { return rows_[slot].view.id == id; });
  return found == IdIndex::none ? no_saga : static_cast<SagaSlot>(found);
}

void SagaTable::load(SagaSlot slot, SagaProgress& progress) const {
  const Row& row = rows_[slot];
  std::memcpy(&progress.head, body_of(row), sizeof(SagaHead));
  std::memcpy(progress.steps.data(), body_of(row) + sizeof(SagaHead),
              row.view.step_count * sizeof(StepProgress));
}

std::span<const std::byte> SagaTable::inputs(SagaSlot slot) const {
  const Row& row = rows_[slot];
  return {body_of(row) + progress_bytes(row.view.step_count), row.input_bytes};
}

std::span<const std::byte> SagaTable::outputs(SagaSlot slot, std::uint8_t step) const {
  const Row& row = rows_[slot];
  std::span<const std::byte> left = body(slot).last(row.output_bytes);
  while (!left.empty()) {
    OutputHead head;
    std::memcpy(&head, left.data(), sizeof(head));
    if (head.step == step) return left.subspan(sizeof(head), head.bytes);
    left = left.subspan(sizeof(head) + head.bytes);
  }
  return {};
}

std::span<const std::byte> SagaTable::body(SagaSlot slot) const {
  const Row& row = rows_[slot];
  return {body_of(row), progress_bytes(row.view.step_count) + row.input_bytes + row.output_bytes};
}

std::size_t SagaTable::body_bytes_max(const StoredDefinition& definition, std::size_t input_bytes) {
  return progress_bytes(definition.definition.steps.size()) + input_bytes + definition.output_bytes;
}

std::size_t SagaTable::class_of(std::size_t bytes) {
  std::size_t body_class = 0;
  while (body_bytes_min << body_class < bytes) ++body_class;
  return body_class;
}

bool SagaTable::fits(const StoredDefinition& definition, std::size_t input_bytes) const {
  const std::size_t body_class = class_of(body_bytes_max(definition, input_bytes));
  return room() > 0 && body_bytes_used_ + (body_bytes_min << body_class) <= body_bytes_max_;
}

// A free body begins with where the next one is.
void SagaTable::take_body(std::size_t body_class, Row& row) {
  row.body_class = static_cast<std::uint32_t>(body_class);
  body_bytes_used_ += body_bytes_min << body_class;
  std::uint64_t& free = free_bodies_[body_class];
  if (free != 0) {
    row.body_at = free - 1;
    std::memcpy(&free, body_of(row), sizeof(free));
  } else {
    row.body_at = bodies_end_[body_class];
    bodies_end_[body_class] += body_bytes_min << body_class;
  }
}

std::uint64_t SagaTable::digest_of(const Row& row) const {
  const std::span body{body_of(row),
                       progress_bytes(row.view.step_count) + row.input_bytes + row.output_bytes};
  const std::uint64_t view = xxh3_64(std::as_bytes(std::span{&row.view, 1}));
  return StateDigest::of_bytes(saga_kind ^ view, std::as_bytes(body));
}

SagaSlot SagaTable::insert(const SagaView& view, std::uint32_t definition,
                           std::span<const std::byte> inputs) {
  const StoredDefinition& stored = *definitions_[definition];
  ENSURE(fits(stored, inputs.size()), "callers check the room for sagas");
  SagaSlot slot = 0;
  if (free_ != 0) {
    slot = free_ - 1;
    free_ = rows_[slot].next;
  } else {
    slot = used_++;
  }
  Row& row = rows_[slot];
  row = Row{};
  row.view = view;
  row.definition = definition;
  row.input_bytes = static_cast<std::uint32_t>(inputs.size());
  row.view.step_count = static_cast<std::uint8_t>(stored.definition.steps.size());
  take_body(class_of(body_bytes_max(stored, inputs.size())), row);
  if (!inputs.empty()) {
    std::memcpy(body_of(row) + progress_bytes(row.view.step_count), inputs.data(), inputs.size());
  }
  index_.insert(index_.tag_of(view.id), slot);
  return slot;
}

// The view says of the progress what lists and deadlines go by.
void SagaTable::store(SagaSlot slot, const SagaProgress& progress) {
  Row& row = rows_[slot];
  const SagaHead& head = progress.head;
  std::memcpy(body_of(row), &head, sizeof(SagaHead));
  std::memcpy(body_of(row) + sizeof(SagaHead), progress.steps.data(),
              row.view.step_count * sizeof(StepProgress));
  row.view.definition = head.definition;
  row.view.deadline_at = head.deadline_at;
  row.view.next_at = next_wake(progress);
  row.view.status = static_cast<std::uint8_t>(head.status);
  row.view.stuck = static_cast<std::uint8_t>(head.stuck);
  row.view.abort = static_cast<std::uint8_t>(head.abort);
  row.view.succeeded_count = head.succeeded_count;
  row.view.waiting_step = waiting_step(progress);
}

void SagaTable::append_ended(SagaSlot slot) {
  rows_[slot].previous = last_ended_;
  rows_[slot].next = 0;
  (last_ended_ == 0 ? first_ended_ : rows_[last_ended_ - 1].next) = slot + 1;
  last_ended_ = slot + 1;
  ++ended_count_;
}

void SagaTable::unlink_ended(SagaSlot slot) {
  Row& row = rows_[slot];
  (row.previous == 0 ? first_ended_ : rows_[row.previous - 1].next) = row.next;
  (row.next == 0 ? last_ended_ : rows_[row.next - 1].previous) = row.previous;
  row.previous = row.next = 0;
  --ended_count_;
}

// Where the row belongs, by its view: among what is due, or among what has ended.
void SagaTable::place(SagaSlot slot) {
  const Row& row = rows_[slot];
  drop_deadline(slot);
  if (is_end(status_of(slot))) return append_ended(slot);
  if (row.view.next_at != 0) {
    deadlines_.add(rows_, slot, row.view.next_at, row.view.started_at.value());
  }
}

void SagaTable::park(SagaSlot slot, std::uint64_t now) {
  drop_deadline(slot);
  SagaProgress progress;
  load(slot, progress);
  const std::uint64_t next = next_wake(progress, now);
  if (next != 0) deadlines_.add(rows_, slot, next, rows_[slot].view.started_at.value());
}

void SagaTable::wake(SagaSlot slot, std::uint64_t now) {
  drop_deadline(slot);
  deadlines_.add(rows_, slot, now, rows_[slot].view.started_at.value());
}

StepState SagaTable::state_of(SagaSlot slot, std::uint8_t step) const {
  StepProgress progress;
  std::memcpy(&progress, body_of(rows_[slot]) + progress_bytes(step), sizeof(progress));
  return progress.state;
}

bool SagaTable::awaits_decision(SagaSlot slot) const {
  const std::uint8_t step = definition_of(slot).tcc_wait;
  return step != no_step && status_of(slot) == SagaStatus::running &&
         state_of(slot, step) == StepState::dispatched;
}

bool SagaTable::comes_to_decision(SagaSlot slot) const {
  return status_of(slot) == SagaStatus::running &&
         state_of(slot, definition_of(slot).tcc_wait) == StepState::not_started;
}

void SagaTable::drop_deadline(SagaSlot slot) {
  Row& row = rows_[slot];
  if (row.deadline_at != 0) deadlines_.drop(rows_, row.deadline_at);
  row.deadline_at = 0;
}

void SagaTable::start(const DomainEvent& event, std::span<const std::byte> payload,
                      const SagaProgress& after) {
  const auto started = read_started(payload);
  ENSURE(started, "what is applied was decided or checked");
  SagaView view;
  view.id = event.aggregate_id;
  view.business_id = event.business_id;
  view.trace_id = event.trace_id;
  view.user_id = event.user_id;
  view.started_at = view.changed_at = event.timestamp;
  view.version = event.version;
  const SagaSlot slot = insert(view, place_of(started->definition) - 1, started->inputs);
  store(slot, after);
  place(slot);
  digest_ += digest_of(rows_[slot]);
}

void SagaTable::add_outputs(SagaSlot slot, std::uint8_t step, std::span<const std::byte> front,
                            std::span<const std::byte> bytes) {
  const std::size_t size = front.size() + bytes.size();
  if (size == 0 || !outputs(slot, step).empty()) return;
  Row& row = rows_[slot];
  std::byte* const end = body_of(row) + body(slot).size();
  OutputHead head;
  head.step = step;
  head.bytes = static_cast<std::uint16_t>(size);
  ENSURE(body(slot).size() + sizeof(head) + size <= body_bytes_min << row.body_class,
         "a body has room for all outputs");
  std::memcpy(end, &head, sizeof(head));
  if (!front.empty()) std::memcpy(end + sizeof(head), front.data(), front.size());
  if (!bytes.empty()) std::memcpy(end + sizeof(head) + front.size(), bytes.data(), bytes.size());
  row.output_bytes += static_cast<std::uint32_t>(sizeof(head) + size);
}

// Requires: the progress is still the one before the event.
void SagaTable::take_outputs(SagaSlot slot, SagaNews news, Timestamp at,
                             std::span<const std::byte> payload) {
  if (news == SagaNews::advanced) {
    SagaRecordReader reader{payload};
    while (const auto read = reader.next()) {
      if (brings_outputs(read->record)) add_outputs(slot, read->record.step, {}, read->outputs);
    }
    return;
  }
  if (news == SagaNews::operated) {
    const auto operated = read_operated(payload);
    ENSURE(operated, "what is applied was decided or checked");
    return add_outputs(slot, operated->step, {}, operated_outputs(payload));
  }
  if (news != SagaNews::signalled) return;
  const auto signalled = read_signalled(payload);
  ENSURE(signalled, "what is applied was decided or checked");
  SagaProgress before;
  load(slot, before);
  const std::uint64_t when = at.value();
  const auto front = std::as_bytes(std::span{&when, 1});
  StepSet awaiting = steps_awaiting(definition_of(slot).definition, before, signalled->signal);
  for (; awaiting != 0; awaiting &= awaiting - 1) {
    const auto step = static_cast<std::uint8_t>(__builtin_ctzll(awaiting));
    add_outputs(slot, step, front, signalled->outputs);
  }
}

void SagaTable::apply(SagaNews news, const DomainEvent& event, std::span<const std::byte> payload,
                      const SagaProgress& after) {
  if (news == SagaNews::defined) {
    auto definition =
        read_definition({reinterpret_cast<const char*>(payload.data()), payload.size()});
    ENSURE(definition.ok(), "what is applied was decided or checked");
    return define(std::move(definition).value());
  }
  if (news == SagaNews::started) return start(event, payload, after);
  const SagaSlot slot = find(event.aggregate_id);
  ENSURE(slot != no_saga, "what is applied was decided or checked");
  Row& row = rows_[slot];
  digest_ -= digest_of(row);
  const bool had_ended = is_end(status_of(slot));
  if (had_ended) unlink_ended(slot);
  if (news == SagaNews::forgotten) return erase(slot);
  take_outputs(slot, news, event.timestamp, payload);
  store(slot, after);
  row.view.version = event.version;
  row.view.changed_at = event.timestamp;
  const bool has_ended = is_end(status_of(slot));
  row.view.ended_at = has_ended ? event.timestamp : Timestamp{};
  // Nobody has anything to say about a saga that only the engine worked on.
  if (has_ended && !definition_of(slot).has_remote_steps) return erase(slot);
  place(slot);
  digest_ += digest_of(row);
}

// Requires: out of the digest, and not among those that have ended.
void SagaTable::erase(SagaSlot slot) {
  Row& row = rows_[slot];
  drop_deadline(slot);
  std::memcpy(body_of(row), &free_bodies_[row.body_class], sizeof(std::uint64_t));
  free_bodies_[row.body_class] = row.body_at + 1;
  body_bytes_used_ -= body_bytes_min << row.body_class;
  index_.erase(index_.tag_of(row.view.id), slot);
  row = Row{};
  row.next = free_;
  free_ = slot + 1;
}

std::uint64_t SagaTable::digest_of_rows() const {
  std::uint64_t sum = 0;
  for (const auto& stored : definitions_) sum += digest_of_definition(*stored);
  for_each([&](SagaSlot slot) { sum += digest_of(rows_[slot]); });
  return sum;
}

SagaTable::Saved SagaTable::saved(SagaSlot slot) const {
  const Row& row = rows_[slot];
  return {.view = row.view,
          .input_bytes = row.input_bytes,
          .output_bytes = row.output_bytes,
          .body_bytes = body(slot).size()};
}

namespace {

// Are the outputs those of steps of the definition, each once at most?
bool are_outputs(const SagaDefinition& definition, std::span<const std::byte> left) {
  StepSet seen = 0;
  while (!left.empty()) {
    struct {
      std::uint8_t step;
      std::uint8_t reserved;
      std::uint16_t bytes;
    } head{};
    if (left.size() < sizeof(head)) return false;
    std::memcpy(&head, left.data(), sizeof(head));
    left = left.subspan(sizeof(head));
    if (head.step >= definition.steps.size() || head.reserved != 0 || has(seen, head.step) ||
        head.bytes > left.size() ||
        !are_values_of(definition.steps[head.step].outputs, left.first(head.bytes))) {
      return false;
    }
    seen |= set_of(head.step);
    left = left.subspan(head.bytes);
  }
  return true;
}

}  // namespace

const char* SagaTable::restore(const Saved& saved, std::span<const std::byte> body,
                               std::size_t participants) {
  const SagaView& view = saved.view;
  const std::uint32_t definition = place_of(view.definition);
  if (definition == 0) return "has a saga of no definition";
  const StoredDefinition& stored = *definitions_[definition - 1];
  const std::size_t progress_size = progress_bytes(stored.definition.steps.size());
  if (view.id.is_zero() || find(view.id) != no_saga) return "has a saga twice";
  if (view.step_count != stored.definition.steps.size() || body.size() != saved.body_bytes ||
      body.size() != progress_size + saved.input_bytes + saved.output_bytes ||
      saved.output_bytes > stored.output_bytes) {
    return "has a saga of another size than it says";
  }
  const auto progress = progress_of(body.first(progress_size));
  const auto inputs = body.subspan(progress_size, saved.input_bytes);
  const auto outputs = body.last(saved.output_bytes);
  if (!progress.ok() || progress.value().head.definition != view.definition ||
      !are_values_of(stored.definition.inputs, inputs) ||
      !are_outputs(stored.definition, outputs)) {
    return "has a saga that none can be";
  }
  for (std::size_t at = 0; at < stored.definition.steps.size(); ++at) {
    if (progress.value().steps[at].participant > participants) {
      return "has a saga whose step was sent to nobody that there is";
    }
  }
  if (!fits(stored, inputs.size())) return "has more sagas than the settings allow";
  index_.prepare(1);
  const SagaSlot slot = insert(view, definition - 1, inputs);
  Row& row = rows_[slot];
  if (!outputs.empty()) {
    std::memcpy(body_of(row) + progress_size + inputs.size(), outputs.data(), outputs.size());
  }
  row.output_bytes = saved.output_bytes;
  store(slot, progress.value());
  if (std::memcmp(&row.view, &view, sizeof(SagaView)) != 0) {
    return "has a saga that is not as it says";
  }
  place(slot);
  digest_ += digest_of(row);
  return nullptr;
}

}  // namespace daybook
