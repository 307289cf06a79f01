#include "engine/recon/sort_entries.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace daybook::recon {
namespace {

constexpr unsigned digit_bits = 11;
constexpr std::size_t digit_values = std::size_t{1} << digit_bits;
constexpr unsigned digits_max = 3;
/// More bits than records need to be told apart, if the bits are worth anything.
constexpr unsigned radix_bits_max = digits_max * digit_bits;
constexpr std::size_t radix_entries_min = 4'096;

using Places = std::array<std::uint32_t, digit_values>;

/// What the instruction PEXT does, for machines without it.
std::uint64_t extract_bits(std::uint64_t word, std::uint64_t mask) {
  std::uint64_t result = 0;
  for (unsigned place = 0; mask != 0; mask &= mask - 1, ++place) {
    if ((word & mask & (~mask + 1)) != 0) result |= std::uint64_t{1} << place;
  }
  return result;
}

std::size_t digit_of(const RunEntry& entry, unsigned shift) {
  return static_cast<std::size_t>(entry.bits >> shift) & (digit_values - 1);
}

/// One stable pass by the digit at `shift`, whose values occur as often as `places` says; false
/// when all have the same, and nothing was moved.
bool radix_pass(std::span<const RunEntry> from, std::span<RunEntry> to, unsigned shift,
                Places& places) {
  std::uint32_t sum = 0;
  for (std::uint32_t& place : places) {
    if (place == from.size()) return false;
    sum += std::exchange(place, sum);
  }
  for (const RunEntry& entry : from) to[places[digit_of(entry, shift)]++] = entry;
  return true;
}

struct EntryLess {
  const std::byte* records;
  const OrderRule& order;

  bool operator()(const RunEntry& a, const RunEntry& b) const {
    if (a.bits != b.bits) return a.bits < b.bits;
    Record first;
    Record second;
    unpack(records + a.offset, first);
    unpack(records + b.offset, second);
    const KeyWords first_words = order.words(first);
    const KeyWords second_words = order.words(second);
    if (first_words != second_words) return first_words < second_words;
    return less_behind_words(first, second);
  }
};

}  // namespace

BitPlan::BitPlan(const KeyWords& varying) {
  unsigned left = 64;
  for (std::size_t i = 0; i < varying.size(); ++i) {
    std::uint64_t mask = varying[i];
    // The lowest bits go first where not all have room.
    while (static_cast<unsigned>(std::popcount(mask)) > left) mask &= mask - 1;
    masks_[i] = mask;
    count_[i] = static_cast<unsigned>(std::popcount(mask));
    left -= count_[i];
    if (mask != varying[i]) break;
  }
}

void BitPlan::extract(std::span<const KeyWords> words, std::span<RunEntry> entries) const {
  for (std::size_t at = 0; at < words.size(); ++at) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < masks_.size(); ++i) {
      // A shift by all 64 bits would be none; nothing stands in `bits` then.
      if (count_[i] == 0) continue;
      bits = (count_[i] == 64 ? 0 : bits << count_[i]) | extract_bits(words[at][i], masks_[i]);
    }
    entries[at].bits = bits;
  }
}

#if defined(__x86_64__)
__attribute__((target("bmi2"))) void BitPlan::extract_by_instruction(
    std::span<const KeyWords> words, std::span<RunEntry> entries) const {
  for (std::size_t at = 0; at < words.size(); ++at) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < masks_.size(); ++i) {
      if (count_[i] == 0) continue;
      bits = (count_[i] == 64 ? 0 : bits << count_[i]) | _pext_u64(words[at][i], masks_[i]);
    }
    entries[at].bits = bits;
  }
}
#endif

void BitPlan::fill(std::span<RunEntry> entries, const std::byte* records,
                   const OrderRule& order) const {
  std::array<KeyWords, 64> words;
  std::size_t offset = 0;
  for (std::size_t begin = 0; begin < entries.size(); begin += words.size()) {
    const std::size_t count = std::min(words.size(), entries.size() - begin);
    for (std::size_t i = 0; i < count; ++i) {
      const std::byte* const record = records + offset;
      if (order.is_by_reference()) {
        words[i] = packed_key(record);
      } else {
        Record whole;
        unpack(record, whole);
        words[i] = order.words(whole);
      }
      entries[begin + i].offset = offset;
      offset += packed_size(record);
    }
    const std::span<const KeyWords> ready{words.data(), count};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("bmi2")) {
      extract_by_instruction(ready, entries.subspan(begin, count));
      continue;
    }
#endif
    extract(ready, entries.subspan(begin, count));
  }
}

void sort_entries(std::span<RunEntry> entries, std::span<RunEntry> scratch, unsigned bit_count,
                  const std::byte* records, const OrderRule& order) {
  const EntryLess less{records, order};
  if (entries.size() < radix_entries_min || entries.size() > UINT32_MAX) {
    std::sort(entries.begin(), entries.end(), less);
    return;
  }
  const unsigned lowest = bit_count > radix_bits_max ? bit_count - radix_bits_max : 0;
  std::array<Places, digits_max> places{};
  for (const RunEntry& entry : entries) {
    for (unsigned i = 0; i < digits_max; ++i) {
      ++places[i][digit_of(entry, std::min(63U, lowest + i * digit_bits))];
    }
  }
  std::span<RunEntry> from = entries;
  std::span<RunEntry> to = scratch;
  for (unsigned i = 0; i < digits_max && lowest + i * digit_bits < bit_count; ++i) {
    if (radix_pass(from, to, lowest + i * digit_bits, places[i])) std::swap(from, to);
  }
  if (from.data() != entries.data()) std::copy(from.begin(), from.end(), entries.begin());
  // What the passes could not tell apart stands together.
  for (std::size_t begin = 0; begin < entries.size();) {
    std::size_t end = begin + 1;
    while (end < entries.size() && entries[end].bits >> lowest == entries[begin].bits >> lowest) {
      ++end;
    }
    if (end - begin > 1) {
      std::sort(entries.begin() + static_cast<std::ptrdiff_t>(begin),
                entries.begin() + static_cast<std::ptrdiff_t>(end), less);
    }
    begin = end;
  }
}

}  // namespace daybook::recon
