#pragma once

#include <map>
#include <memory>
#include <vector>

#include "tests/engine/recon/compare_records.hpp"
#include "tests/replay/disk_journal.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tools/daybook/recon/journal_source.hpp"

namespace daybook::recon::test {

/// A journal with a clearing account and others, written by a real engine, read as one side of a
/// comparison. Ledger 978 has no name and two decimals.
class JournalWorld {
 public:
  static constexpr std::uint64_t clearing = 1;
  static constexpr std::uint64_t customers = 2;
  static constexpr std::uint64_t suspense = 3;
  static constexpr std::uint64_t fees = 4;
  static constexpr std::uint64_t rounding = 5;
  static constexpr std::uint64_t fx = 6;
  static constexpr std::uint16_t fee_code = 901;

  JournalWorld();

  /// Into clearing from customers, or back where `amount` is less than 0. `business`: the reference
  /// of its record.
  TransferId pay(i128 amount, const Uint128& business, std::uint16_t flags = 0);
  /// Out of clearing into fees.
  TransferId fee(i128 amount, const Uint128& business);
  /// Posts, voids or reverses `about`. An amount of 0 is left to the engine.
  TransferId follow(TransferId about, std::uint16_t flags, u128 amount = 0);
  /// As they are.
  void create(const std::vector<Transfer>& transfers);

  /// Everything about clearing, with `fee_code`.
  [[nodiscard]] JournalSelection selection() const;
  [[nodiscard]] static std::uint64_t currency() { return currency_of_text("978"); }

  /// What was created, by sequence.
  [[nodiscard]] std::map<std::uint64_t, Transfer> transfers();
  [[nodiscard]] std::uint64_t sequence_of(TransferId id);

  /// A journal as side A.
  struct OpenJournal {
    JournalScan scan;
    SourceMapping mapping;
    std::unique_ptr<JournalSource> source;
  };
  [[nodiscard]] std::unique_ptr<OpenJournal> open(const JournalSelection& selection);
  /// Against B's records, with everything posted so far.
  [[nodiscard]] Outcome compare(const JournalSelection& selection, const std::vector<Record>& b,
                                const ComparisonSettings& settings = {});

  /// A record of B; ok, a charge, at the first second of 1970.
  [[nodiscard]] static Record of_b(const Uint128& business, i128 amount, i128 fee = 0,
                                   RecordStatus status = RecordStatus::ok,
                                   RecordType type = RecordType::charge);

 private:
  /// Before anybody reads it.
  void finish();

  daybook::test::ScratchDirectory scratch_;
  daybook::test::DiskJournal journal_;
  bool is_finished_ = true;
  std::uint64_t next_id_ = 1'000;
};

}  // namespace daybook::recon::test
