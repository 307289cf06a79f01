#include "tools/daybook/recon/journal_facts.hpp"

#include <utility>

#include <fmt/format.h>

namespace daybook::recon {

Result<JournalFacts> JournalFacts::open(const JournalSelection& selection) {
  JournalFacts facts{selection.cut};
  auto reader = JournalReader::open(selection.place.directory, reading_of(selection.place));
  if (!reader) return reader.error();
  facts.reader_ = std::move(reader).value();
  return facts;
}

Result<bool> JournalFacts::next(const Use& use) {
  if (is_cut_) return false;
  const auto entry = reader_->next();
  if (!entry) return entry.error();
  if (!entry.value()) {
    if (cut_.until_sequence && reached_ < *cut_.until_sequence) {
      return Failure{FailureKind::not_found,
                     fmt::format("the journal ends at sequence {}, before {}; ask for one that is "
                                 "there",
                                 reached_.value(), cut_.until_sequence->value())};
    }
    return false;
  }
  const EntryHeader& header = entry.value()->header;
  if (cut_.until_time && header.commit_time > cut_.until_time->value()) {
    is_cut_ = true;
    return false;
  }
  const auto facts = read_facts(*entry.value());
  if (!facts) return facts.error();
  RunWalker walker{facts.value()};
  for (PlacedRun placed; walker.next(placed);) {
    const Sequence first =
        placed.starts_operation ? placed.operation_sequence : placed.first_sequence;
    const bool may_end = placed.starts_operation || placed.run.operation == no_operation;
    if (cut_.until_sequence && may_end && first > *cut_.until_sequence) {
      is_cut_ = true;
      return true;
    }
    use(facts.value(), placed);
    const std::uint64_t end = placed.first_sequence.value() + placed.run.count;
    if (end > 0) reached_ = Sequence{end - 1};
    reached_hash_ = header.hash;
    reached_time_ = Timestamp{header.commit_time};
  }
  return true;
}

}  // namespace daybook::recon
