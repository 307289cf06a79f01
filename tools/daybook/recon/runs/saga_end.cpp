#include "tools/daybook/recon/runs/saga_end.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/base/utf8.hpp"
#include "engine/saga/saga_payload.hpp"
#include "tools/daybook/recon/definition/correction_saga.hpp"
#include "tools/daybook/recon/definition/json_walk.hpp"

namespace daybook::recon {
namespace {

using Json = nlohmann::json;
using Path = const std::string&;

constexpr std::size_t why_bytes_max = 512;
/// A step's transfer, and what took it back.
constexpr std::size_t transfers_max = 2 * limits::correction_saga_moves_max;

/// The last thing that did not go well with a step.
const SagaMoment* last_failure(const SagaHistory& history) {
  const auto moments = history.moments();
  const auto found = std::find_if(moments.rbegin(), moments.rend(),
                                  [](const SagaMoment& each) { return each.went_wrong; });
  return found == moments.rend() ? nullptr : &*found;
}

std::string failure_text(const SagaDefinition& definition, const SagaHistory& history) {
  const SagaMoment* const failure = last_failure(history);
  if (failure == nullptr) return {};
  return fmt::format("{}: {}", definition.steps[failure->step].id, failure->what);
}

/// What participants say may be anything.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char each) { return each < ' '; }, ' ');
  text.resize(std::min(text.size(), why_bytes_max));
  while (!is_printable_utf8(text)) text.pop_back();  // A character that was cut.
  return text;
}

std::string joined(std::string_view first, const std::string& second) {
  if (first.empty() || second.empty()) return std::string{first} + second;
  return fmt::format("{}; {}", first, second);
}

}  // namespace

std::string saga_end_text(const SagaEnd& end) {
  Json transfers = Json::array();
  for (const TransferId id : end.transfers) transfers.push_back(to_hex(id.value()));
  return Json{{"saga", to_hex(end.saga)},
              {"status", end.status},
              {"why", printable(end.why)},
              {"transfers", std::move(transfers)}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<SagaEnd> read_saga_end(std::string_view text) {
  JsonWalk walk;
  SagaEnd end;
  const auto id_of_text = [&](const Json& value, Path path) {
    const auto digits = walk.text(value, path, 32);
    const auto id = digits ? parse_hex128(*digits) : std::nullopt;
    if (digits && !id) walk.fault(path, "it should have 32 hexadecimal digits");
    return id.value_or(Uint128{});
  };
  const auto document = walk.parse(text, false);
  if (document) {
    walk.members(*document, "", [&](const std::string& name, const Json& value, Path path) {
      if (name == "saga") {
        end.saga = id_of_text(value, path);
      } else if (name == "status") {
        end.status = walk.text(value, path, why_bytes_max).value_or("");
      } else if (name == "why") {
        const bool is_none = value.is_string() && value.get<std::string>().empty();
        if (!is_none) end.why = walk.text(value, path, why_bytes_max).value_or("");
      } else if (name == "transfers") {
        if (!walk.is_list(value, path, transfers_max)) return true;
        for (const Json& each : value) end.transfers.emplace_back(id_of_text(each, path));
      } else {
        return false;
      }
      return true;
    });
    for (const char* const needed : {"saga", "status", "why", "transfers"}) {
      if (!document->contains(needed)) walk.fault("", fmt::format("it needs '{}'", needed));
    }
  }
  if (walk.faults().empty()) return end;
  return Failure{FailureKind::invalid, "the end of a saga: " + faults_text(walk.faults())};
}

std::vector<TransferId> transfers_made(const SagaDefinition& definition, const SagaHistory& history,
                                       const Uint128& saga) {
  std::vector<TransferId> made;
  std::vector<TransferId> undone;
  for (std::size_t at = 0; at < definition.steps.size(); ++at) {
    const SagaStep& step = definition.steps[at];
    if (step.kind > StepKind::ledger_release || history.outputs(at).empty()) continue;
    made.emplace_back(value_at(step.outputs, history.outputs(at), 0).id);
    const StepProgress& progress = history.progress().steps[at];
    if (progress.compensation != CompensationState::succeeded) continue;
    undone.emplace_back(saga_made_id(saga, static_cast<std::uint32_t>(at), SagaOperation::undo,
                                     progress.undo.round, 0));
  }
  made.insert(made.end(), undone.begin(), undone.end());
  return made;
}

std::string state_in_words(const SagaDefinition& definition, const SagaHistory& history) {
  const SagaHead& head = history.progress().head;
  if (head.status == SagaStatus::completed) return {};
  if (head.status == SagaStatus::stuck) {
    return joined(in_words(head.stuck), failure_text(definition, history));
  }
  if (is_end(head.status) || head.status == SagaStatus::compensating) {
    return joined(in_words(head.abort), failure_text(definition, history));
  }
  std::string words;
  for (const SagaWait& wait : waits_of(definition, history.progress())) {
    const std::string step =
        wait.step == no_step ? std::string{} : definition.steps[wait.step].id + ": ";
    words = joined(words, step + wait.why);
  }
  return words;
}

}  // namespace daybook::recon
