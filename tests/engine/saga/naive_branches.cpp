#include "tests/engine/saga/naive_branches.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace daybook::test {

// ---- What is. ----

const NaiveBranches::Branch* NaiveBranches::find(std::size_t which, std::uint64_t number) const {
  for (const Branch& each : transactions_[which].branches) {
    if (each.number == number) return &each;
  }
  return nullptr;
}

bool NaiveBranches::has_open(std::size_t which, std::uint64_t number) const {
  const Branch* const found = find(which, number);
  return found != nullptr && found->is_open();
}

std::size_t NaiveBranches::saga_owner() const {
  std::size_t owner = 0;
  while (owner < transactions_.size() && !has_open(owner, saga)) ++owner;
  return owner;
}

std::string NaiveBranches::state_of(std::size_t which) const {
  const Transaction& of = transactions_[which];
  if (!of.is_there) return "none";
  if (of.decision.empty()) return of.is_prepared ? "prepared" : "trying";
  const auto any = [&](std::string_view state) {
    return std::any_of(of.branches.begin(), of.branches.end(),
                       [&](const Branch& each) { return each.state == state; });
  };
  if (any("stuck")) return "stuck";
  if (any("tried")) return of.decision == "confirm" ? "confirming" : "cancelling";
  if (any("closed")) return "closed_manual";
  return of.decision == "confirm" ? "confirmed" : "cancelled";
}

bool NaiveBranches::has_ended(std::size_t which) const {
  const std::string state = state_of(which);
  return state == "confirmed" || state == "cancelled" || state == "closed_manual";
}

std::string NaiveBranches::text(std::size_t which) const {
  const Transaction& of = transactions_[which];
  if (!of.is_there) return "none";
  std::string text = fmt::format("{} {}", state_of(which), of.reason);
  for (const Branch& each : of.branches) text += fmt::format(" {}:{}", each.number, each.state);
  return text;
}

std::string NaiveBranches::saga_text() const {
  switch (phase_) {
    case Phase::none:
      return "none";
    case Phase::asking:
    case Phase::waiting:
    case Phase::keeping:
      return "RUNNING";
    case Phase::undoing:
      return "COMPENSATING";
    case Phase::stuck_keeping:
    case Phase::stuck_undoing:
    case Phase::stuck_skipped:
    case Phase::stuck_contradicted:
      return "STUCK";
    case Phase::completed:
      return "COMPLETED";
    case Phase::undone:
      return "COMPENSATED";
    case Phase::closed:
      return "CLOSED_MANUAL";
  }
  return "";
}

std::uint64_t NaiveBranches::held() const {
  std::uint64_t sum = 0;
  for (std::size_t which = 0; which < transactions_.size(); ++which) {
    if (has_open(which, hold)) sum += find(which, hold)->amount;
  }
  return sum;
}

std::uint64_t NaiveBranches::posted() const {
  std::uint64_t sum = 0;
  for (std::size_t which = 0; which < transactions_.size(); ++which) {
    const Branch* const found = find(which, hold);
    if (found != nullptr && found->state == "confirmed") sum += found->taken;
  }
  return sum;
}

std::string NaiveBranches::memory() const {
  std::string all = fmt::format("{} {} {} {}", static_cast<int>(phase_), is_going_back_, is_forced_,
                                saga_deadline_ != 0 && now_ >= saga_deadline_);
  for (std::size_t which = 0; which < transactions_.size(); ++which) {
    const Transaction& of = transactions_[which];
    all += fmt::format("; {} {}", text(which), of.deadline != 0 && now_ >= of.deadline);
    for (const Branch& each : of.branches) all += fmt::format(" {}", each.taken);
  }
  return all;
}

// One that is prepared goes by the deadline above it.
bool NaiveBranches::is_late(std::size_t which) const {
  const Transaction& of = transactions_[which];
  return of.is_there && of.decision.empty() && !of.is_prepared && now_ >= of.deadline;
}

// ---- What follows. ----

// What a branch is, by what its saga or transaction has come to.
std::string NaiveBranches::come_to(std::uint64_t number, std::size_t which) const {
  const std::string state = number == saga ? saga_text() : state_of(below(which));
  const Transaction& of = transactions_[which];
  const std::string cancelled = of.reason == "expired" ? "expired" : "cancelled";
  if (state == "COMPLETED" || state == "confirmed") {
    return of.decision == "confirm" ? "confirmed" : "closed";
  }
  if (state == "COMPENSATED" || state == "cancelled") {
    if (of.decision.empty()) return "withdrawn";
    return of.decision == "cancel" ? cancelled : "closed";
  }
  if (state == "CLOSED_MANUAL" || state == "closed_manual") return "closed";
  return state == "STUCK" || state == "stuck" ? "stuck" : "tried";
}

void NaiveBranches::look_at_branches() {
  bool changed = true;
  while (changed) {
    changed = false;
    for (std::size_t which = 0; which < transactions_.size(); ++which) {
      for (Branch& each : transactions_[which].branches) {
        if (each.number == hold || !each.is_open()) continue;
        const std::string now = come_to(each.number, which);
        changed = changed || now != each.state;
        each.state = now;
        if (now == "withdrawn" || now == "closed") take_back_promise(which);
      }
    }
  }
}

// What was promised cannot be had any more: it is to be confirmed anew, before its deadline.
void NaiveBranches::take_back_promise(std::size_t which) {
  Transaction& of = transactions_[which];
  if (!of.is_prepared || !of.decision.empty()) return;
  of.is_prepared = false;
  of.confirmed_as.clear();
  for (Branch& each : of.branches) each.taken = 0;
}

void NaiveBranches::decide(std::size_t which, const std::string& decision,
                           const std::string& reason) {
  Transaction& of = transactions_[which];
  of.decision = decision;
  of.reason = reason;
  for (Branch& each : of.branches) {
    if (!each.is_open()) continue;
    if (each.number == hold && decision == "confirm") each.state = "confirmed";
    if (each.number == hold && decision == "cancel") {
      each.state = reason == "expired" ? "expired" : "cancelled";
    }
    if (each.number == nested && transactions_[below(which)].decision.empty()) {
      decide(below(which), decision, reason);
    }
  }
  look_at_branches();
}

void NaiveBranches::go_on() {
  for (;;) {
    std::size_t first = transactions_.size();
    for (std::size_t which = 0; which < transactions_.size(); ++which) {
      const bool is_first = first == transactions_.size() ||
                            transactions_[which].deadline < transactions_[first].deadline;
      if (is_late(which) && is_first) first = which;
    }
    if (first == transactions_.size()) break;
    decide(first, "cancel", "expired");
  }
  drive_saga();
  look_at_branches();
}

// The decision, or else its own deadline.
void NaiveBranches::drive_saga() {
  const bool is_late = saga_deadline_ != 0 && now_ >= saga_deadline_;
  if (phase_ == Phase::asking && is_late) phase_ = Phase::undone;
  if (phase_ != Phase::waiting) return;
  const std::size_t owner = saga_owner();
  const std::string decision = is_owned() ? transactions_[owner].decision : "";
  if (decision == "confirm") {
    phase_ = Phase::keeping;
  } else if (decision == "cancel" || is_late) {
    phase_ = Phase::undoing;
    is_going_back_ = true;
  }
}

// ---- Events of transactions. ----

void NaiveBranches::add(std::size_t which, std::uint64_t number, std::uint64_t amount) {
  Branch branch;
  branch.number = number;
  branch.amount = amount;
  transactions_[which].branches.push_back(branch);
}

std::string NaiveBranches::begin(std::size_t which) {
  Transaction& of = transactions_[which];
  if (of.is_there) return of.deadline == 0 ? "rejected_cancelled" : "duplicate";
  of.is_there = true;
  of.deadline = now_ + settings_.timeouts[which];
  return "done";
}

// Whatever is tried: is it known, or too late? Nothing if it may be tried.
std::string NaiveBranches::fault_of_try(std::size_t which, std::uint64_t number) {
  const Transaction& of = transactions_[which];
  if (!of.is_there) return "tcc_not_found";
  if (of.decision == "cancel") {
    return of.reason == "expired" ? "rejected_expired" : "rejected_cancelled";
  }
  if (const Branch* const known = find(which, number)) {
    if (known->state == "withdrawn") return "branch_withdrawn";
    return known->state == "confirmed" ? "duplicate_confirmed" : "duplicate";
  }
  if (of.decision == "confirm" || of.is_prepared) return "rejected_decided";
  if (is_late(which)) {
    decide(which, "cancel", "expired");
    return "rejected_expired";
  }
  return "";
}

std::string NaiveBranches::try_hold(std::size_t which) {
  if (const std::string fault = fault_of_try(which, hold); !fault.empty()) return fault;
  add(which, hold, settings_.amounts[which]);
  return "done";
}

std::string NaiveBranches::try_other_hold(std::size_t which) {
  if (transactions_[which].decision == "cancel") return fault_of_try(which, hold);
  if (!is_late(which)) return "conflict";
  decide(which, "cancel", "expired");
  return "rejected_expired";
}

std::string NaiveBranches::try_saga(std::size_t which) {
  if (const std::string fault = fault_of_try(which, saga); !fault.empty()) return fault;
  if (phase_ == Phase::none) return "subject_not_found";
  if (is_owned()) return "subject_is_taken";
  if (phase_ == Phase::asking) return "saga_not_ready";
  if (phase_ != Phase::waiting) return "subject_not_forward";
  add(which, saga, 0);
  return "done";
}

std::string NaiveBranches::try_nested(std::size_t which) {
  if (const std::string fault = fault_of_try(which, nested); !fault.empty()) return fault;
  if (!transactions_[below(which)].is_there) return "subject_not_found";
  std::size_t top = which;
  while (is_nested(top)) top = above(top);
  if (top == below(which)) return "nested_in_itself";
  if (state_of(below(which)) != "trying") return "subject_not_forward";
  add(which, nested, 0);
  return "done";
}

std::vector<TccTake> NaiveBranches::takes(std::size_t which, Takes how) const {
  const Transaction& of = transactions_[which];
  std::vector<TccTake> takes;
  for (const Branch& each : of.branches) {
    const bool was_confirmed =
        std::any_of(of.confirmed_as.begin(), of.confirmed_as.end(),
                    [&](const TccTake& take) { return take.branch == each.number; });
    if (!each.is_open() && !was_confirmed) continue;
    if (each.number == hold && how == Takes::less) {
      takes.push_back({each.number, each.amount * 3 / 5});
    } else if (each.number == hold || how != Takes::hold_only) {
      takes.push_back({each.number});
    }
  }
  return takes;
}

// What an operator has closed by hand may be named, and need not be.
bool NaiveBranches::is_as_confirmed(std::size_t which, const std::vector<TccTake>& takes) const {
  const auto told = [&](const std::vector<TccTake>& from) {
    std::vector<std::string> all;
    for (const TccTake& each : from) {
      const Branch* const branch = find(which, each.branch);
      if (branch->state == "closed") continue;
      const bool whole = each.amount == TccTake::all_of_it;
      all.push_back(fmt::format("{} {}", each.branch, whole ? branch->amount : each.amount));
    }
    std::sort(all.begin(), all.end());
    return all;
  };
  return told(takes) == told(transactions_[which].confirmed_as);
}

bool NaiveBranches::is_ready(std::size_t which, const Branch& branch) const {
  if (branch.state != "tried") return false;
  if (branch.number == saga) return phase_ == Phase::waiting;
  if (branch.number == hold) return true;
  const auto& all = transactions_[below(which)].branches;
  return state_of(below(which)) == "prepared" &&
         std::all_of(all.begin(), all.end(), [&](const Branch& each) {
           return !each.is_open() || is_ready(below(which), each);
         });
}

std::string NaiveBranches::fault_of_takes(std::size_t which,
                                          const std::vector<TccTake>& takes) const {
  std::size_t open = 0;
  for (const Branch& each : transactions_[which].branches) open += each.is_open() ? 1U : 0U;
  for (const TccTake& take : takes) {
    const Branch* const branch = find(which, take.branch);
    if (branch == nullptr || !is_ready(which, *branch)) return "not_tried";
  }
  return takes.size() == open ? "" : "branches_differ";
}

std::string NaiveBranches::confirm(std::size_t which, const std::vector<TccTake>& takes) {
  Transaction& of = transactions_[which];
  if (!of.is_there) return "tcc_not_found";
  if (of.decision == "cancel") {
    return of.reason == "expired" ? "already_expired" : "already_cancelled";
  }
  if (of.decision == "confirm") return is_as_confirmed(which, takes) ? "duplicate" : "conflict";
  if (of.is_prepared) return is_as_confirmed(which, takes) ? "awaits_parent" : "conflict";
  if (is_late(which)) {
    decide(which, "cancel", "expired");
    return "already_expired";
  }
  if (const std::string fault = fault_of_takes(which, takes); !fault.empty()) return fault;
  of.confirmed_as = takes;
  for (const TccTake& take : takes) {
    for (Branch& each : of.branches) {
      if (each.number != take.branch) continue;
      each.taken = take.amount == TccTake::all_of_it ? each.amount : take.amount;
    }
  }
  if (is_nested(which)) {
    of.is_prepared = true;
    return "awaits_parent";
  }
  decide(which, "confirm", "client");
  return "done";
}

std::string NaiveBranches::cancel(std::size_t which) {
  Transaction& of = transactions_[which];
  if (of.decision == "confirm") return "already_confirmed";
  if (of.decision == "cancel") return "duplicate";
  of.is_there = true;
  const bool any = std::any_of(of.branches.begin(), of.branches.end(),
                               [](const Branch& each) { return each.is_open(); });
  decide(which, "cancel", "client");
  return any ? "done" : "ok_empty";
}

// ---- Events of the saga. ----

std::string NaiveBranches::start_saga() {
  if (phase_ != Phase::none) return "exists";
  phase_ = Phase::asking;
  saga_deadline_ = now_ + settings_.saga_time;
  return "created";
}

std::string NaiveBranches::cancel_saga() {
  if (phase_ == Phase::none) return "saga_not_found";
  if (saga_has_ended()) return "saga_has_ended";
  if (is_owned()) return "saga_is_owned";
  if (phase_ == Phase::asking) {
    phase_ = Phase::undone;
  } else if (phase_ == Phase::waiting) {
    phase_ = Phase::undoing;
    is_going_back_ = true;
  } else {
    return "saga_illegal_transition";
  }
  return "created";
}

std::string NaiveBranches::operate(Act act) {
  if (phase_ == Phase::none) return "saga_not_found";
  if (saga_has_ended()) return "saga_has_ended";
  if (!saga_is_stuck()) return "saga_illegal_transition";
  if (act == Act::close) {
    phase_ = Phase::closed;
  } else if (act == Act::force) {
    if (phase_ == Phase::stuck_keeping) return "saga_no_way_back";
    // Of what was skipped nothing comes of it but that it was forced.
    if (phase_ == Phase::stuck_skipped && is_forced_) return "saga_unchanged";
    const bool goes_back = phase_ == Phase::stuck_undoing || phase_ == Phase::stuck_contradicted;
    if (goes_back) phase_ = Phase::undoing;
    is_going_back_ = true;
    is_forced_ = true;
  } else if (phase_ == Phase::stuck_skipped || phase_ == Phase::stuck_contradicted) {
    return "saga_illegal_transition";
  } else if (phase_ == Phase::stuck_keeping) {
    phase_ = act == Act::retry ? Phase::keeping : Phase::completed;
  } else if (act == Act::retry) {
    phase_ = Phase::undoing;
  } else {
    phase_ = act == Act::skip ? Phase::stuck_skipped : Phase::undone;
  }
  look_at_branches();
  return "created";
}

std::string NaiveBranches::contradict() {
  phase_ = Phase::stuck_contradicted;
  look_at_branches();
  go_on();
  return "created";
}

std::string NaiveBranches::answer(std::string_view outcome) {
  go_on();
  std::string asked;
  const bool is_done = outcome == "succeeded";
  if (phase_ == Phase::asking) {
    asked = "do try";
    if (is_done) phase_ = Phase::waiting;
    if (outcome == "failed") phase_ = Phase::undone;
    if (outcome == "unknown") phase_ = Phase::undoing;
    is_going_back_ = !is_done;
  } else if (phase_ == Phase::keeping) {
    asked = "do keep";
    phase_ = is_done ? Phase::completed : Phase::stuck_keeping;
  } else if (phase_ == Phase::undoing) {
    asked = "undo try";
    phase_ = is_done ? Phase::undone : Phase::stuck_undoing;
  }
  look_at_branches();
  go_on();
  return asked;
}

}  // namespace daybook::test
