#include <algorithm>

#include <fmt/format.h>

#include "tools/daybook/offline/offline_verify.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/rate_text.hpp"

namespace daybook {
namespace {

std::string sequences_text(Sequence first, Sequence last) {
  return first == last ? fmt::format("sequence {}", first.value())
                       : fmt::format("sequences {} to {}", first.value(), last.value());
}

std::string segment_line(const SegmentReport& segment, const JournalVerdict& verdict) {
  if (segment.empty) return fmt::format("segment {}: empty, prepared\n", segment.ordinal);
  const auto damage = std::count_if(
      verdict.findings.begin(), verdict.findings.end(),
      [&](const VerifyFinding& each) { return each.is_damage && each.ordinal == segment.ordinal; });
  std::string text = fmt::format("segment {}: ", segment.ordinal);
  if (segment.entries == 0) {
    text += "no good entry";
  } else {
    text += fmt::format("{} entries, {}", format_count(segment.entries),
                        sequences_text(segment.first, segment.last));
  }
  text += ", " + format_bytes(segment.file_bytes);
  const auto& hashed = verdict.hashed_segments;
  if (std::find(hashed.begin(), hashed.end(), segment.ordinal) != hashed.end()) {
    text += ", file hash compared";
  }
  return text + (damage == 0 ? ": good\n" : fmt::format(": {} findings\n", damage));
}

std::string accounts_text(const Affected& affected) {
  std::string text;
  for (const AccountId id : affected.accounts) {
    text += text.empty() ? "" : ", ";
    text += format_id(id.value());
  }
  if (affected.more_accounts) text += ", and more";
  return text;
}

std::string finding_text(const VerifyFinding& finding) {
  std::string text = fmt::format("{}: {}", finding.is_damage ? "DAMAGE" : "note", finding.file);
  if (finding.page) text += fmt::format(", page {}", *finding.page);
  if (finding.sequence) text += fmt::format(", sequence {}", finding.sequence->value());
  text += fmt::format(": {}: {}\n", finding.kind, finding.words);
  if (finding.affected) {
    const Affected& affected = *finding.affected;
    text += "  affected: " + sequences_text(affected.first, affected.last);
    if (!affected.accounts.empty()) text += "; accounts " + accounts_text(affected);
    text += '\n';
  }
  return text;
}

std::string expected_text(const HeadVerdict& verdict) {
  const std::string_view answer = verdict.answer == HeadAnswer::proven    ? "PROVEN"
                                  : verdict.answer == HeadAnswer::unknown ? "CANNOT TELL"
                                                                          : "NOT PROVEN";
  return fmt::format("{}: expected head {}: {}\n", answer, head_text(verdict.head), verdict.words);
}

std::string head_json(const std::optional<JournalHead>& head) {
  if (!head) return "null";
  JsonObject object;
  object.text("head", head_text(*head)).count("segment", head->ordinal);
  if (head->sequence) object.sequence("sequence", *head->sequence);
  return object.text("sha256", to_hex(head->digest)).str();
}

std::string conclusion(const JournalVerdict& verdict) {
  if (verdict.sound() && !verdict.out_of_room.empty()) {
    return fmt::format("CANNOT TELL: the bytes are good, but {}; run it again with that raised\n",
                       verdict.out_of_room);
  }
  if (verdict.sound()) {
    return verdict.live
               ? "GOOD; a process is writing this journal, so its newest entries may not be in it\n"
               : "GOOD\n";
  }
  if (verdict.unreadable_only) {
    return "CANNOT TELL: parts could not be read; look at the rights and the disk, and run it "
           "again\n";
  }
  return fmt::format(
      "DAMAGED: {} findings; keep this directory as it is, and bring the segments "
      "named back from a copy\n",
      format_count(verdict.damage_count));
}

JsonObject affected_json(const Affected& affected) {
  std::vector<std::string> accounts;
  for (const AccountId id : affected.accounts) accounts.push_back(format_id(id.value()));
  return JsonObject{}
      .sequence("first_sequence", affected.first)
      .sequence("last_sequence", affected.last)
      .texts("accounts", accounts)
      .truth("more_accounts", affected.more_accounts);
}

std::string finding_json(const VerifyFinding& finding) {
  JsonObject object;
  object.text("kind", finding.kind)
      .text("severity", finding.is_damage ? "damage" : "note")
      .text("file", finding.file)
      .count("segment", finding.ordinal);
  if (finding.page) object.count("page", *finding.page);
  if (finding.sequence) object.sequence("sequence", *finding.sequence);
  object.text("words", finding.words);
  if (finding.affected) object.raw("affected", affected_json(*finding.affected).str());
  return object.str();
}

std::string segment_json(const SegmentReport& segment, const JournalVerdict& verdict) {
  const auto& hashed = verdict.hashed_segments;
  JsonObject object;
  object.count("segment", segment.ordinal)
      .count("file_bytes", segment.file_bytes)
      .truth("empty", segment.empty)
      .count("entries", segment.entries)
      .sequence("first_sequence", segment.first)
      .sequence("last_sequence", segment.last)
      .truth("hash_compared",
             std::find(hashed.begin(), hashed.end(), segment.ordinal) != hashed.end());
  if (segment.file_hash) object.text("file_sha256", to_hex(*segment.file_hash));
  return object.str();
}

}  // namespace

std::string verdict_text(const JournalVerdict& verdict) {
  std::string text = fmt::format("journal {}\n", to_hex(verdict.journal_id));
  for (const SegmentReport& segment : verdict.segments) text += segment_line(segment, verdict);
  for (const VerifyFinding& finding : verdict.findings) text += finding_text(finding);
  for (const Affected& gap : verdict.gaps) {
    text +=
        fmt::format("lost: {}: no good entry holds them\n", sequences_text(gap.first, gap.last));
  }
  text += fmt::format("{} entries, {} operations, {} transfers are readable\n",
                      format_count(verdict.entries), format_count(verdict.operations),
                      format_count(verdict.transfers));
  text += fmt::format("last sequence {}  hash of its entry {}\n", verdict.last_sequence.value(),
                      to_hex(verdict.last_hash));
  text += fmt::format("{}sequence {}  digest {:016x}\n",
                      verdict.state_is_whole ? "" : "the state is known as far as ",
                      verdict.state_sequence.value(), verdict.state_digest);
  if (verdict.newest_head) text += "head " + head_text(*verdict.newest_head) + "\n";
  if (verdict.newest_head && verdict.sealed_head) {
    text += "head of sealed segments " + head_text(*verdict.sealed_head) + "\n";
  }
  if (verdict.expected_head) text += expected_text(*verdict.expected_head);
  return text + conclusion(verdict);
}

std::string verdict_json(const JournalVerdict& verdict) {
  std::vector<std::string> segments;
  for (const SegmentReport& each : verdict.segments) {
    segments.push_back(segment_json(each, verdict));
  }
  std::vector<std::string> findings;
  for (const VerifyFinding& each : verdict.findings) findings.push_back(finding_json(each));
  std::vector<std::string> gaps;
  for (const Affected& gap : verdict.gaps) {
    gaps.push_back(JsonObject{}
                       .sequence("first_sequence", gap.first)
                       .sequence("last_sequence", gap.last)
                       .str());
  }
  const std::string_view answer = verdict.sound() && !verdict.out_of_room.empty() ? "cannot_tell"
                                  : verdict.sound()                               ? "good"
                                  : verdict.unreadable_only                       ? "cannot_tell"
                                                                                  : "damaged";
  JsonObject object;
  object.text("verdict", answer)
      .text("journal_id", to_hex(verdict.journal_id))
      .sequence("last_sequence", verdict.last_sequence)
      .text("last_hash", to_hex(verdict.last_hash))
      .sequence("sequence", verdict.state_sequence)
      .digest("digest", verdict.state_digest)
      .truth("state_is_whole", verdict.state_is_whole)
      .count("entries", verdict.entries)
      .count("operations", verdict.operations)
      .count("transfers", verdict.transfers)
      .truth("live", verdict.live)
      .count("damage_count", verdict.damage_count)
      .raw("segments", json_array(segments))
      .raw("findings", json_array(findings))
      .raw("lost", json_array(gaps))
      .raw("newest_head", head_json(verdict.newest_head))
      .raw("sealed_head", head_json(verdict.sealed_head));
  if (verdict.expected_head) {
    object.raw("expected_head", JsonObject{}
                                    .text("answer", to_string(verdict.expected_head->answer))
                                    .text("head", head_text(verdict.expected_head->head))
                                    .text("words", verdict.expected_head->words)
                                    .str());
  }
  return object.str();
}

}  // namespace daybook
