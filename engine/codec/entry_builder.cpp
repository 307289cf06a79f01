#include "engine/codec/entry_builder.hpp"

#include <algorithm>
#include <array>

#include "engine/base/assert.hpp"

// The front of a payload, written by hand because it is the same for every entry. Offsets in bytes
// from the start of the payload:
//    0  u32  offset of the root table: 72
//    4  4    file identifier "DBJ1"
//    8  u16  vtable: its size, 4 + 2 x 29 = 62
//   10  u16  size of the table: 4 + 4 x 29 = 120
//   12  u16  x 29: place of each field in the table, 4, 8, ... 116; then 2 zeros
//   72  i32  table: distance back to the vtable, 64; it starts 4-aligned
//   76  u32  x 29: offset of each vector, from the field itself
//  192       the vectors; each one's u32 length at 4 mod 8, so that its structs are 8-aligned
// Format: https://flatbuffers.dev/flatbuffers_internals.html

namespace daybook {
namespace {

constexpr std::size_t fields = 29;
constexpr std::size_t field_of_transfers = 13;
constexpr std::size_t vtable_at = 8;
constexpr std::size_t table_at = (vtable_at + 4 + 2 * fields + 3) / 4 * 4;
constexpr std::size_t vectors_at = table_at + 4 + 4 * fields;
static_assert(table_at == 72 && vectors_at == 192);

constexpr std::size_t align_16(std::size_t bytes) { return (bytes + 15) & ~std::size_t{15}; }

template <typename Number>
void write(std::byte* at, Number number) {
  std::memcpy(at, &number, sizeof(number));
}

void write_front(std::byte* payload) {
  write(payload, static_cast<std::uint32_t>(table_at));
  std::memcpy(payload + 4, "DBJ1", 4);
  write(payload + table_at - 2, std::uint16_t{0});  // Where the vtable leaves a gap.
  write(payload + vtable_at, static_cast<std::uint16_t>(4 + 2 * fields));
  write(payload + vtable_at + 2, static_cast<std::uint16_t>(4 + 4 * fields));
  for (std::size_t field = 0; field < fields; ++field) {
    write(payload + vtable_at + 4 + 2 * field, static_cast<std::uint16_t>(4 + 4 * field));
  }
  write(payload + table_at, static_cast<std::int32_t>(table_at - vtable_at));
}

}  // namespace

template <typename Self, typename Visit>
void EntryBuilder::for_each_side_vector(Self& self, Visit visit) {
  visit(self.runs_);
  visit(self.operations_);
  visit(self.refusals_);
  visit(self.refused_accounts_);
  visit(self.refused_transfers_);
  visit(self.refused_ledgers_);
  visit(self.accounts_);
  visit(self.ledgers_);
  visit(self.segments_opened_);
  visit(self.segments_sealed_);
  visit(self.segments_hashed_);
  visit(self.clock_changes_);
  visit(self.clients_evicted_);
  visit(self.transfer_notes_);
  visit(self.holds_released_);
  visit(self.account_changes_);
  visit(self.refused_account_changes_);
  visit(self.reasons_);
  visit(self.names_);
  visit(self.refused_names_);
  visit(self.events_);
  visit(self.refused_events_);
  visit(self.event_payloads_);
  visit(self.parents_);
  visit(self.checkpoints_);
  visit(self.refused_checkpoints_);
  visit(self.tcc_facts_);
  visit(self.refused_tcc_commands_);
}

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
  for_each_side_vector(*this, take);
  transfers_at_ = at + front;
  transfers_.items = reinterpret_cast<Transfer*>(transfers_at_);
  open(Sequence{1});
}

void EntryBuilder::open(Sequence first) {
  first_ = first;
  used_bytes_ = sizeof(EntryHeader) + vectors_at + 8 * fields;
  transfers_.count = 0;
  for_each_side_vector(*this, [](auto& vector) { vector.count = 0; });
}

std::uint32_t EntryBuilder::count_of(std::size_t at) const {
  const Run& run = runs_.items[at];
  if (at + 1 == runs_.count && run.kind == FactKind::transfer) return transfers_.count - run.first;
  if (at + 1 == runs_.count && run.kind == FactKind::name) return names_.count - run.first;
  return run.count;
}

std::optional<std::uint32_t> EntryBuilder::index_of(Sequence sequence, FactKind kind) const {
  const std::uint64_t* const begin = run_sequences_.items();
  const auto* const after = std::upper_bound(begin, begin + runs_.count, sequence.value());
  // Runs without facts share their sequence with the run behind them, so step back over them.
  for (auto at = static_cast<std::size_t>(after - begin); at-- > 0;) {
    const Run& run = runs_.items[at];
    const std::uint64_t place = sequence.value() - begin[at];
    const std::uint64_t count = count_of(at);
    if (place < count) {
      if (run.kind != kind) return std::nullopt;
      return run.first + static_cast<std::uint32_t>(place);
    }
    if (count > 0) return std::nullopt;
  }
  return std::nullopt;
}

const Transfer* EntryBuilder::find_transfer(Sequence sequence) const {
  const auto index = index_of(sequence, FactKind::transfer);
  return index ? &transfers_.items[*index] : nullptr;
}

TransferNote EntryBuilder::note_of(const Transfer* transfer) const {
  const auto index = static_cast<std::uint32_t>(transfer - transfers_.items);
  const auto notes = transfer_notes_.all();
  const auto found = std::lower_bound(
      notes.begin(), notes.end(), index,
      [](const TransferNote& note, std::uint32_t wanted) { return note.transfer < wanted; });
  return found != notes.end() && found->transfer == index ? *found : TransferNote{};
}

const HoldReleased* EntryBuilder::find_release(Sequence sequence) const {
  const auto index = index_of(sequence, FactKind::hold_released);
  return index ? &holds_released_.items[*index] : nullptr;
}

const Name* EntryBuilder::find_name(Sequence sequence) const {
  const auto index = index_of(sequence, FactKind::name);
  return index ? &names_.items[*index] : nullptr;
}

const DomainEvent* EntryBuilder::find_event(Sequence sequence) const {
  const auto index = index_of(sequence, FactKind::domain_event);
  return index ? &events_.items[*index] : nullptr;
}

DomainEvent& EntryBuilder::add_fact(const DomainEvent& event, std::span<const std::byte> payload) {
  used_bytes_ += payload.size();
  std::copy(payload.begin(), payload.end(), event_payloads_.items + event_payloads_.count);
  event_payloads_.count += static_cast<std::uint32_t>(payload.size());
  return add(events_, event);
}

bool EntryBuilder::holds_burnt(TransferId id) const {
  for (std::uint32_t at = 0; at < refused_transfers_.count; ++at) {
    if (refused_is_burnt_[at] && refused_transfers_.items[at].id == id) return true;
  }
  return false;
}

template <typename T>
std::byte* EntryBuilder::place(const Vector<T>& vector, std::byte*& at) {
  static_assert((sizeof(T) % 4 == 0 || sizeof(T) == 1) && alignof(T) <= 8);
  if (reinterpret_cast<std::uintptr_t>(at) % 8 != 4) {
    write(at, std::uint32_t{0});
    at += 4;
  }
  std::byte* const length_at = at;
  write(at, vector.count);
  std::memcpy(at + 4, vector.items, sizeof(T) * vector.count);
  at += 4 + sizeof(T) * vector.count;
  while (reinterpret_cast<std::uintptr_t>(at) % 4 != 0) *at++ = std::byte{0};
  return length_at;
}

std::span<std::byte> EntryBuilder::close(EntryHeader header) {
  ENSURE(!empty(), "an entry holds at least one fact");
  // What stands before the first transfer, rounded up so that the value starts 16-aligned.
  std::size_t side_bytes = 0;
  for_each_side_vector(*this, [&](const auto& vector) {
    side_bytes += (vector.all().size_bytes() + 3) / 4 * 4 + 8;  // Length and alignment.
  });
  const std::size_t front = align_16(sizeof(EntryHeader) + vectors_at + side_bytes + 8);
  std::byte* const value = transfers_at_ - front;
  std::byte* const payload = value + sizeof(EntryHeader);
  write_front(payload);

  std::byte* at = payload + vectors_at;
  const auto set_field = [&](std::size_t field, const std::byte* length_at) {
    std::byte* const place_of_field = payload + table_at + 4 + 4 * field;
    write(place_of_field, static_cast<std::uint32_t>(length_at - place_of_field));
  };
  std::size_t field = 0;
  for_each_side_vector(*this, [&](auto& vector) {
    const std::byte* const length_at = place(vector, at);
    if (field == field_of_transfers) ++field;
    set_field(field++, length_at);
  });
  std::fill(at, transfers_at_ - 4, std::byte{0});
  write(transfers_at_ - 4, transfers_.count);
  set_field(field_of_transfers, transfers_at_ - 4);

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
