#pragma once

#include <string>
#include <string_view>

#include "engine/saga/definition.hpp"

/// Definitions that the tests of sagas share.

namespace daybook::test {

/// The compiled definition. Stops the test program where it has faults, and prints them.
[[nodiscard]] SagaDefinition definition_of(std::string_view json);

/// The text of tools/demo/sagas/NAME.json.
[[nodiscard]] std::string shipped_definition(std::string_view name);

/// reserve, screen, pay (the pivot), settle.
extern const std::string_view payout_json;

/// a, b and c one after the other, each remote and undone; deadline 1,000,000 ms; three tries each,
/// 100 ms apart, doubling up to 300 ms. There is no pivot.
extern const std::string_view chain_json;

/// left and right beside each other, then join: each remote and undone, tried as above.
extern const std::string_view diamond_json;

/// a and b, then pay, the pivot, then told and booked beside each other. pay is tried three times.
extern const std::string_view pivot_json;

/// As pivot_json, but pay is tried without end and has an undo.
extern const std::string_view endless_json;

}  // namespace daybook::test
