#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/model/account.hpp"
#include "engine/model/account_change.hpp"
#include "engine/model/domain_event.hpp"
#include "engine/model/event_checkpoint.hpp"
#include "engine/model/facts.hpp"
#include "engine/model/ledger.hpp"
#include "engine/model/name.hpp"
#include "engine/model/operation.hpp"
#include "engine/model/participant_work.hpp"
#include "engine/model/principal.hpp"
#include "engine/model/sequence.hpp"
#include "engine/model/tcc.hpp"
#include "engine/model/transfer.hpp"

/// What a test asks of a ledger, whichever it is: the engine or the naive model. A table of rules
/// runs against both, so a row that misreads the rules fails on the model too.

namespace daybook::test {

/// An event as it is asked for. What `event.payload_bytes` says may be a lie.
struct AskedEvent {
  DomainEvent event;
  std::string payload;
};

/// One write. Only the vector (or number) that belongs to `kind` is used.
struct WriteRequest {
  RequestKind kind = RequestKind::create_transfers;
  ClientId client;
  std::uint64_t number = 0;
  std::uint64_t frame_checksum = 0;
  RequestStatus refuse_with = RequestStatus::ok;  ///< Set by whoever read the frame.
  std::uint64_t argument = 0;                     ///< Of advance_clock: nanoseconds.
  std::vector<Account> accounts;
  std::vector<Transfer> transfers;
  std::vector<Ledger> ledgers;
  std::vector<AccountChange> account_changes;
  std::vector<Name> names;         ///< Of put_names, or such as come with other events.
  std::vector<AskedEvent> events;  ///< Of append_events and commands; of bundle with transfers.
  std::vector<EventCheckpoint> checkpoints;
  std::vector<TccCommand> tcc_commands;  ///< Which the naive model does not know.
  std::vector<TccAmount> tcc_amounts;
  std::vector<StepAnswer> answers;  ///< Of answer_steps, which it does not know either.
  std::vector<std::byte> answer_payloads;
  Uint128 participant;
  PrincipalId principal;
  Role role = Role::gateway;                ///< Of who asks: an operator's reversal may do more.
  std::string reason;                       ///< An operator's words.
  Authority authority = Authority::client;  ///< Of a coordinator, which no frame can be from.
  Uint128 owner;                            ///< Of a coordinator: what its holds belong to.
  TraceId trace_id;
  BusinessId business_id;
  UserId user_id;

  [[nodiscard]] std::size_t event_count() const;
};

struct RefusedEvent {
  std::uint32_t index = 0;
  std::uint16_t status = 0;
  Timestamp timestamp;
  std::uint16_t part = 0;  ///< Of a bundle: 0 its transfers, 1 its domain events.

  friend bool operator==(const RefusedEvent&, const RefusedEvent&) = default;
};

/// The answer to a WriteRequest. Sequence and timestamp are zero where the request was not even
/// journaled (request_number_reused, request_too_old).
struct BatchReply {
  RequestStatus status = RequestStatus::ok;
  Sequence first_sequence;
  Timestamp first_timestamp;
  std::vector<RefusedEvent> refused;

  friend bool operator==(const BatchReply&, const BatchReply&) = default;

  /// The status of event `index`: 0 when it was created.
  [[nodiscard]] std::uint16_t status_of(std::uint32_t index, std::uint16_t part = 0) const;
};

/// One line for people, with the names of the statuses.
[[nodiscard]] std::string to_text(const BatchReply& reply, RequestKind kind);
[[nodiscard]] std::string to_text(const WriteRequest& request);

/// The name of an event's status in a request of `kind`.
[[nodiscard]] std::string status_name(RequestKind kind, std::uint16_t status);

/// True when all 128 bytes are the same.
[[nodiscard]] bool same(const Account& a, const Account& b);

class LedgerUnderTest {
 public:
  virtual ~LedgerUnderTest() = default;

  virtual BatchReply submit(const WriteRequest& request) = 0;
  [[nodiscard]] virtual std::optional<Account> lookup_account(AccountId id) = 0;

  /// What the engine's clock shows from now on; may go back.
  virtual void set_clock(std::uint64_t now_ns) = 0;

  /// Releases at most `limit` of the holds that are due, oldest deadline first, as one operation,
  /// and says which; takes no sequence when none is due. The engine does so at the borders of
  /// entries; a request of kind advance_clock does it until none is due.
  virtual std::vector<TransferId> release_due(std::uint32_t limit) = 0;

  /// These submit under the next request number of a client of their own.
  BatchReply create_accounts(std::span<const Account> accounts);
  BatchReply create_transfers(std::span<const Transfer> transfers);
  BatchReply put_ledgers(std::span<const Ledger> ledgers);
  BatchReply change_accounts(std::span<const AccountChange> changes);

 private:
  [[nodiscard]] WriteRequest next_request(RequestKind kind);

  std::uint64_t last_number_ = 0;
};

/// The settings of an engine that its answers depend on.
struct LedgerSettings {
  bool auto_ledgers = false;
  bool manual_clock = false;
  std::uint64_t accounts_max = 100'000;
  std::uint64_t transfer_ids_max = 1'000'000;
  std::uint64_t ids_a_generation = 0;  ///< Older ids go to sorted runs; 0: they stay in memory.
  std::uint64_t holds_max = 100'000;
  std::uint64_t names_max = 100'000;
  std::uint64_t streams_max = 100'000;
  std::uint64_t event_ids_max = 100'000;
  std::uint64_t orders_max = 100'000;
  std::uint64_t payments_max = 100'000;
  std::uint64_t tccs_max = 10'000;
  std::uint64_t tccs_kept = 5'000;
  std::uint64_t sagas_max = 10'000;
  std::uint64_t sagas_kept = 5'000;
  std::uint32_t window_operations = 1'024;   ///< Kept of one client.
  std::uint32_t window_clients = 65'536;     ///< That have kept operations.
  std::uint32_t window_numbers = 1'048'576;  ///< Of which only the highest number is kept.
};

/// A way to make a fresh ledger, named for the output of parameterised tests.
struct LedgerMaker {
  std::string name;
  std::function<std::unique_ptr<LedgerUnderTest>(LedgerSettings)> make;
};

/// Everything that keeps the rules and must keep them alike.
[[nodiscard]] std::vector<LedgerMaker> ledgers_under_test();

/// For INSTANTIATE_TEST_SUITE_P.
[[nodiscard]] std::string name_of_maker(const LedgerMaker& maker);

// ---- Short ways to write events. ----

[[nodiscard]] constexpr AccountId account_id(std::uint64_t id) { return AccountId{Uint128{id, 0}}; }
[[nodiscard]] constexpr TransferId transfer_id(std::uint64_t id) {
  return TransferId{Uint128{id, 0}};
}
[[nodiscard]] constexpr Amount amount_of(std::uint64_t amount) {
  return Amount{Uint128{amount, 0}};
}

[[nodiscard]] Account make_account(std::uint64_t id, std::uint32_t ledger = 1,
                                   std::uint16_t flags = 0);
[[nodiscard]] Transfer make_transfer(std::uint64_t id, std::uint64_t debit, std::uint64_t credit,
                                     std::uint64_t amount, std::uint32_t ledger = 1,
                                     std::uint16_t flags = 0);
[[nodiscard]] Ledger make_ledger(std::uint32_t id, std::string_view name, std::uint8_t scale = 2);

}  // namespace daybook::test
