#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/recon/difference.hpp"

namespace daybook::recon {

/// What is done about a difference. The numbers are frozen: they are stored.
enum class Action : std::uint8_t {
  none = 0,       ///< Nothing: it is carried, or explained by itself.
  person = 1,     ///< Somebody decides; nothing is proposed.
  reverse = 2,    ///< Reverse the transfer.
  suspense = 3,   ///< Between clearing and the suspense account.
  fees = 4,       ///< The fee's difference, between clearing and the fee account.
  gross_up = 5,   ///< The gross amount into clearing, and the fee out of it.
  rounding = 6,   ///< Between clearing and the rounding account.
  fx = 7,         ///< Between clearing and the exchange account.
  post_hold = 8,  ///< Post the hold.
  saga = 9,       ///< Start a saga, which posts, and does elsewhere what has to be done there.
};
inline constexpr std::size_t action_count = 10;

[[nodiscard]] std::string_view to_string(Action action);
[[nodiscard]] std::optional<Action> action_of(std::string_view name);
[[nodiscard]] std::optional<Code> code_of(std::string_view name);

/// All that posts something: not `none` and `person`.
[[nodiscard]] constexpr bool is_posting(Action action) {
  return action != Action::none && action != Action::person;
}

/// Whether the action makes sense for differences with the code.
[[nodiscard]] bool may_do(Code code, Action action);

/// What may be done about the code, for messages: "none, person, reverse, suspense".
[[nodiscard]] std::string actions_for(Code code);

/// What is done where a definition does not say it.
[[nodiscard]] Action usual_action(Code code);

}  // namespace daybook::recon
