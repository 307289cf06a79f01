#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/ledger_under_test.hpp"
#include "tests/support/random.hpp"

namespace daybook::test {

/// One thing that happens to a ledger. Steps do not depend on each other's answers, so any part of
/// a list of steps is a list of steps: that is what makes shrinking possible.
struct Step {
  enum class Kind : std::uint8_t {
    submit,          ///< `request`.
    set_clock,       ///< To `number`.
    look_up,         ///< The account `id`.
    close_entry,     ///< A group commit.
    rotate_segment,  ///< Seal a segment, open the next.
    restart,         ///< Lose all memory, recover from the journal.
  };
  Kind kind = Kind::submit;
  WriteRequest request;
  std::uint64_t number = 0;
  AccountId id;
};

[[nodiscard]] std::string to_text(const Step& step);

/// A ledger's settings, and what happens to it.
struct Episode {
  LedgerSettings settings;
  std::uint32_t requests_per_entry = 1;
  std::vector<Step> steps;
};

/// Makes up episodes in which everything happens: few ids and small limits, so that events meet;
/// most events good, so that they get somewhere; each fault often enough to be seen.
class EpisodeWriter {
 public:
  explicit EpisodeWriter(std::uint64_t seed);

  [[nodiscard]] Episode write(std::size_t request_count);

 private:
  void choose_settings();
  void add_beginning();
  void add_request();
  void add_incident();

  WriteRequest new_request();
  WriteRequest old_request();
  void number_freshly(WriteRequest& request);

  void fill_accounts(WriteRequest& request);
  void fill_transfers(WriteRequest& request);
  void fill_ledgers(WriteRequest& request);
  Account some_account();
  Account repeated_account();
  Transfer some_transfer();
  Transfer repeated_transfer();
  void spoil(Account& account);
  void spoil(Transfer& transfer);
  Ledger some_ledger();
  template <typename Event>
  void import_some(std::vector<Event>& events, std::uint16_t imported);
  template <typename Event>
  void link_some(std::vector<Event>& events);

  std::size_t batch_size();
  Uint128 wide_id(std::uint64_t small);
  AccountId account_id_to_use();
  AccountId account_id_to_create();
  Amount some_amount();
  std::uint64_t some_time();

  Random random_;
  Episode episode_;
  std::uint64_t id_high_ = 0;
  std::uint64_t accounts_known_ = 0;
  bool huge_amounts_ = false;
  bool ends_with_time_ = false;  ///< The clock reaches 2^63-1.
  bool late_ = false;            ///< The last part of the episode has begun.
  std::uint64_t now_ = 0;
  std::uint64_t last_transfer_ = 0;
  std::vector<std::uint64_t> last_number_;  // By client.
  std::vector<Account> accounts_;           // Asked for before.
  std::vector<Transfer> transfers_;
  std::vector<WriteRequest> requests_;
};

}  // namespace daybook::test
