#include "tests/engine/tcc/naive_tccs.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "engine/base/limits.hpp"

namespace daybook::test {
namespace {

std::uint64_t small(const Uint128& number) { return number.lo; }

}  // namespace

std::uint64_t NaiveTccs::branch_count() const {
  std::uint64_t count = 0;
  for (const auto& [gid, each] : transactions_) count += each.branches.size();
  return count;
}

std::string NaiveTccs::execute(const TccCommand& command, const std::vector<TccAmount>& amounts,
                               std::uint64_t now) {
  current_ = small(command.gid);
  const auto found = transactions_.find(current_);
  if (found == transactions_.end()) return unknown(command, now);
  Transaction& known = found->second;
  if (command.kind == TccCommandKind::begin) return begin_again(known, command);
  if (command.kind == TccCommandKind::try_) return try_branch(known, command, now);
  if (command.kind == TccCommandKind::confirm) return confirm(known, amounts, now);
  return cancel(known, command);
}

std::string NaiveTccs::unknown(const TccCommand& command, std::uint64_t now) {
  if (command.created_at != 0 && command.created_at <= watermark_) return "rejected_too_old";
  const bool begins = command.kind == TccCommandKind::begin;
  if (!begins && command.kind != TccCommandKind::cancel) return "tcc_not_found";
  if (command.created_at > now + 60'000'000'000) return "created_in_future";
  const bool needs_branch = !begins && command.branch != 0;
  if (transactions_.size() == limits_.transactions ||
      (needs_branch && branch_count() == limits_.branches)) {
    return "too_many_transactions";
  }
  Transaction fresh;
  fresh.created = command.created_at;
  fresh.begun = now;
  if (begins) {
    fresh.timeout = command.timeout_ns == 0 ? 1'800'000'000'000 : command.timeout_ns;
    fresh.deadline = now + fresh.timeout;
    transactions_[current_] = fresh;
    return "done";
  }
  fresh.seen = false;
  fresh.state = "cancelled";
  fresh.reason = "client";
  if (command.branch != 0) {
    Branch empty;
    empty.number = command.branch;
    empty.state = "empty";
    fresh.branches.push_back(empty);
  }
  transactions_[current_] = fresh;
  ended_.push_back(current_);
  return "ok_empty";
}

std::string NaiveTccs::begin_again(const Transaction& known, const TccCommand& command) const {
  if (!known.seen) return "rejected_cancelled";
  const std::uint64_t timeout = command.timeout_ns == 0 ? 1'800'000'000'000 : command.timeout_ns;
  return known.timeout == timeout && known.created == command.created_at ? "duplicate" : "conflict";
}

std::string NaiveTccs::hold(const TccCommand& command) {
  const std::uint64_t debit = small(command.debit_account_id.value());
  const std::uint64_t credit = small(command.credit_account_id.value());
  if (debit == credit) return "accounts_must_be_different";
  if (!accounts.contains(debit)) return "debit_account_not_found";
  if (!accounts.contains(credit)) return "credit_account_not_found";
  const std::uint64_t amount = small(command.amount.value());
  Books& from = accounts[debit];
  if (from.limited && from.debits_pending + from.debits_posted + amount > from.credits_posted) {
    return "exceeds_credits";
  }
  from.debits_pending += amount;
  accounts[credit].credits_pending += amount;
  return "created";
}

std::string NaiveTccs::try_branch(Transaction& known, const TccCommand& command,
                                  std::uint64_t now) {
  if (known.state == "cancelled") {
    return known.reason == "expired" ? "rejected_expired" : "rejected_cancelled";
  }
  const std::uint64_t debit = small(command.debit_account_id.value());
  const std::uint64_t credit = small(command.credit_account_id.value());
  const std::uint64_t amount = small(command.amount.value());
  for (const Branch& each : known.branches) {
    if (each.number != command.branch) continue;
    if (each.debit != debit || each.credit != credit || each.tried != amount) {
      if (known.state == "confirmed" || now < known.deadline) return "conflict";
      decide_cancel(known, "expired");
      return "rejected_expired";
    }
    if (each.state == "refused") return each.refused_with;
    return each.state == "confirmed" ? "duplicate_confirmed" : "duplicate";
  }
  if (known.state == "confirmed") return "rejected_decided";
  if (now >= known.deadline) {
    decide_cancel(known, "expired");
    return "rejected_expired";
  }
  if (branch_count() == limits_.branches) return "too_many_transactions";
  Branch fresh;
  fresh.number = command.branch;
  fresh.debit = debit;
  fresh.credit = credit;
  fresh.tried = amount;
  const std::string status = hold(command);
  fresh.state = status == "created" ? "tried" : "refused";
  if (status != "created") fresh.refused_with = status;
  known.branches.push_back(fresh);
  return status == "created" ? "done" : status;
}

std::string NaiveTccs::confirm(Transaction& known, const std::vector<TccAmount>& amounts,
                               std::uint64_t now) {
  if (known.state == "cancelled") {
    return known.reason == "expired" ? "already_expired" : "already_cancelled";
  }
  std::map<std::uint64_t, std::uint64_t> asked;
  for (const TccAmount& each : amounts) {
    const bool all = each.amount.value().is_max();
    asked[each.branch] = all ? ~std::uint64_t{0} : small(each.amount.value());
  }
  std::map<std::uint64_t, Branch*> tried;
  for (Branch& each : known.branches) {
    if (each.state != "refused") tried[each.number] = &each;
  }
  const auto taken = [&](const Branch& branch) {
    return asked[branch.number] == ~std::uint64_t{0} ? branch.tried : asked[branch.number];
  };
  if (known.state == "confirmed") {
    if (asked.size() != tried.size()) return "conflict";
    for (const auto& [number, branch] : tried) {
      if (!asked.contains(number) || taken(*branch) != branch->confirmed) return "conflict";
    }
    return "duplicate";
  }
  if (now >= known.deadline) {
    decide_cancel(known, "expired");
    return "already_expired";
  }
  for (const auto& [number, amount] : asked) {
    if (!tried.contains(number)) return "not_tried";
  }
  if (asked.size() != tried.size()) return "branches_differ";
  for (const auto& [number, branch] : tried) {
    if (taken(*branch) > branch->tried) return "exceeds_tried";
  }
  for (const auto& [number, branch] : tried) {
    settle(*branch, taken(*branch));
    branch->state = "confirmed";
    branch->confirmed = taken(*branch);
  }
  known.state = "confirmed";
  known.reason = "client";
  ended_.push_back(current_);
  return "done";
}

std::string NaiveTccs::cancel(Transaction& known, const TccCommand& command) {
  if (known.state == "confirmed") return "already_confirmed";
  if (known.state == "cancelled") return "duplicate";
  const bool is_new =
      command.branch != 0 &&
      std::none_of(known.branches.begin(), known.branches.end(),
                   [&](const Branch& each) { return each.number == command.branch; });
  if (is_new && branch_count() == limits_.branches) return "too_many_transactions";
  const bool holds = std::any_of(known.branches.begin(), known.branches.end(),
                                 [](const Branch& each) { return each.state == "tried"; });
  decide_cancel(known, "client");
  if (is_new) {
    Branch empty;
    empty.number = command.branch;
    empty.state = "empty";
    known.branches.push_back(empty);
  }
  return holds ? "done" : "ok_empty";
}

void NaiveTccs::settle(Branch& branch, std::uint64_t posted) {
  accounts[branch.debit].debits_pending -= branch.tried;
  accounts[branch.credit].credits_pending -= branch.tried;
  accounts[branch.debit].debits_posted += posted;
  accounts[branch.credit].credits_posted += posted;
}

void NaiveTccs::decide_cancel(Transaction& known, const std::string& reason) {
  for (Branch& each : known.branches) {
    if (each.state != "tried") continue;
    settle(each, 0);
    each.state = reason == "expired" ? "expired" : "cancelled";
  }
  known.state = "cancelled";
  known.reason = reason;
  ended_.push_back(current_);
}

void NaiveTccs::expire(std::uint64_t now) {
  std::set<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>> due;
  for (const auto& [gid, each] : transactions_) {
    if (each.state == "trying" && each.deadline <= now)
      due.insert({each.deadline, each.begun, gid});
  }
  for (const auto& [deadline, begun, gid] : due) {
    current_ = gid;
    decide_cancel(transactions_[gid], "expired");
  }
}

void NaiveTccs::prune() {
  for (;;) {
    const bool low = limits_.branches - branch_count() < limits_.branches / 4;
    const std::size_t too_many = ended_.size() - std::min(ended_.size(), limits_.kept);
    const std::size_t count = std::max(too_many, low ? (ended_.size() + 7) / 8 : 0);
    if (count == 0) return;
    for (std::size_t each = 0; each < count; ++each) {
      watermark_ = std::max(watermark_, transactions_[ended_.front()].created);
      transactions_.erase(ended_.front());
      ended_.pop_front();
    }
  }
}

std::string NaiveTccs::shown(std::uint64_t gid) const {
  const auto found = transactions_.find(gid);
  if (found == transactions_.end()) return "none";
  std::string text = found->second.state + " " + found->second.reason;
  for (const Branch& each : found->second.branches) {
    text += " " + std::to_string(each.number) + ":" + each.state;
  }
  return text;
}

}  // namespace daybook::test
