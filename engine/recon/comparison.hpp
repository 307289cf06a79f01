#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "engine/recon/order_rule.hpp"
#include "engine/recon/pair_rules.hpp"
#include "engine/recon/proof.hpp"
#include "engine/recon/record_source.hpp"

namespace daybook::recon {

struct ComparisonSettings {
  std::uint64_t memory_bytes = limits::memory_bytes_default;
  unsigned threads = 2;  ///< 1 to threads_max.
  std::vector<Tolerance> tolerances;
  std::optional<std::int64_t> window_ns;
  /// By side: all that was before is there, even if the newest record is older; no_time: who knows.
  std::array<std::int64_t, 2> whole_to{no_time, no_time};
  bool sums_groups = false;               ///< See PairRules.
  std::vector<OrderRule> fallback_rules;  ///< In their order; at most fallback_rules_max.
};

/// How the memory of a comparison is shared out. Bytes.
struct MemoryPlan {
  std::size_t region_bytes = 0;  ///< Of each thread, for records that gather and are sorted.
  std::size_t run_bytes = RunRegion::run_bytes_default;  ///< Of one run in a region, at most.
  std::size_t leftover_bytes = 0;  ///< Of each thread and each of two sets, for fallback rules.
  std::size_t merge_bytes = 0;     ///< Of all cursors together.
  std::size_t block_bytes = 0;     ///< Of one spilled block.

  /// For about `record_count` records of both sides together.
  [[nodiscard]] static MemoryPlan of(const ComparisonSettings& settings,
                                     std::uint64_t record_count);
};

/// Which lanes of the spill store a comparison uses, and how many it needs.
struct LanePlan {
  unsigned threads = 1;

  [[nodiscard]] unsigned runs(unsigned thread) const { return thread; }
  [[nodiscard]] unsigned result(unsigned range) const { return threads + range; }
  [[nodiscard]] unsigned leftovers(unsigned set, unsigned thread) const {
    return 2 * threads + set * threads + thread;
  }
  [[nodiscard]] unsigned invalid(Side side) const {
    return 4 * threads + static_cast<unsigned>(side);
  }
  [[nodiscard]] unsigned fallback_result(unsigned rule) const { return 4 * threads + 2 + rule; }
  [[nodiscard]] unsigned count() const {
    return 4 * threads + 2 + static_cast<unsigned>(limits::fallback_rules_max);
  }
};

/// How many records and what amounts a code is about, in one currency. Minor units.
struct ClassSum {
  std::uint64_t currency = 0;
  Code code = Code::matched;
  std::uint64_t count = 0;  ///< Of pairs, and of records without one.
  i128 amount_a = 0;
  i128 amount_b = 0;

  [[nodiscard]] i128 delta() const { return amount_b - amount_a; }
};

/// What came of a comparison.
struct ComparisonReport {
  std::array<std::uint64_t, 2> records{};  ///< Of A and B.
  std::array<std::uint64_t, 2> invalid{};  ///< Lines that are no records.
  std::uint64_t matched = 0;               ///< Pairs, within a tolerance or with notes included.
  std::uint64_t matched_records = 0;       ///< Of both sides, in these pairs.
  std::uint64_t folded = 0;                ///< Fee parts of A that became fees of its records.
  std::uint64_t settled = 0;          ///< Records of A that corrections have brought to nothing.
  std::uint64_t differences = 0;      ///< Records and pairs, invalid lines included.
  std::vector<ClassSum> classes;      ///< By currency, then code.
  std::vector<ClassSum> notes;        ///< date_mismatch, reference_mismatch, duplicate_both.
  std::vector<CurrencyProof> proofs;  ///< By currency.
  std::uint64_t spilled_runs = 0;
  std::uint64_t kept_runs = 0;  ///< Of these, those that an earlier process had left.
  unsigned ranges = 1;          ///< In which the merge was done at the same time.

  [[nodiscard]] bool proof_holds() const;
  [[nodiscard]] bool is_clean() const { return differences == 0; }
};

/// How far a comparison has come.
struct ComparisonProgress {
  std::uint64_t records = 0;
  double fraction = 0;
};

/// Hears of the result in its order, and of the way there. Called by the thread that called
/// compare().
class ComparisonObserver {
 public:
  virtual ~ComparisonObserver() = default;
  virtual void progress(const ComparisonProgress& progress) = 0;
  /// Before the first difference: the times of the newest records of A and B.
  virtual void begin_result(const std::array<std::int64_t, 2>& /*newest*/) {}
  /// By reference, then those that a fallback rule decided on. Its codes are final.
  [[nodiscard]] virtual Result<void> difference(const Difference& difference) = 0;
  /// After all differences: A's by offset, then B's.
  [[nodiscard]] virtual Result<void> invalid_line(Side side, const InvalidLine& line) = 0;
};

/// Compares two sources record by record.
///
/// Each thread fills its region from either source, sorts it and spills it when it is full; then
/// all runs are merged, each thread a range of references; then the written result is read back,
/// told, summed, and the proof is made. What fits in memory is not spilled. The result does not
/// depend on memory, threads or the order of records, nor on what of the work an earlier process
/// had done, where there is a `keeper`: it may be null.
///
/// Threads.  Starts `threads` - 1 and joins them.
/// Errors.   Those of sources, store and observer; `invalid` for what a limit does not allow.
[[nodiscard]] Result<ComparisonReport> compare(std::array<RecordSource*, 2> sources,
                                               const ComparisonSettings& settings,
                                               const MemoryPlan& memory, SpillStore& store,
                                               ComparisonObserver& observer,
                                               RunKeeper* keeper = nullptr);

}  // namespace daybook::recon
