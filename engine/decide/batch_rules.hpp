#pragma once

#include "engine/model/facts.hpp"
#include "engine/model/ids.hpp"

namespace daybook {

/// What holds for all events of one request.
struct BatchRules {
  Timestamp time;             ///< T: the last slot's timestamp.
  bool imported = false;      ///< The first event is imported, so all must be.
  bool auto_ledgers = false;  ///< An account may name a ledger that is not registered.
  /// Who decides. `operator_` only with a reason given: then reversals may do more.
  Authority authority = Authority::client;
  Uint128 owner;  ///< Of a coordinator: what its holds belong to.
};

}  // namespace daybook
