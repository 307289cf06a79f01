// What operations make, forged: accounts, transfers of every kind, releases, changes, ledgers. Each
// row is one thing that apply requires and that no engine would have done; see
// hostile_entry_test.cpp.

#include "tests/replay/forger.hpp"

namespace daybook::test {
namespace {

using After = AfterAGoodEntry;

constexpr auto post = transfer_flag::post_pending_transfer;
constexpr auto voids = transfer_flag::void_pending_transfer;
constexpr auto keeping = transfer_flag::post_pending_transfer | transfer_flag::keep_remainder;
constexpr auto reversal = transfer_flag::reversal;
constexpr std::uint64_t late = 2'000'000'000;

template <typename Fact, typename Change>
Fact changed(Fact fact, Change change) {
  change(fact);
  return fact;
}

template <typename Change>
auto account_with(Change change) {
  return [change](Forger& forger) { forger.account(changed(make_account(4, 1), change)); };
}

template <typename Change>
auto transfer_with(Change change) {
  return
      [change](Forger& forger) { forger.transfers({changed(make_transfer(1, 1, 2, 1), change)}); };
}

template <typename Change>
auto note_with(Change change) {
  return [change](Forger& forger) {
    forger.transfer(make_transfer(1, 1, 2, 1), changed(TransferNote{}, change));
  };
}

template <typename Change>
auto release_with(Change change) {
  return
      [change](Forger& forger) { forger.release(changed(After::release_of_102(), change), late); };
}

template <typename Change>
auto account_change_with(Change change) {
  return [change](Forger& forger) {
    AccountChange freeze;
    freeze.account_id = account_id(1);
    freeze.kind = AccountChangeKind::freeze;
    freeze.sides = account_side::both;
    forger.change(changed(freeze, change));
  };
}

auto resolving(const Transfer& transfer) {
  return [transfer](Forger& forger) { forger.transfers({transfer}); };
}

auto reversing(const Transfer& transfer, const TransferNote& note) {
  return [transfer, note](Forger& forger) { forger.transfer(transfer, note); };
}

const char* const no_account_so = "sequence 12: an account could not have been created so";
const char* const no_transfer_so = "sequence 12: a transfer could not have been accepted";
const char* const not_resolved_so = "sequence 12: a hold could not have been resolved so";
const char* const not_released_so = "sequence 12: a hold could not have been released so";
const char* const not_reversed_so = "sequence 12: a transfer could not have been reversed so";
const char* const not_changed_so = "sequence 12: an account could not have been changed so";

const Forgery account_rows[] = {
    {"id_used_before", account_with([](Account& a) { a.id = account_id(2); }),
     "sequence 12: an account is created twice"},
    {"id_used_twice_in_an_entry",
     [](Forger& forger) {
       forger.all(RequestKind::create_accounts, FactKind::account,
                  std::vector{make_account(4), make_account(4)});
     },
     "sequence 13: an account is created twice"},
    {"id_zero", account_with([](Account& a) { a.id = {}; }),
     "sequence 12: an account has an id that none may have"},
    {"id_max", account_with([](Account& a) { a.id = AccountId{Uint128{u128_max}}; }),
     "sequence 12: an account has an id that none may have"},
    {"debits_posted", account_with([](Account& a) { a.debits_posted = amount_of(1); }),
     "sequence 12: an account is created with a balance"},
    {"credits_posted", account_with([](Account& a) { a.credits_posted = amount_of(1); }),
     "sequence 12: an account is created with a balance"},
    {"debits_pending", account_with([](Account& a) { a.debits_pending = amount_of(1); }),
     "sequence 12: an account is created with a balance"},
    {"credits_pending", account_with([](Account& a) { a.credits_pending = amount_of(1); }),
     "sequence 12: an account is created with a balance"},
    {"timestamp_of_another", account_with([](Account& a) { a.timestamp = Timestamp{100}; }),
     "sequence 12: an account's timestamp does not follow the one before"},
    {"timestamp_before_its_slot", account_with([](Account& a) { a.timestamp = Timestamp{299}; }),
     "sequence 12: an account's timestamp is not of its operation's time"},
    {"timestamp_after_its_operation",
     account_with([](Account& a) { a.timestamp = Timestamp{301}; }),
     "sequence 12: an account's timestamp is not of its operation's time"},
    {"imported_at_its_operation", account_with([](Account& a) {
       a.flags = account_flag::imported;
       a.timestamp = Timestamp{300};
     }),
     "sequence 12: an account's timestamp is not of its operation's time"},
    {"flags_of_the_engine", account_with([](Account& a) { a.flags = account_flag::debits_frozen; }),
     "sequence 12: an account is created with flags that nobody may ask for"},
    {"flags_that_exclude_each_other", account_with([](Account& a) {
       a.flags = account_flag::debits_must_not_exceed_credits |
                 account_flag::credits_must_not_exceed_debits;
     }),
     "sequence 12: an account is created with flags that nobody may ask for"},
    {"no_ledger", account_with([](Account& a) { a.ledger = {}; }), no_account_so},
    {"no_code", account_with([](Account& a) { a.code = {}; }), no_account_so},
    {"reserved_field", account_with([](Account& a) { a.reserved = 1; }), no_account_so},
};

const Forgery transfer_rows[] = {
    {"debit_account_unknown",
     transfer_with([](Transfer& t) { t.debit_account_id = account_id(9); }),
     "sequence 12: a transfer's accounts are not there"},
    {"credit_account_unknown",
     transfer_with([](Transfer& t) { t.credit_account_id = account_id(9); }),
     "sequence 12: a transfer's accounts are not there"},
    {"second_of_two",
     [](Forger& forger) {
       forger.transfers({make_transfer(1, 1, 2, 1), make_transfer(2, 1, 9, 1)});
     },
     "sequence 13: a transfer's accounts are not there"},
    {"one_account_twice", transfer_with([](Transfer& t) { t.credit_account_id = account_id(1); }),
     "sequence 12: a transfer's accounts are not there"},
    {"accounts_of_two_ledgers",
     transfer_with([](Transfer& t) { t.credit_account_id = account_id(3); }), no_transfer_so},
    {"another_ledger", transfer_with([](Transfer& t) { t.ledger = LedgerId{2}; }), no_transfer_so},
    {"overflows_what_is_posted",
     transfer_with([](Transfer& t) { t.amount = Amount{Uint128{u128_max}}; }), no_transfer_so},
    {"overflows_with_what_is_pending",  // 120 are posted and 70 pending on that side.
     transfer_with([](Transfer& t) { t.amount = Amount{Uint128{u128_max - 120}}; }),
     no_transfer_so},
    {"pending_overflows", transfer_with([](Transfer& t) {
       t.flags = transfer_flag::pending;
       t.amount = Amount{Uint128{u128_max - 120}};
     }),
     no_transfer_so},
    {"id_zero", transfer_with([](Transfer& t) { t.id = {}; }), no_transfer_so},
    {"id_max", transfer_with([](Transfer& t) { t.id = TransferId{Uint128{u128_max}}; }),
     no_transfer_so},
    {"unknown_flag", transfer_with([](Transfer& t) { t.flags = 1U << 9; }), no_transfer_so},
    {"two_kinds", transfer_with([](Transfer& t) { t.flags = transfer_flag::pending | post; }),
     "sequence 12: a transfer is of two kinds"},
    {"id_used_in_an_entry_before", transfer_with([](Transfer& t) { t.id = transfer_id(101); }),
     "sequence 12: the transfer id 0x00000000000000000000000000000065 was used before"},
    {"id_of_an_open_hold", transfer_with([](Transfer& t) { t.id = transfer_id(102); }),
     "sequence 12: the transfer id 0x00000000000000000000000000000066 was used before"},
    {"id_used_twice_in_an_entry",
     [](Forger& forger) {
       forger.transfers({make_transfer(1, 1, 2, 1), make_transfer(1, 2, 1, 1)});
     },
     "sequence 13: the transfer id 0x00000000000000000000000000000001 was used before"},
    {"id_that_was_burnt", transfer_with([](Transfer& t) { t.id = transfer_id(199); }),
     "sequence 12: the transfer id 0x000000000000000000000000000000c7 was used before"},
    {"id_burnt_twice", [](Forger& forger) { forger.burn(199); },
     "sequence 11: the transfer id 0x000000000000000000000000000000c7 was used before"},
    {"id_burnt_that_was_used", [](Forger& forger) { forger.burn(101); },
     "sequence 11: the transfer id 0x00000000000000000000000000000065 was used before"},
    {"timestamp_of_the_one_before",
     transfer_with([](Transfer& t) { t.timestamp = Timestamp{199}; }),
     "sequence 12: a transfer's timestamp does not follow the one before"},
    {"timestamp_before_its_slot", transfer_with([](Transfer& t) { t.timestamp = Timestamp{299}; }),
     "sequence 12: a transfer's timestamp is not of its operation's time"},
    {"timestamp_after_its_operation",
     transfer_with([](Transfer& t) { t.timestamp = Timestamp{301}; }),
     "sequence 12: a transfer's timestamp is not of its operation's time"},
    {"imported_at_its_operation", transfer_with([](Transfer& t) {
       t.flags = transfer_flag::imported;
       t.timestamp = Timestamp{300};
     }),
     "sequence 12: a transfer's timestamp is not of its operation's time"},
    {"pending_past_the_end_of_time",
     [](Forger& forger) { forger.transfers({After::pending(1, 1, 1)}, limits::timestamp_max); },
     "sequence 12: a pending transfer's time is over after the end of time"},
    {"note_with_an_unknown_bit", note_with([](TransferNote& n) { n.bits = 2; }),
     "sequence 12: a note says what this build does not know"},
    {"note_of_an_unknown_authority",
     note_with([](TransferNote& n) { n.authority = static_cast<Authority>(4); }),
     "sequence 12: a note says what this build does not know"},
    {"note_that_overrode_the_unknown", note_with([](TransferNote& n) { n.overrode = 32; }),
     "sequence 12: a note says what this build does not know"},
    {"note_with_a_reversal_before_a_plain_transfer",
     note_with([](TransferNote& n) { n.before = Sequence{10}; }),
     "sequence 12: a note does not fit its transfer"},
    {"note_with_the_owner_of_no_hold", note_with([](TransferNote& n) {
       n.owner = Uint128{1, 0};
     }),
     "sequence 12: a note does not fit its transfer"},
};

const Forgery hold_rows[] = {
    {"post_of_nothing", resolving(After::naming(1, 9, post, 1)),
     "sequence 12: a hold is resolved that is not open"},
    {"post_of_what_is_no_hold", resolving(After::naming(1, 101, post, 100)),
     "sequence 12: a hold is resolved that is not open"},
    {"post_twice",
     [](Forger& forger) {
       forger.transfers({After::naming(1, 103, post, 30), After::naming(2, 103, post, 0)});
     },
     "sequence 13: a hold is resolved that is not open"},
    {"post_of_more_than_is_held", resolving(After::naming(1, 103, post, 31)), not_resolved_so},
    {"post_of_more_than_is_left",
     [](Forger& forger) {
       forger.transfers({After::naming(1, 103, keeping, 20), After::naming(2, 103, post, 11)});
     },
     "sequence 13: a hold could not have been resolved so"},
    {"post_that_keeps_all", resolving(After::naming(1, 103, keeping, 0)), not_resolved_so},
    {"post_between_other_accounts", resolving(After::naming(1, 103, post, 30, 2)), not_resolved_so},
    {"post_after_its_time",
     [](Forger& forger) { forger.transfers({After::naming(1, 102, post, 40)}, After::deadline); },
     "sequence 12: a hold is resolved whose time is over"},
    {"void_of_a_part", resolving(After::naming(1, 103, voids, 29)), not_resolved_so},
    {"void_that_keeps", resolving(After::naming(1, 103, voids | transfer_flag::keep_remainder, 30)),
     not_resolved_so},
    {"post_that_counts_another_total",
     [](Forger& forger) {
       forger.transfer(After::naming(1, 103, post, 30),
                       changed(TransferNote{}, [](auto& n) { n.total = amount_of(30); }));
     },
     "sequence 12: a post's note counts another total than its hold"},
    {"release_of_nothing", release_with([](HoldReleased& r) { r.id = transfer_id(9); }),
     "sequence 12: a hold is released that is not open"},
    {"release_twice",
     [](Forger& forger) {
       forger.all(RequestKind::release_holds, FactKind::hold_released,
                  std::vector{After::release_of_102(), After::release_of_102()}, late);
     },
     "sequence 13: a hold is released that is not open"},
    {"release_too_early",
     [](Forger& forger) { forger.release(After::release_of_102(), After::deadline - 1); },
     not_released_so},
    {"release_of_a_hold_without_a_deadline", release_with([](HoldReleased& r) {
       r.id = transfer_id(103);
       r.amount = amount_of(30);
       r.pending_sequence = Sequence{8};
       r.expires_at = {};
     }),
     not_released_so},
    {"release_of_less", release_with([](HoldReleased& r) { r.amount = amount_of(39); }),
     not_released_so},
    {"release_of_more", release_with([](HoldReleased& r) { r.amount = amount_of(41); }),
     not_released_so},
    {"release_with_another_deadline",
     release_with([](HoldReleased& r) { r.expires_at = Timestamp{1}; }), not_released_so},
    {"release_at_another_time",
     release_with([](HoldReleased& r) { r.timestamp = Timestamp{late + 1}; }), not_released_so},
    {"release_to_other_accounts",
     release_with([](HoldReleased& r) { std::swap(r.debit_account_id, r.credit_account_id); }),
     not_released_so},
    {"release_of_another_sequence",
     release_with([](HoldReleased& r) { r.pending_sequence = Sequence{8}; }), not_released_so},
    {"release_of_another_ledger", release_with([](HoldReleased& r) { r.ledger = LedgerId{2}; }),
     not_released_so},
    {"release_with_other_flags", release_with([](HoldReleased& r) { r.flags = 0; }),
     not_released_so},
};

const Forgery reversal_rows[] = {
    {"reversal_of_nothing", reversing(After::naming(1, 9, reversal, 1), After::after_105(1)),
     "sequence 12: a reversal names a transfer that is not there"},
    {"reversal_of_itself", reversing(After::naming(1, 1, reversal, 1), After::after_105(1)),
     "sequence 12: a reversal names a transfer that is not there"},
    {"reversal_of_a_burnt_id",
     reversing(After::naming(1, 199, reversal, 1),
               changed(TransferNote{}, [](auto& n) { n.total = amount_of(1); })),
     "sequence 12: a reversal names a transfer that is not there"},
    {"reversal_after_one_that_is_not_there",
     reversing(After::naming(1, 104, reversal, 1),
               changed(After::after_105(21), [](auto& n) { n.before = Sequence{9}; })),
     "sequence 12: a reversal follows one that is not there"},
    {"reversal_that_calls_itself_the_first",
     reversing(After::naming(1, 104, reversal, 30),
               changed(After::after_105(30), [](auto& n) { n.before = {}; })),
     "sequence 12: a reversal does not name the one before it"},
    {"reversal_without_a_total", reversing(After::naming(1, 101, reversal, 1, 2), TransferNote{}),
     "sequence 12: a reversal's note counts less than it moves"},
    {"reversal_of_more_than_is_left",
     reversing(After::naming(1, 104, reversal, 31), After::after_105(51)), not_reversed_so},
    {"reversal_that_counts_another_total",
     reversing(After::naming(1, 104, reversal, 10), After::after_105(10)), not_reversed_so},
    {"reversal_that_left_a_rest",
     reversing(After::naming(1, 104, reversal, 10), After::after_105(30, note_bit::took_the_rest)),
     not_reversed_so},
    {"reversal_that_left_no_rest",
     reversing(After::naming(1, 104, reversal, 30), After::after_105(50)), not_reversed_so},
    {"reversal_in_the_same_direction",
     reversing(After::naming(1, 101, reversal, 100, 1), changed(TransferNote{},
                                                                [](auto& n) {
                                                                  n.total = amount_of(100);
                                                                  n.bits = note_bit::took_the_rest;
                                                                })),
     not_reversed_so},
    {"reversal_of_a_hold",
     reversing(After::naming(1, 103, reversal, 30, 2), changed(TransferNote{},
                                                               [](auto& n) {
                                                                 n.total = amount_of(30);
                                                                 n.bits = note_bit::took_the_rest;
                                                               })),
     not_reversed_so},
    {"reversal_of_a_reversal",
     reversing(After::naming(1, 105, reversal, 20, 2), changed(TransferNote{},
                                                               [](auto& n) {
                                                                 n.total = amount_of(20);
                                                                 n.bits = note_bit::took_the_rest;
                                                               })),
     not_reversed_so},
};

const Forgery other_rows[] = {
    {"change_of_nobody", account_change_with([](AccountChange& c) { c.account_id = {}; }),
     not_changed_so},
    {"change_of_an_unknown_kind",
     account_change_with([](AccountChange& c) { c.kind = static_cast<AccountChangeKind>(7); }),
     not_changed_so},
    {"change_of_no_side", account_change_with([](AccountChange& c) { c.sides = 0; }),
     not_changed_so},
    {"change_of_an_unknown_side", account_change_with([](AccountChange& c) { c.sides = 4; }),
     not_changed_so},
    {"change_with_a_reserved_field", account_change_with([](AccountChange& c) { c.reserved = 1; }),
     not_changed_so},
    {"change_at_another_time",
     account_change_with([](AccountChange& c) { c.timestamp = Timestamp{299}; }), not_changed_so},
    {"limits_upside_down", account_change_with([](AccountChange& c) {
       c.kind = AccountChangeKind::set_limits;
       c.minimum = {.lo = 2, .hi = 0};
       c.maximum = {.lo = 1, .hi = 0};
     }),
     not_changed_so},
    {"ledger_out_of_scale",
     [](Forger& forger) {
       forger.all(RequestKind::put_ledgers, FactKind::ledger,
                  std::vector{make_ledger(7, "seven", 31)});
     },
     "sequence 12: a ledger could not have been put"},
    {"ledger_that_is_used",
     [](Forger& forger) {
       forger.all(RequestKind::put_ledgers, FactKind::ledger,
                  std::vector{make_ledger(1, "one", 2)});
     },
     "sequence 12: a ledger could not have been put"},
    {"ledger_of_an_unknown_kind",
     [](Forger& forger) {
       forger.all(RequestKind::put_ledgers, FactKind::ledger,
                  std::vector{changed(make_ledger(7, "seven", 2),
                                      [](auto& l) { l.kind = static_cast<LedgerKind>(99); })});
     },
     "sequence 12: a ledger could not have been put"},
};

Name name_of(std::uint64_t id, std::string_view text) {
  return make_name(NameKind::account, Uint128{id, 0}, text);
}

std::function<void(Forger&)> naming(const std::vector<Name>& names) {
  return [names](Forger& forger) { forger.transfers({make_transfer(1, 1, 2, 1)}).names(names); };
}

std::function<void(Forger&)> putting(const std::vector<Name>& names) {
  return [names](Forger& forger) { forger.all(RequestKind::put_names, FactKind::name, names); };
}

const Forgery name_rows[] = {
    {"name_with_a_reserved_field",
     naming({changed(name_of(1, "a"), [](auto& n) { n.reserved = 1; })}),
     "sequence 13: a name could not have been put"},
    {"name_of_an_unknown_kind",
     putting({changed(name_of(1, "a"), [](auto& n) { n.kind = NameKind{999}; })}),
     "sequence 12: a name could not have been put"},
    {"name_of_nothing", naming({name_of(0, "a")}), "sequence 13: a name could not have been put"},
    {"name_without_a_text", naming({name_of(1, "")}),
     "sequence 13: a name could not have been put"},
    {"name_longer_than_its_place",
     putting({changed(name_of(1, "a"), [](auto& n) { n.text_bytes = 65; })}),
     "sequence 12: a name could not have been put"},
    {"name_that_is_no_text", naming({name_of(1, "a\nb")}),
     "sequence 13: a name could not have been put"},
    {"name_with_something_behind_it",
     putting({changed(name_of(1, "a"), [](auto& n) { n.text_data[1] = 'b', n.text_bytes = 1; })}),
     "sequence 12: a name could not have been put"},
    {"name_changed", naming({name_of(1, "a"), name_of(1, "b")}),
     "sequence 14: the account id 0x00000000000000000000000000000001 has a name already"},
    {"name_repeated", putting({name_of(1, "a"), name_of(2, "a"), name_of(1, "a")}),
     "sequence 14: the account id 0x00000000000000000000000000000001 has a name already"},
    {"name_of_a_refused_operation",
     [](Forger& forger) {
       Operation operation = Forger::operation(RequestKind::create_transfers);
       operation.status = RequestStatus::name_conflict;
       forger.begin(operation, FactKind::transfer, 0).names({name_of(1, "a")});
     },
     "sequence 12: an operation has more names than it could have"},
    {"more_names_than_a_request_may_bring",
     [](Forger& forger) {
       std::vector<Name> names;
       for (std::uint64_t id = 1; id <= limits::request_names_max + 1; ++id) {
         names.push_back(name_of(id, "a"));
       }
       forger.transfers({make_transfer(1, 1, 2, 1)}).names(names);
     },
     "sequence 13: an operation has more names than it could have"},
    {"names_in_the_place_of_transfers",
     [](Forger& forger) {
       forger.begin(Forger::operation(RequestKind::create_transfers), FactKind::name, 1)
           .with(name_of(1, "a"));
     },
     "no operation of this kind makes such facts"},
    {"names_with_ledgers",
     [](Forger& forger) {
       forger.all(RequestKind::put_ledgers, FactKind::ledger, std::vector{make_ledger(7, "seven")})
           .names({name_of(1, "a")});
     },
     "no operation of this kind makes such facts"},
    {"name_without_an_operation",
     [](Forger& forger) { forger.own(FactKind::name, name_of(1, "a")); },
     "no operation of this kind makes such facts"},
    {"events_after_names",
     [](Forger& forger) {
       forger.begin(Forger::operation(RequestKind::create_transfers), FactKind::transfer, 0)
           .names({name_of(1, "a")});
       forger.entry().add_run(
           {.kind = FactKind::transfer, .reserved = 0, .operation = 0, .first = 0, .count = 0},
           Sequence{13});
     },
     "an operation goes on after its names"},
};

class HostileFact : public HostileEntry {};

TEST_P(HostileFact, IsRefusedWithItsSequence) { expect_refused(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Accounts, HostileFact, testing::ValuesIn(account_rows), name_of_forgery);
INSTANTIATE_TEST_SUITE_P(Transfers, HostileFact, testing::ValuesIn(transfer_rows), name_of_forgery);
INSTANTIATE_TEST_SUITE_P(Holds, HostileFact, testing::ValuesIn(hold_rows), name_of_forgery);
INSTANTIATE_TEST_SUITE_P(Reversals, HostileFact, testing::ValuesIn(reversal_rows), name_of_forgery);
INSTANTIATE_TEST_SUITE_P(Names, HostileFact, testing::ValuesIn(name_rows), name_of_forgery);
INSTANTIATE_TEST_SUITE_P(Others, HostileFact, testing::ValuesIn(other_rows), name_of_forgery);

// So that the tables refuse what is wrong with their rows and not what those share.
TEST(HostileFacts, WouldBeTakenWereTheyHonest) {
  const std::function<void(Forger&)> honest[] = {
      account_with([](Account&) {}),
      transfer_with([](Transfer&) {}),
      note_with([](TransferNote&) {}),
      release_with([](HoldReleased&) {}),
      account_change_with([](AccountChange&) {}),
      [](Forger& forger) { forger.burn(1); },
      resolving(After::naming(1, 103, post, 30)),
      resolving(After::naming(1, 103, voids, 30)),
      resolving(After::naming(1, 103, keeping, 20)),
      [](Forger& forger) {
        forger.transfers({After::naming(1, 102, post, 40)}, After::deadline - 1);
      },
      reversing(After::naming(1, 104, reversal, 10), After::after_105(30)),
      reversing(After::naming(1, 104, reversal, 30), After::after_105(50, note_bit::took_the_rest)),
      [](Forger& forger) {
        forger.all(RequestKind::put_ledgers, FactKind::ledger,
                   std::vector{make_ledger(7, "seven", 30)});
      },
      [](Forger& forger) { forger.transfers({After::pending(1, 1, 0)}, limits::timestamp_max); },
      naming({name_of(1, "a"), name_of(2, "a")}),
      putting({name_of(1, "a")}),
  };
  for (const auto& write : honest) {
    SCOPED_TRACE(&write - std::begin(honest));
    After after;
    write(after.forger());
    const auto applied = after.apply_honestly();
    EXPECT_TRUE(applied.ok()) << applied.error().what;
    after.state().audit_balances();
  }
}

TEST(HostileFacts, AreNotDamageWhereOnlyATableIsTooSmall) {
  const auto failure_with = [](const StateSettings& settings,
                               const std::function<void(Forger&)>& write) {
    After after{settings};
    write(after.forger());
    const auto applied = after.apply();
    EXPECT_FALSE(applied.ok());
    return applied.error();
  };
  StateSettings settings = After::settings();
  settings.accounts_max = 3;
  EXPECT_EQ(failure_with(settings, account_with([](Account&) {})).kind, FailureKind::no_space);
  settings = After::settings();
  settings.holds_max = 2;
  EXPECT_EQ(
      failure_with(settings, [](Forger& forger) { forger.transfers({After::pending(1, 1, 0)}); })
          .kind,
      FailureKind::no_space);
  settings = After::settings();
  settings.transfer_ids_max = 6;
  EXPECT_EQ(failure_with(settings, transfer_with([](Transfer&) {})).kind, FailureKind::no_space);
  EXPECT_EQ(failure_with(settings, [](Forger& forger) { forger.burn(1); }).kind,
            FailureKind::no_space);
  settings = After::settings();
  settings.names_max = 1;
  EXPECT_EQ(failure_with(settings, naming({name_of(1, "a"), name_of(2, "b")})).kind,
            FailureKind::no_space);
}

}  // namespace
}  // namespace daybook::test
