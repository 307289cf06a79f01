// Snapshots: the input is blocks, once as they are and once with their checksums made right, so
// that what is behind them is reached. They are looked through for runs, and restored from.
//
// Fault 53: the loader of snapshots.

#include "engine/base/hash.hpp"
#include "engine/snapshot/state_snapshot.hpp"
#include "tests/fuzz/fuzz_input.hpp"
#include "tests/support/full_run_store.hpp"

namespace daybook {
namespace {

StateSettings small_tables() {
  StateSettings settings;
  settings.accounts_max = 64;
  settings.transfer_ids_max = 1'000;
  settings.holds_max = 64;
  settings.names_max = 64;
  settings.streams_max = 64;
  settings.event_ids_max = 64;
  settings.windows.operations_per_client = 8;
  settings.windows.clients = 8;
  settings.windows.numbers = 8;
  settings.ids_a_generation = 500;
  return settings;
}

void load(std::span<const std::byte> bytes) {
  const SnapshotBytes snapshot{{}, bytes, nullptr};
  static_cast<void>(runs_needed(SnapshotReader{snapshot}).ok());
  test::FullRunStore nothing{0};
  State state{small_tables()};
  SnapshotReader reader{snapshot};
  const auto read = read_state(reader, nothing, state, [](const IdRunSet&) {});
  if (read.ok() && state.accounts.count() > small_tables().accounts_max) std::abort();
}

/// Makes the checksums of all blocks right, as far as there are whole ones.
void seal(std::span<std::byte> bytes) {
  while (bytes.size() >= sizeof(BlockHeader)) {
    BlockHeader header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    const std::size_t room = bytes.size() - sizeof(header);
    if (header.bytes > room) header.bytes = room;
    header.hash = xxh3_128(bytes.subspan(sizeof(header), header.bytes));
    std::memcpy(bytes.data(), &header, sizeof(header));
    header.header_hash = xxh3_128(bytes.first(offsetof(BlockHeader, header_hash)));
    std::memcpy(bytes.data(), &header, sizeof(header));
    const std::size_t padded = (sizeof(header) + header.bytes + 15) / 16 * 16;
    if (padded >= bytes.size()) return;
    bytes = bytes.subspan(padded);
  }
}

}  // namespace
}  // namespace daybook

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > daybook::fuzz_bytes_max) return -1;
  const daybook::AlignedInput input{{data, size}};
  daybook::load(input.bytes());
  daybook::seal(input.bytes());
  daybook::load(input.bytes());
  return 0;
}
