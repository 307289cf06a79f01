#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/participant_work.hpp"

namespace daybook {

/// A named value of a step: an argument, an output. As WorkValue, with memory of its own.
struct StepValue {
  std::string name;
  WorkValueType type = WorkValueType::u64;
  Uint128 id;                ///< Of account and id; of money: the amount.
  std::uint32_t ledger = 0;  ///< Of money.
  std::uint64_t number = 0;  ///< Of u64, timestamp and truth.
  std::string text;          ///< Of text and secret, in clear.
};

/// What stands for a secret where its key's id is not known.
inline constexpr std::string_view opened_secret_mask = "***";

/// What a handler is asked to do. One whose secret was forgotten reaches no handler, but for its
/// query: that one lacks the argument.
struct StepCommand {
  WorkCommand work;  ///< Key, target, saga, operation and so on.
  std::string step;  ///< The step's id in the definition.
  std::string type;
  std::string definition;
  std::uint32_t version = 0;
  std::vector<StepValue> arguments;
  std::vector<StepValue> outputs;  ///< Of undo, query, confirm: what the target has brought.
  /// When the engine will count it as unknown, by this machine's clock. Heartbeats move the
  /// engine's time, not this one.
  std::chrono::steady_clock::time_point deadline;

  /// Null where there is none of this name.
  [[nodiscard]] const StepValue* argument(std::string_view name) const;
  [[nodiscard]] const StepValue* output(std::string_view name) const;
};

/// What a handler says has become of it. What does not fit the operation counts as unknown.
struct StepReply {
  WorkOutcome outcome = WorkOutcome::unknown;
  std::uint16_t code = 0;   ///< The participant's own, for people.
  std::string reference{};  ///< Its own name for what it did. Longer than 160 bytes is cut.
  std::string message{};    ///< Why, for people. Likewise.
  std::vector<StepValue> outputs{};  ///< Of what succeeded: those that the step declares.
};

/// From so many bytes on a secret is masked in references and outputs too, which programs compare.
inline constexpr std::size_t masked_secret_bytes_min = 4;

/// The reply with the texts of the command's secrets masked wherever they stand as they are: in its
/// message, its reference and the texts of its outputs.
[[nodiscard]] StepReply without_secrets(const StepCommand& command, StepReply reply);

}  // namespace daybook
