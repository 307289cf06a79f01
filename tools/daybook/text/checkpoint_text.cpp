#include "tools/daybook/text/checkpoint_text.hpp"

#include <fmt/format.h>

#include "tools/daybook/text/fact_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

std::uint64_t behind(const EventCheckpoint& checkpoint, Sequence as_of) {
  return as_of.value() - checkpoint.sequence;
}

}  // namespace

Table checkpoint_table(std::span<const EventCheckpoint> checkpoints, Sequence as_of) {
  Table table{{{"checkpoint"},
               {"sequence", Table::Align::right},
               {"behind", Table::Align::right},
               {"put"}}};
  for (const EventCheckpoint& each : checkpoints) {
    table.add({std::string{each.name()}, fmt::format("{}", each.sequence),
               fmt::format("{}", behind(each, as_of)), format_time(each.timestamp)});
  }
  return table;
}

std::string checkpoint_row_json(const EventCheckpoint& checkpoint, Sequence as_of) {
  return checkpoint_json(checkpoint)
      .count("behind", behind(checkpoint, as_of))
      .sequence("as_of", as_of)
      .str();
}

}  // namespace daybook
