#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/failure.hpp"
#include "engine/model/sequence.hpp"

namespace daybook {

/// What is wrong, in the order in which a segment is looked at.
enum class FindingKind : std::uint8_t {
  unreadable,   ///< The system refused to read.
  name,         ///< A file name that does not belong here.
  missing,      ///< A segment, the witness or the id is not there.
  size,         ///< A file shorter than its pages, or longer than sealing left it.
  meta_page,    ///< One of the two first pages: zeroed, stale, contradicting.
  page,         ///< A tree page.
  page_count,   ///< Pages that belong to nothing, or counts that differ.
  key,          ///< A key that its entry contradicts, or out of order.
  entry,        ///< An entry's checksum, header or padding.
  journal_id,   ///< An entry of another journal.
  chain,        ///< An entry that does not name the hash of the one before.
  sequence,     ///< Sequences missing or twice.
  commit_time,  ///< A commit time before the one before.
  witness,      ///< DIR/HEAD against the journal.
};

[[nodiscard]] std::string_view to_string(FindingKind kind);

enum class FindingSeverity : std::uint8_t {
  note,    ///< Odd and harmless: a crash can leave it, or nothing depends on it.
  damage,  ///< Bytes are not what was written.
};

struct Finding {
  FindingKind kind{};
  FindingSeverity severity = FindingSeverity::damage;
  std::filesystem::path file;
  std::uint64_t ordinal = 0;          ///< Of the segment; 0 when it is none.
  std::optional<std::uint64_t> page;  ///< Where in the file, in pages of 4,096 bytes.
  std::optional<Sequence> sequence;   ///< Of the entry concerned.
  std::string words;                  ///< What is wrong and what it means.
};

/// The finding as a failure: file, page, sequence, kind and words in one line.
[[nodiscard]] Failure failure_of(const Finding& finding);

}  // namespace daybook
