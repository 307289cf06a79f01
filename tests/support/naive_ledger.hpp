#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/ledger_under_test.hpp"
#include "tests/support/naive_facts.hpp"

namespace daybook::test {

/// The rules of the ledger, written once more and as plainly as possible: ordered maps, copies
/// instead of undo, no cleverness. What the engine answers is compared with what this answers, so
/// the two share no code but the structs and the numbers of the statuses.
class NaiveLedger final : public LedgerUnderTest {
 public:
  /// The kind of an id, and the id.
  using NameOwner = std::pair<NameKind, Uint128>;

  /// An aggregate's type and its id.
  using StreamOf = std::pair<Uint128, Uint128>;
  struct NaiveEvent {
    AskedEvent asked;  ///< With the version and the timestamp that it got.
    std::uint64_t sequence = 0;
  };

  struct NaiveOrder {
    std::string state;
    u128 amount = 0;
    std::uint64_t quantity = 0;
    LedgerId ledger;
    Uint128 payment;
  };
  /// A refund or a dispute: "open", or the command that ended it.
  struct NaiveClaim {
    std::string state;
    u128 amount = 0;
  };
  struct NaivePayment {
    std::string state = "initiated";
    Uint128 order;
    u128 amount = 0;
    u128 captured = 0;
    LedgerId ledger;
    std::size_t captures = 0;
    std::map<Uint128, NaiveClaim> refunds;
    std::map<Uint128, NaiveClaim> disputes;
  };
  struct AggregateBooks {
    std::map<Uint128, NaiveOrder> orders;
    std::map<Uint128, NaivePayment> payments;
  };

  explicit NaiveLedger(LedgerSettings settings) : settings_{settings} {}

  BatchReply submit(const WriteRequest& request) override;
  [[nodiscard]] std::optional<Account> lookup_account(AccountId id) override;
  void set_clock(std::uint64_t now_ns) override { clock_ = now_ns; }
  std::vector<TransferId> release_due(std::uint32_t limit) override;

  /// Sequences that the journal takes for itself (opening or sealing a segment) and no request.
  void skip_sequences(std::uint64_t count) { last_sequence_ += count; }

  /// The last sequence taken.
  [[nodiscard]] Sequence last_sequence() const { return Sequence{last_sequence_}; }

  [[nodiscard]] const std::map<AccountId, NaiveAccount>& accounts() const {
    return books_.accounts;
  }
  [[nodiscard]] const std::map<LedgerId, Ledger>& ledgers() const { return books_.ledgers; }
  [[nodiscard]] const std::map<TransferId, NaiveTransfer>& transfers() const { return transfers_; }
  [[nodiscard]] const std::set<TransferId>& open_holds() const { return open_holds_; }
  /// The text behind each id that has one.
  [[nodiscard]] const std::map<NameOwner, std::string>& names() const { return names_; }
  /// Every domain event by its id, and the ids of each stream's in order.
  [[nodiscard]] const std::map<Uint128, NaiveEvent>& events() const { return events_; }
  [[nodiscard]] const std::map<StreamOf, std::vector<Uint128>>& streams() const { return streams_; }
  [[nodiscard]] const AggregateBooks& aggregates() const { return aggregates_; }
  /// The checkpoints of consumers, by name.
  [[nodiscard]] const std::map<std::string, EventCheckpoint>& checkpoints() const {
    return checkpoints_;
  }
  [[nodiscard]] std::uint64_t highest_number(ClientId client) const;

  /// What became of the pending transfer `id`; nothing when there is none.
  [[nodiscard]] std::optional<HoldView> hold(TransferId id) const;

  /// The sums of every ledger that has accounts.
  [[nodiscard]] std::map<LedgerId, LedgerBalance> trial_balance() const;

  /// The time T of a request of so many events, were it submitted now.
  [[nodiscard]] std::uint64_t next_time(std::uint64_t slots) const {
    return std::max(clock_now(), last_timestamp_ + slots);
  }
  [[nodiscard]] std::uint64_t clock_now() const;
  /// Of the newest transfer; 0 = there is none.
  [[nodiscard]] std::uint64_t last_transfer_time() const {
    return transfer_times_.empty() ? 0 : *transfer_times_.rbegin();
  }

  /// In every ledger, all debits equal all credits, and what is pending is what is held.
  [[nodiscard]] bool books_balance() const;

 private:
  /// What a chain may change anywhere and a failed chain must get back: small, so it is copied.
  struct Books {
    std::map<AccountId, NaiveAccount> accounts;
    std::map<LedgerId, Ledger> ledgers;
    std::multimap<std::string, LedgerId> names;  ///< Of `ledgers`.

    void put(const Ledger& ledger);
  };

  /// How things were before a chain.
  struct Before {
    Books books;
    std::map<TransferId, std::optional<NaiveTransfer>> transfers;  ///< Those that it names.
    std::uint64_t last_sequence = 0;
    std::uint64_t last_transfer_time = 0;
  };

  struct Answered {
    std::uint64_t frame_checksum = 0;
    BatchReply reply;
  };

  /// A client's numbers: the answers that are kept, and the highest number seen.
  struct Window {
    std::map<std::uint64_t, Answered> answered;
    std::uint64_t highest = 0;
    std::uint64_t last_sequence = 0;  ///< Of its newest operation.
  };

  /// What one event needs to know of its batch.
  struct Slot {
    std::uint64_t batch_time = 0;  ///< T.
    std::uint64_t timestamp = 0;   ///< T - n + i + 1.
    bool batch_is_imported = false;
    Authority authority = Authority::client;
    Uint128 owner;
  };

  /// The outcome of one event.
  struct Decision {
    std::uint16_t status = 0;
    Timestamp timestamp;
  };

  /// What is to be done about one transfer.
  struct Verdict {
    CreateTransferStatus status = CreateTransferStatus::created;
    Transfer record;  ///< Where created: the transfer as it is recorded.
    std::uint8_t overrode = 0;
    bool took_the_rest = false;
  };

  // Requests: naive_ledger.cpp.
  [[nodiscard]] RequestStatus judge(const WriteRequest& request) const;
  std::vector<Decision> execute(const WriteRequest& request, std::uint64_t batch_time);
  [[nodiscard]] static Slot slot_of(const WriteRequest& request, std::uint64_t batch_time,
                                    std::size_t index);

  template <typename Event, typename Decide, typename Burn>
  std::vector<Decision> run_chains(const std::vector<Event>& events, const WriteRequest& request,
                                   std::uint64_t batch_time, Decide decide, Burn burn);
  [[nodiscard]] Before before_chain(const WriteRequest& request) const;
  void put_back(const Before& before);

  // Request numbers: naive_windows.cpp.
  /// The answer to a request whose number is known or too old; nothing for a new one.
  [[nodiscard]] std::optional<BatchReply> answer_from_window(const WriteRequest& request) const;
  void keep_answer(const WriteRequest& request, const BatchReply& reply);
  void make_room_for(ClientId client);
  [[nodiscard]] std::optional<ClientId> least_recent(bool with_answers, ClientId except) const;
  [[nodiscard]] std::size_t count_windows(bool with_answers) const;

  // Accounts, their changes, ledgers: naive_accounts.cpp.
  [[nodiscard]] CreateAccountStatus judge(const Account& account, const Slot& slot) const;
  [[nodiscard]] CreateAccountStatus judge_new(const Account& account) const;
  [[nodiscard]] ChangeAccountStatus judge(const AccountChange& change) const;
  [[nodiscard]] PutLedgerStatus judge(const Ledger& ledger) const;
  Decision create(const Account& account, const Slot& slot);
  Decision change(const AccountChange& change, std::uint64_t batch_time);
  Decision put(const Ledger& ledger, const Slot& slot);
  [[nodiscard]] bool is_used(LedgerId ledger) const;
  [[nodiscard]] bool an_account_has(Timestamp timestamp) const;

  // Names: naive_names.cpp.
  [[nodiscard]] PutNameStatus judge(const Name& name) const;
  [[nodiscard]] RequestStatus judge_names(const WriteRequest& request) const;
  Decision put(const Name& name, const Slot& slot);
  void put_names_of(const WriteRequest& request);

  // Domain events: naive_events.cpp.
  struct EventsSoFar;
  [[nodiscard]] AppendEventStatus judge(const AskedEvent& asked, const WriteRequest& request,
                                        EventsSoFar& so_far) const;
  [[nodiscard]] static AppendEventStatus judge_alone(const AskedEvent& asked, RequestKind kind);
  [[nodiscard]] static AppendEventStatus compare(const AskedEvent& now, const AskedEvent& then);
  [[nodiscard]] static bool payloads_are_whole(const WriteRequest& request);
  std::vector<Decision> append(const WriteRequest& request, std::uint64_t batch_time);

  // Orders and payments: naive_commands.cpp.
  [[nodiscard]] static bool is_command(const DomainEvent& event);
  [[nodiscard]] static bool is_known_command(const DomainEvent& event);
  [[nodiscard]] static AppendEventStatus judge_scope(const DomainEvent& event, RequestKind kind);
  [[nodiscard]] static AppendEventStatus judge_details(const AskedEvent& asked);
  [[nodiscard]] AppendEventStatus judge_moved(const WriteRequest& request, u128 id, bool stock,
                                              LedgerId ledger, u128 amount) const;
  /// These also do what they find good to `books`.
  [[nodiscard]] AppendEventStatus judge_order(const AskedEvent& asked, const WriteRequest& request,
                                              AggregateBooks& books) const;
  [[nodiscard]] AppendEventStatus judge_payment(const AskedEvent& asked,
                                                const WriteRequest& request,
                                                AggregateBooks& books) const;
  [[nodiscard]] AppendEventStatus judge_claim(const AskedEvent& asked, const WriteRequest& request,
                                              AggregateBooks& books, NaivePayment& payment) const;

  // Bundles: naive_bundles.cpp.
  using BurnId = std::function<void(const Transfer&, std::uint16_t)>;
  std::vector<Decision> run_bundle(const WriteRequest& request, std::uint64_t batch_time,
                                   const BurnId& burn);
  [[nodiscard]] std::optional<std::vector<Decision>> known_bundle(const WriteRequest& request,
                                                                  std::uint64_t batch_time) const;

  // Transfers: naive_transfers.cpp.
  [[nodiscard]] Verdict judge(const Transfer& transfer, const Slot& slot) const;
  [[nodiscard]] CreateTransferStatus compare(const Transfer& now, const NaiveTransfer& then) const;
  [[nodiscard]] Verdict judge_plain(const Transfer& transfer, const Slot& slot) const;
  [[nodiscard]] CreateTransferStatus judge_import(const Transfer& transfer, const Account& debit,
                                                  const Account& credit) const;
  Decision create(const Transfer& transfer, const Slot& slot);
  void record(const Verdict& verdict, const Slot& slot);

  // Checkpoints: naive_checkpoints.cpp.
  Decision put(const EventCheckpoint& asked, const Slot& slot);
  [[nodiscard]] PutCheckpointStatus judge(const EventCheckpoint& asked) const;

  // Holds: naive_holds.cpp. Reversals: naive_reversals.cpp.
  [[nodiscard]] Verdict judge_resolution(const Transfer& transfer, const Slot& slot) const;
  [[nodiscard]] CreateTransferStatus judge_hold(const Transfer& transfer, const NaiveTransfer& hold,
                                                const Slot& slot) const;
  void open_hold(const NaiveTransfer& pending);
  void resolve(const NaiveTransfer& resolution);
  void close_hold(NaiveTransfer& hold, HoldState state);
  [[nodiscard]] Verdict judge_reversal(const Transfer& transfer, const Slot& slot) const;

  [[nodiscard]] bool transfer_must_not_regress(Timestamp timestamp) const;

  LedgerSettings settings_;
  std::uint64_t clock_ = 0;
  std::uint64_t manual_clock_ = 0;
  std::uint64_t last_timestamp_ = 0;
  std::uint64_t last_sequence_ = 0;
  Books books_;
  std::map<TransferId, NaiveTransfer> transfers_;
  std::set<std::uint64_t> transfer_times_;  ///< Of `transfers_`.
  std::set<TransferId> open_holds_;         ///< Of `transfers_`.
  std::set<TransferId> burnt_;
  std::map<NameOwner, std::string> names_;
  std::map<Uint128, NaiveEvent> events_;
  std::map<StreamOf, std::vector<Uint128>> streams_;
  AggregateBooks aggregates_;
  std::map<std::string, EventCheckpoint> checkpoints_;
  std::map<ClientId, Window> windows_;
};

}  // namespace daybook::test
