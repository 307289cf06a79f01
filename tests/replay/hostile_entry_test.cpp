// Entries that no engine wrote are refused, with the sequence and the reason, although their
// checksums are right: a table of forgeries, each made from facts, sealed like any entry, and given
// to the replayer after one good entry. Here: entries that do not add up, operations, and what the
// engine says of its own accord. hostile_facts_test.cpp has what operations make.

#include "engine/model/engine_version.hpp"
#include "tests/replay/forger.hpp"

namespace daybook::test {
namespace {

constexpr auto create_transfers = RequestKind::create_transfers;

Operation with_status(RequestStatus status) {
  Operation operation = Forger::operation(create_transfers);
  operation.status = status;
  return operation;
}

Operation with_refusals(std::uint32_t count, std::uint32_t events) {
  Operation operation = Forger::operation(create_transfers);
  operation.refusal_count = count;
  operation.event_count = events;
  return operation;
}

ClockChange clock_change(ClockChangeKind kind, std::uint64_t engine_time = 0) {
  ClockChange change;
  change.kind = kind;
  change.engine_time = engine_time;
  return change;
}

void write_clock(Forger& forger, RequestKind asked, const ClockChange& change) {
  forger.begin(Forger::operation(asked), FactKind::clock_change, 1).with(change);
}

SegmentOpened opened(std::uint64_t ordinal, std::uint64_t previous) {
  SegmentOpened fact;
  fact.ordinal = ordinal;
  fact.previous_ordinal = previous;
  return fact;
}

SegmentSealed sealed(std::uint64_t ordinal) {
  return {.ordinal = ordinal, .first_sequence = 1, .entry_count = 1};
}

SegmentHashed hashed(std::uint64_t ordinal) {
  SegmentHashed fact;
  fact.ordinal = ordinal;
  return fact;
}

const Transfer honest_transfer = make_transfer(1, 1, 2, 1);

const Forgery codec_rows[] = {
    {"run_without_its_facts",
     [](Forger& forger) {
       forger.begin(Forger::operation(create_transfers), FactKind::transfer, 2)
           .with(honest_transfer);
     },
     "the runs do not use each fact once"},
    {"fact_without_a_run",
     [](Forger& forger) {
       forger.begin(Forger::operation(create_transfers), FactKind::transfer, 0)
           .with(honest_transfer);
     },
     "the runs do not use each fact once"},
    {"run_that_starts_late",
     [](Forger& forger) {
       forger.begin(Forger::operation(create_transfers), FactKind::transfer, 1, 1)
           .with(honest_transfer)
           .with(make_transfer(2, 1, 2, 1));
     },
     "a run starts in the wrong place"},
    {"run_of_an_unknown_kind",
     [](Forger& forger) {
       forger.entry().add_run({.kind = static_cast<FactKind>(999),
                               .reserved = 0,
                               .operation = no_operation,
                               .first = 0,
                               .count = 1},
                              forger.entry().first());
       forger.count(1);
     },
     "a run has the unknown kind"},
    {"run_of_kind_zero",
     [](Forger& forger) {
       forger.begin(Forger::operation(create_transfers), static_cast<FactKind>(0), 0);
     },
     "a run has the unknown kind"},
    {"run_of_a_kind_beyond_all",
     [](Forger& forger) {
       forger.begin(Forger::operation(create_transfers), static_cast<FactKind>(0xffff), 0);
     },
     "a run has the unknown kind"},
    {"created_count_wrong",
     [](Forger& forger) {
       forger.begin(Forger::operation(create_transfers), FactKind::transfer, 1)
           .with(honest_transfer);
       forger.entry().last_run().count = 0;
     },
     "an operation has another number of facts than it says"},
    {"operation_that_no_run_names",
     [](Forger& forger) {
       forger.begin(Forger::operation(create_transfers), FactKind::transfer, 0);
       forger.entry().add_operation(Forger::operation(create_transfers));
     },
     "an operation has another number of facts than it says"},
    {"header_counts_other_facts", [](Forger& forger) { forger.transfers({honest_transfer}); },
     "the entry's header counts 3 facts, its runs 2", 3},
    {"more_refusals_than_there_are",
     [](Forger& forger) { forger.begin(with_refusals(1, 1), FactKind::transfer, 0); },
     "an operation has more refusals than there are"},
    {"refusal_of_no_operation",
     [](Forger& forger) {
       forger.begin(Forger::operation(create_transfers), FactKind::transfer, 0);
       forger.entry().add_refusal({.index = 0, .status = 46, .part = 0, .timestamp = {}});
     },
     "the refusals and their request data do not match"},
    {"refusal_without_its_data",
     [](Forger& forger) {
       forger.begin(with_refusals(1, 1), FactKind::transfer, 0);
       forger.entry().add_refusal({.index = 0, .status = 54, .part = 0, .timestamp = {}});
     },
     "the refusals and their request data do not match"},
    {"refusal_of_an_event_that_was_not_asked_for",
     [](Forger& forger) {
       forger.begin(with_refusals(1, 4), FactKind::transfer, 0);
       forger.entry().add_refusal({.index = 4, .status = 46, .part = 0, .timestamp = {}});
     },
     "a refusal names an event that its request did not have"},
    {"note_of_no_transfer",
     [](Forger& forger) {
       forger.transfer(honest_transfer, {});
       forger.entry().add_note({}).transfer = 1;
     },
     "the notes do not belong to the transfers"},
    {"two_notes_of_one_transfer",
     [](Forger& forger) {
       forger.transfer(honest_transfer, {});
       forger.entry().add_note({});
     },
     "the notes do not belong to the transfers"},
    {"reason_of_no_operation",
     [](Forger& forger) {
       forger.transfers({honest_transfer});
       OperationReason reason;
       reason.operation = 1;
       forger.entry().add_reason(reason);
     },
     "the reasons do not belong to the operations"},
    {"reason_longer_than_its_place",
     [](Forger& forger) {
       forger.transfers({honest_transfer});
       OperationReason reason;
       reason.bytes = 257;
       forger.entry().add_reason(reason);
     },
     "a reason is longer than its place"},
    {"digest_of_another_state", [](Forger& forger) { forger.transfers({honest_transfer}); },
     "the entry of sequences 11 to 12 says"},
};

const Forgery operation_rows[] = {
    {"time_backwards",
     [](Forger& forger) {
       forger.begin(Forger::operation(create_transfers, 199), FactKind::transfer, 0);
     },
     "sequence 11: time runs backwards"},
    {"time_without_room_for_its_events",
     [](Forger& forger) { forger.transfers({honest_transfer}, 200); },
     "sequence 11: time runs backwards"},
    {"time_after_the_end",
     [](Forger& forger) { forger.transfers({honest_transfer}, limits::timestamp_max + 1); },
     "sequence 11: an operation is after the end of time"},
    {"request_number_repeated",
     [](Forger& forger) {
       forger.begin(Forger::operation(create_transfers, 300, 11), FactKind::transfer, 0);
     },
     "sequence 11: the operation's request number could not have been accepted"},
    {"request_number_falls",
     [](Forger& forger) {
       forger.begin(Forger::operation(create_transfers, 300, 9), FactKind::transfer, 0);
     },
     "sequence 11: the operation's request number could not have been accepted"},
    {"operation_of_nobody",
     [](Forger& forger) {
       Operation operation = Forger::operation(create_transfers);
       operation.client = {};
       forger.begin(operation, FactKind::transfer, 0);
     },
     "sequence 11: the operation's request number could not have been accepted"},
    {"releases_of_somebody",
     [](Forger& forger) {
       forger.begin(Forger::operation(RequestKind::release_holds), FactKind::hold_released, 0);
     },
     "sequence 11: the engine could not have done so by itself"},
    {"refused_with_facts",
     [](Forger& forger) {
       forger.begin(with_status(RequestStatus::disk_low), FactKind::transfer, 1)
           .with(honest_transfer);
     },
     "sequence 11: an operation that was refused has facts"},
    {"more_facts_than_events",
     [](Forger& forger) {
       Operation operation = Forger::operation(create_transfers);
       operation.event_count = ~std::uint32_t{0};  // One is added for the fact.
       forger.begin(operation, FactKind::transfer, 1).with(honest_transfer);
     },
     "sequence 11: an operation has more facts than it had events"},
    {"operation_of_a_read",
     [](Forger& forger) {
       forger.begin(Forger::operation(RequestKind::lookup_accounts), FactKind::transfer, 0);
     },
     "no operation of this kind makes such facts"},
    {"operation_of_an_unknown_kind",
     [](Forger& forger) {
       forger.begin(Forger::operation(static_cast<RequestKind>(999)), FactKind::transfer, 0);
     },
     "no operation of this kind makes such facts"},
    {"accounts_made_by_creating_transfers",
     [](Forger& forger) {
       forger.begin(Forger::operation(create_transfers), FactKind::account, 1)
           .with(make_account(4));
     },
     "no operation of this kind makes such facts"},
    {"transfer_without_an_operation",
     [](Forger& forger) { forger.own(FactKind::transfer, honest_transfer); },
     "no operation of this kind makes such facts"},
    {"release_without_an_operation",
     [](Forger& forger) { forger.own(FactKind::hold_released, AfterAGoodEntry::release_of_102()); },
     "no operation of this kind makes such facts"},
    {"segment_made_by_an_operation",
     [](Forger& forger) {
       forger.begin(Forger::operation(create_transfers), FactKind::segment_opened, 1);
       forger.entry().add_fact(opened(1, 0));
     },
     "no operation of this kind makes such facts"},
};

const Forgery own_rows[] = {
    {"eviction_of_nobody",
     [](Forger& forger) {
       forger.own(FactKind::client_evicted, ClientEvicted{ClientId{Uint128{77, 0}}, 0});
     },
     "sequence 11: a client is evicted that need not be"},
    {"eviction_without_need",
     [](Forger& forger) {
       forger.own(FactKind::client_evicted, ClientEvicted{Forger::client, 0})
           .transfers({honest_transfer});
     },
     "sequence 11: a client is evicted that need not be"},
    {"clock_of_an_unknown_kind",
     [](Forger& forger) {
       write_clock(forger, RequestKind::advance_clock, clock_change(ClockChangeKind{4}, 1));
     },
     "sequence 12: the clock could not have changed so"},
    {"clock_past_the_end_of_time",
     [](Forger& forger) {
       write_clock(forger, RequestKind::advance_clock,
                   clock_change(ClockChangeKind::advanced, limits::timestamp_max + 1));
     },
     "sequence 12: the clock could not have changed so"},
    {"clock_backwards",
     [](Forger& forger) {
       write_clock(forger, RequestKind::advance_clock, clock_change(ClockChangeKind::advanced, 9));
       forger
           .begin(Forger::operation(RequestKind::advance_clock, 300, 13), FactKind::clock_change, 1,
                  1)
           .with(clock_change(ClockChangeKind::advanced, 8));
     },
     "sequence 14: the clock could not have changed so"},
    {"clock_advanced_by_nobody",
     [](Forger& forger) {
       forger.own(FactKind::clock_change, clock_change(ClockChangeKind::advanced, 9));
     },
     "sequence 11: the clock could not have changed so"},
    {"clock_held_twice",
     [](Forger& forger) {
       forger.own(FactKind::clock_change, clock_change(ClockChangeKind::held))
           .own(FactKind::clock_change, clock_change(ClockChangeKind::held), 1);
     },
     "sequence 12: the clock could not have changed so"},
    {"clock_held_by_somebody",
     [](Forger& forger) {
       write_clock(forger, RequestKind::accept_clock, clock_change(ClockChangeKind::held));
     },
     "sequence 12: the clock could not have changed so"},
    {"clock_accepted_that_is_not_held",
     [](Forger& forger) {
       write_clock(forger, RequestKind::accept_clock, clock_change(ClockChangeKind::accepted));
     },
     "sequence 12: the clock could not have changed so"},
    {"clock_with_a_reason_longer_than_its_place",
     [](Forger& forger) {
       ClockChange change = clock_change(ClockChangeKind::held);
       change.reason_bytes = 257;
       forger.own(FactKind::clock_change, change);
     },
     "sequence 11: the clock could not have changed so"},
    {"segment_that_skips_one",
     [](Forger& forger) { forger.own(FactKind::segment_opened, opened(2, 1)); },
     "sequence 11: a segment is opened, sealed or hashed out of turn"},
    {"segment_opened_in_another",
     [](Forger& forger) {
       forger.own(FactKind::segment_opened, opened(1, 0))
           .own(FactKind::segment_opened, opened(2, 1), 1);
     },
     "sequence 12: a segment is opened, sealed or hashed out of turn"},
    {"segment_of_a_newer_schema",
     [](Forger& forger) {
       SegmentOpened fact = opened(1, 0);
       fact.schema_version = journal_schema_version + 1;
       forger.own(FactKind::segment_opened, fact);
     },
     "sequence 11: payloads from here on are of schema 2, this build reads up to 1"},
    {"segment_sealed_that_is_not_open",
     [](Forger& forger) { forger.own(FactKind::segment_sealed, sealed(1)); },
     "sequence 11: a segment is opened, sealed or hashed out of turn"},
    {"segment_sealed_twice",
     [](Forger& forger) {
       forger.own(FactKind::segment_opened, opened(1, 0))
           .own(FactKind::segment_sealed, sealed(1))
           .own(FactKind::segment_sealed, sealed(1), 1);
     },
     "sequence 13: a segment is opened, sealed or hashed out of turn"},
    {"segment_hashed_that_is_open",
     [](Forger& forger) {
       forger.own(FactKind::segment_opened, opened(1, 0)).own(FactKind::segment_hashed, hashed(1));
     },
     "sequence 12: a segment is opened, sealed or hashed out of turn"},
};

// Fault 44: facts of kinds that nobody knows. Fault 46: payloads of a newer schema.
TEST_P(HostileEntry, IsRefusedWithItsSequence) { expect_refused(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Codec, HostileEntry, testing::ValuesIn(codec_rows), name_of_forgery);
INSTANTIATE_TEST_SUITE_P(Operations, HostileEntry, testing::ValuesIn(operation_rows),
                         name_of_forgery);
INSTANTIATE_TEST_SUITE_P(OwnFacts, HostileEntry, testing::ValuesIn(own_rows), name_of_forgery);

TEST(HostileEntryAlone, IsRefusedWhereItDoesNotFollow) {
  AfterAGoodEntry after;
  after.forger().open(Sequence{AfterAGoodEntry::last + 2});
  after.forger().transfers({honest_transfer});
  const auto applied = after.apply();
  ASSERT_FALSE(applied.ok());
  EXPECT_NE(applied.error().what.find("does not follow sequence 10"), std::string::npos);
}

// Fault 39: a duplicate, as a gap above, is refused with its place.
TEST(HostileEntryAlone, IsRefusedWhereItsSequenceWasTaken) {
  AfterAGoodEntry after;
  after.forger().open(Sequence{AfterAGoodEntry::last});
  after.forger().transfers({honest_transfer});
  const auto applied = after.apply();
  ASSERT_FALSE(applied.ok());
  EXPECT_NE(applied.error().what.find("does not follow sequence 10"), std::string::npos)
      << applied.error().what;
}

// So that the tables refuse what is wrong with their rows and not what those share.
TEST(HostileEntryAlone, WouldBeTakenWereItHonest) {
  AfterAGoodEntry after;
  Forger& forger = after.forger();
  forger.own(FactKind::segment_opened, opened(1, 0));
  forger.own(FactKind::segment_sealed, sealed(1));
  forger.own(FactKind::segment_hashed, hashed(1));
  forger.own(FactKind::clock_change, clock_change(ClockChangeKind::held));
  forger.begin(Forger::operation(RequestKind::accept_clock), FactKind::clock_change, 1, 1)
      .with(clock_change(ClockChangeKind::accepted));
  const auto applied = after.apply_honestly();
  EXPECT_TRUE(applied.ok()) << applied.error().what;
  EXPECT_EQ(after.state().segment_hashed(), 1U);
}

template <typename T>
T number_at(std::span<const std::byte> bytes, std::size_t at) {
  T number;
  std::memcpy(&number, bytes.data() + at, sizeof(number));
  return number;
}

// A FlatBuffer's verifier lets vectors of structs begin anywhere: here one does four bytes late,
// and has the length that the account's id says.
TEST(HostileEntryAlone, IsRefusedWhereItsFactsAreNotAligned) {
  Forger forger;
  forger.open(Sequence{1});
  forger.begin(Forger::operation(RequestKind::create_accounts), FactKind::account, 1)
      .with(make_account(1));
  EntryHeader header;
  header.fact_count = forger.facts();
  const auto value = forger.entry().close(header);
  EntryView view{.header = {}, .value = value};
  std::memcpy(&view.header, value.data(), sizeof(view.header));
  ASSERT_TRUE(read_facts(view).ok());
  const auto payload = value.subspan(sizeof(EntryHeader));
  const std::size_t table = number_at<std::uint32_t>(payload, 0);
  const std::size_t vtable =
      table - static_cast<std::size_t>(number_at<std::int32_t>(payload, table));
  int moved = 0;
  for (std::size_t at = 4; at < number_at<std::uint16_t>(payload, vtable); at += 2) {
    const std::size_t field = table + number_at<std::uint16_t>(payload, vtable + at);
    if (field == table) continue;
    const auto offset = number_at<std::uint32_t>(payload, field);
    if (field + offset + sizeof(Account) > payload.size()) continue;
    const bool has_one = number_at<std::uint32_t>(payload, field + offset) == 1;
    if (!has_one || number_at<std::uint64_t>(payload, field + offset + 4) != 1) continue;
    const std::uint32_t later = offset + 4;
    std::memcpy(payload.data() + field, &later, sizeof(later));
    ++moved;
  }
  ASSERT_GT(moved, 0);
  const auto facts = read_facts(view);
  ASSERT_FALSE(facts.ok());
  EXPECT_NE(facts.error().what.find("not aligned"), std::string::npos) << facts.error().what;
}

}  // namespace
}  // namespace daybook::test
