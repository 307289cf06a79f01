// Statuses: the numbers and names that clients have learned, in full, written down once more; and
// which of a transfer's refusals burn its id.

#include "engine/model/status.hpp"

#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace daybook {
namespace {

using Names = std::map<unsigned, std::string>;

const Names account_names = {
    {0, "created"},
    {1, "linked_event_failed"},
    {2, "linked_event_chain_open"},
    {3, "timestamp_must_be_zero"},
    {4, "reserved_field"},
    {5, "reserved_flag"},
    {6, "id_must_not_be_zero"},
    {7, "id_must_not_be_int_max"},
    {8, "flags_are_mutually_exclusive"},
    {9, "debits_pending_must_be_zero"},
    {10, "debits_posted_must_be_zero"},
    {11, "credits_pending_must_be_zero"},
    {12, "credits_posted_must_be_zero"},
    {13, "ledger_must_not_be_zero"},
    {14, "code_must_not_be_zero"},
    {15, "exists_with_different_flags"},
    {16, "exists_with_different_business_id"},
    {17, "exists_with_different_user_id"},
    {18, "exists_with_different_tag"},
    {19, "exists_with_different_ledger"},
    {20, "exists_with_different_code"},
    {21, "exists"},
    {22, "imported_event_expected"},
    {23, "imported_event_not_expected"},
    {24, "imported_event_timestamp_out_of_range"},
    {25, "imported_event_timestamp_must_not_advance"},
    {26, "imported_event_timestamp_must_not_regress"},
    {1008, "ledger_not_registered"},
    {1010, "not_supported_yet"},
};

const Names transfer_names = {
    {0, "created"},
    {1, "linked_event_failed"},
    {2, "linked_event_chain_open"},
    {3, "timestamp_must_be_zero"},
    {4, "reserved_flag"},
    {5, "id_must_not_be_zero"},
    {6, "id_must_not_be_int_max"},
    {7, "flags_are_mutually_exclusive"},
    {8, "debit_account_id_must_not_be_zero"},
    {9, "debit_account_id_must_not_be_int_max"},
    {10, "credit_account_id_must_not_be_zero"},
    {11, "credit_account_id_must_not_be_int_max"},
    {12, "accounts_must_be_different"},
    {13, "pending_id_must_be_zero"},
    {14, "pending_id_must_not_be_zero"},
    {15, "pending_id_must_not_be_int_max"},
    {16, "pending_id_must_be_different"},
    {17, "timeout_reserved_for_pending_transfer"},
    {19, "ledger_must_not_be_zero"},
    {20, "code_must_not_be_zero"},
    {21, "debit_account_not_found"},
    {22, "credit_account_not_found"},
    {23, "accounts_must_have_the_same_ledger"},
    {24, "transfer_must_have_the_same_ledger_as_accounts"},
    {25, "pending_transfer_not_found"},
    {26, "pending_transfer_not_pending"},
    {27, "pending_transfer_has_different_debit_account_id"},
    {28, "pending_transfer_has_different_credit_account_id"},
    {29, "pending_transfer_has_different_ledger"},
    {30, "pending_transfer_has_different_code"},
    {31, "exceeds_pending_transfer_amount"},
    {32, "pending_transfer_has_different_amount"},
    {33, "pending_transfer_already_posted"},
    {34, "pending_transfer_already_voided"},
    {35, "pending_transfer_expired"},
    {36, "exists_with_different_flags"},
    {37, "exists_with_different_debit_account_id"},
    {38, "exists_with_different_credit_account_id"},
    {39, "exists_with_different_amount"},
    {40, "exists_with_different_pending_id"},
    {41, "exists_with_different_business_id"},
    {42, "exists_with_different_user_id"},
    {43, "exists_with_different_tag"},
    {44, "exists_with_different_timeout"},
    {45, "exists_with_different_code"},
    {46, "exists"},
    {47, "overflows_debits_pending"},
    {48, "overflows_credits_pending"},
    {49, "overflows_debits_posted"},
    {50, "overflows_credits_posted"},
    {51, "overflows_debits"},
    {52, "overflows_credits"},
    {53, "overflows_timeout"},
    {54, "exceeds_credits"},
    {55, "exceeds_debits"},
    {56, "imported_event_expected"},
    {57, "imported_event_not_expected"},
    {58, "imported_event_timestamp_out_of_range"},
    {59, "imported_event_timestamp_must_not_advance"},
    {60, "imported_event_timestamp_must_not_regress"},
    {61, "imported_event_timestamp_must_postdate_debit_account"},
    {62, "imported_event_timestamp_must_postdate_credit_account"},
    {63, "imported_event_timeout_must_be_zero"},
    {64, "closing_transfer_must_be_pending"},
    {65, "debit_account_already_closed"},
    {66, "credit_account_already_closed"},
    {67, "exists_with_different_ledger"},
    {68, "id_already_failed"},
    {1000, "reversal_exceeds_original"},
    {1001, "reversal_target_not_found"},
    {1002, "reversal_target_not_posted"},
    {1003, "below_minimum"},
    {1004, "above_maximum"},
    {1005, "debit_account_frozen"},
    {1006, "credit_account_frozen"},
    {1007, "hold_is_owned"},
    {1009, "amount_must_not_be_zero"},
    {1010, "not_supported_yet"},
};

const Names ledger_names = {
    {0, "created"},
    {1, "ledger_must_not_be_zero"},
    {2, "name_must_not_be_empty"},
    {3, "name_too_long"},
    {4, "name_must_be_utf8"},
    {5, "scale_out_of_range"},
    {6, "kind_unknown"},
    {7, "exists"},
    {8, "name_taken"},
    {9, "ledger_in_use"},
    {10, "too_many_ledgers"},
};

const Names change_names = {
    {0, "changed"},       {1, "timestamp_must_be_zero"}, {2, "reserved_field"},
    {3, "kind_unknown"},  {4, "account_not_found"},      {5, "minimum_must_not_exceed_maximum"},
    {6, "sides_unknown"}, {7, "outside_limits"},
};

const Names event_names = {
    {0, "created"},
    {1, "linked_event_failed"},
    {2, "timestamp_must_be_zero"},
    {3, "reserved_flag"},
    {4, "id_must_not_be_zero"},
    {5, "aggregate_type_must_not_be_zero"},
    {6, "aggregate_id_must_not_be_zero"},
    {7, "event_type_must_not_be_zero"},
    {8, "content_type_reserved"},
    {9, "payload_too_large"},
    {10, "version_must_be_zero"},
    {11, "id_repeated_in_request"},
    {12, "exists_with_different_aggregate_type"},
    {13, "exists_with_different_aggregate_id"},
    {14, "exists_with_different_event_type"},
    {15, "exists_with_different_content_type"},
    {16, "exists_with_different_business_id"},
    {17, "exists_with_different_user_id"},
    {18, "exists_with_different_payload"},
    {19, "exists"},
    {20, "exists_in_part"},
    {21, "version_mismatch"},
    {22, "too_many_streams"},
    {23, "too_many_events"},
    {24, "aggregate_type_reserved"},
    {25, "aggregate_type_not_of_request"},
    {26, "event_type_unknown"},
    {27, "details_malformed"},
    {28, "text_too_long"},
    {29, "detail_not_expected"},
    {30, "subject_id_must_not_be_zero"},
    {31, "quantity_must_not_be_zero"},
    {32, "amount_must_not_be_zero"},
    {33, "ledger_must_not_be_zero"},
    {34, "text_must_not_be_empty"},
    {35, "order_already_exists"},
    {36, "order_not_found"},
    {37, "order_not_pending"},
    {38, "order_not_paid"},
    {39, "order_not_shipped"},
    {40, "order_not_cancellable"},
    {41, "payment_already_exists"},
    {42, "payment_not_found"},
    {43, "payment_not_initiated"},
    {44, "payment_not_authorised"},
    {45, "payment_not_voidable"},
    {46, "payment_not_failable"},
    {47, "payment_not_captured"},
    {48, "payment_not_refundable"},
    {49, "payment_not_disputable"},
    {50, "refund_already_exists"},
    {51, "refund_not_found"},
    {52, "refund_not_pending"},
    {53, "dispute_already_exists"},
    {54, "dispute_not_found"},
    {55, "dispute_not_open"},
    {56, "ledger_not_registered"},
    {57, "payment_is_of_another_order"},
    {58, "payment_has_different_ledger"},
    {59, "payment_captured_too_little"},
    {60, "capture_exceeds_amount"},
    {61, "refund_exceeds_captured"},
    {62, "dispute_exceeds_captured"},
    {63, "too_many_captures"},
    {64, "too_many_refunds"},
    {65, "too_many_disputes"},
    {66, "transfer_not_in_bundle"},
    {67, "transfer_has_different_ledger"},
    {68, "transfer_has_different_amount"},
    {69, "too_many_orders"},
    {70, "too_many_payments"},
    {71, "saga_payload_malformed"},
    {72, "saga_definition_invalid"},
    {73, "saga_version_not_newer"},
    {74, "saga_secrets_not_kept"},
    {75, "saga_definition_not_found"},
    {76, "saga_inputs_differ"},
    {77, "saga_already_exists"},
    {78, "saga_not_found"},
    {79, "saga_has_ended"},
    {80, "saga_illegal_transition"},
    {81, "saga_past_pivot"},
    {82, "saga_skip_refused"},
    {83, "saga_failed_refused"},
    {84, "saga_evidence_contradicts"},
    {85, "saga_no_way_back"},
    {86, "saga_signal_not_awaited"},
    {87, "saga_unchanged"},
    {88, "too_many_saga_definitions"},
    {89, "too_many_sagas"},
    {90, "participant_not_found"},
    {91, "step_not_of_participant"},
    {92, "step_key_differs"},
    {93, "too_many_participants"},
    {110, "saga_secret_not_sealed"},
    {94, "event_type_not_of_request"},
    {95, "reconciliation_not_found"},
    {96, "period_out_of_order"},
    {97, "next_period_closed"},
    {98, "run_already_exists"},
    {99, "run_not_found"},
    {100, "run_illegal_transition"},
    {101, "carry_in_differs"},
    {102, "run_has_open_differences"},
    {103, "difference_not_found"},
    {104, "difference_illegal_transition"},
    {105, "correction_stale"},
    {106, "maker_is_checker"},
    {107, "legs_differ"},
    {108, "limit_exceeded"},
    {109, "cannot_be_accepted"},
    {111, "too_many_reconciliations"},
    {112, "too_many_runs"},
    {113, "too_many_differences"},
    {114, "saga_is_owned"},
};

const Names name_names = {
    {0, "created"},
    {1, "reserved_field"},
    {2, "kind_unknown"},
    {3, "id_must_not_be_zero"},
    {4, "text_must_not_be_empty"},
    {5, "text_too_long"},
    {6, "text_must_be_utf8"},
    {7, "exists"},
    {8, "name_conflict"},
    {9, "too_many_names"},
};

const Names checkpoint_names = {
    {0, "created"},
    {1, "timestamp_must_be_zero"},
    {2, "reserved_field"},
    {3, "name_must_not_be_empty"},
    {4, "name_too_long"},
    {5, "name_must_be_utf8"},
    {6, "sequence_must_be_zero"},
    {7, "exists"},
    {8, "checkpoint_not_found"},
    {9, "ahead_of_journal"},
    {10, "must_not_go_back"},
    {11, "too_many_checkpoints"},
};

const Names request_names = {
    {0, "ok"},
    {2001, "busy"},
    {2002, "request_number_reused"},
    {2003, "request_too_old"},
    {2004, "index_behind"},
    {2005, "name_conflict"},
    {2006, "malformed"},
    {2007, "not_authorised"},
    {2008, "too_large"},
    {2009, "unknown_kind"},
    {2010, "clock_not_manual"},
    {2011, "clock_not_held"},
    {2012, "clock_out_of_range"},
    {2013, "disk_low"},
    {2014, "stopping"},
    {2015, "too_many_accounts"},
    {2016, "too_many_transfers"},
    {2017, "cursor_unknown"},
    {2018, "too_many_holds"},
    {2019, "filter_invalid"},
    {2020, "too_many_names"},
    {2030, "consumer_too_slow"},
    {2031, "too_many_subscriptions"},
    {2032, "subscription_unknown"},
    {2033, "checkpoint_unknown"},
    {2034, "events_not_here"},
    {2040, "participant_unknown"},
    {2041, "too_much_work_asked"},
    {2050, "secrets_not_kept"},
    {2051, "too_many_secrets"},
};

/// Every number from 0 to 4,095 has the name that the table gives it, and no other has one.
template <typename Status>
void expect_names(const Names& names) {
  for (unsigned number = 0; number < 4'096; ++number) {
    const auto named = names.find(number);
    const std::string expected = named == names.end() ? "unknown_status" : named->second;
    EXPECT_EQ(to_string(static_cast<Status>(number)), expected) << number;
  }
}

TEST(StatusTest, OfAccountsKeepsNumbersAndNames) {
  expect_names<CreateAccountStatus>(account_names);
}

TEST(StatusTest, OfTransfersKeepsNumbersAndNames) {
  expect_names<CreateTransferStatus>(transfer_names);
}

TEST(StatusTest, OfLedgersKeepsNumbersAndNames) { expect_names<PutLedgerStatus>(ledger_names); }

TEST(StatusTest, OfAccountChangesKeepsNumbersAndNames) {
  expect_names<ChangeAccountStatus>(change_names);
}

TEST(StatusTest, OfNamesKeepsNumbersAndNames) { expect_names<PutNameStatus>(name_names); }

TEST(StatusTest, OfDomainEventsKeepsNumbersAndNames) {
  expect_names<AppendEventStatus>(event_names);
}

TEST(StatusTest, OfCheckpointsKeepsNumbersAndNames) {
  expect_names<PutCheckpointStatus>(checkpoint_names);
}

TEST(StatusTest, OfRequestsKeepsNumbersAndNames) { expect_names<RequestStatus>(request_names); }

TEST(StatusTest, TwelveOfATransfersRefusalsAreTransient) {
  const std::set<unsigned> transient = {21, 22, 25, 54, 55, 65, 66, 1001, 1003, 1004, 1005, 1006};
  for (const auto& [number, name] : transfer_names) {
    EXPECT_EQ(is_transient(static_cast<CreateTransferStatus>(number)), transient.contains(number))
        << name;
  }
}

TEST(StatusTest, OfRequestsAreExplainedInSentences) {
  std::set<std::string> all;
  for (const auto& [number, name] : request_names) {
    const std::string words{in_words(static_cast<RequestStatus>(number))};
    EXPECT_TRUE(words.ends_with('.')) << name;
    EXPECT_TRUE(all.insert(words).second) << name << " is explained like another one";
  }
  EXPECT_FALSE(in_words(static_cast<RequestStatus>(1)).empty());
}

}  // namespace
}  // namespace daybook
