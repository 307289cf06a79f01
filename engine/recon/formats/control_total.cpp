#include "engine/recon/formats/control_total.hpp"

#include <utility>

#include <fmt/format.h>

#include "engine/recon/formats/format_limits.hpp"
#include "engine/recon/record.hpp"

namespace daybook::recon {

std::string text_of(const ControlTotal& total) {
  const std::string found = amount_text(total.found, total.scale);
  if (total.is_missing) {
    return fmt::format("control total of {}: the file has none, its lines make {}: {}", total.what,
                       found, total.agrees() ? "lines cannot be read" : "control_total (71)");
  }
  const bool is_equal = total.stated == total.found;
  return fmt::format("control total of {}: the file says {}, its lines make {}: {}", total.what,
                     amount_text(total.stated, total.scale), found,
                     is_equal         ? "agrees"
                     : total.agrees() ? "differs, and lines cannot be read"
                                      : "control_total (71)");
}

void ControlTotals::add(ControlTotal total) {
  const bool agrees = total.agrees();
  ++(agrees ? agreeing_ : differing_);
  const std::size_t room = agrees ? limits::totals_agreeing_listed_max : limits::totals_listed_max;
  if (listed_.size() < room) listed_.push_back(std::move(total));
}

}  // namespace daybook::recon
