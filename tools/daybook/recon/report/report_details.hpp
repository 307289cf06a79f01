#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/recon/comparison.hpp"
#include "engine/recon/formats/statement_parser.hpp"
#include "tools/daybook/recon/side_source.hpp"

namespace daybook::recon {

namespace limits {

/// What a report shows of single records; the file of differences has all of them.
inline constexpr std::size_t report_open_items_max = 100;
inline constexpr std::size_t report_largest_max = 20;  ///< A currency.
inline constexpr std::size_t report_currencies_max = 32;
inline constexpr std::size_t report_lines_max = 100;  ///< A side.
inline constexpr std::size_t report_statements_max = 100;
inline constexpr std::size_t report_text_bytes_max = 300;

}  // namespace limits

/// A difference with its texts.
struct ReportedDifference {
  Difference difference;
  std::array<std::string, 2> references;  ///< Of A and B; empty for none.
};

struct ReportedLine {
  Side side = Side::a;
  InvalidLine line;
  std::string text;
};

/// How old records without a partner are: counted in whole days up to the newest record of both
/// sides.
enum class AgeClass : std::uint8_t { day, week, month, quarter, older, unknown };
inline constexpr std::size_t age_class_count = 6;
[[nodiscard]] std::string_view to_string(AgeClass age);

struct AgeSums {
  std::uint64_t currency = 0;
  Code code = Code::a_only;
  struct Sum {
    std::uint64_t count = 0;
    i128 amount = 0;  ///< Minor units, of what was moved.
  };
  std::array<Sum, age_class_count> of{};
};

/// What a report shows beside sums.
struct ReportDetails {
  std::int64_t newest = no_time;  ///< Of both sides: where ages are counted from.
  std::vector<AgeSums> ages;      ///< By currency and code.
  std::uint64_t open_items = 0;
  std::vector<ReportedDifference> oldest_open;  ///< The oldest first, those without a time last.
  std::vector<ReportedDifference> largest;      ///< By currency; in it the largest first.
  bool has_more_currencies = false;             ///< Than `largest` has.
  /// Of each currency, how many differences moved something.
  std::map<std::uint64_t, std::uint64_t> moving;
  std::vector<ReportedLine> invalid;
  std::array<SideIdentity, 2> identities;
  std::array<std::vector<StatementSummary>, 2> statements;
};

/// The whole days between a record and `newest`; nothing where one of them has no time.
[[nodiscard]] std::optional<std::uint64_t> age_days(const Record& record, std::int64_t newest);

/// Gathers them while a result is read back.
///
/// Threads.  One.
/// Limits.   Those above, whatever the size of the result.
class DetailCollector {
 public:
  /// Before the first difference.
  void begin(std::int64_t newest) { details_.newest = newest; }
  void add(const Difference& difference);
  void add(Side side, const InvalidLine& line);

  /// Texts are read here, and `sources` asked what they are.
  [[nodiscard]] Result<ReportDetails> finish(std::array<SideSource*, 2> sources,
                                             const SideSource::Tell& tell);

 private:
  /// A difference and its place in the result, which decides between equal ones.
  struct Placed {
    u128 size = 0;  ///< The larger, the sooner it is shown.
    std::uint64_t place = 0;
    Difference difference;
  };

  static void keep(std::vector<Placed>& heap, std::size_t count_max, Placed placed);
  static std::vector<Placed> in_order(std::vector<Placed> heap);
  void add_open(const Difference& difference, Code code);

  ReportDetails details_;
  std::uint64_t places_ = 0;
  std::map<std::pair<std::uint64_t, Code>, AgeSums> ages_;
  std::vector<Placed> oldest_;
  std::map<std::uint64_t, std::vector<Placed>> largest_;
  std::array<std::size_t, 2> lines_{};
};

}  // namespace daybook::recon
