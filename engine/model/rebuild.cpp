#include "engine/model/rebuild.hpp"

namespace daybook {

std::string_view to_string(AggregateKind kind) noexcept {
  switch (kind) {
    case AggregateKind::account:
      return "account";
    case AggregateKind::hold:
      return "hold";
    case AggregateKind::stream:
      return "stream";
    case AggregateKind::ledger:
      return "ledger";
    case AggregateKind::name:
      return "name";
    case AggregateKind::order:
      return "order";
    case AggregateKind::payment:
      return "payment";
    case AggregateKind::reconciliation:
      return "reconciliation";
    case AggregateKind::reconciliation_run:
      return "run";
    case AggregateKind::difference:
      return "difference";
  }
  return "unknown_aggregate";
}

std::string_view to_string(ComparedWith with) noexcept {
  switch (with) {
    case ComparedWith::state:
      return "state";
    case ComparedWith::lookup:
      return "lookup";
    case ComparedWith::checkpoint:
      return "checkpoint";
  }
  return "unknown";
}

}  // namespace daybook
