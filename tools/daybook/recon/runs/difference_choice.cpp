#include "tools/daybook/recon/runs/difference_choice.hpp"

#include <fmt/format.h>

#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/recon/definition/action.hpp"
#include "tools/daybook/recon/watched_file.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook::recon {

Result<ChosenDifferences> ChosenDifferences::of(const DifferenceChoice& choice) {
  ChosenDifferences chosen;
  for (const std::string& text : choice.differences) {
    const auto id = parse_id(text);
    if (!id) return Failure{FailureKind::invalid, fmt::format("--difference: {}", id.error().what)};
    chosen.ids_.insert(id.value());
  }
  for (const std::string& text : choice.codes) {
    const auto code = code_of(text);
    if (!code) {
      return Failure{FailureKind::invalid,
                     fmt::format("--code '{}': there is no such difference; b_only is one", text)};
    }
    chosen.codes_.insert(*code);
  }
  chosen.state_ = choice.state;
  for (auto state = static_cast<int>(DifferenceState::open);
       state <= static_cast<int>(DifferenceState::approved); ++state) {
    if (to_string(DifferenceState{static_cast<std::uint8_t>(state)}) == choice.state) return chosen;
  }
  if (choice.state.empty()) return chosen;
  return Failure{FailureKind::invalid,
                 fmt::format("--state '{}': open, assigned, proposed, approved, posted, "
                             "accepted, force_closed, rejected or failed",
                             choice.state)};
}

bool ChosenDifferences::has(const Uint128& id, Code code, std::string_view state) const {
  if (ids_.contains(id)) seen_.insert(id);
  return (ids_.empty() || ids_.contains(id)) && (codes_.empty() || codes_.contains(code)) &&
         (state_.empty() || state_ == state);
}

std::vector<Uint128> ChosenDifferences::missing() const {
  std::vector<Uint128> missing;
  for (const Uint128& id : ids_) {
    if (!seen_.contains(id)) missing.push_back(id);
  }
  return missing;
}

std::string_view state_of(const RunBook& book, const Uint128& difference) {
  const DifferenceRow* const row = book.rows().find_difference(difference);
  return to_string(row == nullptr ? DifferenceState::open : row->state);
}

Result<RunDirectory, Trouble> directory_of(const RunBook& book, const ReconciliationRun& run) {
  const std::string kept = book.header_member(run, "kept");
  if (!kept.empty()) return RunDirectory{kept};
  return Trouble{exit_code::failed, "the run does not say where its result is kept"};
}

Result<std::filesystem::path, Trouble> differences_of(const RunBook& book,
                                                      const ReconciliationRun& run) {
  if (run.reached < RunState::proved) {
    return Trouble{exit_code::no,
                   fmt::format("the run is {} and has no result yet", to_string(run.state))};
  }
  const auto directory = directory_of(book, run);
  if (!directory) return directory.error();
  const std::filesystem::path path = directory.value().differences();
  const auto file = WatchedFile::open(path);
  if (!file) {
    return Trouble{exit_code::failed,
                   fmt::format("{}; the result is kept on the machine on which the run was made",
                               file.error().what)};
  }
  const auto hash = file.value().sha256_of({});
  if (!hash) return trouble(hash.error());
  if (hash.value() == book.summary_member(run, "differences_sha256")) return path;
  return Trouble{
      exit_code::failed,
      fmt::format("{}: it is not what the run has found: it was changed", path.string())};
}

}  // namespace daybook::recon
