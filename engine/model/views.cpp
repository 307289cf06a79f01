#include "engine/model/views.hpp"

namespace daybook {

std::string_view to_string(HoldState state) noexcept {
  switch (state) {
    case HoldState::open:
      return "open";
    case HoldState::posted:
      return "posted";
    case HoldState::voided:
      return "voided";
    case HoldState::expired:
      return "expired";
  }
  return "unknown_state";
}

}  // namespace daybook
