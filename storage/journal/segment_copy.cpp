#include "storage/journal/segment_copy.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/ports/entry.hpp"
#include "storage/file/file.hpp"
#include "storage/journal/page_walker.hpp"
#include "storage/journal/segment_reading.hpp"
#include "storage/journal/settings.hpp"
#include "storage/lmdb/environment.hpp"

namespace daybook {
namespace {

using journal_limits::page_bytes;

constexpr std::size_t copy_bytes = std::size_t{1} << 20;

Failure already_there(const std::filesystem::path& path) {
  return {FailureKind::invalid, path.string() + ": is there already; nothing is written over"};
}

/// Reads up to `most` bytes of `from` to their SHA-256, and writes them to `to` where that is not
/// null.
Result<CopiedFile> pass_over(const File& from, std::uint64_t most, File* to,
                             const CopyProgress& progress) {
  CopiedFile copied;
  Sha256 sha;
  std::vector<std::byte> room(copy_bytes);
  while (copied.bytes < most) {
    const std::size_t wanted = std::min<std::uint64_t>(room.size(), most - copied.bytes);
    const auto read = from.read_at(std::span{room}.first(wanted), copied.bytes);
    if (!read) return read.error();
    if (read.value() == 0) break;
    const auto bytes = std::span{room}.first(read.value());
    sha.update(bytes);
    if (to != nullptr) {
      if (auto written = to->write_at(bytes, copied.bytes); !written) return written.error();
    }
    copied.bytes += read.value();
    if (progress) progress(read.value());
  }
  copied.sha256 = sha.finish();
  return copied;
}

}  // namespace

Result<CopiedFile> copy_file(const std::filesystem::path& from, const std::filesystem::path& to,
                             std::uint64_t bytes, const CopyProgress& progress) {
  std::error_code ignored;
  if (std::filesystem::exists(to, ignored)) return already_there(to);
  const auto source = File::open(from, File::Mode::read);
  if (!source) return source.error();
  auto target = File::open(to, File::Mode::create_afresh);
  if (!target) return target.error();
  auto copied = pass_over(source.value(), bytes, &target.value(), progress);
  if (!copied) return copied;
  if (copied.value().bytes != bytes) {
    return Failure{FailureKind::damaged, from.string() + ": became shorter while it was copied"};
  }
  if (auto synced = target.value().sync(); !synced) return synced.error();
  return copied;
}

Result<CopiedFile> hash_file(const std::filesystem::path& path, const CopyProgress& progress) {
  const auto file = File::open(path, File::Mode::read);
  if (!file) return file.error();
  const auto size = file.value().size();
  if (!size) return size.error();
  return pass_over(file.value(), size.value(), nullptr, progress);
}

Result<CopiedFile> copy_sealed_segment(const std::filesystem::path& from,
                                       const std::filesystem::path& to, CopyMode mode,
                                       const CopyProgress& progress) {
  const auto walker = PageWalker::open(from);
  if (!walker) return walker.error();
  const SegmentStructure found = walker.value().walk();
  for (const Finding& finding : found.findings) {
    if (finding.severity == FindingSeverity::damage) return failure_of(finding);
  }
  const std::uint64_t bytes = (found.last_page + 1) * page_bytes;
  if (mode == CopyMode::copy || found.file_bytes != bytes) {
    return copy_file(from, to, bytes, progress);
  }
  std::error_code error;
  std::filesystem::create_hard_link(from, to, error);
  if (error == std::errc::file_exists) return already_there(to);
  // Other file systems, foreign owners, file systems without links: all have a copy for an answer.
  if (error) return copy_file(from, to, bytes, progress);
  auto hashed = hash_file(to, progress);
  if (hashed) hashed.value().linked = true;
  return hashed;
}

struct SegmentWriter::State {
  std::filesystem::path path;
  std::shared_ptr<lmdb::Environment> environment;
};

SegmentWriter::SegmentWriter(std::unique_ptr<State> state) : state_{std::move(state)} {}
SegmentWriter::~SegmentWriter() = default;

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::create(const std::filesystem::path& path,
                                                             std::uint64_t entry_bytes) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return already_there(path);
  if (auto made = lmdb::Environment::create(path); !made) return made.error();
  // Twice: the tree's pages, and those that one commit frees and a later one uses again.
  const std::uint64_t bytes =
      std::clamp(2 * std::min(entry_bytes, journal_limits::segment_bytes_max),
                 journal_limits::segment_bytes_min, journal_limits::segment_bytes_max);
  const std::uint64_t map = journal_limits::map_bytes(bytes);
  auto opened = lmdb::Environment::open(path, lmdb::Access::write_unsynced, map);
  if (!opened) return opened.error();
  return std::unique_ptr<SegmentWriter>{new SegmentWriter{
      std::make_unique<State>(State{.path = path, .environment = std::move(opened).value()})}};
}

Result<void> SegmentWriter::append(std::span<const std::byte> value) {
  EntryHeader header;
  ENSURE(value.size() >= sizeof(header), "an entry is not shorter than its header");
  std::memcpy(&header, value.data(), sizeof(header));
  auto transaction = lmdb::WriteTransaction::begin(*state_->environment);
  if (!transaction) return transaction.error();
  const auto room = transaction.value().append(header.first_sequence, value.size());
  if (!room) return room.error();
  std::memcpy(room.value().data(), value.data(), value.size());
  return transaction.value().commit();
}

Result<void> SegmentWriter::finish() {
  const std::uint64_t bytes = (state_->environment->last_page() + 1) * page_bytes;
  if (auto synced = state_->environment->sync(); !synced) return synced;
  state_->environment.reset();
  auto file = File::open(state_->path, File::Mode::write);
  if (!file) return file.error();
  const auto size = file.value().size();
  if (!size) return size.error();
  // Pages that were freed at the end may never have been written.
  if (size.value() != bytes) {
    if (auto cut = file.value().truncate(bytes); !cut) return cut;
  }
  return file.value().sync();
}

Result<void> copy_entries(const JournalLayout& from, std::uint64_t ordinal, Sequence until,
                          const std::filesystem::path& to, const CopyProgress& progress) {
  auto pages = open_for_reading(from, ordinal);
  if (!pages) return pages.error();
  const auto path = from.segment(ordinal);
  std::error_code error;
  const std::uint64_t bytes = std::filesystem::file_size(path, error);
  if (error) return system_failure(error.value(), "cannot be looked at", path);
  auto writer = SegmentWriter::create(to, bytes);
  if (!writer) return writer.error();
  Sequence needed{1};
  for (;;) {
    // One entry a transaction: a writer cannot reuse pages while we look.
    if (auto begun = pages.value().begin(); !begun) return begun;
    const auto item = pages.value().at_or_after(needed.value());
    if (!item) return item.error();
    if (!item.value()) break;
    const auto view = check_item(*item.value(), path);
    if (!view) return view.error();
    const EntryHeader& header = view.value().header;
    if (header.last() > until) break;
    if (auto written = writer.value()->append(view.value().value); !written) return written;
    needed = next(header.last());
    if (progress) progress(view.value().value.size());
    pages.value().end();
  }
  if (needed != next(until)) {
    return Failure{FailureKind::not_found,
                   fmt::format("{}: no entry ends at sequence {}", path.string(), until.value())};
  }
  return writer.value()->finish();
}

}  // namespace daybook
