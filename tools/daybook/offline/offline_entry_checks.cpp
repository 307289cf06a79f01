#include "tools/daybook/offline/offline_entry_checks.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/model/engine_version.hpp"
#include "storage/journal/segment_file.hpp"

namespace daybook {
namespace {

void add_account(Affected& affected, AccountId id) {
  auto& accounts = affected.accounts;
  if (affected.more_accounts || std::find(accounts.begin(), accounts.end(), id) != accounts.end()) {
    return;
  }
  if (accounts.size() == affected_accounts_max) {
    affected.more_accounts = true;
  } else {
    accounts.push_back(id);
  }
}

Affected affected_by(const EntryFacts& facts) {
  Affected affected{.first = facts.header.first(),
                    .last = facts.header.last(),
                    .accounts = {},
                    .more_accounts = false};
  for (const Account& account : facts.accounts) {
    if (affected.more_accounts) break;
    add_account(affected, account.id);
  }
  for (const Transfer& transfer : facts.transfers) {
    if (affected.more_accounts) break;
    add_account(affected, transfer.debit_account_id);
    add_account(affected, transfer.credit_account_id);
  }
  return affected;
}

}  // namespace

void EntryChecks::add(std::string_view kind, std::uint64_t ordinal, Sequence sequence,
                      std::string words, std::optional<Affected> affected) {
  ++finding_count_;
  if (findings_.size() == findings_max) return;
  findings_.push_back({.kind = kind,
                       .ordinal = ordinal,
                       .sequence = sequence,
                       .words = std::move(words),
                       .affected = std::move(affected)});
}

void EntryChecks::check(const EntryView& entry, std::uint64_t ordinal) {
  const EntryHeader& header = entry.header;
  if (before_ && header.first() <= before_->last()) {
    return;  // Seen twice: among the findings about the bytes, and of no use here.
  }
  const auto read = read_facts(entry);
  Affected affected{
      .first = header.first(), .last = header.last(), .accounts = {}, .more_accounts = false};
  if (read) affected = affected_by(read.value());
  check_order(entry, ordinal, affected);
  if (!read) {
    add("payload", ordinal, header.first(), read.error().what, affected);
    replaying_ = false;
  } else {
    transfers_ += read.value().transfers.size();
    operations_ += read.value().operations.size();
    if (replaying_) replay(entry, ordinal, affected);
    const auto& parents = read.value().parents;
    if (!parents.empty() && parents.front().kind == ParentKind::loaded && !hashes_.empty()) {
      own_from_ = hashes_.rbegin()->first + 1;
    }
    enter_segment(read.value(), ordinal);
    check_segment_facts(read.value());
  }
  before_ = header;
  before_affects_ = std::move(affected);
}

void EntryChecks::check_order(const EntryView& entry, std::uint64_t ordinal,
                              const Affected& affected) {
  const Sequence expected = before_ ? next(before_->last()) : Sequence{1};
  contiguous_ = affected.first == expected;
  if (!contiguous_) {
    // What comes before the first segment of an archive is elsewhere, not lost.
    if (before_ || ordinal == 1) {
      gaps_.push_back({.first = expected,
                       .last = Sequence{affected.first.value() - 1},
                       .accounts = {},
                       .more_accounts = false});
    }
    replaying_ = false;
  } else if (before_ && entry.header.previous_hash != before_->hash) {
    broken_chains_.insert_or_assign(affected.first, before_affects_);
  }
}

void EntryChecks::replay(const EntryView& entry, std::uint64_t ordinal, const Affected& affected) {
  const auto applied = replayer_.apply(entry);
  state_.tend_memory();
  if (applied) return;
  replaying_ = false;
  if (applied.error().kind == FailureKind::no_space) {
    out_of_room_ = applied.error().what;
  } else {
    add("state", ordinal, affected.first, applied.error().what, affected);
  }
}

void EntryChecks::enter_segment(const EntryFacts& facts, std::uint64_t ordinal) {
  if (segment_.ordinal == ordinal) {
    ++segment_.entries;
    if (!facts.parents.empty()) {
      add("segment_fact", ordinal, facts.header.first(),
          "an entry names a parent and is not the first of its segment");
    }
    segment_.whole = segment_.whole && contiguous_;
    if (segment_.sealed) {
      add("segment_fact", ordinal, facts.header.first(),
          fmt::format("an entry stands behind the one that seals segment {}", ordinal));
    }
    return;
  }
  if (contiguous_ && segment_.ordinal != 0 && !segment_.sealed && facts.parents.empty()) {
    add("segment_fact", segment_.ordinal, before_->last(),
        fmt::format("segment {} does not end with an entry that seals it", segment_.ordinal));
  }
  segment_ = {.ordinal = ordinal,
              .first_sequence = facts.header.first_sequence,
              .entries = 1,
              .whole = contiguous_ || !before_,
              .sealed = false,
              .names_parent = !facts.parents.empty()};
  // With a parent it stands behind the facts of the entry that was cut.
  const bool opens = segment_.names_parent ||
                     (!facts.runs.empty() && facts.runs[0].kind == FactKind::segment_opened);
  if (contiguous_ && !opens) {
    add("segment_fact", ordinal, facts.header.first(),
        fmt::format("the first entry of segment {} does not open it", ordinal));
  }
}

void EntryChecks::check_segment_facts(const EntryFacts& facts) {
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    Sequence sequence = placed.first_sequence;
    const Run& run = placed.run;
    for (std::uint32_t at = run.first; at < run.first + run.count; ++at) {
      if (run.kind == FactKind::segment_opened) check_opened(facts.segments_opened[at], sequence);
      if (run.kind == FactKind::segment_sealed) check_sealed(facts.segments_sealed[at], sequence);
      if (run.kind == FactKind::segment_hashed) check_hashed(facts.segments_hashed[at], sequence);
      if (run.kind == FactKind::account || run.kind == FactKind::transfer) break;
      sequence = next(sequence);
    }
  }
}

void EntryChecks::check_opened(const SegmentOpened& fact, Sequence sequence) {
  const std::uint64_t ordinal = segment_.ordinal;
  const bool is_first =
      segment_.names_parent ? segment_.entries == 1 : sequence.value() == segment_.first_sequence;
  if (!is_first) {
    add("segment_fact", ordinal, sequence,
        fmt::format("segment {} is opened in its middle", fact.ordinal));
  }
  if (fact.ordinal != ordinal || fact.previous_ordinal != ordinal - 1) {
    add("segment_fact", ordinal, sequence,
        fmt::format("the file of segment {} says that it is segment {}, after segment {}", ordinal,
                    fact.ordinal, fact.previous_ordinal));
  }
  if (fact.schema_version != journal_schema_version) {
    add("segment_fact", ordinal, sequence,
        fmt::format("the segment's payloads are of schema {}, this build reads {}; use the build "
                    "that wrote it",
                    fact.schema_version, journal_schema_version));
  }
}

void EntryChecks::check_sealed(const SegmentSealed& fact, Sequence sequence) {
  segment_.sealed = true;
  const std::uint64_t ordinal = segment_.ordinal;
  if (fact.ordinal != ordinal) {
    add("segment_fact", ordinal, sequence,
        fmt::format("an entry of segment {} seals segment {}", ordinal, fact.ordinal));
  }
  // Where entries are missing, that is the damage, and counts differ because of it.
  if (!segment_.whole) return;
  if (fact.first_sequence != segment_.first_sequence || fact.entry_count != segment_.entries) {
    add("segment_fact", ordinal, sequence,
        fmt::format("the seal counts {} entries from sequence {} on, the segment holds {} from {}",
                    fact.entry_count, fact.first_sequence, segment_.entries,
                    segment_.first_sequence));
  }
}

void EntryChecks::check_hashed(const SegmentHashed& fact, Sequence sequence) {
  const auto before = hashes_.find(fact.ordinal - 1);
  const bool known = before != hashes_.end() || fact.ordinal == 1;
  const Sha256Digest previous =
      before != hashes_.end() ? before->second.fact.chain : Sha256Digest{};
  if (known && chain_hash(previous, fact.file) != fact.chain) {
    add("segment_hash", segment_.ordinal, sequence,
        fmt::format("the hash of segment {} does not continue the chain of segment hashes",
                    fact.ordinal));
  }
  if (fact.ordinal >= segment_.ordinal || hashes_.contains(fact.ordinal)) {
    add("segment_hash", segment_.ordinal, sequence,
        fmt::format("segment {} cannot have been hashed here", fact.ordinal));
  }
  hashes_.insert({fact.ordinal, {fact, sequence, segment_.ordinal}});
}

bool EntryChecks::check_file_hash(std::uint64_t ordinal, std::uint64_t file_bytes,
                                  const Sha256Digest& hash) {
  const auto found = hashes_.find(ordinal);
  if (found == hashes_.end() || ordinal < own_from_) return false;
  const auto& [fact, sequence, holder] = found->second;
  if (fact.file != hash || fact.file_bytes != file_bytes) {
    add("segment_hash", ordinal, sequence,
        fmt::format("the file has {} bytes and SHA-256 {}, but sequence {} in segment {} recorded "
                    "{} bytes and {}: it was changed after it was sealed",
                    file_bytes, to_hex(hash), sequence.value(), holder, fact.file_bytes,
                    to_hex(fact.file)));
  }
  return true;
}

std::map<std::uint64_t, Sha256Digest> EntryChecks::recorded_chains() const {
  std::map<std::uint64_t, Sha256Digest> chains;
  for (const auto& [ordinal, hashed] : hashes_) chains.emplace(ordinal, hashed.fact.chain);
  return chains;
}

const Affected* EntryChecks::before_broken_chain(Sequence first) const {
  const auto found = broken_chains_.find(first);
  return found == broken_chains_.end() ? nullptr : &found->second;
}

}  // namespace daybook
