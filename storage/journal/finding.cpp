#include "storage/journal/finding.hpp"

#include <fmt/format.h>

namespace daybook {

std::string_view to_string(FindingKind kind) {
  switch (kind) {
    case FindingKind::unreadable:
      return "unreadable";
    case FindingKind::name:
      return "name";
    case FindingKind::missing:
      return "missing";
    case FindingKind::size:
      return "size";
    case FindingKind::meta_page:
      return "meta_page";
    case FindingKind::page:
      return "page";
    case FindingKind::page_count:
      return "page_count";
    case FindingKind::key:
      return "key";
    case FindingKind::entry:
      return "entry";
    case FindingKind::journal_id:
      return "journal_id";
    case FindingKind::chain:
      return "chain";
    case FindingKind::sequence:
      return "sequence";
    case FindingKind::commit_time:
      return "commit_time";
    case FindingKind::witness:
      return "witness";
  }
  return "unknown";
}

Failure failure_of(const Finding& finding) {
  std::string where = finding.file.string();
  if (finding.page) where += fmt::format(", page {}", *finding.page);
  if (finding.sequence) where += fmt::format(", sequence {}", finding.sequence->value());
  return {FailureKind::damaged,
          fmt::format("{}: {}: {}", where, to_string(finding.kind), finding.words)};
}

}  // namespace daybook
