#include "tools/daybook/recon/definition/action.hpp"

#include <array>
#include <initializer_list>

namespace daybook::recon {
namespace {

constexpr std::array<std::string_view, action_count> names{
    "none",     "person",   "reverse", "suspense",  "fees",
    "gross_up", "rounding", "fx",      "post_hold", "saga"};

/// Bits of actions.
constexpr unsigned set_of(std::initializer_list<Action> actions) {
  unsigned bits = 0;
  for (const Action action : actions) bits |= 1U << static_cast<unsigned>(action);
  return bits;
}

struct Choice {
  Action usual = Action::none;
  unsigned allowed = 0;
};

Choice choice_of(Code code) {
  using enum Action;
  switch (code) {
    case Code::a_only:
    case Code::status_a_ok_b_failed:
    case Code::duplicate_a:
    case Code::reversed:
    case Code::refunded:
    case Code::chargeback:
      return {reverse, set_of({reverse, suspense, saga, person, none})};
    case Code::b_only:
      return {suspense, set_of({suspense, saga, person, none})};
    case Code::amount_short:
    case Code::amount_over:
      return {suspense, set_of({suspense, rounding, fx, saga, person, none})};
    case Code::fee_mismatch:
      return {fees, set_of({fees, suspense, saga, person, none})};
    case Code::net_gross:
      return {gross_up, set_of({gross_up, saga, person, none})};
    case Code::fx_difference:
      return {fx, set_of({fx, saga, person, none})};
    case Code::rounding:
      return {rounding, set_of({rounding, suspense, person, none})};
    case Code::matched_tolerance:
      return {none, set_of({rounding, none})};
    case Code::status_a_open_b_ok:
      return {post_hold, set_of({post_hold, person, none})};
    case Code::duplicate_b:
      return {person, set_of({suspense, saga, person, none})};
    case Code::currency_mismatch:
    case Code::type_mismatch:
    case Code::party_mismatch:
    case Code::ambiguous:
      return {person, set_of({person, none})};
    case Code::invalid_record:
    case Code::control_total:
      return {person, set_of({person})};
    case Code::split_incomplete:
      return {none, set_of({person, none})};
    // Carried, or not a difference, or a note beside one.
    case Code::matched:
    case Code::a_pending:
    case Code::b_pending:
    case Code::date_mismatch:
    case Code::reference_mismatch:
    case Code::duplicate_both:
    case Code::split_matched:
      break;
  }
  return {none, set_of({none})};
}

}  // namespace

std::string_view to_string(Action action) { return names[static_cast<std::size_t>(action)]; }

std::optional<Action> action_of(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<Action>(i);
  }
  return std::nullopt;
}

std::optional<Code> code_of(std::string_view name) {
  for (const Code code : all_codes) {
    if (to_string(code) == name) return code;
  }
  return std::nullopt;
}

bool may_do(Code code, Action action) {
  return (choice_of(code).allowed >> static_cast<unsigned>(action) & 1U) != 0;
}

std::string actions_for(Code code) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!may_do(code, static_cast<Action>(i))) continue;
    text += text.empty() ? "" : ", ";
    text += names[i];
  }
  return text;
}

Action usual_action(Code code) { return choice_of(code).usual; }

}  // namespace daybook::recon
