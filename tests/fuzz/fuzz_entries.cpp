// Entries of the journal, made by somebody who can make checksums: the input is a header and a
// payload; what a header must have, and the checksum, are put right, and the rest is read.
//
// Fault 53: the decoder of entries.

#include <vector>

#include "engine/codec/entry_facts.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace daybook {
namespace {

template <typename Item>
void look_at(std::span<const Item> items) {
  if (reinterpret_cast<std::uintptr_t>(items.data()) % alignof(Item) != 0) std::abort();
  touch(items.data(), items.size_bytes());
}

void look_at(const EntryFacts& facts) {
  look_at(facts.operations);
  look_at(facts.refusals);
  look_at(facts.refused_accounts);
  look_at(facts.refused_transfers);
  look_at(facts.accounts);
  look_at(facts.ledgers);
  look_at(facts.transfers);
  look_at(facts.names);
  look_at(facts.domain_events);
  look_at(facts.event_payloads);
  for (std::size_t at = 0; at < facts.transfers.size(); ++at) {
    static_cast<void>(facts.note_of(at));
  }
  for (std::size_t at = 0; at < facts.operations.size(); ++at) {
    const auto reason = facts.reason_of(at);
    touch(reason.data(), reason.size());
  }
  RunWalker walker{facts};
  PlacedRun placed;
  std::uint64_t taken = 0;
  while (walker.next(placed)) taken += placed.run.count + (placed.starts_operation ? 1 : 0);
  if (taken != facts.header.fact_count) std::abort();
}

void run(std::span<const std::uint8_t> input) {
  const auto payload_bytes = static_cast<std::uint32_t>(input.size() - sizeof(EntryHeader));
  const std::vector<std::uint8_t> zeros(padded_entry_bytes(payload_bytes));
  const AlignedInput value{zeros};
  std::memcpy(value.bytes().data(), input.data(), input.size());
  EntryHeader header;
  std::memcpy(&header, input.data(), sizeof(header));
  const Uint128 previous = header.previous_hash;
  header.magic = entry_magic;
  header.format_version = entry_format_version;
  header.header_bytes = sizeof(EntryHeader);
  header.payload_bytes = payload_bytes;
  header.reserved = 0;
  std::memcpy(value.bytes().data(), &header, sizeof(header));
  seal_entry(value.bytes(), previous);
  const auto view = check_entry(value.bytes());
  if (!view.ok()) return;
  const auto facts = read_facts(view.value());
  if (facts.ok()) look_at(facts.value());
}

}  // namespace
}  // namespace daybook

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < sizeof(daybook::EntryHeader) || size > daybook::fuzz_bytes_max) return -1;
  daybook::run({data, size});
  return 0;
}
