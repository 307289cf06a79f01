#include "engine/index/stored_array.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/hash.hpp"

namespace daybook {
namespace {

constexpr std::size_t page_bytes = 4'096;

struct ArrayHeader {
  StoredArray::What what{};
  StoredArray::Words words{};
  std::uint64_t byte_count = 0;
  Uint128 body;
  std::uint64_t checksum = 0;
};
static_assert(sizeof(ArrayHeader) == 72);

std::uint64_t checksum_of(const ArrayHeader& header) {
  return xxh3_64(std::as_bytes(std::span{&header, 1}).first(offsetof(ArrayHeader, checksum)));
}

/// The hash of the hashes of all pieces: a piece ends after piece_bytes, wherever parts end.
class BodyHash {
 public:
  void add(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const std::size_t count = std::min(bytes.size(), StoredArray::piece_bytes - piece_.size());
      if (piece_.empty() && count == StoredArray::piece_bytes) {
        hashes_.push_back(xxh3_128(bytes.first(count)));
      } else {
        piece_.insert(piece_.end(), bytes.begin(),
                      bytes.begin() + static_cast<std::ptrdiff_t>(count));
        if (piece_.size() == StoredArray::piece_bytes) end_piece();
      }
      bytes = bytes.subspan(count);
    }
  }
  [[nodiscard]] Uint128 finish() {
    if (!piece_.empty()) end_piece();
    return xxh3_128(std::as_bytes(std::span{hashes_}));
  }

 private:
  void end_piece() {
    hashes_.push_back(xxh3_128(piece_));
    piece_.clear();
  }

  std::vector<std::byte> piece_;
  std::vector<Uint128> hashes_;
};

ArrayHeader header_in(const RunBytes& stored) {
  ArrayHeader header;
  std::memcpy(&header, stored.bytes.data(), sizeof header);
  return header;
}

Failure damaged(const RunBytes& stored, const char* what) {
  return {FailureKind::damaged, "the index run " + stored.name + " " + what};
}

}  // namespace

Result<StoredArray> StoredArray::write(const What& what, const Words& words,
                                       std::span<const std::span<const std::byte>> parts,
                                       RunStore& store, std::string_view index) {
  auto created = store.create(index);
  if (!created.ok()) return created.error();
  StoredRun& run = *created.value();
  ArrayHeader header{.what = what, .words = words, .byte_count = 0, .body = {}, .checksum = 0};
  BodyHash hash;
  for (const auto& part : parts) {
    hash.add(part);
    header.byte_count += part.size();
    if (auto appended = run.append(part); !appended.ok()) return appended.error();
  }
  header.body = hash.finish();
  header.checksum = checksum_of(header);
  std::array<std::byte, page_bytes> page{};
  std::memcpy(page.data(), &header, sizeof header);
  if (auto put = run.put_header(page); !put.ok()) return put.error();
  auto finished = run.finish();
  if (!finished.ok()) return finished.error();
  return open(what, std::move(finished).value());
}

Result<StoredArray> StoredArray::open(const What& what, RunBytes stored) {
  if (stored.bytes.size() < page_bytes) return damaged(stored, "is too short");
  const ArrayHeader header = header_in(stored);
  if (header.what != what || header.checksum != checksum_of(header)) {
    return damaged(stored, "does not begin as it should");
  }
  if (header.byte_count != stored.bytes.size() - page_bytes) {
    return damaged(stored, "is not as long as it says");
  }
  StoredArray array;
  array.words_ = header.words;
  array.stored_ = std::move(stored);
  return array;
}

std::span<const std::byte> StoredArray::bytes() const {
  return is_stored() ? stored_.bytes.subspan(page_bytes) : std::span<const std::byte>{};
}

Result<void> StoredArray::check() const {
  if (!is_stored()) return {};
  BodyHash hash;
  hash.add(bytes());
  if (hash.finish() == header_in(stored_).body) return {};
  return damaged(stored_, "has other bytes than were written");
}

}  // namespace daybook
