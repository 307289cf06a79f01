#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tests/simulation/surroundings.hpp"

namespace daybook::test {

/// Makes a batch an imported one, mostly: with times between `newest`, the last of the events' own
/// kind, and now; sometimes at or next to `other`, a time of the other kind. In some batches only
/// a few events are imported, which is a mistake.
template <typename Event>
void import_events(Surroundings& around, std::vector<Event>& events, std::uint16_t imported,
                   std::uint64_t newest, std::uint64_t other) {
  Random& random = around.random;
  const bool whole = random.chance(85);
  const std::uint64_t now = around.guide->next_time(events.size());
  const std::uint64_t gap = now > newest ? (now - newest) / (events.size() + 1) : 0;
  std::uint64_t next = newest;
  for (Event& event : events) {
    if (!random.chance(whole ? 96 : 20)) continue;
    event.flags = static_cast<std::uint16_t>(event.flags | imported);
    next += 1 + (gap == 0 ? 0 : random.below(gap));
    std::uint64_t timestamp = next;
    const std::uint64_t which = random.below(100);
    if (which < 20) timestamp = other + random.below(3) - 1;
    if (which >= 20 && which < 23) timestamp = next - 1;
    if (which >= 23 && which < 25) timestamp = now - random.below(2);
    if (which == 25) timestamp = random.next();
    if (which == 26) timestamp = 0;
    event.timestamp = Timestamp{timestamp};
    if (timestamp > newest && timestamp < now) next = std::max(next, timestamp);
  }
}

}  // namespace daybook::test
