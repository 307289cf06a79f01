#include "engine/codec/entry_builder.hpp"

#include <algorithm>
#include <array>

#include "engine/base/assert.hpp"

// The front of a payload, written by hand because it is the same for every entry. Offsets in bytes
// from the start of the payload:
//    0  u32  offset of the root table: 40
//    4  4    file identifier "DBJ1"
//    8  u16  vtable: its size, 4 + 2 x 14 = 32
//   10  u16  size of the table: 4 + 4 x 14 = 60
//   12  u16  x 14: place of each field in the table, 4, 8, ... 56
//   40  i32  table: distance back to the vtable, 32
//   44  u32  x 14: offset of each vector, from the field itself
//  100       the vectors; each one's u32 length at 4 mod 8, so that its structs are 8-aligned
// Format: https://flatbuffers.dev/flatbuffers_internals.html

namespace daybook {
namespace {

constexpr std::size_t fields = 14;
constexpr std::size_t vtable_at = 8;
constexpr std::size_t table_at = vtable_at + 4 + 2 * fields;
constexpr std::size_t vectors_at = table_at + 4 + 4 * fields;
static_assert(table_at == 40 && vectors_at == 100);

constexpr std::size_t align_16(std::size_t bytes) { return (bytes + 15) & ~std::size_t{15}; }

template <typename Number>
void write(std::byte* at, Number number) {
  std::memcpy(at, &number, sizeof(number));
}

void write_front(std::byte* payload) {
  write(payload, static_cast<std::uint32_t>(table_at));
  std::memcpy(payload + 4, "DBJ1", 4);
  write(payload + vtable_at, static_cast<std::uint16_t>(4 + 2 * fields));
  write(payload + vtable_at + 2, static_cast<std::uint16_t>(4 + 4 * fields));
  for (std::size_t field = 0; field < fields; ++field) {
    write(payload + vtable_at + 4 + 2 * field, static_cast<std::uint16_t>(4 + 4 * field));
  }
  write(payload + table_at, static_cast<std::int32_t>(table_at - vtable_at));
}

}  // namespace

EntryBuilder::EntryBuilder() {
  // Side buffers of the largest entry each: address space, touched as far as they are used.
  constexpr std::size_t side = limits::entry_bytes_max;
  constexpr std::size_t front = limits::entry_bytes_max;
  memory_ = MappedMemory{(fields - 1) * side + front + limits::entry_bytes_max + entry_page_bytes};
  run_sequences_ = MappedArray<std::uint64_t>{side / sizeof(Run)};
  refused_is_burnt_ = MappedArray<bool>{side / sizeof(Transfer)};
  std::byte* at = memory_.data();
  const auto take = [&at]<typename T>(Vector<T>& vector) {
    vector.items = reinterpret_cast<T*>(at);
    at += side;
  };
  take(runs_);
  take(operations_);
  take(refusals_);
  take(refused_accounts_);
  take(refused_transfers_);
  take(refused_ledgers_);
  take(accounts_);
  take(ledgers_);
  take(segments_opened_);
  take(segments_sealed_);
  take(segments_hashed_);
  take(clock_changes_);
  take(clients_evicted_);
  transfers_at_ = at + front;
  transfers_.items = reinterpret_cast<Transfer*>(transfers_at_);
  open(Sequence{1});
}

void EntryBuilder::open(Sequence first) {
  first_ = first;
  used_bytes_ = sizeof(EntryHeader) + vectors_at + 8 * fields;
  runs_.count = operations_.count = refusals_.count = 0;
  refused_accounts_.count = refused_transfers_.count = refused_ledgers_.count = 0;
  accounts_.count = ledgers_.count = transfers_.count = 0;
  segments_opened_.count = segments_sealed_.count = segments_hashed_.count = 0;
  clock_changes_.count = clients_evicted_.count = 0;
}

const Transfer* EntryBuilder::find_transfer(Sequence sequence) const {
  const std::uint64_t* const begin = run_sequences_.items();
  const auto* const after = std::upper_bound(begin, begin + runs_.count, sequence.value());
  // Runs without facts share their sequence with the run behind them, so step back over them.
  for (auto at = static_cast<std::size_t>(after - begin); at-- > 0;) {
    const Run& run = runs_.items[at];
    const std::uint64_t place = sequence.value() - begin[at];
    const bool is_last = at + 1 == runs_.count;
    const std::uint64_t count =
        is_last && run.kind == FactKind::transfer ? transfers_.count - run.first : run.count;
    if (place < count) {
      return run.kind == FactKind::transfer ? &transfers_.items[run.first + place] : nullptr;
    }
    if (count > 0) return nullptr;
  }
  return nullptr;
}

bool EntryBuilder::holds_burnt(TransferId id) const {
  for (std::uint32_t at = 0; at < refused_transfers_.count; ++at) {
    if (refused_is_burnt_[at] && refused_transfers_.items[at].id == id) return true;
  }
  return false;
}

template <typename T>
std::byte* EntryBuilder::place(Vector<T>& vector, std::byte* at) {
  static_assert(sizeof(T) % 4 == 0 && alignof(T) <= 8);
  if (reinterpret_cast<std::uintptr_t>(at) % 8 != 4) {
    write(at, std::uint32_t{0});
    at += 4;
  }
  write(at, vector.count);
  std::memcpy(at + 4, vector.items, sizeof(T) * vector.count);
  return at + 4 + sizeof(T) * vector.count;
}

std::span<std::byte> EntryBuilder::close(EntryHeader header) {
  ENSURE(!empty(), "an entry holds at least one fact");
  // What stands before the first transfer, rounded up so that the value starts 16-aligned.
  const auto side_bytes = [](const auto& vector) {
    return vector.all().size_bytes() + 8;  // Length and alignment.
  };
  const std::size_t front = align_16(
      sizeof(EntryHeader) + vectors_at + side_bytes(runs_) + side_bytes(operations_) +
      side_bytes(refusals_) + side_bytes(refused_accounts_) + side_bytes(refused_transfers_) +
      side_bytes(refused_ledgers_) + side_bytes(accounts_) + side_bytes(ledgers_) +
      side_bytes(segments_opened_) + side_bytes(segments_sealed_) + side_bytes(segments_hashed_) +
      side_bytes(clock_changes_) + side_bytes(clients_evicted_) + 8);
  std::byte* const value = transfers_at_ - front;
  std::byte* const payload = value + sizeof(EntryHeader);
  write_front(payload);

  std::byte* at = payload + vectors_at;
  std::size_t field = 0;
  const auto set_field = [&](const std::byte* length_at) {
    std::byte* const place_of_field = payload + table_at + 4 + 4 * field++;
    write(place_of_field, static_cast<std::uint32_t>(length_at - place_of_field));
  };
  const auto put = [&](auto& vector) {
    const std::size_t bytes = vector.all().size_bytes();
    at = place(vector, at);
    set_field(at - bytes - 4);
  };
  put(runs_);
  put(operations_);
  put(refusals_);
  put(refused_accounts_);
  put(refused_transfers_);
  put(refused_ledgers_);
  put(accounts_);
  put(ledgers_);
  put(segments_opened_);
  put(segments_sealed_);
  put(segments_hashed_);
  put(clock_changes_);
  put(clients_evicted_);
  std::fill(at, transfers_at_ - 4, std::byte{0});
  write(transfers_at_ - 4, transfers_.count);
  set_field(transfers_at_ - 4);

  std::byte* const end = transfers_at_ + transfers_.all().size_bytes();
  header.magic = entry_magic;
  header.format_version = entry_format_version;
  header.header_bytes = sizeof(EntryHeader);
  header.first_sequence = first_.value();
  header.payload_bytes = static_cast<std::uint32_t>(end - payload);
  header.operation_count = operations_.count;
  header.reserved = 0;
  std::memcpy(value, &header, sizeof(header));
  const std::size_t size = padded_entry_bytes(header.payload_bytes);
  ENSURE(size <= limits::entry_bytes_max, "callers ask whether a request fits");
  std::fill(end, value + size, std::byte{0});
  return {value, size};
}

}  // namespace daybook
