#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "tools/daybook/recon/entry_texts.hpp"
#include "tools/daybook/recon/journal_scan.hpp"
#include "tools/daybook/recon/ledger_records.hpp"
#include "tools/daybook/recon/sequence_places.hpp"
#include "tools/daybook/recon/side_source.hpp"

namespace daybook::recon {

/// The transfers of a journal's account, or ledger, up to a cut, as records.
///
/// Records are plain transfers and what was posted of holds (`ok`), reversals (`ok`, of type
/// `refund`), holds that were open at the cut (`open`, with what they still held), and holds of
/// which nothing was posted before they were voided or ran out (`failed`). An amount is more than 0
/// where the account is debited; of a ledger without an account every amount is more than 0, but
/// those of reversals. The key is the name of the business reference, else its number, else the
/// name or the number of the transfer, or of the hold that it resolves. The time is the transfer's.
/// Transfers with a fee code are fee parts of the record with their key: money that left is a fee
/// of more than 0. A record's place is the sequence of the fact that made it: of the transfer, of
/// the post, of the hold while it is open, else of its end.
///
/// Legs of corrections are no records, but part of the one that they adjust; see CorrectionFolds.
///
/// With a time from which on they count, what was before is summed and no record, unless it is
/// carried on, came late, or is a hold that is open still. With one before
/// which they count, what was then or later is left out. A record that corrections adjust has its
/// own time, one that they make the time that they give; without one it is in every period.
///
/// Place.    Beside an engine or without one; the journal is only read.
/// Threads.  See SideSource.
/// Errors.   Those of JournalFacts; `no_space` for more than `holds_max` holds open at a time;
/// `invalid`
///           for amounts of more digits than `amount_digits_max`.
class JournalSource final : public SideSource {
 public:
  static constexpr std::uint64_t holds_max = daybook::limits::holds_default;

  /// `scan` and `mapping`, whose scales and currency count, must outlive the source.
  [[nodiscard]] static Result<std::unique_ptr<JournalSource>> open(
      const JournalScan& scan, const SourceMapping& mapping, Side side,
      const std::filesystem::path& spill);

  Result<bool> fill(Intake& intake) override;
  [[nodiscard]] std::uint64_t bytes_read() const override {
    return reached_.load(std::memory_order_relaxed);
  }
  /// Sequences.
  [[nodiscard]] std::uint64_t total_bytes() const override { return scan_.cut.value(); }

  [[nodiscard]] std::string name() const override;
  [[nodiscard]] std::uint64_t estimated_records() const override { return scan_.transfers + 1; }
  /// Fees that were never more than held.
  [[nodiscard]] std::uint64_t left_out() const override { return left_out_; }
  [[nodiscard]] unsigned scale_of(std::uint64_t currency) const override {
    return scale_in(mapping_.scales, currency);
  }
  [[nodiscard]] Result<std::string> raw_line(std::uint64_t, std::uint64_t) const override {
    return std::string{};
  }
  [[nodiscard]] Result<std::string> text_at(std::uint64_t offset, Field field) override;
  [[nodiscard]] Result<ControlTotals> control_totals(std::uint64_t) const override {
    return ControlTotals{};
  }
  [[nodiscard]] Sum earlier() const override { return earlier_; }
  [[nodiscard]] std::string fingerprint() const override;
  [[nodiscard]] Result<SideIdentity> identity(const Tell&) const override {
    return SideIdentity{.size_bytes = std::nullopt,
                        .sha256 = {},
                        .cut = scan_.cut.value(),
                        .entry_hash = to_hex(scan_.cut_hash)};
  }
  [[nodiscard]] Result<void> check_unchanged() const override { return {}; }

 private:
  /// A hold that is open as far as the journal was read.
  struct OpenHold {
    u128 held = 0;
    BusinessId business;
    Timestamp time;
    std::uint64_t sequence = 0;
    bool is_debit = false;
    bool is_fee = false;
    bool has_posted = false;
  };
  struct Hash {
    std::size_t operator()(const Uint128& id) const { return static_cast<std::size_t>(mix(id, 0)); }
  };
  JournalSource(const JournalScan& scan, const SourceMapping& mapping, Side side, EntryTexts texts,
                SequencePlaces places, SequencePlaces late_places, JournalFacts facts)
      : scan_{scan},
        mapping_{mapping},
        records_{scan, mapping, side},
        texts_{std::move(texts)},
        places_{std::move(places)},
        late_places_{std::move(late_places)},
        facts_{std::move(facts)} {}

  [[nodiscard]] Result<bool> read_entry();
  void take_run(const EntryFacts& facts, const PlacedRun& placed);
  void take(const Transfer& transfer, std::uint64_t sequence);
  void take_resolution(const Transfer& transfer, std::uint64_t sequence, bool is_debit);
  void take(const HoldReleased& released, std::uint64_t sequence);
  void end_hold(const Uint128& id, const OpenHold& hold, Timestamp time, std::uint64_t sequence);
  void take_open_holds();
  [[nodiscard]] Result<void> keep_text(std::uint64_t sequence, const std::string& reference);
  /// The next record that is not handed over yet; nothing where there is none.
  [[nodiscard]] Result<std::optional<Record>> next_record();
  /// Whether it is in the time that is asked for; sums it if it was before.
  [[nodiscard]] bool is_in_time(const Record& record);
  [[nodiscard]] bool is_late(const Record& record) const;
  [[nodiscard]] Result<bool> hand_over(Intake& intake);

  const JournalScan& scan_;
  const SourceMapping& mapping_;
  LedgerRecords records_;
  EntryTexts texts_;
  SequencePlaces places_;       ///< In texts_, of long references of facts as they were read.
  SequencePlaces late_places_;  ///< Of holds that are open at the end.
  std::unordered_map<std::uint64_t, std::uint64_t> own_places_;  ///< Of corrections' records.
  JournalFacts facts_;
  std::unordered_map<Uint128, OpenHold, Hash> holds_;
  bool has_too_many_holds_ = false;
  bool is_finished_ = false;
  std::vector<LedgerMovement> found_;  ///< Of the last entry; those before next_ are taken.
  std::size_t next_ = 0;
  std::size_t next_own_ = 0;  ///< Of the records that only corrections make.
  std::uint64_t left_out_ = 0;
  bool is_own_ = true;  ///< The newest record's time: not that of a correction.
  Sum earlier_;
  std::optional<Record> waiting_;
  std::atomic<std::uint64_t> reached_{0};  ///< The reading thread writes; no order is needed.
};

}  // namespace daybook::recon
