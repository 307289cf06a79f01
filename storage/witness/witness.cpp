#include "storage/witness/witness.hpp"

#include <array>
#include <cstring>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "engine/base/hash.hpp"

namespace daybook {
namespace {

constexpr std::uint32_t slot_magic = 0x484b4244;  // "DBKH"
constexpr std::uint32_t slot_version = 1;
constexpr std::size_t slot_distance = 4'096;

struct Slot {
  std::uint32_t magic = slot_magic;
  std::uint32_t version = slot_version;
  std::uint64_t generation = 0;
  Uint128 journal_id;
  std::uint64_t durable = 0;
  Uint128 entry_hash;
  std::uint64_t checksum = 0;
};
static_assert(sizeof(Slot) == 64 && std::is_trivially_copyable_v<Slot>);

std::uint64_t checksum_of(const Slot& slot) {
  return xxh3_64(std::as_bytes(std::span{&slot, 1}).first(offsetof(Slot, checksum)));
}

Slot slot_of(const WitnessStatement& statement, std::uint64_t generation) {
  Slot slot;
  slot.generation = generation;
  slot.journal_id = statement.journal_id;
  slot.durable = statement.durable.value();
  slot.entry_hash = statement.entry_hash;
  slot.checksum = checksum_of(slot);
  return slot;
}

bool is_good(const Slot& slot, std::uint64_t number) {
  return slot.magic == slot_magic && slot.checksum == checksum_of(slot) &&
         slot.version == slot_version && slot.generation % 2 == number;
}

}  // namespace

Result<WitnessReading> read_witness(const std::filesystem::path& path) {
  auto file = File::open(path, File::Mode::read);
  if (!file) return file.error();
  std::optional<WitnessReading> newest;
  bool damaged = false;
  for (std::uint64_t number = 0; number < 2; ++number) {
    Slot slot;
    const auto read =
        file.value().read_at(std::as_writable_bytes(std::span{&slot, 1}), number * slot_distance);
    if (!read) return read.error();
    if (read.value() != sizeof(slot) || !is_good(slot, number)) {
      damaged = true;
      continue;
    }
    if (newest && newest->generation > slot.generation) continue;
    newest = WitnessReading{.statement = {.journal_id = slot.journal_id,
                                          .durable = Sequence{slot.durable},
                                          .entry_hash = slot.entry_hash},
                            .generation = slot.generation,
                            .slot_damaged = false};
  }
  if (!newest) {
    return Failure{FailureKind::damaged,
                   fmt::format("{}: neither of its two slots checks out, so nobody can tell "
                               "whether the journal has lost its end; compare it with a backup "
                               "before serving from it",
                               path.string())};
  }
  newest->slot_damaged = damaged;
  return *newest;
}

Witness::Witness(File file, const WitnessReading& reading)
    : file_{std::move(file)}, statement_{reading.statement}, generation_{reading.generation} {}

Result<void> Witness::create(const std::filesystem::path& path, const Uint128& journal_id) {
  std::array<std::byte, 2 * slot_distance> bytes{};
  for (std::uint64_t number = 0; number < 2; ++number) {
    const Slot slot = slot_of({.journal_id = journal_id, .durable = {}, .entry_hash = {}}, number);
    std::memcpy(bytes.data() + number * slot_distance, &slot, sizeof(slot));
  }
  return replace_file(path, bytes);
}

Result<Witness> Witness::open(const std::filesystem::path& path) {
  auto reading = read_witness(path);
  if (!reading) return reading.error();
  auto file = File::open(path, File::Mode::write);
  if (!file) return file.error();
  return Witness{std::move(file).value(), reading.value()};
}

Result<void> Witness::write(const WitnessStatement& statement) {
  const Slot slot = slot_of(statement, generation_ + 1);
  const auto written =
      file_.write_at(std::as_bytes(std::span{&slot, 1}), slot.generation % 2 * slot_distance);
  if (!written) return written;
  if (auto synced = file_.sync_data(); !synced) return synced;
  generation_ = slot.generation;
  statement_ = statement;
  return {};
}

}  // namespace daybook
