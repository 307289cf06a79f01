// Sorted runs of indexes: the input is a run's pages, once as they are and once with their
// checksums made right. What opens is read in both directions and by key.
//
// Fault 53: the reader of index runs.

#include "engine/base/hash.hpp"
#include "engine/index/index_run.hpp"
#include "engine/index/run_cursor.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace daybook {
namespace {

void read(std::span<const std::byte> bytes) {
  const auto opened = IndexRun::open(bytes, nullptr, "a run");
  if (!opened.ok()) return;
  const std::shared_ptr<const IndexRun>& run = opened.value();
  RunCursor cursor{run};
  std::uint64_t count = 0;
  IndexPair before;
  for (auto at = cursor.seek({0, 0}); at.ok() && at.value() != nullptr; at = cursor.next()) {
    if (count != 0 && !(before < *at.value())) std::abort();
    before = *at.value();
    if (++count > run->pair_count()) std::abort();
  }
  constexpr std::uint64_t greatest = ~std::uint64_t{0};
  std::uint64_t back = 0;
  for (auto at = cursor.seek_last({greatest, greatest}); at.ok() && at.value() != nullptr;
       at = cursor.previous()) {
    if (++back > run->pair_count()) std::abort();
  }
  static_cast<void>(run->visit(before.key, [](std::uint64_t) { return false; }).ok());
  static_cast<void>(run->count(before.key, 0, greatest).ok());
  static_cast<void>(run->may_hold(before.key));
}

void put(std::span<std::byte> bytes, std::size_t at, std::uint64_t number) {
  if (at + sizeof(number) <= bytes.size()) std::memcpy(bytes.data() + at, &number, sizeof(number));
}

void seal(std::span<std::byte> bytes) {
  if (bytes.size() < run_page_bytes) return;
  RunHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  const std::uint64_t blocks =
      std::min<std::uint64_t>(header.block_count, bytes.size() / run_page_bytes);
  for (std::uint64_t block = 0; block < blocks; ++block) {
    const std::size_t at = run_page_bytes * (1 + block);
    if (at + run_page_bytes > bytes.size()) break;
    put(bytes, at, xxh3_64(bytes.subspan(at + 8, run_page_bytes - 8)));
  }
  const std::size_t directory = run_page_bytes * (1 + blocks);
  const std::size_t directory_bytes = blocks * sizeof(RunDirectoryEntry);
  if (directory + directory_bytes <= bytes.size()) {
    put(bytes, offsetof(RunHeader, directory_checksum),
        xxh3_64(bytes.subspan(directory, directory_bytes)));
  }
  put(bytes, 0, xxh3_64(bytes.subspan(8, run_page_bytes - 8)));
}

}  // namespace
}  // namespace daybook

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > daybook::fuzz_bytes_max) return -1;
  const daybook::AlignedInput input{{data, size}};
  daybook::read(input.bytes());
  daybook::seal(input.bytes());
  daybook::read(input.bytes());
  return 0;
}
