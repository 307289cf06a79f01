#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/ids.hpp"

namespace daybook::recon {

namespace limits {
/// In one report, the newest of them.
inline constexpr std::size_t report_postings_max = 1'000;
}  // namespace limits

/// How many of so many, the oldest, are not shown.
[[nodiscard]] constexpr std::size_t postings_left_out(std::size_t all) {
  return all > limits::report_postings_max ? all - limits::report_postings_max : 0;
}

/// A correction that was approved, and by whom. Texts as they are shown.
struct ReportedPosting {
  std::string difference;  ///< Its id, as that of the run.
  std::string run;
  std::string code;
  std::string action;
  std::string reference;
  std::string amount;  ///< A decimal.
  std::string currency;
  std::string maker;
  std::string checker;
  bool is_automatic = false;  ///< Nobody had to approve it, so nobody is the checker.
  Timestamp at;
  std::string reason;
  std::vector<std::string> transfers;  ///< Ids of its legs, or of what its saga made.
  std::string saga;                    ///< The id of the saga that posts it; else empty.
  std::string state = "posted";        ///< Of a saga "stuck: ..." and so on.
};

/// What stands in a report, oldest first.
struct ReportedPostings {
  std::vector<ReportedPosting> shown;
  std::uint64_t all = 0;
};

/// The section of a page, between marks by which page_with() finds it again. Empty but for the
/// marks where nothing was posted.
[[nodiscard]] std::string postings_html(const ReportedPostings& postings);

/// Members to put at the end of an object, which document_with() finds again: "postings_all", and
/// the array "postings", the very last one.
[[nodiscard]] std::string postings_members(const ReportedPostings& postings);

/// The page, or the JSON document, that was written with other postings, with these. `invalid` for
/// what has no place for them: an older version wrote it.
[[nodiscard]] Result<std::string> page_with(std::string_view page,
                                            const ReportedPostings& postings);
[[nodiscard]] Result<std::string> document_with(std::string_view json,
                                                const ReportedPostings& postings);

}  // namespace daybook::recon
