#include "tools/daybook/client/as_of_options.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace daybook {

void add_as_of_options(CLI::App& command, AsOfTexts& texts) {
  auto* sequence = command.add_option("--at-sequence", texts.sequence,
                                      "As of the operation that this sequence is part of");
  command
      .add_option("--at-time", texts.time,
                  "As of the last entry committed by then: 2026-01-31T12:00:00Z, or nanoseconds "
                  "since 1970")
      ->excludes(sequence);
}

}  // namespace daybook
