#pragma once

#include <optional>
#include <span>
#include <string>

#include "engine/codec/entry_facts.hpp"
#include "engine/ports/entry.hpp"

/// Facts as JSON, appended to a text: for `daybook dump`, where a line costs a microsecond and a
/// tree of values would cost ten.

namespace daybook {

/// A whole object about an entry's header.
void append_entry(std::string& text, const EntryHeader& header);

/// A whole object about the operation that `placed` starts, with its reason where one was given,
/// its refusals and their data.
void append_operation(std::string& text, const EntryFacts& facts, const PlacedRun& placed);

/// "{" and what every fact has. The fields follow, then "}".
void append_fact_start(std::string& text, Sequence sequence, FactKind kind,
                       std::optional<Sequence> operation);

/// Every field, each with a comma in front.
void append_fields(std::string& text, const Account& account);
void append_fields(std::string& text, const Transfer& transfer);
/// What the transfer's own fields do not say; nothing for a note that is all zero.
void append_note(std::string& text, const TransferNote& note);
void append_fields(std::string& text, const Ledger& ledger);
void append_fields(std::string& text, const SegmentOpened& segment);
void append_fields(std::string& text, const SegmentSealed& segment);
void append_fields(std::string& text, const SegmentHashed& segment);
void append_fields(std::string& text, const ClockChange& change);
void append_fields(std::string& text, const ClientEvicted& eviction);
void append_fields(std::string& text, const HoldReleased& release);
void append_fields(std::string& text, const AccountChange& change);
void append_fields(std::string& text, const Name& name);
void append_fields(std::string& text, const EventCheckpoint& checkpoint);
void append_fields(std::string& text, const TccFact& fact);
void append_fields(std::string& text, const TccCommand& command);
/// Without its payload.
void append_fields(std::string& text, const DomainEvent& event);

/// Of the entry that opens a segment: where its journal left its parent.
void append_parents(std::string& text, std::span<const JournalParent> parents);

}  // namespace daybook
