#include "storage/journal/segment_reading.hpp"

#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "storage/journal/page_walker.hpp"

namespace daybook {

Result<lmdb::ReadTransaction> open_for_reading(const JournalLayout& layout, std::uint64_t ordinal) {
  const auto path = layout.segment(ordinal);
  if (auto shared = lmdb::Environment::shared(path)) {
    return lmdb::ReadTransaction::open(std::move(shared));
  }
  auto lock = path;
  lock += "-lock";
  std::error_code ignored;
  const bool has_lock = std::filesystem::exists(lock, ignored);
  if (auto checked = check_segment_structure(path, has_lock); !checked) return checked.error();

  using lmdb::Access;
  auto environment = lmdb::Environment::open(path, has_lock ? Access::read : Access::read_unlocked);
  // A read-only directory or foreign owner: nobody we could disturb writes there through us.
  if (!environment && has_lock && environment.error().kind == FailureKind::io) {
    environment = lmdb::Environment::open(path, Access::read_unlocked);
  }
  if (!environment) return environment.error();
  return lmdb::ReadTransaction::open(std::move(environment).value());
}

EntryHeader peek_header(std::span<const std::byte> value) {
  ENSURE(value.size() >= sizeof(EntryHeader), "the walker passed only values of whole pages");
  EntryHeader header;
  std::memcpy(&header, value.data(), sizeof(header));
  return header;
}

Failure entry_failure(FindingKind kind, const std::filesystem::path& file, std::uint64_t sequence,
                      std::string words) {
  return failure_of(Finding{.kind = kind,
                            .severity = FindingSeverity::damage,
                            .file = file,
                            .ordinal = 0,
                            .page = std::nullopt,
                            .sequence = Sequence{sequence},
                            .words = std::move(words)});
}

Result<EntryView> check_item(const lmdb::ReadTransaction::Item& item,
                             const std::filesystem::path& file) {
  auto view = check_entry(item.value);
  if (!view) {
    Failure failure = entry_failure(FindingKind::entry, file, item.key, view.error().what);
    failure.kind = view.error().kind;
    return failure;
  }
  if (view.value().header.first_sequence != item.key) {
    return entry_failure(FindingKind::key, file, item.key,
                         fmt::format("the entry under this key starts at sequence {}",
                                     view.value().header.first_sequence));
  }
  return view;
}

}  // namespace daybook
