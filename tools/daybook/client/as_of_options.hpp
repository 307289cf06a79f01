#pragma once

#include "tools/daybook/text/as_of_text.hpp"

namespace CLI {
class App;
}

namespace daybook {

/// Adds --at-sequence and --at-time, as `daybook state` has them. `texts` must live as long as
/// `command`.
void add_as_of_options(CLI::App& command, AsOfTexts& texts);

}  // namespace daybook
