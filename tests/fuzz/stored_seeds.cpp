// Writes the seed corpus of the fuzz targets that read what is on disk, made by the project's own
// writers: entries, snapshots, index runs.
//
//   stored_seeds DIRECTORY

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/codec/entry_builder.hpp"
#include "engine/index/run_builder.hpp"
#include "engine/snapshot/state_snapshot.hpp"
#include "tests/support/full_run_store.hpp"
#include "tests/support/memory_snapshots.hpp"

namespace daybook {
namespace {

void save(const std::filesystem::path& directory, const std::string& name,
          std::span<const std::byte> bytes) {
  std::filesystem::create_directories(directory);
  std::ofstream file{directory / name, std::ios::binary};
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

Account account(std::uint64_t id) {
  Account made;
  made.id = AccountId{Uint128{id, 0}};
  made.ledger = LedgerId{1};
  made.code = Code{1};
  made.timestamp = Timestamp{id};
  return made;
}

void write_entries(const std::filesystem::path& directory) {
  EntryBuilder builder;
  builder.open(Sequence{1});
  Operation operation;
  operation.kind = RequestKind::create_accounts;
  operation.created_count = operation.event_count = 2;
  operation.time = Timestamp{9};
  builder.add_run(
      {.kind = FactKind::account, .reserved = 0, .operation = 0, .first = 0, .count = 2},
      Sequence{2});
  builder.add_operation(operation);
  builder.add_fact(account(1));
  builder.add_fact(account(2));
  EntryHeader header;
  header.first_sequence = 1;
  header.fact_count = 3;
  header.operation_count = 1;
  const auto value = builder.close(header);
  std::memcpy(&header, value.data(), sizeof(header));
  save(directory, "accounts", value.first(sizeof(header) + header.payload_bytes));
}

void write_snapshots(const std::filesystem::path& directory) {
  StateSettings settings;
  settings.accounts_max = 64;
  settings.transfer_ids_max = 1'000;
  settings.holds_max = settings.names_max = settings.streams_max = settings.event_ids_max = 64;
  settings.ids_a_generation = 500;
  State state{settings};
  test::MemorySnapshots snapshots;
  test::FullRunStore nothing{0};
  auto made = snapshots.create();
  SnapshotWriter writer{*made.value()};
  std::vector<RecentIds> recent;
  write_state(state, {}, nothing, recent, writer);
  writer.put_end(BlockKind::index_end);
  if (!writer.outcome().ok() || !made.value()->finish({}).ok()) std::abort();
  save(directory, "empty", snapshots.at(Sequence{}).bytes);
  // Every kind of block, its items zero, and the end, at which some are put together.
  for (std::uint32_t kind = 1; kind <= 140; ++kind) {
    auto more = snapshots.create();
    SnapshotWriter blocks{*more.value()};
    const std::vector<std::byte> zeros(960);  // A whole number of most items.
    blocks.put(BlockKind{kind}, std::span<const std::byte>{zeros});
    blocks.put_end(BlockKind::end);
    if (!more.value()->finish({}).ok()) std::abort();
    save(directory, "kind-" + std::to_string(kind), snapshots.at(Sequence{}).bytes);
  }
}

class ByteSink final : public RunSink {
 public:
  Result<void> append(std::span<const std::byte> bytes) override {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return {};
  }
  Result<void> put_header(std::span<const std::byte> page) override {
    std::copy(page.begin(), page.end(), bytes_.begin());
    return {};
  }
  [[nodiscard]] const std::vector<std::byte>& bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_ = std::vector<std::byte>(run_page_bytes);
};

void write_runs(const std::filesystem::path& directory) {
  for (const bool with_filter : {false, true}) {
    ByteSink sink;
    RunSettings settings;
    settings.identity = {.journal_id = {7, 7},
                         .index = IndexKind::account_history,
                         .tier = 1,
                         .first = Sequence{1},
                         .last = Sequence{10'000}};
    if (with_filter) settings.filter_keys_max = 3'000;
    RunBuilder builder{settings, sink};
    for (std::uint64_t at = 1; at <= 3'000; ++at) builder.add({at / 3 * 977, at});
    if (!builder.finish().ok()) std::abort();
    save(directory, with_filter ? "with-filter" : "without-filter", sink.bytes());
  }
}

}  // namespace
}  // namespace daybook

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: fuzz_stored_seeds DIRECTORY\n");
    return 2;
  }
  const std::filesystem::path directory{arguments[1]};
  daybook::write_entries(directory / "entries");
  daybook::write_snapshots(directory / "snapshots");
  daybook::write_runs(directory / "runs");
  return 0;
}
