#pragma once

#include "engine/model/ids.hpp"

namespace daybook {

/// What holds for all events of one request.
struct BatchRules {
  Timestamp time;             ///< T: the last slot's timestamp.
  bool imported = false;      ///< The first event is imported, so all must be.
  bool auto_ledgers = false;  ///< An account may name a ledger that is not registered.
};

}  // namespace daybook
