#include "tools/daybook/recon/runs/run_proposals.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "engine/model/legs_hash.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/definition/correction_text.hpp"
#include "tools/daybook/recon/definition/definition_file.hpp"
#include "tools/daybook/recon/journal_origins.hpp"
#include "tools/daybook/recon/runs/posted_corrections.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook::recon {
namespace {

/// In one request: each is up to 2 KiB, and a request up to 1.5 MiB.
constexpr std::size_t proposals_at_once = 400;

bool waits(const RunBook& book, const Uint128& difference, const Uint128& run) {
  const DifferenceRow* const row = book.rows().find_difference(difference);
  return row != nullptr && row->state == DifferenceState::proposed && row->run_id == run;
}

/// The revision that a proposal has or would have; 0 where there is none to make.
std::uint32_t revision_of(const RunBook& book, const Uint128& difference, const RunPlan& plan) {
  const DifferenceRow* const row = book.rows().find_difference(difference);
  if (row == nullptr) return 1;
  const bool is_of_run = row->run_id == plan.id;
  if (waits(book, difference, plan.id)) return row->revision;
  const bool is_closed =
      row->state == DifferenceState::accepted || row->state == DifferenceState::force_closed ||
      row->state == DifferenceState::approved ||
      (row->state == DifferenceState::posted && (is_of_run || row->posted_at > plan.cut.value()));
  const bool is_somebodys = is_of_run && row->state != DifferenceState::open;
  return is_closed || is_somebodys ? 0 : row->revision + 1U;
}

}  // namespace

Result<PostingSagas, Trouble> RunProposals::fetch_sagas(EngineRuns& engine) const {
  std::set<Code> codes;
  for (const FoundDifference& each : listener_.found()) {
    codes.insert(primary_of(each.difference.codes));
  }
  auto sagas = PostingSagas::fetch(engine, plan_.definition, codes);
  if (!sagas) return sagas.error();
  for (const std::string& fault : sagas.value().faults()) {
    complain(fmt::format("no correction is proposed: {}", fault));
  }
  return sagas;
}

Result<void, Trouble> RunProposals::make(EngineRuns& engine) {
  JournalOrigins::Wanted wanted;
  for (const FoundDifference& each : listener_.found()) {
    if (each.difference.has_a) {
      wanted.sequences.push_back(each.difference.a.offset());
    } else {
      wanted.keys.push_back(each.difference.b.key);
    }
  }
  const auto origins = JournalOrigins::read(*plan_.plan.journals[0], wanted);
  if (!origins) return trouble(origins.error());
  const auto sagas = fetch_sagas(engine);
  if (!sagas) return sagas.error();
  for (const FoundDifference& each : listener_.found()) {
    const std::uint32_t revision = revision_of(engine.book(), each.id, plan_);
    if (revision == 0) continue;
    const Difference& difference = each.difference;
    const Record& record = difference.has_a ? difference.a : difference.b;
    if (record.currency != plan_.plan.journals[0]->currency) continue;  // Somebody's business.
    DifferenceContext context{.difference = difference,
                              .reference = each.reference,
                              .scale = listener_.scale_of(record.currency),
                              .ledger_scale = plan_.plan.journals[0]->scale,
                              .origin = std::nullopt,
                              .time_ns = plan_.begins_ns,
                              .saga = sagas.value().find(primary_of(difference.codes))};
    const Transfer* const origin = difference.has_a ? origins.value().at(difference.a.offset())
                                                    : origins.value().payment_of(difference.b.key);
    if (origin != nullptr) {
      context.origin =
          RecordOrigin{*origin, difference.has_a && difference.a.status() == RecordStatus::open};
    }
    auto correction = propose(plan_.definition, context);
    if (!correction) continue;
    // What was carried here is of an earlier day; a record of the ledger for it is of this one.
    correction->time_ns = std::max(correction->time_ns, plan_.since_ns);
    name_legs(*correction, each.id, revision);
    proposals_.push_back(
        {each.id, std::move(*correction), waits(engine.book(), each.id, plan_.id)});
  }
  return {};
}

RunCommand RunProposals::command_of(const Proposal& proposal) const {
  const Correction& correction = proposal.correction;
  return {.command = Command::correction_propose,
          .aggregate_id = proposal.id,
          .details = {.subject_id = posting_hash(correction),
                      .amount = Amount{Uint128{correction.amount}},
                      .transfer_id = {},
                      .quantity = static_cast<std::uint64_t>(correction.code),
                      .ledger = plan_.definition.ledger,
                      .flags = correction.saga ? command_flag::starts_saga : std::uint16_t{0}},
          .text = correction_text(correction),
          .run_id = plan_.id,
          .id = {}};
}

Result<void, Trouble> RunProposals::post_automatic(EngineRuns& engine,
                                                   const Proposal& proposal) const {
  const auto& legs = proposal.correction.legs;
  const auto answer =
      engine.review(RequestKind::post_automatically, legs,
                    {{.command = Command::correction_approve,
                      .aggregate_id = proposal.id,
                      .details = {.subject_id = legs_hash(legs), .flags = command_flag::automatic},
                      .text = "within the limit of automatic approvals",
                      .run_id = plan_.id,
                      .id = {}}});
  if (!answer) return answer.error();
  if (answer.value().is_done()) return {};
  if (!answer.value().of_leg) return answer.value().trouble();
  return engine.expect({{.command = Command::correction_fail,
                         .aggregate_id = proposal.id,
                         .details = {},
                         .text = answer.value().name(),
                         .run_id = plan_.id,
                         .id = make_random_id()}});
}

Result<void, Trouble> RunProposals::send(EngineRuns& engine) const {
  std::vector<RunCommand> commands;
  for (std::size_t at = 0; at < proposals_.size(); ++at) {
    if (!proposals_[at].is_made) commands.push_back(command_of(proposals_[at]));
    if (commands.size() < proposals_at_once && at + 1 < proposals_.size()) continue;
    if (commands.empty()) break;
    if (auto told = engine.expect(commands); !told) return told.error();
    commands.clear();
  }
  for (const Proposal& each : proposals_) {
    if (!each.correction.is_automatic) continue;
    if (auto posted = post_automatic(engine, each); !posted) return posted.error();
  }
  return {};
}

}  // namespace daybook::recon
