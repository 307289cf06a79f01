#pragma once

#include <set>
#include <vector>

#include "engine/model/operation_log.hpp"

namespace daybook {

/// What belongs to a trace: its operations and transfers, and whatever posted, voided, released or
/// reversed one of these, under whatever trace.
class TraceChain {
 public:
  explicit TraceChain(TraceId trace) : trace_{trace} {}

  /// Notes the operation's transfers that belong to the chain, and returns those that are new.
  std::vector<TransferId> note(const LoggedOperation& operation);

  /// Does the operation, or any of its events, belong to the chain as far as it is known?
  [[nodiscard]] bool has(const LoggedOperation& operation) const;

  /// Leaves of an operation under another trace only what belongs to the chain.
  void prune(LoggedOperation& operation) const;

  [[nodiscard]] bool has(TransferId transfer) const { return transfers_.contains(transfer); }

 private:
  [[nodiscard]] bool has(const LoggedFact& fact) const;
  [[nodiscard]] bool has(const LoggedRefusal& refusal, RequestKind kind) const;

  TraceId trace_;
  std::set<TransferId> transfers_;
};

}  // namespace daybook
