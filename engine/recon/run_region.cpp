#include "engine/recon/run_region.hpp"

#include <algorithm>
#include <cstring>

#include "engine/base/assert.hpp"
#include "engine/recon/sort_entries.hpp"

namespace daybook::recon {
namespace {

constexpr std::size_t samples_a_run = 16;
/// Far enough ahead for a cache miss to be over when the record's turn has come.
constexpr std::size_t gather_distance = 32;

/// In words where there is room behind it: a call for 40 bytes would cost more than they do.
void copy_record(std::byte* to, const std::byte* from, std::size_t size, std::size_t room) {
  if (room < packed_bytes_max + 16) {
    std::memcpy(to, from, size);
    return;
  }
  for (std::size_t done = 0; done < size; done += 16) std::memcpy(to + done, from + done, 16);
}

std::size_t aligned(std::size_t size) { return (size + 15) & ~std::size_t{15}; }

}  // namespace

RunRegion::RunRegion(std::span<std::byte> memory, OrderRule order, unsigned lane,
                     std::size_t run_bytes_max)
    : memory_{memory}, order_{order}, lane_{lane}, run_bytes_max_{run_bytes_max} {
  begin_run(0);
}

void RunRegion::begin_run(std::size_t at) {
  begin_ = used_ = at;
  run_end_ = begin_ + std::min(run_bytes_max_, memory_.size() - begin_);
  count_ = 0;
  any_set_ = {};
  all_set_.fill(~std::uint64_t{0});
}

void RunRegion::finish() {
  if (count_ == 0) return;
  std::byte* const records = memory_.data() + begin_;
  const std::size_t entries_begin = aligned(used_ + packed_slack);
  auto* const first = reinterpret_cast<RunEntry*>(memory_.data() + entries_begin);
  const std::span<RunEntry> entries{first, count_};
  const std::span<RunEntry> scratch{first + count_, count_};
  KeyWords varying{};
  for (std::size_t i = 0; i < varying.size(); ++i) varying[i] = any_set_[i] ^ all_set_[i];
  const BitPlan plan{varying};
  plan.fill(entries, records, order_);
  sort_entries(entries, scratch, plan.bit_count(), records, order_);

  SortedRun run;
  run.records = records;
  run.entries = entries;
  run.lane = lane_;
  run.record_count = count_;
  resident_.push_back(run);
  note_samples(run);
  begin_run(entries_begin + count_ * sizeof(RunEntry));
}

void RunRegion::note_samples(const SortedRun& run) {
  for (std::size_t i = 0; i < samples_a_run; ++i) {
    const std::size_t index = i * run.entries.size() / samples_a_run;
    Record record;
    unpack(run.records + run.entries[index].offset, record);
    samples_.push_back(order_.words(record));
  }
}

Result<void> RunRegion::spill(SpillStore& store, std::span<std::byte> block) {
  ENSURE(count_ == 0, "only finished runs are spilled");
  for (SortedRun& run : resident_) {
    if (auto spilled = spill_run(run, store, block); !spilled) return spilled;
    spilled_.push_back(run);
  }
  resident_.clear();
  begin_run(0);
  return {};
}

Result<void> RunRegion::spill_run(SortedRun& run, SpillStore& store, std::span<std::byte> block) {
  std::size_t at = block_records_at;
  BlockHead head;
  const auto write = [&]() -> Result<void> {
    head.used_bytes = static_cast<std::uint32_t>(at - block_records_at);
    std::memcpy(block.data() + block_head_at, &head, sizeof head);
    std::memset(block.data() + at, 0, block.size() - at);
    const Result<std::uint64_t> number = store.write(lane_, block);
    if (!number) return number.error();
    if (run.block_count++ == 0) run.first_block = number.value();
    at = block_records_at;
    head = {};
    return {};
  };
  for (std::size_t i = 0; i < run.entries.size(); ++i) {
    if (i + gather_distance < run.entries.size()) {
      const std::byte* ahead = run.records + run.entries[i + gather_distance].offset;
      __builtin_prefetch(ahead);
      __builtin_prefetch(ahead + 48);
    }
    const std::byte* from = run.records + run.entries[i].offset;
    const std::size_t size = packed_size(from);
    if (at + size > block.size()) {
      if (auto written = write(); !written) return written;
    }
    copy_record(block.data() + at, from, size, block.size() - at);
    at += size;
    ++head.record_count;
  }
  if (auto written = write(); !written) return written;
  run.records = nullptr;
  run.entries = {};
  return {};
}

std::vector<SortedRun> RunRegion::runs() const {
  std::vector<SortedRun> all = spilled_;
  all.insert(all.end(), resident_.begin(), resident_.end());
  return all;
}

}  // namespace daybook::recon
