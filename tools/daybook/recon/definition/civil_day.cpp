#include "tools/daybook/recon/definition/civil_day.hpp"

#include <fmt/format.h>

namespace daybook::recon {

std::string day_text(std::int64_t days) {
  const CivilDay civil = civil_day(days);
  return fmt::format("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
}

}  // namespace daybook::recon
