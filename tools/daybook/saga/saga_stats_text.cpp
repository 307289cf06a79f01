#include "tools/daybook/saga/saga_stats_text.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/rate_text.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

constexpr auto right = Table::Align::right;
constexpr double ns_per_second = 1e9;
constexpr std::uint32_t p50 = 50'000;
constexpr std::uint32_t p99 = 99'000;

std::string label_of(const DefinitionStatistics& of) {
  return fmt::format("{}@{}", of.definition->name, of.definition->version);
}

double seconds_of(std::uint64_t ns) { return static_cast<double>(ns) / ns_per_second; }

/// No number where there is none.
double seconds_at(const Durations& durations, std::uint32_t per_100_000) {
  return durations.count() == 0 ? std::numeric_limits<double>::quiet_NaN()
                                : seconds_of(durations.percentile(per_100_000));
}

std::string time_text_of(const Durations& durations, std::uint32_t per_100_000) {
  return durations.count() == 0 ? ""
                                : format_seconds(seconds_of(durations.percentile(per_100_000)));
}

std::uint64_t of(const std::array<std::uint64_t, step_outcome_count>& outcomes,
                 StepOutcome outcome) {
  return outcomes[static_cast<std::size_t>(outcome)];
}

std::string count_or_nothing(std::uint64_t count) { return count == 0 ? "" : format_count(count); }

Table saga_rows(const SagaFigures& figures) {
  Table table{{{"definition"},
               {"started", right},
               {"running", right},
               {"compensating", right},
               {"stuck", right},
               {"completed", right},
               {"compensated", right},
               {"closed", right},
               {"p50", right},
               {"p99", right},
               {"stuck since"}}};
  for (const DefinitionStatistics& each : figures.definitions) {
    std::vector<std::string> cells{label_of(each), format_count(each.started)};
    for (auto status = SagaStatus::running; status <= SagaStatus::closed_manual;
         status = static_cast<SagaStatus>(static_cast<unsigned>(status) + 1)) {
      cells.push_back(count_or_nothing(each.sagas[static_cast<std::size_t>(status)]));
    }
    cells.push_back(time_text_of(each.duration, p50));
    cells.push_back(time_text_of(each.duration, p99));
    cells.push_back(each.stuck_since == Timestamp{} ? "" : format_time(each.stuck_since));
    table.add(std::move(cells));
  }
  return table;
}

Table step_rows(const SagaFigures& figures) {
  Table table{{{"definition"},
               {"step"},
               {"attempts", right},
               {"succeeded", right},
               {"failed", right},
               {"to retry", right},
               {"unknown", right},
               {"leases over", right},
               {"undone", right},
               {"nothing to undo", right},
               {"undo refused", right},
               {"p50", right},
               {"p99", right}}};
  for (const DefinitionStatistics& each : figures.definitions) {
    for (std::size_t at = 0; at < each.steps.size(); ++at) {
      const StepStatistics& step = each.steps[at];
      table.add({label_of(each), each.definition->steps[at].id, count_or_nothing(step.attempts),
                 count_or_nothing(of(step.outcomes, StepOutcome::succeeded)),
                 count_or_nothing(of(step.outcomes, StepOutcome::failed)),
                 count_or_nothing(of(step.outcomes, StepOutcome::retry_later)),
                 count_or_nothing(of(step.outcomes, StepOutcome::unknown)),
                 count_or_nothing(step.leases_over),
                 count_or_nothing(of(step.undo_outcomes, StepOutcome::succeeded)),
                 count_or_nothing(of(step.undo_outcomes, StepOutcome::ok_empty)),
                 count_or_nothing(of(step.undo_outcomes, StepOutcome::failed)),
                 time_text_of(step.latency, p50), time_text_of(step.latency, p99)});
    }
  }
  return table;
}

Table refusal_rows(const SagaFigures& figures) {
  Table table{{{"refused"}, {"status"}, {"count", right}}};
  for (const auto& [what, count] : figures.refusals) {
    table.add({std::string{to_string(what.first)}, std::string{what.second}, format_count(count)});
  }
  return table;
}

template <typename Name>
std::string counts_json(const std::array<std::uint64_t, step_outcome_count>& counts,
                        const Name& name) {
  JsonObject object;
  for (std::size_t at = 0; at < counts.size(); ++at) {
    if (counts[at] != 0) object.count(name(at), counts[at]);
  }
  return object.str();
}

std::string_view outcome_name(std::size_t at) { return to_string(static_cast<StepOutcome>(at)); }

std::string durations_json(const Durations& durations) {
  return JsonObject{}
      .count("count", durations.count())
      .real("p50_s", seconds_at(durations, p50))
      .real("p99_s", seconds_at(durations, p99))
      .str();
}

std::string definition_json(const DefinitionStatistics& each) {
  JsonObject sagas;
  for (std::size_t at = 1; at < each.sagas.size(); ++at) {
    sagas.count(to_string(static_cast<SagaStatus>(at)), each.sagas[at]);
  }
  std::vector<std::string> steps;
  for (std::size_t at = 0; at < each.steps.size(); ++at) {
    const StepStatistics& step = each.steps[at];
    steps.push_back(JsonObject{}
                        .text("step", each.definition->steps[at].id)
                        .count("attempts", step.attempts)
                        .count("questions", step.questions)
                        .count("undo_attempts", step.undo_attempts)
                        .count("leases_over", step.leases_over)
                        .raw("outcomes", counts_json(step.outcomes, outcome_name))
                        .raw("undo_outcomes", counts_json(step.undo_outcomes, outcome_name))
                        .raw("latency", durations_json(step.latency))
                        .str());
  }
  JsonObject object;
  object.text("definition", each.definition->name)
      .count("version", each.definition->version)
      .count("started", each.started)
      .count("operator_acts", each.operator_acts)
      .raw("sagas", sagas.str())
      .raw("duration", durations_json(each.duration))
      .raw("steps", json_array(steps));
  if (each.stuck_since != Timestamp{}) object.time("stuck_since", each.stuck_since);
  return object.str();
}

/// One metric after the other, each with its lines.
class Exposition {
 public:
  void begin(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  void line(const std::string& labels, double value, std::string_view suffix = "") {
    text_ += fmt::format("{}{}{{{}}} {}\n", name_, suffix, labels, value);
  }
  void summary(const std::string& labels, const Durations& durations) {
    for (const auto& [quantile, part] : {std::pair{"0.5", p50}, std::pair{"0.99", p99}}) {
      if (durations.count() == 0) break;
      line(fmt::format("{},quantile=\"{}\"", labels, quantile), seconds_at(durations, part));
    }
    line(labels, seconds_of(durations.sum_ns()), "_sum");
    line(labels, static_cast<double>(durations.count()), "_count");
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string_view name_;
  std::string text_;
};

std::string label(std::string_view name, std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c == '\n' ? std::string{"\\n"} : std::string{c};
  }
  return fmt::format("{}=\"{}\"", name, escaped);
}

std::string labels_of(const DefinitionStatistics& each) {
  return fmt::format("{},version=\"{}\"", label("definition", each.definition->name),
                     each.definition->version);
}

void expose_sagas(const SagaFigures& figures, Exposition& into) {
  into.begin("daybook_sagas", "gauge", "Sagas by definition and status.");
  for (const DefinitionStatistics& each : figures.definitions) {
    for (std::size_t at = 1; at < each.sagas.size(); ++at) {
      const auto status = label("status", to_string(static_cast<SagaStatus>(at)));
      into.line(labels_of(each) + "," + status, static_cast<double>(each.sagas[at]));
    }
  }
  into.begin("daybook_saga_stuck_since_seconds", "gauge",
             "When the saga got stuck that is stuck longest, seconds since 1970.");
  for (const DefinitionStatistics& each : figures.definitions) {
    if (each.stuck_since == Timestamp{}) continue;
    into.line(labels_of(each), seconds_of(each.stuck_since.value()));
  }
  into.begin("daybook_sagas_started_total", "counter", "Sagas started.");
  for (const auto& each : figures.definitions) {
    into.line(labels_of(each), static_cast<double>(each.started));
  }
  into.begin("daybook_saga_operator_acts_total", "counter", "What operators did to sagas.");
  for (const auto& each : figures.definitions) {
    into.line(labels_of(each), static_cast<double>(each.operator_acts));
  }
  into.begin("daybook_saga_seconds", "summary", "From the start of a saga to its end.");
  for (const auto& each : figures.definitions) into.summary(labels_of(each), each.duration);
}

template <typename Use>
void for_each_step(const SagaFigures& figures, const Use& use) {
  for (const DefinitionStatistics& each : figures.definitions) {
    for (std::size_t at = 0; at < each.steps.size(); ++at) {
      use(labels_of(each) + "," + label("step", each.definition->steps[at].id), each.steps[at]);
    }
  }
}

void expose_outcomes(const SagaFigures& figures, std::string_view name, std::string_view help,
                     std::array<std::uint64_t, step_outcome_count> StepStatistics::*which,
                     Exposition& into) {
  into.begin(name, "counter", help);
  for_each_step(figures, [&](const std::string& labels, const StepStatistics& step) {
    for (std::size_t at = 0; at < step_outcome_count; ++at) {
      if ((step.*which)[at] == 0) continue;
      into.line(labels + "," + label("outcome", outcome_name(at)),
                static_cast<double>((step.*which)[at]));
    }
  });
}

void expose_steps(const SagaFigures& figures, Exposition& into) {
  const auto count = [&](std::string_view name, std::string_view help,
                         std::uint64_t StepStatistics::*which) {
    into.begin(name, "counter", help);
    for_each_step(figures, [&](const std::string& labels, const StepStatistics& step) {
      into.line(labels, static_cast<double>(step.*which));
    });
  };
  count("daybook_saga_step_attempts_total", "Steps sent to a participant or done here.",
        &StepStatistics::attempts);
  count("daybook_saga_step_questions_total", "Questions to participants what became of a step.",
        &StepStatistics::questions);
  count("daybook_saga_step_undo_attempts_total", "Undos sent to a participant or done here.",
        &StepStatistics::undo_attempts);
  count("daybook_saga_step_leases_over_total", "Steps that nobody answered in time.",
        &StepStatistics::leases_over);
  expose_outcomes(figures, "daybook_saga_step_outcomes_total", "What became of steps.",
                  &StepStatistics::outcomes, into);
  expose_outcomes(figures, "daybook_saga_step_undo_outcomes_total", "What became of undos.",
                  &StepStatistics::undo_outcomes, into);
  into.begin("daybook_saga_step_seconds", "summary",
             "From sending a step to a participant to its answer.");
  for_each_step(figures, [&](const std::string& labels, const StepStatistics& step) {
    if (step.latency.count() != 0) into.summary(labels, step.latency);
  });
}

}  // namespace

std::string saga_stats_text(const SagaFigures& figures) {
  std::string text = figures.definitions.empty() ? "No definition is stored.\n" : "";
  if (!figures.definitions.empty()) {
    text += saga_rows(figures).text() + "\n" + step_rows(figures).text();
  }
  if (!figures.refusals.empty()) text += "\n" + refusal_rows(figures).text();
  return text;
}

std::string saga_stats_json(const SagaFigures& figures) {
  std::vector<std::string> definitions;
  for (const auto& each : figures.definitions) definitions.push_back(definition_json(each));
  std::vector<std::string> refusals;
  for (const auto& [what, count] : figures.refusals) {
    refusals.push_back(JsonObject{}
                           .text("request", to_string(what.first))
                           .text("status", what.second)
                           .count("count", count)
                           .str());
  }
  return JsonObject{}
      .raw("definitions", json_array(definitions))
      .raw("refusals", json_array(refusals))
      .str();
}

std::string saga_stats_prometheus(const SagaFigures& figures) {
  Exposition exposition;
  expose_sagas(figures, exposition);
  expose_steps(figures, exposition);
  exposition.begin("daybook_refusals_total", "counter",
                   "What was asked of sagas and transactions and refused.");
  for (const auto& [what, count] : figures.refusals) {
    exposition.line(label("request", to_string(what.first)) + "," + label("status", what.second),
                    static_cast<double>(count));
  }
  return exposition.take();
}

}  // namespace daybook
