#include "engine/ports/entry.hpp"

#include <cstring>

#include <fmt/format.h>

#include "engine/base/hash.hpp"
#include "engine/base/limits.hpp"

namespace daybook {
namespace {

Failure damaged(std::string what) { return {FailureKind::damaged, std::move(what)}; }

}  // namespace

Uint128 seal_entry(std::span<std::byte> value, const Uint128& previous_hash) {
  ENSURE(value.size() >= sizeof(EntryHeader), "an entry starts with its header");
  std::memcpy(value.data() + offsetof(EntryHeader, previous_hash), &previous_hash,
              sizeof(previous_hash));
  const Uint128 hash = xxh3_128(value.subspan(sizeof(Uint128)));
  std::memcpy(value.data(), &hash, sizeof(hash));
  return hash;
}

Result<EntryView> check_entry(std::span<const std::byte> value) {
  if (value.size() < sizeof(EntryHeader) || value.size() > limits::entry_bytes_max ||
      (value.size() + 16) % entry_page_bytes != 0) {
    return damaged(fmt::format("an entry cannot be {} bytes long", value.size()));
  }
  EntryView view{.header = {}, .value = value};
  std::memcpy(&view.header, value.data(), sizeof(EntryHeader));
  const EntryHeader& header = view.header;
  if (header.magic != entry_magic) return damaged("the entry's magic number is wrong");
  if (xxh3_128(value.subspan(sizeof(Uint128))) != header.hash) {
    return damaged("the entry's checksum does not match its bytes");
  }
  if (header.format_version != entry_format_version) {
    return Failure{FailureKind::unsupported,
                   fmt::format("the entry has format version {}, this build reads {}",
                               header.format_version, entry_format_version)};
  }
  if (header.header_bytes != sizeof(EntryHeader) || header.fact_count == 0 ||
      header.first_sequence == 0 || header.reserved != 0 ||
      padded_entry_bytes(header.payload_bytes) != value.size()) {
    return damaged("the entry's header contradicts itself");
  }
  for (const std::byte byte : value.subspan(sizeof(EntryHeader) + header.payload_bytes)) {
    if (byte != std::byte{0}) return damaged("the entry's padding is not zero");
  }
  return view;
}

}  // namespace daybook
