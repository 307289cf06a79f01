#pragma once

#include <cstring>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "engine/ports/snapshot_store.hpp"

namespace daybook::test {

/// Snapshots in memory. Their bytes may be changed.
class MemorySnapshots final : public SnapshotStore {
 public:
  struct Snapshot {
    SnapshotHeader header;
    std::vector<std::byte> bytes;
  };

  Result<std::vector<Sequence>> list() override {
    std::vector<Sequence> found;
    for (const auto& [sequence, snapshot] : snapshots_) {
      found.insert(found.begin(), Sequence{sequence});
    }
    return found;
  }
  Result<std::unique_ptr<StoredSnapshot>> create() override {
    return std::unique_ptr<StoredSnapshot>{std::make_unique<Writing>(*this)};
  }
  Result<SnapshotBytes> open(Sequence at) override {
    const auto found = snapshots_.find(at.value());
    if (found == snapshots_.end()) return Failure{FailureKind::not_found, "no such snapshot"};
    // The allocator aligns to 16, as a mapped file does.
    const auto copy = std::make_shared<const std::vector<std::byte>>(found->second.bytes);
    return SnapshotBytes{found->second.header, *copy, copy};
  }
  Result<void> remove(Sequence at) override {
    snapshots_.erase(at.value());
    return {};
  }

  [[nodiscard]] Snapshot& at(Sequence sequence) { return snapshots_.at(sequence.value()); }

 private:
  class Writing final : public StoredSnapshot {
   public:
    explicit Writing(MemorySnapshots& into) : into_{into} {}
    Result<void> append(std::span<const std::byte> bytes) override {
      bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
      return {};
    }
    Result<void> finish(const SnapshotHeader& header) override {
      into_.snapshots_[header.sequence] = {header, std::move(bytes_)};
      return {};
    }

   private:
    MemorySnapshots& into_;
    std::vector<std::byte> bytes_;
  };

  std::map<std::uint64_t, Snapshot> snapshots_;
};

}  // namespace daybook::test
