// Domain events, forged: each row is one thing that apply requires and that no engine would have
// done; see hostile_entry_test.cpp.

#include "engine/model/aggregate.hpp"
#include "tests/replay/forger.hpp"

namespace daybook::test {
namespace {

using After = AfterAGoodEntry;

/// Event `id` of stream (7, 1), with this version.
DomainEvent event_of(std::uint64_t id, std::uint64_t version) {
  DomainEvent event;
  event.id = Uint128{id, 0};
  event.aggregate_type = Uint128{7, 0};
  event.aggregate_id = Uint128{1, 0};
  event.event_type = Uint128{3, 0};
  event.version = version;
  return event;
}

Forger& append(Forger& forger, const std::vector<DomainEvent>& events) {
  return forger.all(RequestKind::append_events, FactKind::domain_event, events);
}

auto appending(const std::vector<DomainEvent>& events) {
  return [events](Forger& forger) { append(forger, events); };
}

template <typename Change>
auto event_with(Change change) {
  return [change](Forger& forger) {
    DomainEvent event = event_of(1, 1);
    change(event);
    append(forger, {event});
  };
}

const char* const not_appended_so = "sequence 12: a domain event could not have been appended";
const char* const in_part = "sequence 11: an operation appends some of its events and others not";

const Forgery event_rows[] = {
    {"without_an_id", event_with([](DomainEvent& e) { e.id = {}; }), not_appended_so},
    {"without_an_aggregate_type", event_with([](DomainEvent& e) { e.aggregate_type = {}; }),
     not_appended_so},
    {"without_an_aggregate", event_with([](DomainEvent& e) { e.aggregate_id = {}; }),
     not_appended_so},
    {"without_a_type", event_with([](DomainEvent& e) { e.event_type = {}; }), not_appended_so},
    {"reserved_flag", event_with([](DomainEvent& e) { e.flags = 2; }), not_appended_so},
    {"reserved_content_type", event_with([](DomainEvent& e) { e.content_type = ContentType{500}; }),
     not_appended_so},
    {"payload_too_large",
     [](Forger& forger) {
       DomainEvent event = event_of(1, 1);
       event.payload_bytes = limits::event_payload_bytes_max + 1;
       forger.begin(Forger::operation(RequestKind::append_events), FactKind::domain_event, 1)
           .with(event, std::string(event.payload_bytes, 'x'));
     },
     not_appended_so},
    {"payload_missing",
     [](Forger& forger) {
       DomainEvent event = event_of(1, 1);
       event.payload_bytes = 5;
       forger.begin(Forger::operation(RequestKind::append_events), FactKind::domain_event, 1)
           .with(event, "four");
     },
     "the payloads do not belong to the domain events"},
    {"payload_of_nobody",
     [](Forger& forger) {
       forger.begin(Forger::operation(RequestKind::append_events), FactKind::domain_event, 1)
           .with(event_of(1, 1), "x");
     },
     "the payloads do not belong to the domain events"},
    {"timestamp_before_the_operation",
     event_with([](DomainEvent& e) { e.timestamp = Timestamp{299}; }),
     "sequence 12: a domain event's timestamp is not of its operation's time"},
    {"timestamp_after_the_operation",
     event_with([](DomainEvent& e) { e.timestamp = Timestamp{301}; }),
     "sequence 12: a domain event's timestamp is not of its operation's time"},
    {"version_zero", appending({event_of(1, 0)}),
     "sequence 12: a domain event has version 0 and its stream has 0"},
    {"version_with_a_gap", appending({event_of(1, 2)}),
     "sequence 12: a domain event has version 2 and its stream has 0"},
    {"version_again", appending({event_of(1, 1), event_of(2, 1)}),
     "sequence 13: a domain event has version 1 and its stream has 1"},
    {"gap_later", appending({event_of(1, 1), event_of(2, 2), event_of(3, 4)}),
     "sequence 14: a domain event has version 4 and its stream has 2"},
    {"id_twice_in_a_request", appending({event_of(1, 1), event_of(1, 2)}),
     "sequence 13: the id 0x00000000000000000000000000000001 has a domain event already"},
    {"in_part",
     [](Forger& forger) {
       Operation operation = Forger::operation(RequestKind::append_events);
       operation.event_count = operation.refusal_count = 1;
       forger.begin(operation, FactKind::domain_event, 1).with(event_of(1, 1));
       forger.entry().add_refusal({.index = 1, .status = 1, .part = 0, .timestamp = {}});
     },
     in_part},
    {"fewer_than_asked_for",
     [](Forger& forger) {
       Operation operation = Forger::operation(RequestKind::append_events);
       operation.event_count = 1;
       forger.begin(operation, FactKind::domain_event, 1).with(event_of(1, 1));
     },
     in_part},
    {"none_and_not_refused",
     [](Forger& forger) {
       Operation operation = Forger::operation(RequestKind::append_events);
       operation.event_count = 1;
       forger.begin(operation, FactKind::domain_event, 0);
     },
     in_part},
    {"of_a_refused_request",
     [](Forger& forger) {
       Operation operation = Forger::operation(RequestKind::append_events);
       operation.status = RequestStatus::malformed;
       forger.begin(operation, FactKind::domain_event, 1).with(event_of(1, 1));
     },
     "sequence 11: an operation that was refused has facts"},
    {"by_transfers",
     [](Forger& forger) {
       forger.all(RequestKind::create_transfers, FactKind::domain_event,
                  std::vector{event_of(1, 1)});
     },
     "no operation of this kind makes such facts"},
    {"without_an_operation",
     [](Forger& forger) { forger.own(FactKind::domain_event, event_of(1, 1)); },
     "no operation of this kind makes such facts"},
};

/// Command `command` to aggregate 1, with its payload; `version` is that of its event.
struct Commanded {
  DomainEvent event;
  std::string payload;
};
Commanded commanded(Command command, std::uint64_t id, std::uint64_t version,
                    CommandDetails details, const std::string& text) {
  Commanded made;
  made.event.id = Uint128{id, 0};
  made.event.aggregate_id = Uint128{1, 0};
  made.event.version = version;
  std::vector<std::byte> payload;
  put_command(command, details, text, made.event, payload);
  made.payload.assign(reinterpret_cast<const char*>(payload.data()), payload.size());
  return made;
}
Commanded order_created(std::uint64_t id = 1, std::uint64_t version = 1) {
  CommandDetails details;
  details.amount = amount_of(5);
  details.quantity = 1;
  details.ledger = LedgerId{1};
  return commanded(Command::order_create, id, version, details, "tea");
}

auto commands(RequestKind kind, const std::vector<Commanded>& all) {
  return [=](Forger& forger) {
    forger.begin(Forger::operation(kind), FactKind::domain_event,
                 static_cast<std::uint32_t>(all.size()));
    for (const Commanded& each : all) forger.with(each.event, each.payload);
  };
}
constexpr RequestKind of_orders = RequestKind::order_commands;
constexpr RequestKind of_reconciliations = RequestKind::reconciliation_commands;

Commanded reconciliation_defined() {
  return commanded(Command::reconciliation_define, 1, 1, {}, "{}");
}

Commanded order_created_with(const std::function<void(Commanded&)>& change) {
  Commanded made = order_created();
  change(made);
  return made;
}
Commanded naming_a_transfer() {
  CommandDetails details;
  details.transfer_id = transfer_id(1);
  return commanded(Command::order_cancel, 2, 2, details, "gone");
}

const Forgery command_rows[] = {
    {"appended_to_an_order", commands(RequestKind::append_events, {order_created()}),
     not_appended_so},
    {"order_by_payment_commands", commands(RequestKind::payment_commands, {order_created()}),
     not_appended_so},
    {"own_event_by_order_commands", commands(of_orders, {{event_of(1, 1), ""}}), not_appended_so},
    {"unknown_event_of_an_order", commands(of_orders, {order_created_with([](auto& made) {
                                             made.event.event_type = Uint128{3, 0};
                                           })}),
     not_appended_so},
    {"order_without_details", commands(of_orders, {order_created_with([](auto& made) {
                                         made.payload.clear();
                                         made.event.payload_bytes = 0;
                                       })}),
     "sequence 12: the engine's rules do not allow this event: details_malformed"},
    {"order_without_an_amount", commands(of_orders, {order_created_with([](auto& made) {
                                           made.payload.replace(16, 16, std::string(16, '\0'));
                                         })}),
     "sequence 12: the engine's rules do not allow this event: amount_must_not_be_zero"},
    {"order_created_twice", commands(of_orders, {order_created(), order_created(2, 2)}),
     "sequence 13: the engine's rules do not allow this event: order_already_exists"},
    {"order_shipped_before_it_is_paid",
     commands(of_orders, {order_created(), commanded(Command::order_ship, 2, 2, {}, "track")}),
     "sequence 13: the engine's rules do not allow this event: order_not_paid"},
    {"payment_captured_that_is_not",
     commands(RequestKind::payment_commands, {commanded(Command::payment_void, 1, 1, {}, "")}),
     "sequence 12: the engine's rules do not allow this event: payment_not_found"},
    {"transfer_of_no_bundle", commands(of_orders, {order_created(), naming_a_transfer()}),
     "sequence 13: the engine's rules do not allow this event: transfer_not_in_bundle"},
    {"reconciliation_by_order_commands", commands(of_orders, {reconciliation_defined()}),
     not_appended_so},
    {"run_of_no_reconciliation",
     commands(of_reconciliations,
              {commanded(Command::run_create, 1, 1,
                         {.subject_id = Uint128{9, 0}, .quantity = 20260131}, "{}")}),
     "sequence 12: the engine's rules do not allow this event: reconciliation_not_found"},
    {"approval_of_nothing",
     commands(RequestKind::review_corrections,
              {commanded(Command::correction_approve, 1, 1, {.subject_id = Uint128{9, 0}}, "")}),
     "sequence 12: no operation of this kind makes such facts"},
    {"reconciliation_defined_by_an_operator",
     commands(of_reconciliations, {reconciliation_defined()}), not_appended_so},
    {"correction_approved_by_an_operator",
     commands(of_reconciliations,
              {commanded(Command::correction_approve, 1, 1, {.subject_id = Uint128{9, 0}}, "")}),
     not_appended_so},
};

/// The domain events of a bundle whose operation was begun with its transfers.
void bundled(Forger& forger, const std::vector<DomainEvent>& events) {
  forger.entry().add_run({.kind = FactKind::domain_event,
                          .reserved = 0,
                          .operation = 0,
                          .first = 0,
                          .count = static_cast<std::uint32_t>(events.size())},
                         Sequence{12 + forger.entry().transfer_count()});
  for (const DomainEvent& event : events) forger.with(event);
  forger.count(static_cast<std::uint32_t>(events.size()));
}

/// A bundle of one transfer and `events`, whose record says `created` facts of `asked`.
auto bundle_of(const std::vector<DomainEvent>& events, std::uint32_t created, std::uint32_t asked) {
  return [=](Forger& forger) {
    Operation operation = Forger::operation(RequestKind::bundle);
    operation.event_count = asked - 1;
    forger.begin(operation, FactKind::transfer, 1);
    forger.entry().last_operation().created_count = created;
    forger.with(make_transfer(1, 1, 2, 1));
    bundled(forger, events);
  };
}

auto failed_bundle(const std::vector<Refusal>& refusals, bool of_events, bool of_transfers) {
  return [=](Forger& forger) {
    Operation operation = Forger::operation(RequestKind::bundle);
    operation.event_count = operation.refusal_count = static_cast<std::uint32_t>(refusals.size());
    forger.begin(operation, FactKind::transfer, 0);
    for (const Refusal& refusal : refusals) forger.entry().add_refusal(refusal);
    if (of_transfers) forger.entry().add_refused(make_transfer(1, 1, 2, 1), false);
    if (of_events) forger.entry().add_refused(event_of(1, 0));
  };
}

const Forgery bundle_rows[] = {
    {"bundle_done_in_part", bundle_of({event_of(1, 1)}, 2, 3), in_part},
    {"bundle_with_a_wrong_count", bundle_of({event_of(1, 1)}, 1, 2),
     "an operation has another number of facts than it says"},
    {"bundle_whose_event_has_a_gap", bundle_of({event_of(1, 3)}, 2, 2),
     "sequence 13: a domain event has version 3 and its stream has 0"},
    {"bundle_that_begins_with_events",
     [](Forger& forger) {
       forger.all(RequestKind::bundle, FactKind::domain_event, std::vector{event_of(1, 1)});
     },
     "no operation of this kind makes such facts"},
    {"bundle_that_fails_twice",
     failed_bundle({{0, 54, bundle_part::transfers, {}}, {0, 21, bundle_part::events, {}}}, true,
                   true),
     "a bundle fails in two places"},
    {"refusal_of_an_unknown_part", failed_bundle({{0, 1, 0, {}}, {0, 1, 2, {}}}, false, false),
     "a refusal is of an unknown part of its request"},
    {"refusal_of_a_part_of_what_has_none",
     [](Forger& forger) {
       Operation operation = Forger::operation(RequestKind::append_events);
       operation.event_count = operation.refusal_count = 1;
       forger.begin(operation, FactKind::domain_event, 0);
       forger.entry().add_refusal({.index = 0, .status = 1, .part = 1, .timestamp = {}});
     },
     "a refusal is of an unknown part of its request"},
    {"refusal_of_an_event_with_the_data_of_a_transfer",
     failed_bundle({{0, 1, 0, {}}, {0, 21, bundle_part::events, {}}}, false, true),
     "the refusals and their request data do not match"},
};

class HostileEvent : public HostileEntry {};

TEST_P(HostileEvent, IsRefusedWithItsSequence) { expect_refused(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Events, HostileEvent, testing::ValuesIn(event_rows), name_of_forgery);

INSTANTIATE_TEST_SUITE_P(Commands, HostileEvent, testing::ValuesIn(command_rows), name_of_forgery);

INSTANTIATE_TEST_SUITE_P(Bundles, HostileEvent, testing::ValuesIn(bundle_rows), name_of_forgery);

TEST(HostileEvents, BundlesWouldBeTakenWereTheyHonest) {
  const std::function<void(Forger&)> honest[] = {
      bundle_of({event_of(1, 1), event_of(2, 2)}, 3, 3),
      failed_bundle({{0, 1, 0, {}}, {0, 21, bundle_part::events, {}}}, true, false),
      failed_bundle({{0, 54, 0, {}}, {0, 1, bundle_part::events, {}}}, false, true),
      failed_bundle({{0, 46, 0, {}}, {0, 19, bundle_part::events, {}}}, false, false),
  };
  for (const auto& write : honest) {
    SCOPED_TRACE(&write - std::begin(honest));
    After after;
    write(after.forger());
    const auto applied = after.apply_honestly();
    EXPECT_TRUE(applied.ok()) << applied.error().what;
  }
}

TEST(HostileEvents, WouldBeTakenWereTheyHonest) {
  After after;
  append(after.forger(), {event_of(1, 1), event_of(2, 2)});
  const auto applied = after.apply_honestly();
  EXPECT_TRUE(applied.ok()) << applied.error().what;
  EXPECT_EQ(after.state().streams.count(), 1U);
  EXPECT_EQ(after.state().event_ids.size(), 2U);
}

TEST(HostileEvents, CommandsWouldBeTakenWereTheyHonest) {
  After after;
  commands(of_orders,
           {order_created(), commanded(Command::order_cancel, 2, 2, {}, "gone")})(after.forger());
  const auto applied = after.apply_honestly();
  EXPECT_TRUE(applied.ok()) << applied.error().what;
  ASSERT_NE(after.state().aggregates.find_order(Uint128{1, 0}), nullptr);
  EXPECT_EQ(after.state().aggregates.find_order(Uint128{1, 0})->state, OrderState::cancelled);
}

TEST(HostileEvents, AnIdOfAnEarlierEntryIsRefused) {
  After after;
  append(after.forger(), {event_of(1, 1), event_of(2, 2)});
  ASSERT_TRUE(after.apply_honestly().ok());
  after.forger().open(Sequence{14});
  after.forger()
      .begin(Forger::operation(RequestKind::append_events, Forger::time + 1, Forger::number + 1),
             FactKind::domain_event, 1)
      .with(event_of(2, 3));
  const auto applied = after.apply();
  ASSERT_FALSE(applied.ok());
  EXPECT_NE(
      applied.error().what.find("sequence 15: the id 0x00000000000000000000000000000002 has a "
                                "domain event already"),
      std::string::npos)
      << applied.error().what;
}

TEST(HostileEvents, AreNotDamageWhereOnlyATableIsTooSmall) {
  const auto kind_with = [](std::uint64_t streams_max, std::uint64_t event_ids_max) {
    StateSettings settings = After::settings();
    settings.streams_max = streams_max;
    settings.event_ids_max = event_ids_max;
    After after{settings};
    DomainEvent other = event_of(2, 1);
    other.aggregate_id = Uint128{2, 0};
    append(after.forger(), {event_of(1, 1), other});
    const auto applied = after.apply();
    EXPECT_FALSE(applied.ok());
    return applied.error().kind;
  };
  EXPECT_EQ(kind_with(1, 100), FailureKind::no_space);
  EXPECT_EQ(kind_with(100, 1), FailureKind::no_space);
  EXPECT_EQ(kind_with(100, 100), FailureKind::damaged);  // Its digest.
}

}  // namespace
}  // namespace daybook::test
