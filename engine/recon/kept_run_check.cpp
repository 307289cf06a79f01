#include "engine/recon/kept_run_check.hpp"

#include <cstring>
#include <tuple>

namespace daybook::recon {
namespace {

constexpr std::uint64_t samples_of_kept = 16;

/// Whether what `at` begins with could have been written by pack(), of a record of the side.
bool is_record(const std::byte* at, Side side) {
  const auto key_size = std::to_integer<std::size_t>(at[0] & std::byte{0x1f});
  const auto amount_size = std::to_integer<std::size_t>(at[1] & std::byte{0x1f});
  if (key_size > limits::key_bytes || amount_size == 0 || amount_size > 16) return false;
  Record record;
  record.place = packed::load(at + 2);
  return record.side() == side && static_cast<std::size_t>(record.status()) < record_status_count &&
         static_cast<std::size_t>(record.type()) < record_type_count;
}

/// Whether the records in the block are as long as their lengths say, and end with it.
bool is_block_of_records(std::span<const std::byte> block, const BlockHead& head, Side side) {
  if (head.record_count == 0 || head.used_bytes > block.size() - block_records_at) return false;
  std::size_t at = 0;
  for (std::uint32_t i = 0; i < head.record_count; ++i) {
    // What every record has at least says how long it is.
    if (at + packed_key_offset > head.used_bytes) return false;
    const std::byte* const record = block.data() + block_records_at + at;
    if (!is_record(record, side)) return false;
    at += packed_size(record);
    if (at > head.used_bytes) return false;
  }
  return at == head.used_bytes;
}

}  // namespace

std::optional<CheckedRun> check_kept_run(const KeptRun& kept, const SpillStore& store,
                                         std::span<std::byte> block) {
  CheckedRun checked;
  checked.kept = kept;
  checked.run.lane = kept.lane;
  checked.run.first_block = kept.first_block;
  checked.run.block_count = kept.block_count;
  checked.run.record_count = kept.record_count;
  const std::span<std::byte> into = block.first(store.block_bytes());
  std::uint64_t found = 0;
  for (std::uint64_t i = 0; i < kept.block_count; ++i) {
    if (!store.read(kept.lane, kept.first_block + i, into)) return std::nullopt;
    BlockHead head;
    std::memcpy(&head, into.data() + block_head_at, sizeof head);
    if (!is_block_of_records(into, head, kept.side)) return std::nullopt;
    found += head.record_count;
    const std::uint64_t every = kept.block_count / samples_of_kept + 1;
    if (i % every == 0) checked.samples.push_back(packed_key(into.data() + block_records_at));
  }
  if (found != kept.record_count) return std::nullopt;
  return checked;
}

std::vector<CheckedRun> check_kept_runs(const std::vector<KeptRun>& kept, const SpillStore& store) {
  std::vector<KeptRun> sorted = kept;
  std::sort(sorted.begin(), sorted.end(), [](const KeptRun& a, const KeptRun& b) {
    return std::tuple{a.side, a.first_record} < std::tuple{b.side, b.first_record};
  });
  std::vector<std::byte> block(store.block_bytes() + packed_slack);
  std::vector<CheckedRun> good;
  for (const KeptRun& run : sorted) {
    if (!good.empty() && good.back().kept.side == run.side &&
        run.first_record < good.back().kept.first_record + good.back().kept.record_count) {
      continue;
    }
    if (auto checked = check_kept_run(run, store, block)) good.push_back(std::move(*checked));
  }
  return good;
}

}  // namespace daybook::recon
