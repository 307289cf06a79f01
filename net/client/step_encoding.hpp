#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/limits.hpp"
#include "net/client/step_values.hpp"

/// Between what handlers see and what goes over the wire. Internal to the participant.

namespace daybook {

/// Nothing where the payload is none.
[[nodiscard]] std::optional<StepCommand> read_step_command(const WorkCommand& command,
                                                           std::span<const std::byte> payload);

/// A reply as it is kept and sent.
struct EncodedReply {
  WorkOutcome outcome = WorkOutcome::unknown;
  std::uint16_t code = 0;
  std::vector<std::byte> payload{};
};
/// The most that any reply takes: its two texts, and outputs with their names.
static_assert(5 + 2 * limits::saga_text_bytes_max +
                  limits::saga_outputs_max *
                      (4 + limits::saga_name_bytes_max + limits::saga_text_bytes_max) <=
              limits::answer_payload_bytes_max);
/// An outcome that does not fit `operation`, or outputs past the limits, become unknown; texts are
/// cut and cleaned.
[[nodiscard]] EncodedReply encode_reply(WorkOperation operation, StepReply reply);

[[nodiscard]] StepAnswer answer_to(const WorkCommand& command, WorkOutcome outcome,
                                   std::uint16_t code = 0);

}  // namespace daybook
