#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/model/status.hpp"
#include "tests/engine/ledger/ledger_fixture.hpp"

/// Tables of faults. Each row makes an otherwise good transfer wrong in one way, in the documented
/// order; every two rows that can be wrong at the same time are laid over one another, and the
/// earlier one must be answered. A row says what is wrong with the event, with the batch around it
/// and with what it meets (accounts, the transfer it names), which is made anew for each case, so
/// that all of them combine.

namespace daybook::test {

/// What is the matter with the account on one side. All false: nothing.
struct WrongSide {
  bool posted = false;         ///< It has something posted where the transfer would add.
  bool pending = false;        ///< It has something pending there.
  bool flag_limited = false;   ///< A flag of its own forbids what the transfer does.
  bool value_limited = false;  ///< So do limits set at run time.
  bool closed = false;
  bool frozen = false;
};

/// When an imported event says that it happened. Unset: after everything else and before now.
enum class Moment {
  of_last_transfer,
  of_an_account,
  before_debit_account,
  before_credit_account,
  before_both_accounts,
};

/// What pending_id names.
enum class Target { hold, plain, post, void_, reversal, missing, burnt };

/// What became of the hold or, `reversed`, of the transfer that pending_id names.
enum class Fate { posted, voided, expired, released, reversed };

/// Post or void.
enum class Resolution { post, void_ };

struct Wrong {
  // The event.
  std::optional<Uint128> id{};
  std::optional<Uint128> debit{};
  std::optional<Uint128> credit{};
  std::optional<Uint128> pending_id{};
  std::optional<u128> amount{};
  std::optional<std::uint64_t> business_id{};
  std::optional<std::uint64_t> user_id{};
  std::optional<std::uint64_t> timestamp{};
  std::optional<std::uint32_t> timeout{};
  std::optional<std::uint32_t> ledger{};
  std::optional<std::uint32_t> tag{};
  std::optional<std::uint16_t> code{};
  std::optional<bool> pending{};
  std::optional<bool> imported{};
  std::optional<Resolution> resolution{};
  std::uint16_t flags = 0;  ///< More flags.
  // The batch.
  std::optional<bool> batch_is_imported{};  ///< The first event's flag.
  bool in_failed_chain = false;             ///< A linked event before it fails.
  bool leaves_chain_open = false;           ///< Linked, and the last of its batch.
  // What it meets.
  bool exists = false;  ///< A good transfer with its id.
  bool burnt = false;   ///< A transient refusal of its id.
  std::optional<std::uint32_t> debit_ledger{};
  std::optional<std::uint32_t> credit_ledger{};
  std::optional<Moment> moment{};
  std::optional<Target> target{};
  std::optional<Fate> fate{};
  bool owned = false;  ///< The hold belongs to a coordinator.
  WrongSide debit_side{};
  WrongSide credit_side{};

  /// Does it change a field that a repeat is compared by?
  [[nodiscard]] bool changes_the_event() const;
};

struct Row {
  CreateTransferStatus status;
  Wrong wrong;
};

/// The tables: together they have every status but not_supported_yet.
[[nodiscard]] std::vector<Row> plain_rows();
[[nodiscard]] std::vector<Row> resolution_rows();
[[nodiscard]] std::vector<Row> reversal_rows();

/// A transfer that is wrong in both ways, where one can be.
[[nodiscard]] std::optional<Wrong> both(Wrong a, const Wrong& b);

inline constexpr Uint128 max_number{~0ULL, ~0ULL};
[[nodiscard]] constexpr Uint128 number(std::uint64_t value) { return Uint128{value, 0}; }

/// The accounts and the target that a case was given.
struct Scene {
  std::uint64_t debit = 0;
  std::uint64_t credit = 0;
  std::uint64_t target = 0;
  std::uint64_t last_transfer_at = 0;  ///< Timestamps.
  std::uint64_t first_account_at = 0;
  std::uint64_t second_account_at = 0;
  std::uint64_t bystander_at = 0;
};

/// Runs tables. A suite says how its scene is set and what a good event of it is.
class TransferTableTest : public LedgerTest {
 protected:
  static constexpr std::uint64_t missing_account = 900;
  static constexpr std::uint64_t missing_transfer = 901;
  // Money for setting scenes comes from the one and goes to the other; in ledger 2, 10 later.
  static constexpr std::uint64_t rich = 1;
  static constexpr std::uint64_t sink = 2;
  static constexpr std::uint64_t owner = 77;  // Of owned holds.

  TransferTableTest();

  /// Makes what the event meets, but for what is done to its accounts afterwards.
  virtual void set_scene(const Wrong& wrong, Scene& scene) = 0;
  [[nodiscard]] virtual Transfer good_event(const Wrong& wrong, const Scene& scene) = 0;

  /// What the ledger says to a transfer that is wrong in this way.
  CreateTransferStatus answer_to(const Wrong& wrong);

  void expect_each_alone(std::span<const Row> rows);
  /// Every two rows together, but for those that `skip` leaves out; there must be `pairs_min`.
  void expect_the_earlier_of_two(std::span<const Row> rows, unsigned pairs_min,
                                 bool (*skip)(const Row& earlier, const Row& later) = nullptr);

  // ---- For setting scenes. ----

  [[nodiscard]] std::uint64_t fresh() { return ++last_id_; }
  /// Accounts of the two sides: closing and freezing come later.
  void open_sides(const Wrong& wrong, Scene& scene);
  /// Money that the sides have posted and pending where the transfer would add to it.
  void burden(const Wrong& wrong, const Scene& scene, std::uint64_t amount);
  /// Limits that forbid the transfer: debits may not bring net below `minimum`, credits not above
  /// `maximum`.
  void restrain(const Wrong& wrong, const Scene& scene, Int128 minimum, Int128 maximum);
  void tick(std::uint64_t by_ns = 1'000) { set_clock(now_ += by_ns); }
  /// The event as `wrong` wants it.
  [[nodiscard]] Transfer spoilt(Transfer event, const Wrong& wrong, const Scene& scene);
  CreateTransferStatus answer_in_batch(const Transfer& event, const Wrong& wrong);
  [[nodiscard]] std::uint64_t now() const { return now_; }
  [[nodiscard]] std::uint64_t last_event_id() const { return last_event_id_; }

 private:
  [[nodiscard]] Transfer opener(const Wrong& wrong);

  // So late that a timeout can reach past the end of time.
  std::uint64_t now_ = 5'000'000'000'000'000'000;
  std::uint64_t last_id_ = 10'000;
  std::uint64_t last_event_id_ = 0;
};

}  // namespace daybook::test
