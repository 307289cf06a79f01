#include "tools/daybook/recon/runs/run_postings.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "engine/model/operation_log.hpp"
#include "net/server/identity.hpp"
#include "storage/file/file.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/recon/definition/correction_text.hpp"
#include "tools/daybook/recon/definition/definition_file.hpp"
#include "tools/daybook/recon/report/report_files.hpp"
#include "tools/daybook/recon/runs/correction_sagas.hpp"
#include "tools/daybook/recon/runs/difference_choice.hpp"
#include "tools/daybook/recon/runs/saga_end.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook::recon {
namespace {

/// What the engine calls by a hash, as people call it.
class PrincipalNames {
 public:
  PrincipalNames(const std::string& data, const std::string& own) {
    add("local");
    if (!own.empty()) add(own);
    std::error_code error;
    if (data.empty() || !std::filesystem::is_directory(data, error)) return;
    // Somebody who may not read it sees numbers.
    const auto identities = IdentityFile::open(data);
    if (!identities) return;
    for (const Identity& each : identities.value()->list()) add(each.name);
  }

  [[nodiscard]] std::string of(PrincipalId id) const {
    const auto found = names_.find(id.value());
    return found == names_.end() ? format_id(id.value()) : found->second;
  }

 private:
  void add(const std::string& name) { names_.emplace(id_of(name), name); }

  std::map<Uint128, std::string> names_;
};

/// Finds the operations that events came with.
class OperationFinder {
 public:
  explicit OperationFinder(EngineRuns& engine) : engine_{engine} {}

  /// The one of which the fact at `sequence` is.
  Result<Operation, Trouble> at(Sequence sequence) {
    const auto next = known_.upper_bound(sequence.value());
    if (next != known_.begin()) {
      const auto& [first, operation] = *std::prev(next);
      if (sequence.value() - first <= operation.created_count) return operation;
    }
    OperationFilter filter;
    filter.sequence_max = sequence.value();
    filter.limit = 1;
    filter.flags = operation_flag::newest_first;
    QueryOptions options;
    options.min_sequence = std::max(engine_.read_to(), sequence);
    for (bool more = true; more;) {
      const auto page = settled(engine_.client().query_operations(filter, options));
      if (!page) return page.error();
      if (!page.value().items.empty()) {
        const LoggedOperation& found = page.value().items.front();
        known_[found.sequence.value()] = found.view.operation;
        return found.view.operation;
      }
      more = page.value().more;
      filter.cursor = page.value().cursor;
      filter.skip = page.value().skip;
    }
    return Trouble{exit_code::failed,
                   fmt::format("there is no operation at sequence {}", sequence.value())};
  }

 private:
  EngineRuns& engine_;
  std::map<std::uint64_t, Operation> known_;  ///< By the sequence of its record.
};

struct Posted {
  const DifferenceRow* row = nullptr;
  const ApprovedText* text = nullptr;
};

/// Sagas under way by the difference.
using SagasUnderWay = std::map<Uint128, CorrectionSaga>;

/// Of the run's business day, in the order in which they were approved.
std::vector<Posted> posted_for(const RunBook& book, const ReconciliationRun& run) {
  std::vector<Posted> all;
  for (const DifferenceRow& row : book.rows().differences().all()) {
    for (const ApprovedText& text : book.texts_of(row).approved) {
      const ReconciliationRun* const of = book.rows().find_run(text.run_id);
      const bool is_of_day =
          of != nullptr && of->reconciliation_id == run.reconciliation_id && of->day == run.day;
      if (is_of_day) all.push_back({&row, &text});
    }
  }
  std::sort(all.begin(), all.end(), [](const Posted& a, const Posted& b) {
    return std::tuple{a.text->approved, a.row->id} < std::tuple{b.text->approved, b.row->id};
  });
  return all;
}

Result<SagasUnderWay, Trouble> sagas_under_way(EngineRuns& engine, const ReconciliationRun& run) {
  auto sagas = look_at_sagas(engine, run.reconciliation_id);
  if (!sagas) return sagas.error();
  SagasUnderWay found;
  for (CorrectionSaga& each : sagas.value()) found.emplace(each.difference, std::move(each));
  return found;
}

std::string in_state(std::string_view state, const std::string& words) {
  return words.empty() ? std::string{state} : fmt::format("{}: {}", state, words);
}

/// How the saga is doing, or how it ended, and what it made.
Result<void> show_saga(const SagaCall& call, const Posted& posted, const SagasUnderWay& sagas,
                       ReportedPosting& into) {
  into.saga = format_id(call.id);
  into.action = fmt::format("saga {}@{}", call.name, call.version);
  std::vector<TransferId> made;
  if (posted.text->is_under_way()) {
    const auto found = sagas.find(posted.row->id);
    into.state = "under way";
    if (found != sagas.end()) {
      into.state = in_state(found->second.state(), found->second.words);
      made = found->second.transfers;
    }
  } else {
    const auto end = read_saga_end(posted.text->end);
    if (!end) return end.error();
    into.state = posted.text->is_posted ? "posted" : in_state(end.value().status, end.value().why);
    made = end.value().transfers;
  }
  for (const TransferId id : made) into.transfers.push_back(format_id(id.value()));
  return {};
}

Result<ReportedPosting, Trouble> posting_of(EngineRuns& engine, OperationFinder& operations,
                                            const PrincipalNames& names, const Posted& posted,
                                            const SagasUnderWay& sagas) {
  auto correction = read_correction_text(posted.text->correction);
  if (!correction) return trouble(correction.error());
  name_legs(correction.value(), posted.row->id, posted.text->revision);
  const auto proposal = operations.at(posted.text->proposed);
  if (!proposal) return proposal.error();
  const auto approval = operations.at(posted.text->approved);
  if (!approval) return approval.error();
  const bool is_automatic = approval.value().kind == RequestKind::post_automatically;
  const Correction& made = correction.value();
  ReportedPosting posting{
      .difference = format_id(posted.row->id),
      .run = format_id(posted.text->run_id),
      .code = std::string{to_string(made.code)},
      .action = std::string{to_string(made.action)},
      .reference = made.reference,
      .amount = engine.ledgers().format(posted.row->ledger, Amount{Uint128{made.amount}}),
      .currency = currency_text(made.currency),
      .maker = names.of(proposal.value().principal),
      .checker = is_automatic ? std::string{} : names.of(approval.value().principal),
      .is_automatic = is_automatic,
      .at = posted.text->at,
      .reason = posted.text->reason,
      .transfers = {},
      .saga = {},
      .state = "posted"};
  if (made.saga) {
    if (auto shown = show_saga(*made.saga, posted, sagas, posting); !shown) {
      return trouble(shown.error());
    }
  }
  for (const Transfer& leg : made.legs) posting.transfers.push_back(format_id(leg.id.value()));
  return posting;
}

Result<std::string, Trouble> text_of(const std::filesystem::path& path) {
  std::ifstream input{path, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{input}, {}};
  if (input.is_open()) return text;
  return Trouble{exit_code::failed,
                 fmt::format("{}: it cannot be read: the run's result is kept on the machine on "
                             "which it ran",
                             path.string())};
}

}  // namespace

Result<ReportedPostings, Trouble> postings_of(EngineRuns& engine, const ReconciliationRun& run) {
  const RunBook& book = engine.book();
  const std::vector<Posted> all = posted_for(book, run);
  ReportedPostings postings{.shown = {}, .all = all.size()};
  const PrincipalNames names{book.header_member(run, "data"), engine.client().engine().principal};
  OperationFinder operations{engine};
  const auto sagas = sagas_under_way(engine, run);
  if (!sagas) return sagas.error();
  for (std::size_t i = postings_left_out(all.size()); i < all.size(); ++i) {
    auto posting = posting_of(engine, operations, names, all[i], sagas.value());
    if (!posting) return posting.error();
    postings.shown.push_back(std::move(posting).value());
  }
  return postings;
}

bool has_reports_here(const RunBook& book, const ReconciliationRun& run) {
  const auto directory = directory_of(book, run);
  std::error_code error;
  return directory && std::filesystem::exists(directory.value().page(), error) &&
         std::filesystem::exists(directory.value().report(), error);
}

Result<void, Trouble> renew_reports(EngineRuns& engine, const ReconciliationRun& run,
                                    const std::vector<std::string>& copies) {
  const auto directory = directory_of(engine.book(), run);
  if (!directory) return directory.error();
  const auto page = text_of(directory.value().page());
  if (!page) return page.error();
  const auto document = text_of(directory.value().report());
  if (!document) return document.error();
  const auto postings = postings_of(engine, run);
  if (!postings) return postings.error();
  const auto html = page_with(page.value(), postings.value());
  const auto json = document_with(document.value(), postings.value());
  if (!html || !json) return trouble(html ? json.error() : html.error());
  std::vector<std::string> paths = copies;
  paths.push_back(directory.value().page().string());
  paths.push_back(directory.value().report().string());
  for (const std::string& path : paths) {
    const auto written = write_report(path, html.value(), json.value());
    if (!written) return trouble(written.error());
  }
  return {};
}

}  // namespace daybook::recon
