#include "engine/aggregates/reconciliation/reconciliation_rows.hpp"

namespace daybook {

std::string_view to_string(RunState state) noexcept {
  switch (state) {
    case RunState::created:
      return "created";
    case RunState::imported:
      return "imported";
    case RunState::validated:
      return "validated";
    case RunState::cut:
      return "cut";
    case RunState::sorted:
      return "sorted";
    case RunState::matched:
      return "matched";
    case RunState::proved:
      return "proved";
    case RunState::in_review:
      return "in_review";
    case RunState::closed:
      return "closed";
    case RunState::failed:
      return "failed";
    case RunState::cancelled:
      return "cancelled";
    case RunState::superseded:
      return "superseded";
  }
  return "unknown_state";
}

bool is_possible(const ReconciliationRun& run) noexcept {
  if (run.reached < RunState::created || run.reached > RunState::in_review) return false;
  return run.state == run.reached ||
         (run.state >= RunState::closed && run.state <= RunState::superseded);
}

std::string_view to_string(DifferenceState state) noexcept {
  switch (state) {
    case DifferenceState::open:
      return "open";
    case DifferenceState::assigned:
      return "assigned";
    case DifferenceState::proposed:
      return "proposed";
    case DifferenceState::posted:
      return "posted";
    case DifferenceState::accepted:
      return "accepted";
    case DifferenceState::force_closed:
      return "force_closed";
    case DifferenceState::rejected:
      return "rejected";
    case DifferenceState::failed:
      return "failed";
    case DifferenceState::approved:
      return "approved";
  }
  return "unknown_state";
}

}  // namespace daybook
