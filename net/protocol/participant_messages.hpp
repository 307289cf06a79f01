#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/limits.hpp"
#include "engine/model/participant_work.hpp"
#include "net/protocol/frame.hpp"
#include "net/protocol/layout.hpp"
#include "net/protocol/messages.hpp"
#include "net/protocol/replies.hpp"

/// answer_steps, take_work, list_participants and list_waiting_work: what both ends write and read.
/// As requests.hpp and replies.hpp.

namespace daybook {

// ---- answer_steps. ----

[[nodiscard]] constexpr std::size_t answer_steps_frame_bytes(std::size_t answers,
                                                             std::size_t payload_bytes) {
  return frame_header_bytes + sizeof(layout::AnswerSteps) + 8 + answers * sizeof(StepAnswer) + 8 +
         layout::padded(payload_bytes);
}
/// `payloads`: of the answers, one behind the other. Requires: a frame of at most
/// limits::frame_bytes_max.
std::size_t write_answer_steps(std::span<std::byte> room, std::uint64_t number,
                               const OperationOrigin& origin, const Uint128& participant,
                               std::span<const StepAnswer> answers,
                               std::span<const std::byte> payloads);
/// The body's events are the answers, argument_id the participant. Whether the payloads are those
/// of the answers is not looked at. Cost: O(1).
[[nodiscard]] Result<RequestBody, BodyFault> read_answer_steps(std::span<const std::byte> body);

// ---- take_work. ----

[[nodiscard]] constexpr std::size_t take_work_frame_bytes(std::size_t credits) {
  return frame_header_bytes + sizeof(layout::TakeWork) + 8 + credits * sizeof(WorkCredit);
}
std::size_t write_take_work(std::span<std::byte> room, std::uint64_t number,
                            const Uint128& participant, std::span<const WorkCredit> credits);
/// The body's events are the credits, each of 1 command at least and all of
/// limits::work_credit_max at most; argument_id is the participant.
[[nodiscard]] Result<RequestBody, BodyFault> read_take_work(std::span<const std::byte> body);

/// The largest answer. write_items_reply<std::uint64_t>() writes it: its items are commands, as
/// words, and its cursor is the engine's time.
inline constexpr std::size_t work_reply_frame_bytes_max =
    reply_frame_bytes(limits::work_reply_bytes_max, 0);
static_assert(work_reply_frame_bytes_max <= limits::frame_bytes_max);
[[nodiscard]] Result<ItemsReplyMessage<std::uint64_t>, BodyFault> read_work_reply(
    std::span<const std::byte> body);

/// A command as it stands in the records of an answer.
struct WorkRecord {
  WorkCommand command;
  std::span<const std::byte> payload;  ///< In the records.
};
/// Any bytes are safe; nothing for bytes that are no such records, one behind the other. At most
/// limits::work_credit_max.
[[nodiscard]] std::optional<std::vector<WorkRecord>> read_work_records(
    std::span<const std::byte> records);

// ---- list_participants. ----

/// Room: small_frame_bytes.
std::size_t write_list_participants(std::span<std::byte> room, std::uint64_t number);
[[nodiscard]] Result<RequestBody, BodyFault> read_list_participants(
    std::span<const std::byte> body);

static_assert(reply_frame_bytes(limits::participants_max * sizeof(ParticipantView),
                                words_bytes_max) <= limits::frame_bytes_max);
/// write_items_reply<ParticipantView>() writes it.
[[nodiscard]] Result<ItemsReplyMessage<ParticipantView>, BodyFault> read_participants_reply(
    std::span<const std::byte> body);

// ---- list_waiting_work. ----

/// Room: small_frame_bytes.
std::size_t write_list_waiting_work(std::span<std::byte> room, std::uint64_t number,
                                    std::uint64_t after);
/// The body's argument is `after`.
[[nodiscard]] Result<RequestBody, BodyFault> read_list_waiting_work(
    std::span<const std::byte> body);

static_assert(reply_frame_bytes(limits::waiting_page_max * sizeof(WaitingWork), words_bytes_max) <=
              limits::frame_bytes_max);
/// write_items_reply<WaitingWork>() writes it.
[[nodiscard]] Result<ItemsReplyMessage<WaitingWork>, BodyFault> read_waiting_work_reply(
    std::span<const std::byte> body);

}  // namespace daybook
