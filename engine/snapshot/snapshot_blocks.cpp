#include "engine/snapshot/snapshot_blocks.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "engine/base/hash.hpp"

namespace daybook {
namespace {

constexpr std::size_t alignment = 16;

constexpr std::size_t padding_after(std::size_t bytes) {
  return (alignment - bytes % alignment) % alignment;
}

Uint128 header_hash_of(const BlockHeader& header) {
  return xxh3_128(std::as_bytes(std::span{&header, 1}).first(offsetof(BlockHeader, header_hash)));
}

}  // namespace

void SnapshotWriter::append(std::span<const std::byte> bytes) {
  if (failure_) return;
  if (auto appended = snapshot_.append(bytes); !appended.ok()) fail(appended.error());
}

void SnapshotWriter::put_block(BlockKind kind, std::uint32_t number,
                               std::span<const std::byte> first,
                               std::span<const std::byte> second) {
  std::vector<std::byte> joined;
  if (!second.empty()) {
    joined.reserve(first.size() + second.size());
    joined.insert(joined.end(), first.begin(), first.end());
    joined.insert(joined.end(), second.begin(), second.end());
    first = joined;
  }
  BlockHeader header{.kind = static_cast<std::uint32_t>(kind),
                     .number = number,
                     .bytes = first.size(),
                     .hash = xxh3_128(first),
                     .header_hash = {}};
  header.header_hash = header_hash_of(header);
  append(std::as_bytes(std::span{&header, 1}));
  append(first);
  const std::array<std::byte, alignment> zeros{};
  append(std::span{zeros}.first(padding_after(first.size())));
}

Result<void> SnapshotWriter::outcome() const {
  return failure_ ? Result<void>{*failure_} : Result<void>{};
}

Result<std::optional<SnapshotBlock>> SnapshotReader::next() {
  const auto rest = snapshot_.bytes.subspan(at_);
  if (rest.empty()) return std::optional<SnapshotBlock>{};
  if (rest.size() < sizeof(BlockHeader)) return damaged("ends in the middle of a block");
  BlockHeader header;
  std::memcpy(&header, rest.data(), sizeof header);
  if (header.header_hash != header_hash_of(header)) {
    return damaged("has a block whose head does not match its checksum");
  }
  const std::size_t room = rest.size() - sizeof header;
  if (header.bytes > room || padding_after(header.bytes) > room - header.bytes) {
    return damaged("ends in the middle of a block");
  }
  const auto bytes = rest.subspan(sizeof header, header.bytes);
  const auto padding = rest.subspan(sizeof header + header.bytes, padding_after(header.bytes));
  if (xxh3_128(bytes) != header.hash ||
      std::any_of(padding.begin(), padding.end(),
                  [](std::byte each) { return each != std::byte{}; })) {
    return damaged("has a block of kind " + std::to_string(header.kind) +
                   " that does not match its checksum");
  }
  at_ += sizeof header + bytes.size() + padding.size();
  return std::optional{SnapshotBlock{BlockKind{header.kind}, header.number, bytes}};
}

Failure SnapshotReader::damaged(const std::string& what) const {
  return {FailureKind::damaged,
          "the snapshot at sequence " + std::to_string(header().sequence) + " " + what};
}

}  // namespace daybook
