// The structs of journal.fbs and those of engine/model are the same bytes: checked here, so that
// neither can drift.

#include "engine/codec/generated/journal_generated.h"
#include "engine/model/account.hpp"
#include "engine/model/account_change.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/model/event_checkpoint.hpp"
#include "engine/model/facts.hpp"
#include "engine/model/ledger.hpp"
#include "engine/model/name.hpp"
#include "engine/model/operation.hpp"
#include "engine/model/tcc.hpp"
#include "engine/model/transfer.hpp"

namespace daybook {
namespace {

// The generated members are private, so sizes stand for the stored side: every struct there is
// packed by rule in the order of its declaration. Where the model has its fields stands in
// engine/model/layouts.cpp.
static_assert(sizeof(journal::Account) == sizeof(Account));
static_assert(sizeof(journal::Transfer) == sizeof(Transfer));
static_assert(sizeof(journal::Ledger) == sizeof(Ledger));
static_assert(sizeof(journal::Name) == sizeof(Name));
static_assert(sizeof(journal::DomainEvent) == sizeof(DomainEvent));
static_assert(sizeof(journal::EventCheckpoint) == sizeof(EventCheckpoint));
static_assert(sizeof(journal::TccCommand) == sizeof(TccCommand));
static_assert(sizeof(journal::TccFact) == sizeof(TccFact));
static_assert(sizeof(journal::Operation) == sizeof(Operation));
static_assert(sizeof(journal::Run) == sizeof(Run) && sizeof(journal::Refusal) == sizeof(Refusal));
static_assert(sizeof(journal::SegmentOpened) == sizeof(SegmentOpened));
static_assert(sizeof(journal::SegmentSealed) == sizeof(SegmentSealed));
static_assert(sizeof(journal::SegmentHashed) == sizeof(SegmentHashed));
static_assert(sizeof(journal::ClockChange) == sizeof(ClockChange));
static_assert(sizeof(journal::ClientEvicted) == sizeof(ClientEvicted));
static_assert(sizeof(journal::HoldReleased) == sizeof(HoldReleased));
static_assert(sizeof(journal::AccountChange) == sizeof(AccountChange));
static_assert(sizeof(journal::TransferNote) == sizeof(TransferNote));
static_assert(sizeof(journal::OperationReason) == sizeof(OperationReason));
static_assert(sizeof(journal::JournalParent) == sizeof(JournalParent));

}  // namespace
}  // namespace daybook
