#include "engine/model/facts.hpp"

namespace daybook {

std::string_view to_string(FactKind kind) noexcept {
  switch (kind) {
    case FactKind::account:
      return "account";
    case FactKind::transfer:
      return "transfer";
    case FactKind::ledger:
      return "ledger";
    case FactKind::segment_opened:
      return "segment_opened";
    case FactKind::segment_sealed:
      return "segment_sealed";
    case FactKind::segment_hashed:
      return "segment_hashed";
    case FactKind::clock_change:
      return "clock_change";
    case FactKind::client_evicted:
      return "client_evicted";
    case FactKind::hold_released:
      return "hold_released";
    case FactKind::account_change:
      return "account_change";
    case FactKind::name:
      return "name";
    case FactKind::domain_event:
      return "domain_event";
    case FactKind::checkpoint:
      return "checkpoint";
    case FactKind::tcc:
      return "tcc";
  }
  return "unknown_fact";
}

std::string_view to_string(ParentKind kind) noexcept {
  switch (kind) {
    case ParentKind::restored:
      return "restored";
    case ParentKind::forked:
      return "forked";
    case ParentKind::loaded:
      return "loaded";
  }
  return "unknown";
}

}  // namespace daybook
