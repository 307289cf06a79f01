#include "engine/index/run_sink.hpp"

#include <algorithm>
#include <utility>

namespace daybook {

MemoryRunSink::MemoryRunSink(std::size_t bytes_expected) {
  bytes_.reserve(run_page_bytes + bytes_expected);
  bytes_.resize(run_page_bytes);
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
  return RunBytes{bytes, std::move(kept)};
}

Result<std::shared_ptr<const IndexRun>> MemoryRunSink::take() {
  const auto finished = finish();
  if (!finished) return finished.error();
  return IndexRun::open(finished.value().bytes, finished.value().keeper, "a run in memory");
}

Result<std::unique_ptr<StoredRun>> MemoryRunStore::create(std::string_view) {
  return std::unique_ptr<StoredRun>{std::make_unique<MemoryRunSink>()};
}

}  // namespace daybook
