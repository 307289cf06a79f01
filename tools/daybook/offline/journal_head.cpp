#include "tools/daybook/offline/journal_head.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

#include <fmt/format.h>

#include "storage/journal/segment_file.hpp"
#include "tools/daybook/text/hex_text.hpp"
#include "tools/daybook/text/number_text.hpp"

namespace daybook {
namespace {

Failure not_a_head(std::string_view text) {
  return {FailureKind::invalid,
          fmt::format("'{}' is not a head: it is written ORDINAL:HEX or ORDINAL@SEQUENCE:HEX with "
                      "64 hexadecimal digits, as `daybook verify DIR --head` prints it",
                      text)};
}

}  // namespace

std::string head_text(const JournalHead& head) {
  const std::string place = head.sequence ? fmt::format("@{}", head.sequence->value()) : "";
  return fmt::format("{}{}:{}", head.ordinal, place, to_hex(head.digest));
}

Result<JournalHead> parse_head(const std::string& text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return not_a_head(text);
  Sha256Digest digest{};
  if (!parse_hex(std::string_view{text}.substr(colon + 1), digest)) return not_a_head(text);
  const std::string place = text.substr(0, colon);
  const std::size_t at = place.find('@');
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  const auto ordinal = parse_unsigned(place.substr(0, at), most);
  if (!ordinal || ordinal.value() == 0) return not_a_head(text);
  JournalHead head{.ordinal = ordinal.value(), .sequence = std::nullopt, .digest = digest};
  if (at == std::string::npos) return head;
  const auto sequence = parse_unsigned(place.substr(at + 1), most);
  if (!sequence || sequence.value() == 0) return not_a_head(text);
  head.sequence = Sequence{sequence.value()};
  return head;
}

std::string_view to_string(HeadAnswer answer) {
  switch (answer) {
    case HeadAnswer::proven:
      return "proven";
    case HeadAnswer::differs:
      return "differs";
    case HeadAnswer::ends_before:
      return "ends_before";
    case HeadAnswer::unknown:
      return "cannot_tell";
  }
  return "cannot_tell";
}

void HeadWatch::add(Inside& inside, const EntryView& entry, std::uint64_t ordinal) {
  if (inside.ordinal != ordinal || !inside.sha) {
    inside.ordinal = ordinal;
    inside.sha = std::make_unique<Sha256>();
  }
  inside.sha->update(entry.value);
  inside.last = entry.header.last();
}

void HeadWatch::entry(const EntryView& entry, std::uint64_t ordinal) {
  last_ordinal_ = ordinal;
  last_sequence_ = entry.header.last();
  if (wish_.newest) add(newest_inside_, entry, ordinal);
  if (!wish_.expected || !wish_.expected->sequence || wish_.expected->ordinal != ordinal) return;
  if (entry.header.last() <= *wish_.expected->sequence) add(expected_inside_, entry, ordinal);
}

std::optional<Sha256Digest> HeadWatch::chain_before(std::uint64_t ordinal) const {
  if (ordinal == 1) return Sha256Digest{};
  const auto found = chains_.find(ordinal - 1);
  return found == chains_.end() ? std::nullopt : std::optional{found->second};
}

void HeadWatch::finish(const std::vector<SegmentReport>& segments,
                       const std::map<std::uint64_t, Sha256Digest>& recorded,
                       std::uint64_t own_from) {
  own_from_ = own_from;
  first_ordinal_ = segments.empty() ? 0 : segments.front().ordinal;
  // Where the chain begins here: what the journal says of the segment before is confirmed by every
  // head that it leads to.
  if (!segments.empty()) {
    const std::uint64_t before = std::max(segments.front().ordinal, own_from) - 1;
    const auto found = recorded.find(before);
    if (before > 0 && found != recorded.end()) chains_.insert(*found);
  }
  for (const SegmentReport& segment : segments) {
    if (segment.ordinal < own_from || !segment.file_hash) continue;
    const auto before = chain_before(segment.ordinal);
    if (!before) continue;
    const Sha256Digest chain = chain_hash(*before, *segment.file_hash);
    chains_.insert_or_assign(segment.ordinal, chain);
    sealed_ = JournalHead{.ordinal = segment.ordinal, .sequence = std::nullopt, .digest = chain};
  }
  if (newest_inside_.sha) {
    if (const auto before = chain_before(newest_inside_.ordinal)) {
      newest_ = JournalHead{.ordinal = newest_inside_.ordinal,
                            .sequence = newest_inside_.last,
                            .digest = chain_hash(*before, newest_inside_.sha->finish())};
    }
  }
  if (wish_.expected) expected_ = judge(*wish_.expected);
}

HeadVerdict HeadWatch::judge(const JournalHead& head) {
  HeadVerdict verdict{.head = head, .answer = HeadAnswer::unknown, .words = {}};
  const bool ends_before =
      head.sequence ? last_sequence_ < *head.sequence : last_ordinal_ < head.ordinal;
  std::optional<Sha256Digest> here;
  if (ends_before) {
    verdict.answer = HeadAnswer::ends_before;
    verdict.words = fmt::format(
        "the journal ends at sequence {} in segment {}, before that head: its end is missing, or "
        "it is a copy from before the head was taken",
        last_sequence_.value(), last_ordinal_);
    return verdict;
  }
  if (head.ordinal < own_from_) {
    verdict.words = fmt::format(
        "segments before {} were loaded from a dump: heads are of the files of the journal that "
        "was dumped; ask that one",
        own_from_);
    return verdict;
  }
  if (head.sequence) {
    const auto before = chain_before(head.ordinal);
    const bool is_end = expected_inside_.sha && expected_inside_.last == *head.sequence;
    if (before && is_end) here = chain_hash(*before, expected_inside_.sha->finish());
    if (!before) {
      verdict.words =
          fmt::format("the segments before {} are not here, nor is their hash", head.ordinal);
      return verdict;
    }
    if (!is_end) {
      verdict.answer = HeadAnswer::differs;
      verdict.words = fmt::format("no entry of segment {} ends at sequence {}: another history",
                                  head.ordinal, head.sequence->value());
      return verdict;
    }
  } else if (const auto found = chains_.find(head.ordinal);
             found != chains_.end() && head.ordinal >= first_ordinal_) {
    here = found->second;
  }
  if (!here) {
    verdict.words = fmt::format(
        "segment {} is not here, not readable or not sealed, or the segments before it are missing",
        head.ordinal);
    return verdict;
  }
  if (*here == head.digest) {
    verdict.answer = HeadAnswer::proven;
    verdict.words = "nothing up to that head was changed";
  } else {
    verdict.answer = HeadAnswer::differs;
    verdict.words = fmt::format(
        "the head is {} here: something up to it was changed, or this is "
        "another history",
        to_hex(*here));
  }
  return verdict;
}

}  // namespace daybook
