#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "tests/support/ledger_under_test.hpp"

namespace daybook::test {

/// The rules of the ledger, written once more and as plainly as possible: ordered maps, copies
/// instead of undo, no cleverness. What the engine answers is compared with what this answers, so
/// the two share no code but the structs and the numbers of the statuses.
///
/// Limits.  Holds, posting, voiding, balancing, closing, importing, reversals and kept remainders
///          answer not_supported_yet, as the engine does.
class NaiveLedger final : public LedgerUnderTest {
 public:
  explicit NaiveLedger(LedgerSettings settings) : settings_{settings} {}

  BatchReply submit(const WriteRequest& request) override;
  [[nodiscard]] std::optional<Account> lookup_account(AccountId id) override;
  void set_clock(std::uint64_t now_ns) override { clock_ = now_ns; }

  /// Sequences that the journal takes for itself (opening or sealing a segment) and no request.
  void skip_sequences(std::uint64_t count) { last_sequence_ += count; }

  /// The last sequence taken.
  [[nodiscard]] Sequence last_sequence() const { return Sequence{last_sequence_}; }

  [[nodiscard]] const std::map<AccountId, Account>& accounts() const { return books_.accounts; }
  [[nodiscard]] const std::map<LedgerId, Ledger>& ledgers() const { return books_.ledgers; }
  [[nodiscard]] const std::map<TransferId, Transfer>& transfers() const { return transfers_; }
  [[nodiscard]] std::uint64_t highest_number(ClientId client) const;

  /// In every ledger, all debits equal all credits.
  [[nodiscard]] bool books_balance() const;

 private:
  /// What a chain may have changed and a failed chain must get back: small, so it is copied.
  struct Books {
    std::map<AccountId, Account> accounts;
    std::map<LedgerId, Ledger> ledgers;
    std::multimap<std::string, LedgerId> names;  ///< Of `ledgers`.

    void put(const Ledger& ledger);
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
  };

  /// The outcome of one event.
  struct Decision {
    std::uint16_t status = 0;
    Timestamp timestamp;
  };

  /// The answer to a request whose number is known or too old; nothing for a new one.
  [[nodiscard]] std::optional<BatchReply> answer_from_window(const WriteRequest& request) const;
  void keep_answer(const WriteRequest& request, const BatchReply& reply);
  void make_room_for(ClientId client);
  [[nodiscard]] std::optional<ClientId> least_recent(bool with_answers, ClientId except) const;
  [[nodiscard]] std::size_t count_windows(bool with_answers) const;
  [[nodiscard]] RequestStatus judge(const WriteRequest& request) const;
  [[nodiscard]] std::uint64_t clock_now() const;
  std::vector<Decision> execute(const WriteRequest& request, std::uint64_t batch_time);

  template <typename Event, typename Decide, typename Burn>
  std::vector<Decision> run_chains(std::span<const Event> events, std::uint64_t batch_time,
                                   Decide decide, Burn burn);

  [[nodiscard]] CreateAccountStatus judge(const Account& account, const Slot& slot) const;
  [[nodiscard]] CreateTransferStatus judge(const Transfer& transfer, const Slot& slot) const;
  [[nodiscard]] CreateTransferStatus judge_against_accounts(const Transfer& transfer) const;
  [[nodiscard]] PutLedgerStatus judge(const Ledger& ledger) const;

  Decision create(const Account& account, const Slot& slot);
  Decision create(const Transfer& transfer, const Slot& slot);
  Decision put(const Ledger& ledger, std::uint64_t timestamp);

  [[nodiscard]] bool is_used(LedgerId ledger) const;

  LedgerSettings settings_;
  std::uint64_t clock_ = 0;
  std::uint64_t manual_clock_ = 0;
  std::uint64_t last_timestamp_ = 0;
  std::uint64_t last_sequence_ = 0;
  Books books_;
  std::map<TransferId, Transfer> transfers_;
  std::set<TransferId> burnt_;
  std::map<ClientId, Window> windows_;
};

}  // namespace daybook::test
