#include <algorithm>

#include "net/client/step_table.hpp"

namespace daybook {

Result<std::optional<StepRecord>> MemoryStepTable::find(const Uint128& key) {
  const std::lock_guard lock{mutex_};
  const auto found = records_.find(key);
  if (found == records_.end()) return std::optional<StepRecord>{};
  return std::optional{found->second};
}

Result<void> MemoryStepTable::put(std::span<const StepRecord> records) {
  const std::lock_guard lock{mutex_};
  for (const StepRecord& each : records) {
    if (records_.insert_or_assign(each.key, each).second) order_.push_back(each.key);
    while (records_.size() > keys_max_) {
      records_.erase(order_.front());
      order_.pop_front();
    }
  }
  return {};
}

// Nothing was there before this process.
Result<std::vector<StepRecord>> MemoryStepTable::owed() { return std::vector<StepRecord>{}; }

void MemoryStepTable::paid(std::span<const StepPaid> answers) {
  const std::lock_guard lock{mutex_};
  for (const StepPaid& each : answers) {
    const auto found = records_.find(each.key);
    if (found == records_.end() || found->second.attempt > each.attempt) continue;
    found->second.owed = false;
  }
}

Result<std::uint64_t> MemoryStepTable::forget(std::uint64_t now_ms,
                                              std::span<const StepKeeping> keeping) {
  const std::lock_guard lock{mutex_};
  const auto is_over = [&](const StepRecord& record) {
    return std::any_of(keeping.begin(), keeping.end(), [&](const StepKeeping& each) {
      return each.type == record.type && now_ms > each.keeps_keys_ms &&
             record.changed_ms < now_ms - each.keeps_keys_ms;
    });
  };
  std::uint64_t forgotten = 0;
  while (!order_.empty() && forgotten < step_forget_max) {
    const auto found = records_.find(order_.front());
    if (found == records_.end() || !is_over(found->second)) break;
    records_.erase(found);
    order_.pop_front();
    ++forgotten;
  }
  return forgotten;
}

}  // namespace daybook
