#include "storage/journal/segment_mending.hpp"

#include <algorithm>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "engine/base/limits.hpp"
#include "engine/ports/entry.hpp"
#include "storage/journal/page_format.hpp"
#include "storage/journal/segment_copy.hpp"

namespace daybook {
namespace {

using page_format::page_bytes;

/// Of a meta page finding, when that is all that is wrong.
std::optional<std::uint64_t> only_zeroed_page(const SegmentStructure& structure) {
  std::optional<std::uint64_t> page;
  for (const Finding& finding : structure.findings) {
    if (finding.severity != FindingSeverity::damage) continue;
    const bool zeroed = finding.kind == FindingKind::meta_page && finding.page &&
                        finding.words.find("it is zeroed") != std::string::npos;
    if (!zeroed || page) return std::nullopt;
    page = finding.page;
  }
  return page;
}

/// The whole entry that follows `last` and stands in pages that the good meta page does not lead
/// to.
Result<std::optional<EntryPosition>> find_hidden(const PageWalker& walker,
                                                 const EntryHeader& last) {
  const auto size = walker.file().size();
  if (!size) return size.error();
  std::vector<std::byte> room;
  for (std::uint64_t page = page_format::meta_pages; page * page_bytes < size.value(); ++page) {
    struct Start {
      page_format::PageHeader page;
      EntryHeader entry;
    } start;
    const auto bytes = std::as_writable_bytes(std::span{&start, 1});
    const auto read = walker.file().read_at(bytes, page * page_bytes);
    if (!read) return read.error();
    if (read.value() != bytes.size()) break;
    if (start.page.number != page || start.page.flags != page_format::page_is_overflow ||
        start.entry.magic != entry_magic || start.entry.first() != next(last.last())) {
      continue;
    }
    const EntryPosition position{.key = start.entry.first_sequence,
                                 .page = page,
                                 .size_bytes = start.page.run_pages() * page_bytes - 16};
    if (position.size_bytes > limits::entry_bytes_max) continue;
    const auto value = walker.read_value(position, room);
    if (!value) continue;
    const auto entry = check_entry(value.value());
    if (entry && entry.value().header.previous_hash == last.hash) return std::optional{position};
  }
  return std::optional<EntryPosition>{};
}

}  // namespace

Result<std::optional<MendableSegment>> find_zeroed_meta_page(const std::filesystem::path& path) {
  const std::optional<MendableSegment> nothing;
  const auto walker = PageWalker::open(path);
  if (!walker) return walker.error();
  SegmentStructure structure = walker.value().walk();
  const auto page = only_zeroed_page(structure);
  if (!page || structure.entries.empty()) return nothing;
  MendableSegment segment{
      .zeroed_page = *page, .entries = std::move(structure.entries), .hidden = std::nullopt};
  std::vector<std::byte> room;
  EntryHeader last;
  for (const EntryPosition& position : segment.entries) {
    const auto value = walker.value().read_value(position, room);
    if (!value) return nothing;
    const auto entry = check_entry(value.value());
    if (!entry) return nothing;
    last = entry.value().header;
  }
  auto hidden = find_hidden(walker.value(), last);
  if (!hidden) return hidden.error();
  segment.hidden = hidden.value();
  return std::optional{std::move(segment)};
}

Result<void> mend_segment(const std::filesystem::path& path, const MendableSegment& segment,
                          const std::filesystem::path& aside) {
  const auto walker = PageWalker::open(path);
  if (!walker) return walker.error();
  std::filesystem::path fresh = path;
  fresh += ".new";  // A start removes it, if this is killed.
  if (auto removed = remove_file(fresh); !removed) return removed;
  std::vector<EntryPosition> positions = segment.entries;
  if (segment.hidden) positions.push_back(*segment.hidden);
  std::uint64_t bytes = 0;
  for (const EntryPosition& position : positions) bytes += position.size_bytes;
  {
    auto writer = SegmentWriter::create(fresh, bytes);
    if (!writer) return writer.error();
    std::vector<std::byte> room;
    for (const EntryPosition& position : positions) {
      const auto value = walker.value().read_value(position, room);
      if (!value) return failure_of(value.error());
      if (const auto entry = check_entry(value.value()); !entry) return entry.error();
      if (auto appended = writer.value()->append(value.value()); !appended) return appended;
    }
    if (auto finished = writer.value()->finish(); !finished) return finished;
  }
  std::error_code error;
  std::filesystem::create_hard_link(path, aside, error);
  if (error) {
    const auto copied = copy_file(path, aside, walker.value().walk().file_bytes, CopyProgress{});
    if (!copied) return copied.error();
  }
  if (auto synced = sync_directory(aside.parent_path()); !synced) return synced;
  return rename_durably(fresh, path);
}

Result<void> rewrite_witness(const JournalLayout& layout, const WitnessStatement& statement) {
  auto witness = Witness::open(layout.head());
  if (!witness) return witness.error();
  // Slots are written in turn.
  for (int slot = 0; slot < 2; ++slot) {
    if (auto written = witness.value().write(statement); !written) return written;
  }
  return {};
}

}  // namespace daybook
