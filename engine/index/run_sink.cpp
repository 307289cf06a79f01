#include "engine/index/run_sink.hpp"

#include <algorithm>
#include <utility>

namespace daybook {

MemoryRunSink::MemoryRunSink(std::size_t bytes_expected) {
  bytes_.reserve(run_page_bytes + bytes_expected);
  bytes_.resize(run_page_bytes);
}

MemoryRunSink::MemoryRunSink(std::string name, std::function<void(const RunBytes&)> on_finished)
    : MemoryRunSink{} {
  name_ = std::move(name);
  on_finished_ = std::move(on_finished);
}

Result<void> MemoryRunSink::append(std::span<const std::byte> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  return {};
}

Result<void> MemoryRunSink::put_header(std::span<const std::byte> page) {
  std::copy(page.begin(), page.end(), bytes_.begin());
  return {};
}

Result<RunBytes> MemoryRunSink::finish() {
  // What was reserved and never touched costs nothing; copying it smaller would.
  if (bytes_.capacity() / 2 > bytes_.size()) bytes_.shrink_to_fit();
  auto kept = std::make_shared<const std::vector<std::byte>>(std::move(bytes_));
  const std::span<const std::byte> bytes{*kept};
  RunBytes run{bytes, std::move(kept), name_};
  if (on_finished_) on_finished_(run);
  return run;
}

Result<std::shared_ptr<const IndexRun>> MemoryRunSink::take() {
  const auto finished = finish();
  if (!finished) return finished.error();
  return IndexRun::open(finished.value().bytes, finished.value().keeper, "a run in memory");
}

Result<std::unique_ptr<StoredRun>> MemoryRunStore::create(std::string_view index) {
  const std::lock_guard lock{mutex_};
  std::string name = std::string{index} + "-" + std::to_string(++created_);
  return std::unique_ptr<StoredRun>{
      std::make_unique<MemoryRunSink>(std::move(name), [this](const RunBytes& run) { add(run); })};
}

void MemoryRunStore::add(const RunBytes& run) {
  const std::lock_guard lock{mutex_};
  std::erase_if(runs_, [](const auto& each) { return each.second.keeper.expired(); });
  runs_.insert_or_assign(run.name, Run{run.bytes, run.keeper, nullptr});
}

Result<RunBytes> MemoryRunStore::open_kept(std::string_view name) {
  const std::lock_guard lock{mutex_};
  const auto found = runs_.find(name);
  auto keeper = found == runs_.end() ? nullptr : found->second.keeper.lock();
  if (keeper == nullptr) {
    return Failure{FailureKind::not_found, "there is no run " + std::string{name} + " in memory"};
  }
  return RunBytes{found->second.bytes, std::move(keeper), found->first};
}

Result<void> MemoryRunStore::keep(std::span<const std::string> names) {
  const std::lock_guard lock{mutex_};
  for (const std::string& name : names) {
    const auto found = runs_.find(name);
    if (found != runs_.end()) found->second.kept = found->second.keeper.lock();
  }
  return {};
}

void MemoryRunStore::let_go(std::span<const std::string> names) {
  const std::lock_guard lock{mutex_};
  for (const std::string& name : names) {
    const auto found = runs_.find(name);
    if (found != runs_.end()) found->second.kept.reset();
  }
}

std::vector<std::string> MemoryRunStore::kept() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::string> names;
  for (const auto& [name, run] : runs_) {
    if (run.kept != nullptr) names.push_back(name);
  }
  return names;
}

}  // namespace daybook
