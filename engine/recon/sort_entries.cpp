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

/// First all entries are dealt out by their first 11 bits, then each heap by three digits of 8
/// bits, in a cache. More bits than records need to be told apart, if the bits are worth anything.
constexpr unsigned heap_bits = 11;
constexpr unsigned digit_bits = 8;
constexpr unsigned digits_max = 3;
constexpr unsigned radix_bits_max = heap_bits + digits_max * digit_bits;
constexpr std::size_t radix_entries_min = 4'096;
constexpr std::size_t heap_entries_min = 192;

template <unsigned bits>
using Places = std::array<std::uint32_t, std::size_t{1} << bits>;

/// What the instruction PEXT does, for machines without it.
std::uint64_t extract_bits(std::uint64_t word, std::uint64_t mask) {
  std::uint64_t result = 0;
  for (unsigned place = 0; mask != 0; mask &= mask - 1, ++place) {
    if ((word & mask & (~mask + 1)) != 0) result |= std::uint64_t{1} << place;
  }
  return result;
}

/// One stable pass by the digit at `shift`; false when all have the same, and nothing was moved.
template <unsigned bits>
bool radix_pass(std::span<const RunEntry> from, std::span<RunEntry> to, unsigned shift) {
  constexpr std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
  Places<bits> places{};
  for (const RunEntry& entry : from) ++places[(entry.bits >> shift) & mask];
  std::uint32_t sum = 0;
  for (std::uint32_t& place : places) {
    if (place == from.size()) return false;
    sum += std::exchange(place, sum);
  }
  for (const RunEntry& entry : from) to[places[(entry.bits >> shift) & mask]++] = entry;
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

/// Sorts a heap by the bits from `lowest` up to `highest` into `sorted`.
void sort_heap(std::span<RunEntry> heap, std::span<RunEntry> sorted, unsigned lowest,
               unsigned highest, const EntryLess& less) {
  std::span<RunEntry> from = heap;
  std::span<RunEntry> to = sorted;
  if (heap.size() < heap_entries_min) {
    std::sort(heap.begin(), heap.end(), less);
  } else {
    for (unsigned shift = lowest; shift < highest; shift += digit_bits) {
      if (radix_pass<digit_bits>(from, to, shift)) std::swap(from, to);
    }
  }
  if (from.data() != sorted.data()) std::copy(from.begin(), from.end(), sorted.begin());
}

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
  const unsigned heap_shift = bit_count > heap_bits ? bit_count - heap_bits : 0;
  if (!radix_pass<heap_bits>(entries, scratch, heap_shift)) {
    std::copy(entries.begin(), entries.end(), scratch.begin());
  }
  for (std::size_t begin = 0; begin < scratch.size();) {
    std::size_t end = begin + 1;
    while (end < scratch.size() &&
           scratch[end].bits >> heap_shift == scratch[begin].bits >> heap_shift) {
      ++end;
    }
    sort_heap(scratch.subspan(begin, end - begin), entries.subspan(begin, end - begin), lowest,
              heap_shift, less);
    begin = end;
  }
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
