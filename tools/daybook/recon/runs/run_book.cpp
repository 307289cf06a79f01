#include "tools/daybook/recon/runs/run_book.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/aggregates/aggregate_rules.hpp"

namespace daybook::recon {
namespace {

/// Tags are good for this process only.
constexpr std::uint64_t hash_seed = 0x9e3779b97f4a7c15;

void take_texts(const AskedCommand& asked, RunTexts& texts) {
  const std::string text{asked.read.text};
  const Command command = asked.read.command;
  if (command == Command::run_create) {
    texts.header = text;
    texts.created_at = asked.event.timestamp;
  }
  if (command == Command::run_prove) texts.summary = text;
  if (command == Command::run_review) texts.review = text;
  if (command == Command::run_fail || command == Command::run_cancel) texts.trouble = text;
  texts.changed_at = asked.event.timestamp;
}

/// Empty where the JSON has no text of that name.
std::string text_member(const std::string& json, const char* name) {
  const auto object = nlohmann::json::parse(json, nullptr, false);
  const bool has = object.is_object() && object.contains(name) && object[name].is_string();
  return has ? object[name].get<std::string>() : std::string{};
}

/// The end of a saga; whoever approved it has had the last word where it was posted.
void take_end(const AskedCommand& asked, Sequence sequence, DifferenceTexts& texts) {
  ApprovedText& approved = texts.approved.back();
  approved.is_posted = asked.read.command == Command::correction_post;
  approved.end = asked.read.text;
  approved.ended = sequence;
  if (approved.is_posted) return;
  const std::string why = text_member(approved.end, "why");
  texts.words =
      fmt::format("saga {}{}{}", text_member(approved.end, "status"), why.empty() ? "" : ": ", why);
}

void take_texts(const AskedCommand& asked, Sequence sequence, const DifferenceRow& row,
                DifferenceTexts& texts) {
  const Command command = asked.read.command;
  texts.changed_at = asked.event.timestamp;
  const bool ends = command == Command::correction_post || command == Command::correction_fail;
  if (ends && !texts.approved.empty() && texts.approved.back().is_under_way()) {
    return take_end(asked, sequence, texts);
  }
  const bool is_by_saga = row.state == DifferenceState::approved;
  const bool is_posted = row.state == DifferenceState::posted;
  if (command == Command::correction_approve && (is_by_saga || is_posted)) {
    texts.approved.push_back({.revision = row.revision,
                              .correction = texts.correction,
                              .run_id = row.run_id,
                              .proposed = texts.proposed,
                              .approved = sequence,
                              .at = asked.event.timestamp,
                              .reason = std::string{asked.read.text},
                              .is_posted = is_posted,
                              .is_by_saga = is_by_saga,
                              .end = {},
                              .ended = {}});
  }
  (command == Command::correction_propose ? texts.correction : texts.words) = asked.read.text;
  if (command == Command::correction_propose) texts.proposed = sequence;
}

}  // namespace

RunBook::RunBook() : rows_{1, 1, hash_seed} {}

Result<void> RunBook::fold(const FoundEvent& event) {
  const AggregateRules* const rules = rules_of(event.event.aggregate_type);
  const auto read = read_command(event.event, event.payload);
  if (rules == nullptr || !read) {
    return Failure{FailureKind::invalid,
                   fmt::format("the event at sequence {} is of a kind that this program does not "
                               "know: it may be older than the engine",
                               event.sequence.value())};
  }
  const AskedCommand asked{
      .event = event.event, .read = *read, .principal = {}, .sequence = event.sequence};
  rows_.prepare(1);
  rules->apply(rows_, asked);
  const Uint128& id = event.event.aggregate_id;
  if (read->command == Command::reconciliation_define) definitions_[id] = read->text;
  if (event.event.aggregate_type == reconciliation_run_type()) take_texts(asked, runs_[id]);
  if (event.event.aggregate_type == difference_type()) {
    take_texts(asked, event.sequence, *rows_.find_difference(id), differences_[id]);
  }
  return {};
}

const std::string* RunBook::definition(const Uint128& reconciliation) const {
  const auto found = definitions_.find(reconciliation);
  return found == definitions_.end() ? nullptr : &found->second;
}

const RunTexts& RunBook::texts_of(const ReconciliationRun& run) const { return runs_.at(run.id); }

const DifferenceTexts& RunBook::texts_of(const DifferenceRow& difference) const {
  return differences_.at(difference.id);
}

const ReconciliationRun* RunBook::run_before(const Uint128& reconciliation,
                                             std::uint64_t day) const {
  const ReconciliationRow* const row = rows_.find_reconciliation(reconciliation);
  std::uint64_t at = row == nullptr ? 0 : row->last_day;
  while (const Period* const period = rows_.find_period({reconciliation, at})) {
    if (period->day < day && !period->head.is_zero()) return rows_.find_run(period->head);
    at = period->previous;
  }
  return nullptr;
}

const ReconciliationRun* RunBook::newest_run(const Uint128& reconciliation,
                                             std::uint64_t day) const {
  const ReconciliationRun* newest = nullptr;
  for (const ReconciliationRun& run : rows_.runs().all()) {
    const bool is_of_day = run.reconciliation_id == reconciliation && run.day == day;
    if (is_of_day && run.state != RunState::cancelled) newest = &run;
  }
  return newest;
}

std::string RunBook::header_member(const ReconciliationRun& run, const char* name) const {
  return text_member(texts_of(run).header, name);
}

std::string RunBook::summary_member(const ReconciliationRun& run, const char* name) const {
  return text_member(texts_of(run).summary, name);
}

}  // namespace daybook::recon
