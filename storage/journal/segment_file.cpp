#include "storage/journal/segment_file.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "engine/base/mapped_array.hpp"
#include "storage/file/file.hpp"
#include "storage/journal/page_walker.hpp"
#include "storage/lmdb/environment.hpp"

namespace daybook {
namespace {

using journal_limits::page_bytes;

constexpr std::size_t write_bytes = std::size_t{1} << 20;

/// Writes zeros up to `bytes`, one synced step after the other, so that the disk's queue stays
/// short for the journaler; stops when overtaken. Returns how far it came.
///
/// Past the page cache where that can be: the copy into it cost as much as the journal's own, and
/// half a gigabyte of zeros pushed out pages that somebody needs.
Result<std::uint64_t> zero_fill(File& file, std::uint64_t bytes, const IsOvertaken& is_overtaken) {
  const MappedMemory memory{write_bytes};  // Zeros that begin at a page.
  const std::span<const std::byte> zeros{memory.data(), write_bytes};
  auto size = file.size();
  if (!size) return size;
  std::uint64_t filled = size.value();
  std::uint64_t synced = filled;
  auto direct = File::open(file.path(), File::Mode::write_direct);
  const bool aligned = (filled | bytes) % File::direct_alignment == 0;
  File& target = direct && aligned ? direct.value() : file;
  while (filled < bytes) {
    const std::uint64_t count = std::min<std::uint64_t>(zeros.size(), bytes - filled);
    if (auto written = target.write_at(zeros.first(count), filled); !written) {
      return written.error();
    }
    filled += count;
    if (filled - synced < journal_limits::fill_step_bytes && filled < bytes) continue;
    if (auto done = file.sync_data(); !done) return done.error();
    synced = filled;
    if (is_overtaken(filled, bytes)) break;
  }
  return filled;
}

Result<void> reserve(File& file, std::uint64_t from, std::uint64_t bytes) {
  if (from >= bytes) return {};
  auto reserved = file.allocate(from, bytes - from);
  // Without the call the segment grows as it is written: slower, never wrong.
  if (!reserved && reserved.error().kind == FailureKind::unsupported) return {};
  return reserved;
}

Result<void> fill(File& file, std::uint64_t bytes, Preallocation preallocation,
                  const IsOvertaken& is_overtaken) {
  switch (preallocation) {
    case Preallocation::none:
      return {};
    case Preallocation::reserve:
      return reserve(file, 0, bytes);
    case Preallocation::zero_fill: {
      const auto filled = zero_fill(file, bytes, [](auto, auto) { return false; });
      return filled ? Result<void>{} : filled.error();
    }
    case Preallocation::automatic:
      break;
  }
  const auto filled = zero_fill(file, bytes, is_overtaken);
  if (!filled) return filled.error();
  return reserve(file, filled.value(), bytes);
}

std::filesystem::path lock_of(std::filesystem::path segment) { return segment += "-lock"; }

}  // namespace

Result<void> prepare_segment(const JournalLayout& layout, std::uint64_t ordinal,
                             std::uint64_t bytes, Preallocation preallocation,
                             const IsOvertaken& is_overtaken) {
  const auto path = layout.segment(ordinal);
  auto temporary = path;
  temporary += ".new";
  if (auto removed = remove_file(temporary); !removed) return removed;
  // LMDB does not take a zero-filled file for a new environment, so it comes first.
  if (auto made = lmdb::Environment::create(temporary); !made) return made;
  auto file = File::open(temporary, File::Mode::write);
  if (!file) return file.error();
  auto filled = fill(file.value(), bytes, preallocation, is_overtaken);
  if (filled) filled = file.value().sync();
  if (filled) filled = rename_durably(temporary, path);
  // A full disk needs its space back more than the next attempt needs this file.
  if (!filled) static_cast<void>(remove_file(temporary).ok());
  return filled;
}

Result<void> grow_segment(const JournalLayout& layout, std::uint64_t ordinal, std::uint64_t bytes) {
  auto file = File::open(layout.segment(ordinal), File::Mode::write);
  if (!file) return file.error();
  return reserve(file.value(), 0, bytes);
}

Result<void> trim_segment(const JournalLayout& layout, std::uint64_t ordinal) {
  const auto path = layout.segment(ordinal);
  const auto walker = PageWalker::open(path);
  if (!walker) return walker.error();
  const SegmentStructure found = walker.value().walk();
  for (const Finding& finding : found.findings) {
    if (finding.severity == FindingSeverity::damage) return failure_of(finding);
  }
  const std::uint64_t bytes = (found.last_page + 1) * page_bytes;
  auto file = File::open(path, File::Mode::write);
  if (!file) return file.error();
  if (found.file_bytes != bytes) {
    if (auto cut = file.value().truncate(bytes); !cut) return cut;
  }
  if (auto synced = file.value().sync(); !synced) return synced;
  return remove_file(lock_of(path));
}

Result<SegmentHash> hash_segment(const JournalLayout& layout, std::uint64_t ordinal,
                                 const Sha256Digest& previous_chain,
                                 const std::function<bool()>& is_stopped) {
  const auto file = File::open(layout.segment(ordinal), File::Mode::read);
  if (!file) return file.error();
  SegmentHash hash;
  hash.ordinal = ordinal;
  Sha256 sha;
  std::vector<std::byte> room(write_bytes);
  for (;;) {
    if (is_stopped()) return Failure{FailureKind::closed, "hashing was stopped"};
    const auto read = file.value().read_at(room, hash.file_bytes);
    if (!read) return read.error();
    if (read.value() == 0) break;
    sha.update(std::span{room}.first(read.value()));
    hash.file_bytes += read.value();
  }
  hash.file = sha.finish();
  hash.chain = chain_hash(previous_chain, hash.file);
  return hash;
}

Sha256Digest chain_hash(const Sha256Digest& previous_chain, const Sha256Digest& file) {
  Sha256 sha;
  sha.update(previous_chain);
  sha.update(file);
  return sha.finish();
}

}  // namespace daybook
