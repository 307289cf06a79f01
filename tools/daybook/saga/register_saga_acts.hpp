#pragma once

#include "tools/daybook/command.hpp"

namespace daybook {

/// Of register_saga(): what is done to a saga that has begun.
void register_saga_acts(CLI::App& saga, CommandContext& context);

}  // namespace daybook
