#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/base/limits.hpp"
#include "engine/base/mapped_array.hpp"
#include "engine/model/participant_work.hpp"
#include "engine/ports/request_slot.hpp"
#include "engine/state/state.hpp"

namespace daybook {

/// Who would do what now, and which steps wait for whom. Nothing of it is state: a restart makes it
/// anew, and replay has none.
///
/// A step waits in a lane: of its type, for whoever does that, or, once it was sent to somebody, of
/// that participant and type. First come, first served within a lane; the lanes take turns, so a
/// participant that takes nothing holds up nobody but those who wait for it alone.
///
/// A participant that leaves limits::participant_unanswered_max leases in a row to end without any
/// answer rests (a circuit breaker): then it is sent one command a pause, 1 s to 60 s, until it
/// answers.
///
/// Threads.  The sequencer's.
/// Cost.     No allocation but by note_types(). Looking for somebody is O(participants of the
/// type).
class WorkDesk {
 public:
  explicit WorkDesk(const State& state);

  // ---- Questions for work. ----

  /// Keeps the question until take_filled() or take_recalled() hands it back. Not ok: refused.
  [[nodiscard]] RequestStatus take(RequestSlot& question);
  /// Hands back one that has got commands; null when none has.
  [[nodiscard]] RequestSlot* take_filled();
  /// Hands back one that is wanted back and has no commands; null when none is.
  [[nodiscard]] RequestSlot* take_recalled();

  // ---- What there is. ----

  /// Registrations or definitions have changed: lanes for all their types.
  void note_types();
  /// A participant may do more than before.
  void note_change() { changed_ = true; }
  /// All that there is and goes on in the state, after a restart.
  void note_all(std::uint64_t now);
  /// A saga's progress was `before` and is `after`: how many commands are out.
  void note_progress(const SagaDefinition& definition, const SagaProgress& before,
                     const SagaProgress& after);
  /// It has answered, whatever it said.
  void note_answer(ParticipantNumber participant);
  /// A lease has ended without an answer.
  void note_silence(ParticipantNumber participant, std::uint64_t now);

  // ---- What waits. ----

  /// The step waits for somebody: `participant`, 0 = anybody who does this type. Again changes
  /// nothing.
  void wait(SagaSlot saga, std::uint8_t step, const Uint128& type, ParticipantNumber participant);
  /// Of the saga, only these steps wait still.
  void keep_waiting(SagaSlot saga, std::uint8_t step_count, StepSet steps);

  /// The saga of the next step that waits and has somebody; no_saga when none has. Cost: O(1)
  /// where nothing has changed since it last said so.
  [[nodiscard]] SagaSlot next_saga(std::uint64_t now);
  /// When somebody's rest is over for whom something waits; the end of time when nobody's is.
  [[nodiscard]] std::uint64_t wake_at() const { return waiting_ > 0 ? wake_at_ : never; }
  /// The same; the step no longer waits, and it is its turn: until the next call, it is given
  /// somebody although others wait as well.
  SagaSlot take_turn(std::uint64_t now);

  struct Taker {
    ParticipantNumber participant = 0;
    std::uint32_t credit = 0;  // Whose credit is spent.
  };
  /// Would somebody take this now? Not where others wait longer.
  [[nodiscard]] bool has_taker(SagaSlot saga, std::uint8_t step, const Uint128& type,
                               ParticipantNumber participant, std::uint64_t now);
  /// Who; those who do a type take turns.
  [[nodiscard]] std::optional<Taker> taker_of(SagaSlot saga, std::uint8_t step, const Uint128& type,
                                              ParticipantNumber participant, std::uint64_t now);
  /// Puts the command into the taker's question. Requires: taker_of() has just named it.
  void send(const Taker& taker, const WorkCommand& command, std::span<const std::byte> payload,
            std::uint64_t now);

  /// How all of them are doing, by number. Requires: room for limits::participants_max.
  [[nodiscard]] std::uint32_t describe(std::span<ParticipantView> into) const;

  struct WaitingPage {
    std::uint32_t count = 0;
    std::uint64_t cursor = 0;  // Where the next page begins; 0 = there is none.
  };
  /// What waits, by type and participant: of limits::waiting_page_max queues from `cursor` on.
  /// Requires: room for as many.
  [[nodiscard]] WaitingPage describe_waiting(std::uint64_t cursor, std::uint64_t now,
                                             std::span<WaitingWork> into) const;

 private:
  static constexpr std::uint64_t never = ~std::uint64_t{0};
  using LaneIndex = std::uint32_t;
  static constexpr std::uint32_t no_node = ~std::uint32_t{0};
  static constexpr LaneIndex nowhere = 0;  // Its participant does not do its type any more.

  struct Lane {
    std::uint32_t type = 0;
    ParticipantNumber participant = 0;
    bool has_credit = false;  // It is in lanes_with_credit_.
    std::uint32_t first = 0;  // Of the nodes, and 1.
    std::uint32_t last = 0;
    std::uint32_t waiting = 0;
    std::uint32_t first_credit = 0;  // And 1.
    std::uint32_t last_credit = 0;
    std::uint32_t credit = 0;
  };
  struct Type {
    Uint128 id;
    LaneIndex anybody = 0;
    std::vector<LaneIndex> lanes;  // Of participants.
    std::size_t turn = 0;
  };
  /// Of each step of each saga that there may be. Zero: it does not wait.
  struct Node {
    std::uint32_t next = 0;  // And 1, as the following.
    std::uint32_t previous = 0;
    std::uint32_t lane = 0;
  };
  struct Credit {
    std::uint32_t next = 0;  // And 1.
    std::uint32_t previous = 0;
    std::uint32_t left = 0;
    LaneIndex lane = 0;
  };
  struct Question {
    RequestSlot* slot = nullptr;
    ParticipantNumber participant = 0;
    std::uint32_t next_free = 0;  // And 1.
  };
  struct Health {
    std::uint32_t in_flight = 0;
    std::uint32_t unanswered = 0;
    std::uint64_t rests_until = 0;
    std::uint64_t pause = 0;
    bool is_probed = false;
  };

  struct HashOfId {
    std::size_t operator()(const Uint128& id) const { return static_cast<std::size_t>(id.lo); }
  };

  [[nodiscard]] static std::uint32_t node_of(SagaSlot saga, std::uint8_t step) {
    return saga * limits::saga_steps_max + step;
  }
  LaneIndex add_lane(std::uint32_t type, ParticipantNumber participant);
  std::uint32_t add_type(const Uint128& type);
  [[nodiscard]] const std::uint32_t* find_type(const Uint128& type) const;
  [[nodiscard]] LaneIndex lane_of(std::uint32_t type, ParticipantNumber participant) const;
  [[nodiscard]] LaneIndex queue_of(const Uint128& type, ParticipantNumber participant) const;
  void append(LaneIndex lane, std::uint32_t node);
  void unlink(std::uint32_t node);
  void add_credit(std::uint32_t credit, LaneIndex lane, std::uint32_t count);
  void drop_credit(std::uint32_t credit);
  RequestSlot& leave(std::uint32_t question);
  [[nodiscard]] bool is_fit(ParticipantNumber participant, std::uint64_t now);
  [[nodiscard]] bool has_room(ParticipantNumber participant) const;
  [[nodiscard]] bool rests(ParticipantNumber participant, std::uint64_t now) const;
  [[nodiscard]] WaitingWork waiting_in(const Lane& lane, std::uint64_t now) const;
  [[nodiscard]] std::optional<std::uint32_t> credit_for(const Lane& lane);
  [[nodiscard]] std::uint32_t look(std::uint64_t now);
  void note_saga(SagaSlot saga, std::uint64_t now);
  void leave_nowhere();

  const State& state_;
  std::vector<Lane> lanes_;
  std::vector<Type> types_;
  std::unordered_map<Uint128, std::uint32_t, HashOfId> type_places_;
  std::size_t definitions_noted_ = 0;
  MappedArray<Node> nodes_;
  std::vector<Question> questions_;
  std::vector<Credit> credits_;
  std::uint32_t free_question_ = 0;
  std::uint32_t question_end_ = 0;
  std::vector<std::uint32_t> filled_;
  std::vector<LaneIndex> lanes_with_credit_;
  std::size_t lane_turn_ = 0;
  std::size_t found_at_ = 0;
  std::array<Health, limits::participants_max + 1> health_{};
  std::uint64_t waiting_ = 0;  // But for those who wait nowhere.
  std::uint64_t wake_at_ = never;
  bool changed_ = false;
  std::uint32_t turn_node_ = no_node;
};

}  // namespace daybook
