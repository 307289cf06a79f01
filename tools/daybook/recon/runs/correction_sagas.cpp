#include "tools/daybook/recon/runs/correction_sagas.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/model/legs_hash.hpp"
#include "engine/saga/saga_payload.hpp"
#include "net/client/sagas.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/recon/runs/posted_corrections.hpp"
#include "tools/daybook/recon/runs/saga_end.hpp"
#include "tools/daybook/saga/saga_source.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/status_advice.hpp"

namespace daybook::recon {
namespace {

/// Reads sagas, and keeps the definitions that it has read.
class SagaReader {
 public:
  explicit SagaReader(EngineRuns& engine) : engine_{engine} {}

  Result<void, Trouble> read(CorrectionSaga& into) {
    const auto everything = see_everything(engine_.client());
    if (!everything) return everything.error();
    const auto found = fetch_saga(engine_.client(), everything.value(), into.call.id, known_);
    if (!found) {
      // Of one that is not there it is said so; else nothing is known.
      return found.error().code == exit_code::no ? Result<void, Trouble>{} : found.error();
    }
    const FoundSaga& saga = found.value();
    keep(saga.definition);
    const SagaDefinition& definition = *saga.definition.definition;
    const auto started = read_started(saga.events.front().payload);
    const auto payload = start_payload(into.call);
    if (!payload) return trouble(payload.error());
    into.is_ours = started && std::ranges::equal(saga.events.front().payload, payload.value());
    into.status = saga.history->progress().head.status;
    if (!into.is_ours) {
      into.words = "its id is taken by a saga that was started otherwise";
      return {};
    }
    into.words = state_in_words(definition, *saga.history);
    into.transfers = transfers_made(definition, *saga.history, saga.id);
    return {};
  }

 private:
  void keep(const FoundDefinition& definition) {
    const bool is_known =
        std::any_of(known_.begin(), known_.end(), [&](const FoundDefinition& each) {
          return each.definition->hash == definition.definition->hash;
        });
    if (!is_known) known_.push_back(definition);
  }

  EngineRuns& engine_;
  std::vector<FoundDefinition> known_;
};

/// Brings sagas of corrections to their ends.
class Settlement {
 public:
  Settlement(EngineRuns& engine, Speaker speaker)
      : engine_{engine}, speaker_{speaker}, reader_{engine} {}

  Result<SettledSagas, Trouble> settle(std::vector<CorrectionSaga> sagas) {
    for (CorrectionSaga& each : sagas) {
      if (each.status == SagaStatus::none) {
        if (auto started = start(each); !started) return started.error();
      }
      if (auto ended = end(each); !ended) return ended.error();
    }
    settled_.sagas = std::move(sagas);
    if (has_told_) {
      if (auto read = engine_.refresh(); !read) return read.error();
    }
    return std::move(settled_);
  }

 private:
  [[nodiscard]] const DifferenceRow& row_of(const CorrectionSaga& saga) const {
    return *engine_.book().rows().find_difference(saga.difference);
  }

  Result<void, Trouble> start(CorrectionSaga& saga) {
    const auto payload = start_payload(saga.call);
    if (!payload) return trouble(payload.error());
    // The same whoever starts it, so that a repeat is one.
    OperationAttributes attributes;
    attributes.business_id = BusinessId{saga.difference};
    attributes.trace_id = TraceId{row_of(saga).run_id};
    EventList events;
    add_saga_start(events, saga.call.id, payload.value(), attributes);
    const auto answer = settled(engine_.client().start_corrections(events, attributes));
    if (!answer) return answer.error();
    if (answer.value().refusals.empty()) ++settled_.started;
    if (auto read = reader_.read(saga); !read) return read;
    if (saga.status != SagaStatus::none || answer.value().refusals.empty()) return {};
    const AppendEventStatus status{answer.value().refusals.front().status};
    saga.is_refused = !may_yet_be(status);
    if (saga.is_refused) saga.words = to_string(status);
    settled_.refused.push_back(fmt::format("saga {} of difference {} could not be started: {}: {}",
                                           format_id(saga.call.id), format_id(saga.difference),
                                           to_string(status), advice(status)));
    return {};
  }

  /// There may be room later; or somebody else has just settled it.
  static bool may_yet_be(AppendEventStatus status) {
    return status == AppendEventStatus::too_many_sagas ||
           status == AppendEventStatus::difference_illegal_transition;
  }

  Result<void, Trouble> end(const CorrectionSaga& saga) {
    if (saga.is_ours && !saga.is_refused && !is_end(saga.status)) {
      ++(saga.status == SagaStatus::stuck ? settled_.stuck : settled_.under_way);
      return {};
    }
    const bool is_done = saga.is_ours && saga.status == SagaStatus::completed;
    const DifferenceRow& row = row_of(saga);
    const Command act = is_done ? Command::correction_post : Command::correction_fail;
    RunCommand command{.command = act,
                       .aggregate_id = saga.difference,
                       .details = {},
                       .text = saga_end_text({.saga = saga.call.id,
                                              .status = std::string{saga.state()},
                                              .why = saga.words,
                                              .transfers = saga.transfers}),
                       .run_id = row.run_id,
                       // Of this proposal, and of no other one of the difference.
                       .id = creation_id(act, saga.difference, row.legs_hash)};
    if (is_done) command.details.subject_id = row.legs_hash;
    const auto told = tell(command);
    if (!told) return told.error();
    ++(is_done ? settled_.posted : settled_.failed);
    return {};
  }

  Result<void, Trouble> tell(const RunCommand& command) {
    has_told_ = true;
    const auto answer = speaker_ == Speaker::checker
                            ? engine_.review(RequestKind::review_corrections, {}, {command})
                            : engine_.tell({command});
    if (!answer) return answer.error();
    if (answer.value().is_done()) return {};
    // Somebody else may have told it first.
    if (auto read = engine_.refresh(); !read) return read;
    const DifferenceRow* const row = engine_.book().rows().find_difference(command.aggregate_id);
    if (row != nullptr && row->state != DifferenceState::approved) return {};
    return answer.value().trouble();
  }

  EngineRuns& engine_;
  Speaker speaker_;
  SagaReader reader_;
  SettledSagas settled_;
  bool has_told_ = false;
};

}  // namespace

std::string CorrectionSaga::name() const { return fmt::format("{}@{}", call.name, call.version); }

std::string_view CorrectionSaga::state() const {
  return status == SagaStatus::none ? "not started" : to_string(status);
}

std::string CorrectionSaga::json() const {
  return JsonObject{}
      .id("difference", difference)
      .id("saga", call.id)
      .text("definition", name())
      .text("state", state())
      .text("words", words)
      .str();
}

std::string SettledSagas::json() const {
  std::vector<std::string> items;
  for (const CorrectionSaga& each : sagas) items.push_back(each.json());
  return JsonObject{}
      .count("started", started)
      .count("posted", posted)
      .count("failed", failed)
      .count("under_way", under_way)
      .count("stuck", stuck)
      .raw("sagas", json_array(items))
      .str();
}

std::string SettledSagas::words() const {
  return fmt::format("sagas: {} started, {} posted, {} failed, {} under way, {} stuck", started,
                     posted, failed, under_way, stuck);
}

Result<std::vector<CorrectionSaga>, Trouble> look_at_sagas(EngineRuns& engine,
                                                           const Uint128& reconciliation) {
  std::vector<CorrectionSaga> sagas;
  SagaReader reader{engine};
  const RunBook& book = engine.book();
  for (const DifferenceRow& row : book.rows().differences().all()) {
    if (row.state != DifferenceState::approved) continue;
    const bool is_asked = reconciliation.is_zero() ||
                          book.rows().find_run(row.run_id)->reconciliation_id == reconciliation;
    if (!is_asked) continue;
    const auto correction = proposed_correction(book, row);
    if (!correction) return trouble(correction.error());
    if (!correction.value().saga) continue;
    CorrectionSaga saga{
        .difference = row.id, .call = *correction.value().saga, .words = {}, .transfers = {}};
    if (auto read = reader.read(saga); !read) return read.error();
    sagas.push_back(std::move(saga));
  }
  return sagas;
}

Result<SettledSagas, Trouble> settle_sagas(EngineRuns& engine, const Uint128& reconciliation,
                                           Speaker speaker) {
  auto sagas = look_at_sagas(engine, reconciliation);
  if (!sagas) return sagas.error();
  return Settlement{engine, speaker}.settle(std::move(sagas).value());
}

}  // namespace daybook::recon
