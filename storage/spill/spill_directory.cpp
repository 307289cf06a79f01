#include "storage/spill/spill_directory.hpp"

#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "engine/base/assert.hpp"
#include "engine/base/hash.hpp"

namespace daybook {
namespace {

constexpr std::size_t checksum_bytes = 8;
constexpr std::size_t lane_offset = 8;
constexpr std::size_t number_offset = 12;

std::uint64_t checksum_of(std::span<const std::byte> block) {
  return xxh3_64(block.subspan(checksum_bytes));
}

}  // namespace

SpillDirectory::SpillDirectory(std::filesystem::path directory, std::size_t block_bytes,
                               unsigned lane_count, unsigned kept_lanes)
    : directory_{std::move(directory)},
      block_bytes_{block_bytes},
      kept_lanes_{kept_lanes},
      lanes_(lane_count) {}

Result<std::unique_ptr<SpillDirectory>> SpillDirectory::open(const std::filesystem::path& directory,
                                                             std::size_t block_bytes,
                                                             unsigned lane_count,
                                                             unsigned kept_lanes) {
  ENSURE(block_bytes > header_bytes && block_bytes % 4'096 == 0, "blocks are whole pages");
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) {
    return Failure{
        FailureKind::not_found,
        fmt::format("{}: no directory to spill to; name one with --spill", directory.string())};
  }
  return std::unique_ptr<SpillDirectory>{
      new SpillDirectory{directory, block_bytes, lane_count, kept_lanes}};
}

std::filesystem::path SpillDirectory::kept_path(const std::filesystem::path& directory,
                                                unsigned lane) {
  return directory / fmt::format("daybook-runs-{}", lane);
}

Result<void> SpillDirectory::resume_lane(unsigned lane, std::uint64_t block_count) {
  ENSURE(lane < kept_lanes_ && !lanes_[lane].is_open, "before anything is written or read");
  Result<File> file = File::open(kept_path(directory_, lane), File::Mode::create);
  if (!file) return file.error();
  lanes_[lane].file = std::move(file).value();
  lanes_[lane].is_open = true;
  lanes_[lane].count.store(block_count, std::memory_order_release);
  return {};
}

Result<void> SpillDirectory::open_lane(unsigned lane) {
  if (lane < kept_lanes_) return resume_lane(lane, 0);
  // The process and the store make the name this one's; it is gone before anything is written.
  const std::filesystem::path path =
      directory_ / fmt::format(".daybook-spill-{}-{}-{}", ::getpid(),
                               reinterpret_cast<std::uintptr_t>(this), lane);
  Result<File> file = File::open(path, File::Mode::create_afresh);
  if (!file) return file.error();
  if (auto removed = remove_file(path); !removed) return removed;
  lanes_[lane].file = std::move(file).value();
  lanes_[lane].is_open = true;
  return {};
}

Result<std::uint64_t> SpillDirectory::write(unsigned lane, std::span<std::byte> block) {
  ENSURE(lane < lanes_.size() && block.size() == block_bytes_, "a block of this store");
  Lane& own = lanes_[lane];
  if (!own.is_open) {
    if (auto opened = open_lane(lane); !opened) return opened.error();
  }
  // Only the lane's writer changes the count.
  const std::uint64_t number = own.count.load(std::memory_order_relaxed);
  const auto number_low = static_cast<std::uint32_t>(number);
  std::memcpy(block.data() + lane_offset, &lane, sizeof lane);
  std::memcpy(block.data() + number_offset, &number_low, sizeof number_low);
  const std::uint64_t checksum = checksum_of(block);
  std::memcpy(block.data(), &checksum, sizeof checksum);
  if (auto written = own.file.write_at(block, number * block_bytes_); !written) {
    return written.error();
  }
  own.count.store(number + 1, std::memory_order_release);
  return number;
}

Result<void> SpillDirectory::read(unsigned lane, std::uint64_t number,
                                  std::span<std::byte> into) const {
  ENSURE(lane < lanes_.size() && into.size() == block_bytes_, "a block of this store");
  const Lane& own = lanes_[lane];
  ENSURE(number < own.count.load(std::memory_order_acquire), "only written blocks are read");
  const Result<std::size_t> got = own.file.read_at(into, number * block_bytes_);
  if (!got) return got.error();
  std::uint32_t found_lane = 0;
  std::uint32_t found_number = 0;
  std::uint64_t checksum = 0;
  std::memcpy(&found_lane, into.data() + lane_offset, sizeof found_lane);
  std::memcpy(&found_number, into.data() + number_offset, sizeof found_number);
  std::memcpy(&checksum, into.data(), sizeof checksum);
  if (got.value() != into.size() || found_lane != lane ||
      found_number != static_cast<std::uint32_t>(number) || checksum != checksum_of(into)) {
    return Failure{FailureKind::damaged,
                   fmt::format("{}: block {} of what was spilled there is not what was written; "
                               "look at the disk, then run the command again",
                               directory_.string(), number)};
  }
  return {};
}

std::uint64_t SpillDirectory::written_bytes() const {
  std::uint64_t blocks = 0;
  for (const Lane& lane : lanes_) blocks += lane.count.load(std::memory_order_acquire);
  return blocks * block_bytes_;
}

}  // namespace daybook
