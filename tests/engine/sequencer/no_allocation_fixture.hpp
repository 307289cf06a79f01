#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "engine/codec/entry_builder.hpp"
#include "engine/sequencer/sequencer.hpp"
#include "engine/sequencer/slab_fact_reader.hpp"

namespace daybook::test {

/// While true, operator new on this thread ends the process.
extern thread_local bool trapped;

class NoJournal final : public FactReader {
 public:
  bool transfer_at(Sequence, RecordedTransfer&) override { return false; }
  bool released_at(Sequence, TransferId) override { return false; }
  bool burnt_at(Sequence, TransferId) override { return false; }
  bool name_at(Sequence, Name&) override { return false; }
  bool event_at(Sequence, DomainEvent&) override { return false; }
};

/// A sequencer whose requests are executed while operator new is trapped.
class NoAllocationTest : public ::testing::Test {
 protected:
  NoAllocationTest() { reply_.resize(std::size_t{limits::batch_events_max} * 128); }

  void execute(RequestKind kind, const void* events, std::uint32_t count,
               std::string_view reason = {}, Role role = Role::gateway) {
    RequestSlot request;
    request.kind = kind;
    request.client = ClientId{Uint128{number_ % 7 + 1, 1}};
    request.request_number = ++number_;
    request.events = static_cast<const std::byte*>(events);
    request.event_count = count;
    request.reply_room = reply_.data();
    request.reason = reason;
    request.role = role;
    request.principal = principal_;
    request.names = names_;
    request.argument_id = participant_;
    request.payloads = payloads_;
    request.bundled = bundled_;
    request.event_count += static_cast<std::uint32_t>(bundled_.size());
    trapped = !may_allocate_;
    if (!open_ || !sequencer_.fits(request)) reopen();
    sequencer_.execute(request, now_ += 1'000);
    trapped = false;
    items_ = request.item_count;
    status_ = request.status;
  }

  template <typename Event>
  void execute(RequestKind kind, const std::vector<Event>& events, std::string_view reason = {},
               Role role = Role::gateway) {
    execute(kind, events.data(), static_cast<std::uint32_t>(events.size()), reason, role);
  }

  /// Releases all that is due, slice by slice.
  std::uint32_t release_due() {
    std::uint32_t released = 0;
    trapped = true;
    for (std::uint32_t slice = 1; slice != 0; released += slice) {
      if (!sequencer_.fits_releases()) reopen();
      slice = sequencer_.release_due(now_, limits::releases_per_operation_max);
    }
    trapped = false;
    return released;
  }

  void reopen() {
    if (open_) static_cast<void>(sequencer_.close(now_, JournalId{}));
    sequencer_.open(slabs_[entries_++ % slabs_.size()]);
    open_ = true;
  }

  void create_accounts(std::uint32_t count) {
    std::vector<Account> accounts(count);
    for (std::uint64_t at = 0; at < count; ++at) {
      accounts[at].id = AccountId{Uint128{at + 1, 0}};
      accounts[at].ledger = LedgerId{1};
      accounts[at].code = Code{1};
    }
    execute(RequestKind::create_accounts, accounts);
    EXPECT_EQ(items_, 0U);
  }

  NoJournal journal_;
  State state_{StateSettings{}};
  std::vector<EntryBuilder> slabs_ = std::vector<EntryBuilder>(4);
  SlabFactReader facts_{slabs_, journal_};
  Sequencer sequencer_{SequencerSettings{.auto_ledgers = true, .manual_clock = false}, state_,
                       facts_};
  std::vector<std::byte> reply_;
  std::span<const Name> names_;
  Uint128 participant_;
  PrincipalId principal_;
  std::span<const std::byte> payloads_;
  std::span<const DomainEvent> bundled_;
  std::uint64_t number_ = 0;
  std::uint64_t entries_ = 0;
  std::uint64_t now_ = 1'000'000;
  std::uint32_t items_ = 0;
  RequestStatus status_{};
  bool open_ = false;
  bool may_allocate_ = false;
};

}  // namespace daybook::test
