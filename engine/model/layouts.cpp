// Where each field of a record stands: the same bytes in memory, on the wire and in the journal.
// Frozen. The schemas of both (net/protocol/daybook.fbs, engine/codec/journal.fbs) list the same
// fields in the same order, and beside the code that reads them the sizes are compared.

#include <cstddef>

#include "engine/model/account.hpp"
#include "engine/model/account_change.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/model/event_checkpoint.hpp"
#include "engine/model/event_record.hpp"
#include "engine/model/facts.hpp"
#include "engine/model/ledger.hpp"
#include "engine/model/name.hpp"
#include "engine/model/operation.hpp"
#include "engine/model/subscription.hpp"
#include "engine/model/transfer.hpp"

namespace daybook {
namespace {

static_assert(offsetof(Account, debits_pending) == 16 && offsetof(Account, debits_posted) == 32);
static_assert(offsetof(Account, credits_pending) == 48 && offsetof(Account, credits_posted) == 64);
static_assert(offsetof(Account, business_id) == 80 && offsetof(Account, user_id) == 96);
static_assert(offsetof(Account, tag) == 104 && offsetof(Account, reserved) == 108);
static_assert(offsetof(Account, ledger) == 112 && offsetof(Account, code) == 116);
static_assert(offsetof(Account, flags) == 118 && offsetof(Account, timestamp) == 120);

static_assert(offsetof(Transfer, debit_account_id) == 16);
static_assert(offsetof(Transfer, credit_account_id) == 32 && offsetof(Transfer, amount) == 48);
static_assert(offsetof(Transfer, pending_id) == 64 && offsetof(Transfer, business_id) == 80);
static_assert(offsetof(Transfer, trace_id) == 96 && offsetof(Transfer, user_id) == 112);
static_assert(offsetof(Transfer, timestamp) == 120 && offsetof(Transfer, timeout) == 128);
static_assert(offsetof(Transfer, ledger) == 132 && offsetof(Transfer, tag) == 136);
static_assert(offsetof(Transfer, code) == 140 && offsetof(Transfer, flags) == 142);

static_assert(offsetof(Ledger, scale) == 4 && offsetof(Ledger, kind) == 5);
static_assert(offsetof(Ledger, name_bytes) == 6 && offsetof(Ledger, name_text) == 8);

static_assert(offsetof(Name, kind) == 16 && offsetof(Name, text_bytes) == 18);
static_assert(offsetof(Name, reserved) == 20 && offsetof(Name, text_data) == 24);
static_assert(offsetof(NameKey, kind) == 16);

static_assert(offsetof(DomainEvent, aggregate_type) == 16);
static_assert(offsetof(DomainEvent, aggregate_id) == 32 && offsetof(DomainEvent, event_type) == 48);
static_assert(offsetof(DomainEvent, business_id) == 64 && offsetof(DomainEvent, trace_id) == 80);
static_assert(offsetof(DomainEvent, user_id) == 96 && offsetof(DomainEvent, timestamp) == 104);
static_assert(offsetof(DomainEvent, version) == 112 && offsetof(DomainEvent, payload_bytes) == 120);
static_assert(offsetof(DomainEvent, content_type) == 124 && offsetof(DomainEvent, flags) == 126);
static_assert(offsetof(RecordedEvent, sequence) == 128);

static_assert(offsetof(EventFilter, aggregate_id) == 16 && offsetof(EventFilter, event_type) == 32);
static_assert(offsetof(EventFilter, version_min) == 48 && offsetof(EventFilter, version_max) == 56);
static_assert(offsetof(EventFilter, timestamp_min) == 64);
static_assert(offsetof(EventFilter, timestamp_max) == 72);
static_assert(offsetof(EventFilter, sequence_min) == 80);
static_assert(offsetof(EventFilter, sequence_max) == 88);
static_assert(offsetof(EventFilter, cursor) == 96 && offsetof(EventFilter, limit) == 104);
static_assert(offsetof(EventFilter, flags) == 108);

static_assert(offsetof(Operation, principal) == 16 && offsetof(Operation, trace_id) == 32);
static_assert(offsetof(Operation, business_id) == 48 && offsetof(Operation, user_id) == 64);
static_assert(offsetof(Operation, request_number) == 72);
static_assert(offsetof(Operation, frame_checksum) == 80 && offsetof(Operation, time) == 88);
static_assert(offsetof(Operation, kind) == 96 && offsetof(Operation, status) == 98);
static_assert(offsetof(Operation, event_count) == 100);
static_assert(offsetof(Operation, created_count) == 104);
static_assert(offsetof(Operation, refusal_count) == 108);

static_assert(offsetof(HoldReleased, amount) == 48 && offsetof(HoldReleased, ledger) == 80);
static_assert(offsetof(HoldReleased, pending_sequence) == 64);
static_assert(offsetof(HoldReleased, expires_at) == 72 && offsetof(HoldReleased, timestamp) == 88);

static_assert(offsetof(AccountChange, minimum) == 16 && offsetof(AccountChange, maximum) == 32);
static_assert(offsetof(AccountChange, kind) == 48 && offsetof(AccountChange, sides) == 50);
static_assert(offsetof(AccountChange, reserved) == 52 && offsetof(AccountChange, timestamp) == 56);

static_assert(offsetof(EventCheckpoint, timestamp) == 8 && offsetof(EventCheckpoint, flags) == 16);
static_assert(offsetof(EventCheckpoint, name_bytes) == 18);
static_assert(offsetof(EventCheckpoint, name_text) == 24);

static_assert(offsetof(Subscription, aggregate_type) == 16 && offsetof(Subscription, ledger) == 48);
static_assert(offsetof(Subscription, window_bytes) == 52 && offsetof(Subscription, start) == 56);
static_assert(offsetof(Subscription, checkpoint_bytes) == 62);
static_assert(offsetof(Subscription, event_types) == 64 && offsetof(Subscription, accounts) == 192);
static_assert(offsetof(Subscription, checkpoint_text) == 320);
static_assert(offsetof(EventRecord, trace_id) == 48 && offsetof(EventRecord, client) == 80);
static_assert(offsetof(EventRecord, sequence) == 96 && offsetof(EventRecord, time) == 112);
static_assert(offsetof(EventRecord, kind) == 136 && offsetof(EventRecord, fact_bytes) == 140);
static_assert(offsetof(EventRecord, payload_bytes) == 144);
static_assert(offsetof(EventRecord, commit_time) == 152);

static_assert(offsetof(TransferNote, bits) == 4 && offsetof(TransferNote, authority) == 6);
static_assert(offsetof(TransferNote, overrode) == 7 && offsetof(TransferNote, total) == 8);
static_assert(offsetof(TransferNote, owner) == 24 && offsetof(TransferNote, before) == 40);

static_assert(offsetof(Refusal, status) == 4 && offsetof(Refusal, part) == 6);
static_assert(offsetof(Refusal, timestamp) == 8);
static_assert(offsetof(JournalParent, entry_hash) == 16);
static_assert(offsetof(JournalParent, last_sequence) == 32);
static_assert(offsetof(JournalParent, cut_sequence) == 40 && offsetof(JournalParent, kind) == 48);

}  // namespace
}  // namespace daybook
