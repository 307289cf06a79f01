#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/daybook/recon/compare_run.hpp"
#include "tools/daybook/recon/definition/reconciliation.hpp"
#include "tools/daybook/recon/runs/carry.hpp"
#include "tools/daybook/recon/runs/run_book.hpp"

namespace daybook::recon {

namespace limits {
/// Of one run, that something is to be posted about.
inline constexpr std::size_t proposals_max = 1'000'000;
}  // namespace limits

/// A difference about which the definition has something posted.
struct FoundDifference {
  Uint128 id;
  Difference difference;
  std::string reference;
};

/// What a run takes out of its comparison: what is carried on, what has to be dealt with, and what
/// may be proposed.
///
/// Threads.  One.
class RunListener final : public CompareListener {
 public:
  /// All outlives the listener. `carried`: from the run before.
  /// `begins_ns`: the day, in UTC.
  RunListener(const Reconciliation& definition, const RunBook& book, const CarryOut& carried,
              std::int64_t begins_ns)
      : definition_{definition}, book_{book}, carried_{carried}, begins_ns_{begins_ns} {}

  [[nodiscard]] std::unique_ptr<SideSource> wrap(std::unique_ptr<SideSource> opened,
                                                 Side side) override;
  void begin(std::array<SideSource*, 2> sides, const std::array<std::int64_t, 2>& newest) override;
  [[nodiscard]] Result<std::string> difference(const Difference& difference) override;
  [[nodiscard]] Result<std::string> invalid_line(Side side, const InvalidLine& line) override;

  /// In order; for once.
  [[nodiscard]] CarryOut take_carry();
  [[nodiscard]] const std::vector<FoundDifference>& found() const { return found_; }
  /// Those that nobody has accepted or closed.
  [[nodiscard]] std::uint64_t open() const { return open_; }
  /// Decimals of B's amounts in a currency.
  [[nodiscard]] unsigned scale_of(std::uint64_t currency) const {
    return sides_[1]->scale_of(currency);
  }

 private:
  [[nodiscard]] bool is_expired(const Record& record) const;
  [[nodiscard]] Result<void> carry_on(const Difference& difference, Code code);
  [[nodiscard]] std::string keep(const Uint128& id);

  const Reconciliation& definition_;
  const RunBook& book_;
  const CarryOut& carried_;
  std::int64_t begins_ns_;
  std::array<SideSource*, 2> sides_{};
  CarryOut carry_;
  std::vector<FoundDifference> found_;
  std::map<Uint128, std::uint32_t> copies_;  ///< How often a difference was seen.
  std::uint64_t open_ = 0;
};

}  // namespace daybook::recon
