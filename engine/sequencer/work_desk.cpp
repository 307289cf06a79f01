#include "engine/sequencer/work_desk.hpp"

#include <algorithm>
#include <cstring>

#include "engine/base/assert.hpp"
#include "engine/base/durations.hpp"
#include "engine/saga/instance_machine.hpp"
#include "engine/saga/remote_ask.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t first_pause = second_ns;
constexpr std::uint64_t last_pause = 60 * second_ns;
constexpr std::size_t credits_each = limits::participant_types_max;

std::size_t padded(std::size_t bytes) { return (bytes + 7) / 8 * 8; }

// Of a saga that has ended nobody waits for anything any more.
bool is_out(const SagaProgress& progress, std::size_t at) {
  const StepProgress& step = progress.steps[at];
  const bool forward = step.state == StepState::dispatched || step.is(step_flag::asking);
  return step.participant != 0 && !is_end(progress.head.status) &&
         (forward || step.compensation == CompensationState::dispatched);
}

}  // namespace

WorkDesk::WorkDesk(const State& state)
    : state_{state},
      nodes_{state.sagas.sagas_max() * limits::saga_steps_max},
      questions_(limits::work_questions_max),
      credits_(std::size_t{limits::work_questions_max} * credits_each) {
  static_assert(limits::sagas_most < no_node / limits::saga_steps_max, "places fit 32 bits");
  ENSURE(state.sagas.sagas_max() <= limits::sagas_most, "the settings keep to their limit");
  lanes_.push_back({});  // Nowhere.
  filled_.reserve(limits::work_questions_max);
}

// ---- Lanes. ----

WorkDesk::LaneIndex WorkDesk::add_lane(std::uint32_t type, ParticipantNumber participant) {
  Lane lane;
  lane.type = type;
  lane.participant = participant;
  lanes_.push_back(lane);
  lanes_with_credit_.reserve(lanes_.size());
  return static_cast<LaneIndex>(lanes_.size() - 1);
}

std::uint32_t WorkDesk::add_type(const Uint128& type) {
  if (const std::uint32_t* const known = find_type(type)) return *known;
  const auto place = static_cast<std::uint32_t>(types_.size());
  types_.push_back({});
  types_[place].id = type;
  types_[place].anybody = add_lane(place, 0);
  type_places_.emplace(type, place);
  return place;
}

const std::uint32_t* WorkDesk::find_type(const Uint128& type) const {
  const auto found = type_places_.find(type);
  return found == type_places_.end() ? nullptr : &found->second;
}

WorkDesk::LaneIndex WorkDesk::lane_of(std::uint32_t type, ParticipantNumber participant) const {
  if (participant == 0) return types_[type].anybody;
  for (const LaneIndex lane : types_[type].lanes) {
    if (lanes_[lane].participant == participant) return lane;
  }
  return nowhere;
}

WorkDesk::LaneIndex WorkDesk::queue_of(const Uint128& type, ParticipantNumber participant) const {
  const std::uint32_t* const place = find_type(type);
  return place == nullptr ? nowhere : lane_of(*place, participant);
}

void WorkDesk::note_types() {
  const auto definitions = state_.sagas.definitions();
  for (; definitions_noted_ < definitions.size(); ++definitions_noted_) {
    for (const SagaStep& step : definitions[definitions_noted_]->definition.steps) {
      if (!step.type.empty()) add_type(step.type_id);
      if (!step.undo_type.empty()) add_type(step.undo_type_id);
    }
  }
  for (std::size_t number = 1; number <= state_.participants.count(); ++number) {
    const auto participant = static_cast<ParticipantNumber>(number);
    for (const ParticipantType& each : state_.participants.at(participant).registration.types) {
      const std::uint32_t type = add_type(each.id);
      if (lane_of(type, participant) == nowhere) {
        const LaneIndex lane = add_lane(type, participant);
        types_[type].lanes.push_back(lane);
      }
    }
  }
  leave_nowhere();
  // Of types that their participants do no more.
  for (std::size_t at = 0; at < lanes_with_credit_.size();) {
    const Lane& lane = lanes_[lanes_with_credit_[at]];
    const auto& registered = state_.participants.at(lane.participant).registration;
    if (registered.find(types_[lane.type].id) != nullptr) {
      ++at;
    } else {
      while (lane.credit > 0) drop_credit(lane.first_credit - 1);
    }
  }
  changed_ = true;
}

// What waited for a participant that did not do its type: perhaps it does now.
void WorkDesk::leave_nowhere() {
  std::uint32_t next = lanes_[nowhere].first;
  while (next != 0) {
    const std::uint32_t node = next - 1;
    next = nodes_[node].next;
    const SagaSlot saga = node / limits::saga_steps_max;
    SagaProgress progress;
    state_.sagas.load(saga, progress);
    const SagaDefinition& definition = state_.sagas.definition_of(saga).definition;
    const SagaActions actions = list_actions(definition, progress);
    for (const SagaAction& action : actions.all()) {
      if (node_of(saga, action.step) != node) continue;
      const RemoteAsk asks = ask_of(definition, progress, action);
      wait(saga, action.step, asks.type, asks.participant);
    }
  }
}

void WorkDesk::append(LaneIndex lane_index, std::uint32_t place) {
  Lane& lane = lanes_[lane_index];
  Node& node = nodes_[place];
  node.lane = lane_index + 1;
  node.next = 0;
  node.previous = lane.last;
  (lane.last == 0 ? lane.first : nodes_[lane.last - 1].next) = place + 1;
  lane.last = place + 1;
  ++lane.waiting;
  if (lane_index != nowhere) ++waiting_;
}

void WorkDesk::unlink(std::uint32_t place) {
  Node& node = nodes_[place];
  Lane& lane = lanes_[node.lane - 1];
  (node.previous == 0 ? lane.first : nodes_[node.previous - 1].next) = node.next;
  (node.next == 0 ? lane.last : nodes_[node.next - 1].previous) = node.previous;
  --lane.waiting;
  if (node.lane - 1 != nowhere) --waiting_;
  node = Node{};
}

// ---- Questions. ----

void WorkDesk::add_credit(std::uint32_t at, LaneIndex lane_index, std::uint32_t count) {
  Lane& lane = lanes_[lane_index];
  Credit& credit = credits_[at];
  credit = {.next = 0, .previous = lane.last_credit, .left = count, .lane = lane_index};
  (lane.last_credit == 0 ? lane.first_credit : credits_[lane.last_credit - 1].next) = at + 1;
  lane.last_credit = at + 1;
  lane.credit += count;
  if (!lane.has_credit) lanes_with_credit_.push_back(lane_index);
  lane.has_credit = true;
}

void WorkDesk::drop_credit(std::uint32_t at) {
  Credit& credit = credits_[at];
  if (credit.left == 0) return;
  Lane& lane = lanes_[credit.lane];
  (credit.previous == 0 ? lane.first_credit : credits_[credit.previous - 1].next) = credit.next;
  (credit.next == 0 ? lane.last_credit : credits_[credit.next - 1].previous) = credit.previous;
  lane.credit -= credit.left;
  if (lane.credit == 0) {
    lane.has_credit = false;
    std::erase(lanes_with_credit_, credit.lane);
  }
  credit = Credit{};
}

RequestStatus WorkDesk::take(RequestSlot& slot) {
  const ParticipantNumber participant = state_.participants.find(slot.argument_id);
  if (participant == 0) return RequestStatus::participant_unknown;
  const std::span credits{reinterpret_cast<const WorkCredit*>(slot.events), slot.event_count};
  if (credits.empty() || credits.size() > credits_each) return RequestStatus::malformed;
  if (free_question_ == 0 && question_end_ == questions_.size()) {
    return RequestStatus::too_much_work_asked;
  }
  const std::uint32_t at = free_question_ != 0 ? free_question_ - 1 : question_end_++;
  if (free_question_ != 0) free_question_ = questions_[at].next_free;
  questions_[at] = {.slot = &slot, .participant = participant, .next_free = 0};
  const ParticipantRegistration& registered = state_.participants.at(participant).registration;
  for (std::size_t each = 0; each < credits.size(); ++each) {
    if (credits[each].count == 0 || registered.find(credits[each].type) == nullptr) continue;
    const std::uint32_t count = std::min(credits[each].count, limits::work_credit_max);
    add_credit(static_cast<std::uint32_t>(at * credits_each + each),
               queue_of(credits[each].type, participant), count);
  }
  changed_ = true;
  return RequestStatus::ok;
}

RequestSlot& WorkDesk::leave(std::uint32_t at) {
  Question& question = questions_[at];
  RequestSlot& slot = *question.slot;
  for (std::size_t each = 0; each < credits_each; ++each) {
    drop_credit(static_cast<std::uint32_t>(at * credits_each + each));
  }
  question = {.slot = nullptr, .participant = 0, .next_free = free_question_};
  free_question_ = at + 1;
  return slot;
}

RequestSlot* WorkDesk::take_filled() {
  if (filled_.empty()) return nullptr;
  RequestSlot& slot = leave(filled_.back());
  filled_.pop_back();
  return &slot;
}

RequestSlot* WorkDesk::take_recalled() {
  for (std::uint32_t at = 0; at < question_end_; ++at) {
    const RequestSlot* const slot = questions_[at].slot;
    const bool wanted = slot != nullptr && slot->item_count == 0 && slot->cancelled != nullptr &&
                        slot->cancelled->load(std::memory_order_acquire);
    if (wanted) return &leave(at);
  }
  return nullptr;
}

// ---- Participants. ----

void WorkDesk::note_progress(const SagaDefinition& definition, const SagaProgress& before,
                             const SagaProgress& after) {
  for (std::size_t at = 0; at < definition.steps.size(); ++at) {
    const bool was = is_out(before, at);
    const bool is = is_out(after, at);
    if (was == is) continue;
    Health& health = health_[after.steps[at].participant];
    if (is) {
      ++health.in_flight;
    } else {
      --health.in_flight;
      changed_ = true;
    }
  }
}

void WorkDesk::note_answer(ParticipantNumber participant) {
  Health& health = health_[participant];
  if (health.unanswered >= limits::participant_unanswered_max) changed_ = true;
  health.unanswered = 0;
  health.rests_until = 0;
  health.is_probed = false;
}

void WorkDesk::note_silence(ParticipantNumber participant, std::uint64_t now) {
  Health& health = health_[participant];
  if (health.unanswered < ~std::uint32_t{0}) ++health.unanswered;
  if (health.unanswered == limits::participant_unanswered_max) {
    health.pause = first_pause;
  } else if (health.unanswered > limits::participant_unanswered_max && health.is_probed) {
    health.pause = std::min(health.pause * 2, last_pause);
  } else {
    return;
  }
  health.is_probed = false;
  health.rests_until = now + health.pause;
}

bool WorkDesk::has_room(ParticipantNumber participant) const {
  const ParticipantTable::Row& row = state_.participants.at(participant);
  return !row.is_paused && health_[participant].in_flight < row.registration.in_flight;
}

bool WorkDesk::rests(ParticipantNumber participant, std::uint64_t now) const {
  const Health& health = health_[participant];
  return health.unanswered >= limits::participant_unanswered_max && now < health.rests_until;
}

bool WorkDesk::is_fit(ParticipantNumber participant, std::uint64_t now) {
  if (!has_room(participant)) return false;
  if (!rests(participant, now)) return true;
  wake_at_ = std::min(wake_at_, health_[participant].rests_until);
  return false;
}

// A question that has no room left for the largest command takes none any more.
std::optional<std::uint32_t> WorkDesk::credit_for(const Lane& lane) {
  constexpr std::size_t needed = sizeof(WorkCommand) + limits::work_command_bytes_max;
  while (lane.credit > 0) {
    const std::uint32_t credit = lane.first_credit - 1;
    const std::uint32_t question = static_cast<std::uint32_t>(credit / credits_each);
    const RequestSlot& slot = *questions_[question].slot;
    const bool is_wanted_back =
        slot.cancelled != nullptr && slot.cancelled->load(std::memory_order_relaxed);
    if (!is_wanted_back && slot.query_items.size() + needed <= limits::work_reply_bytes_max) {
      return credit;
    }
    drop_credit(credit);
  }
  return std::nullopt;
}

bool WorkDesk::has_taker(SagaSlot saga, std::uint8_t step, const Uint128& type,
                         ParticipantNumber participant, std::uint64_t now) {
  const std::uint32_t* const place = find_type(type);
  if (place == nullptr) return false;
  const std::size_t turn = types_[*place].turn;
  const bool found = taker_of(saga, step, type, participant, now).has_value();
  types_[*place].turn = turn;
  return found;
}

std::optional<WorkDesk::Taker> WorkDesk::taker_of(SagaSlot saga, std::uint8_t step,
                                                  const Uint128& type,
                                                  ParticipantNumber participant,
                                                  std::uint64_t now) {
  const std::uint32_t* const place = find_type(type);
  if (place == nullptr) return std::nullopt;
  const LaneIndex queue = lane_of(*place, participant);
  if (queue == nowhere) return std::nullopt;
  if (lanes_[queue].waiting > 0 && node_of(saga, step) != turn_node_) return std::nullopt;
  Type& of = types_[*place];
  for (std::size_t each = 0; each < of.lanes.size(); ++each) {
    const LaneIndex at = of.lanes[(of.turn + each) % of.lanes.size()];
    const Lane& lane = lanes_[at];
    if (participant != 0 && lane.participant != participant) continue;
    if (lane.credit == 0 || !is_fit(lane.participant, now)) continue;
    const ParticipantRegistration& registered =
        state_.participants.at(lane.participant).registration;
    if (registered.find(type) == nullptr) continue;
    if (const auto credit = credit_for(lane)) {
      of.turn = (of.turn + each + 1) % of.lanes.size();
      return Taker{.participant = lane.participant, .credit = *credit};
    }
  }
  return std::nullopt;
}

void WorkDesk::send(const Taker& taker, const WorkCommand& command,
                    std::span<const std::byte> payload, std::uint64_t now) {
  const std::uint32_t at = static_cast<std::uint32_t>(taker.credit / credits_each);
  RequestSlot& slot = *questions_[at].slot;
  auto& items = slot.query_items;
  const std::size_t begin = items.size();
  // Within what was reserved.
  items.resize(begin + sizeof(command) + padded(payload.size()));
  std::memcpy(items.data() + begin, &command, sizeof(command));
  if (!payload.empty()) {
    std::memcpy(items.data() + begin + sizeof(command), payload.data(), payload.size());
  }
  if (slot.item_count++ == 0) filled_.push_back(at);
  Credit& credit = credits_[taker.credit];
  if (credit.left == 1 || slot.item_count == limits::work_credit_max) {
    drop_credit(taker.credit);
  } else {
    --credit.left;
    --lanes_[credit.lane].credit;
  }
  Health& health = health_[taker.participant];
  if (health.unanswered >= limits::participant_unanswered_max) {
    health.is_probed = true;
    health.rests_until = now + health.pause;
  }
}

// ---- What waits. ----

void WorkDesk::wait(SagaSlot saga, std::uint8_t step, const Uint128& type,
                    ParticipantNumber participant) {
  const std::uint32_t node = node_of(saga, step);
  const LaneIndex lane = queue_of(type, participant);
  if (nodes_[node].lane == lane + 1) return;
  if (nodes_[node].lane != 0) unlink(node);
  append(lane, node);
}

void WorkDesk::keep_waiting(SagaSlot saga, std::uint8_t step_count, StepSet steps) {
  for (std::uint8_t step = 0; step < step_count; ++step) {
    const std::uint32_t node = node_of(saga, step);
    if (nodes_[node].lane != 0 && !has(steps, step)) unlink(node);
  }
}

std::uint32_t WorkDesk::look(std::uint64_t now) {
  if (waiting_ == 0 || (!changed_ && now < wake_at_)) return no_node;
  wake_at_ = never;
  for (std::size_t each = 0; each < lanes_with_credit_.size(); ++each) {
    const std::size_t at = (lane_turn_ + each) % lanes_with_credit_.size();
    const Lane& lane = lanes_[lanes_with_credit_[at]];
    const Lane& anybody = lanes_[types_[lane.type].anybody];
    const Lane& queue = lane.waiting > 0 ? lane : anybody;
    if (queue.waiting == 0 || !is_fit(lane.participant, now)) continue;
    found_at_ = at;
    return queue.first - 1;
  }
  changed_ = false;
  return no_node;
}

SagaSlot WorkDesk::next_saga(std::uint64_t now) {
  const std::uint32_t node = look(now);
  return node == no_node ? no_saga : node / limits::saga_steps_max;
}

SagaSlot WorkDesk::take_turn(std::uint64_t now) {
  turn_node_ = look(now);
  if (turn_node_ == no_node) return no_saga;
  lane_turn_ = found_at_ + 1;
  unlink(turn_node_);
  return turn_node_ / limits::saga_steps_max;
}

void WorkDesk::note_saga(SagaSlot saga, std::uint64_t now) {
  const SagaDefinition& definition = state_.sagas.definition_of(saga).definition;
  SagaProgress progress;
  state_.sagas.load(saga, progress);
  note_progress(definition, SagaProgress{}, progress);
  const SagaActions actions = list_actions(definition, progress);
  for (const SagaAction& action : actions.all()) {
    if (!is_remote(definition.steps[action.step].kind) || action.not_before > now) continue;
    const RemoteAsk asks = ask_of(definition, progress, action);
    wait(saga, action.step, asks.type, asks.participant);
  }
}

void WorkDesk::note_all(std::uint64_t now) {
  note_types();
  for (SagaSlot slot = 0; slot < state_.sagas.slot_end(); ++slot) {
    if (state_.sagas.at(slot).id.is_zero()) continue;
    if (state_.sagas.definition_of(slot).has_remote_steps) note_saga(slot, now);
  }
}

std::uint32_t WorkDesk::describe(std::span<ParticipantView> into) const {
  for (std::size_t at = 0; at < state_.participants.count(); ++at) {
    const auto number = static_cast<ParticipantNumber>(at + 1);
    const ParticipantTable::Row& row = state_.participants.at(number);
    const Health& health = health_[number];
    ParticipantView view;
    view.id = row.id;
    view.registered_at = row.registered_at.value();
    view.in_flight = health.in_flight;
    view.in_flight_max = row.registration.in_flight;
    view.unanswered = health.unanswered;
    view.is_paused = row.is_paused ? 1 : 0;
    if (health.unanswered >= limits::participant_unanswered_max) {
      view.rests_until = health.rests_until;
    }
    into[at] = view;
  }
  for (const Lane& lane : lanes_) {
    if (lane.participant == 0) continue;
    into[lane.participant - 1U].waiting += lane.waiting;
    into[lane.participant - 1U].credit += lane.credit;
  }
  return static_cast<std::uint32_t>(state_.participants.count());
}

WaitingWork WorkDesk::waiting_in(const Lane& lane, std::uint64_t now) const {
  WaitingWork work;
  work.waiting = lane.waiting;
  if (&lane == &lanes_[nowhere]) return work;
  work.type = types_[lane.type].id;
  if (lane.participant != 0) work.participant = state_.participants.at(lane.participant).id;
  for (const LaneIndex at : types_[lane.type].lanes) {
    const Lane& each = lanes_[at];
    if (lane.participant != 0 && lane.participant != each.participant) continue;
    const auto& registered = state_.participants.at(each.participant).registration;
    if (registered.find(work.type) == nullptr) continue;
    ++work.doers;
    if (state_.participants.at(each.participant).is_paused) {
      ++work.paused;
    } else if (rests(each.participant, now)) {
      ++work.resting;
    } else if (!has_room(each.participant)) {
      ++work.full;
    }
  }
  return work;
}

WorkDesk::WaitingPage WorkDesk::describe_waiting(std::uint64_t cursor, std::uint64_t now,
                                                 std::span<WaitingWork> into) const {
  WaitingPage page;
  const std::size_t begin = std::min<std::uint64_t>(cursor, lanes_.size());
  const std::size_t end = std::min(begin + limits::waiting_page_max, lanes_.size());
  for (std::size_t at = begin; at < end; ++at) {
    if (lanes_[at].waiting > 0) into[page.count++] = waiting_in(lanes_[at], now);
  }
  if (end < lanes_.size()) page.cursor = end;
  return page;
}

}  // namespace daybook
