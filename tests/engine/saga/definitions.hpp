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

}  // namespace daybook::test
