#include "tests/simulation/ledger_steps.hpp"

#include <fmt/format.h>

namespace daybook::test {

std::string to_text(const Step& step) {
  switch (step.kind) {
    case Step::Kind::submit:
      return "submit " + to_text(step.request);
    case Step::Kind::set_clock:
      return fmt::format("set_clock {}", step.number);
    case Step::Kind::release_due:
      return fmt::format("release_due {}", step.number);
    case Step::Kind::look_up:
      return fmt::format("look_up {}", to_hex(step.id.value()));
    case Step::Kind::close_entry:
      return "close_entry";
    case Step::Kind::rotate_segment:
      return "rotate_segment";
    case Step::Kind::restart:
      return "restart";
  }
  return "unknown step";
}

std::string to_text(const Episode& episode) {
  const LedgerSettings& settings = episode.settings;
  std::string text = fmt::format(
      "auto_ledgers {} manual_clock {} accounts_max {} transfer_ids_max {} ids_a_generation {} "
      "holds_max {} "
      "names_max {} streams_max {} event_ids_max {} orders_max {} payments_max {} "
      "window_operations {} window_clients {} window_numbers {} requests_per_entry {}\n",
      settings.auto_ledgers, settings.manual_clock, settings.accounts_max,
      settings.transfer_ids_max, settings.ids_a_generation, settings.holds_max, settings.names_max,
      settings.streams_max, settings.event_ids_max, settings.orders_max, settings.payments_max,
      settings.window_operations, settings.window_clients, settings.window_numbers,
      episode.requests_per_entry);
  for (const Step& step : episode.steps) text += "  " + to_text(step) + "\n";
  return text;
}

}  // namespace daybook::test
