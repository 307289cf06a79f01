#include <fmt/format.h>

#include "engine/saga/definition_draft.hpp"
#include "engine/saga/object_reader.hpp"

namespace daybook {
namespace {

using Kind = DocumentValue::Kind;

constexpr std::uint32_t remote_tries = 10;
constexpr std::uint32_t undo_tries = 20;

constexpr std::string_view hold_timeout_refused =
    "a hold of a saga has no time-out: only the saga settles it";

/// Reads one step.
class StepReader {
 public:
  StepReader(DefinitionDraft& draft, std::size_t at)
      : draft_{draft},
        step_{draft.definition.steps[at]},
        about_{draft.drafts[at]},
        reader_{about_.source, about_.path, draft.faults} {}

  void read();

 private:
  void read_id();
  bool read_kind();
  void read_class();
  void refuse_class(std::string what) { reader_.fault("class", std::move(what)); }
  void check_class();
  void check_undo();
  void read_ledger();
  void read_remote();
  void read_undo();
  void read_wait();
  void read_outputs();
  void read_retry(const DocumentValue* value, const std::string& path, bool is_undo,
                  RetryPolicy& into);

  DefinitionDraft& draft_;
  SagaStep& step_;
  StepDraft& about_;
  ObjectReader reader_;
};

void StepReader::read_id() {
  if (reader_.find("id", Kind::text) == nullptr) {
    if (reader_.find_any("id") == nullptr) reader_.fault("id", "a step needs an id");
    return;
  }
  std::string id = reader_.find("id", Kind::text)->text;
  if (!is_reference_name(id)) {
    reader_.fault("id", fmt::format("an id is a letter, then letters, digits and '_', at most {} "
                                    "in all",
                                    limits::saga_name_bytes_max));
    return;
  }
  if (const std::uint8_t other = find_step(draft_.definition, id); other != no_step) {
    reader_.fault("id", fmt::format("{} has this id too", draft_.drafts[other].path));
    return;
  }
  step_.id = std::move(id);
}

bool StepReader::read_kind() {
  std::string kind;
  if (!reader_.name("kind", kind)) {
    if (reader_.find_any("kind") == nullptr) reader_.fault("kind", "a step needs a kind");
    return false;
  }
  about_.shape = find_shape(kind);
  if (about_.shape == nullptr) {
    std::string known;
    for (const StepShape& shape : all_shapes()) {
      known += fmt::format("{}{}", known.empty() ? "" : ", ", shape.text);
    }
    reader_.fault("kind", fmt::format("'{}' is no kind of step; there are {}", kind, known));
    return false;
  }
  step_.kind_text = about_.shape->text;
  step_.kind = about_.shape->kind;
  step_.command = about_.shape->command;
  step_.undo = about_.shape->undo;
  if (step_.kind == StepKind::remote_try && reader_.find_any("confirms") != nullptr) {
    step_.kind = StepKind::remote_confirm;
    step_.undo = UndoAct::none;
  }
  return true;
}

void StepReader::read_class() {
  step_.step_class = is_wait(step_.kind) ? StepClass::readonly : StepClass::compensatable;
  if (step_.kind == StepKind::tcc_wait) step_.step_class = StepClass::pivot;
  std::string text;
  if (!reader_.name("class", text)) return;
  about_.has_class = true;
  for (const StepClass each :
       {StepClass::compensatable, StepClass::readonly, StepClass::pivot, StepClass::retriable}) {
    if (to_string(each) == text) {
      step_.step_class = each;
      return;
    }
  }
  refuse_class(
      fmt::format("'{}' is no class; there are compensatable, readonly, pivot, retriable", text));
}

void StepReader::check_class() {
  const StepClass chosen = step_.step_class;
  if (step_.kind == StepKind::tcc_wait) {
    if (chosen != StepClass::pivot) {
      refuse_class("what the transaction decides is final, so waiting for it is the pivot");
    }
    return;
  }
  if (is_wait(step_.kind)) {
    if (chosen == StepClass::compensatable || chosen == StepClass::pivot) {
      refuse_class("waiting has no effect: it is readonly, or retriable after the pivot");
    }
    return;
  }
  if (chosen == StepClass::readonly && step_.kind != StepKind::remote_call) {
    return refuse_class(fmt::format("{} has an effect, so it is not readonly", step_.kind_text));
  }
  const bool is_tried = step_.kind == StepKind::ledger_hold || step_.kind == StepKind::remote_try;
  if (is_tried && chosen != StepClass::compensatable) {
    refuse_class(
        fmt::format("{} can be taken back until another step settles it, so it is "
                    "compensatable",
                    step_.kind_text));
  }
}

// Compensatable without a way back.
void StepReader::check_undo() {
  if (step_.step_class != StepClass::compensatable || step_.undo != UndoAct::none ||
      is_wait(step_.kind)) {
    return;
  }
  if (step_.kind == StepKind::remote_call) {
    if (reader_.find_any("undo") != nullptr) return;  // What is wrong with it has been said.
    return reader_.fault("undo", "a compensatable remote step must say what undoes it");
  }
  refuse_class(
      fmt::format("{} cannot be undone, so it can only be the pivot, or retriable after "
                  "one",
                  step_.kind == StepKind::remote_confirm ? "a confirmation" : step_.kind_text));
}

void StepReader::read_ledger() {
  if (step_.kind == StepKind::ledger_hold) {
    for (const char* key : {"timeout_ms", "timeout_s", "timeout", "expires_at", "deadline_ms"}) {
      reader_.refuse(key, hold_timeout_refused);
    }
    std::string direction;
    if (reader_.name("direction", direction) && direction != "debit" && direction != "credit") {
      reader_.fault("direction", "a hold is a 'debit' (the default) or a pending 'credit'");
    }
    step_.is_pending_credit = direction == "credit";
  } else {
    reader_.refuse("timeout_ms", "a local step has no time-out: its outcome is known at once");
  }
  reader_.refuse("undo", "what undoes a local step follows from its kind");
}

void StepReader::read_outputs() {
  step_.outputs = own_outputs(step_.kind);
  const bool declares = step_.kind == StepKind::remote_call || step_.kind == StepKind::remote_try ||
                        step_.kind == StepKind::signal_wait;
  if (!declares) return reader_.refuse("output", "the outputs of this kind of step are given");
  if (const DocumentValue* const outputs = reader_.find("output", Kind::object)) {
    read_fields(*outputs, reader_.path_of("output"), limits::saga_outputs_max, draft_.faults,
                step_.outputs);
  }
}

void StepReader::read_retry(const DocumentValue* value, const std::string& path, bool is_undo,
                            RetryPolicy& into) {
  if (value == nullptr) return;
  ObjectReader reader{value, path, draft_.faults};
  reader.number("initial_ms", 1, limits::saga_retry_interval_ms_max, into.initial_ms);
  reader.number("factor", 1, limits::saga_retry_factor_max, into.factor);
  const bool has_cap = reader.number("cap_ms", 1, limits::saga_retry_interval_ms_max, into.cap_ms);
  if (!has_cap && reader.find_any("cap_ms") == nullptr && into.cap_ms < into.initial_ms) {
    into.cap_ms = into.initial_ms;
  }
  if (into.cap_ms < into.initial_ms) {
    reader.fault("cap_ms", fmt::format("the cap of {} ms is below the initial {} ms", into.cap_ms,
                                       into.initial_ms));
  }
  reader.number("max", 0, limits::saga_retry_tries_max, into.max);
  std::string exhausted;
  const bool says = reader.name("on_exhausted", exhausted);
  if (says && exhausted != "stuck" && exhausted != "compensate") {
    reader.fault("on_exhausted", "there are 'compensate' and 'stuck'");
  }
  if (says && is_undo && exhausted != "stuck") {
    reader.fault("on_exhausted", "what undoes a step can only end 'stuck'");
  }
  if (into.max == 0 && reader.find_any("on_exhausted") == nullptr) {
    reader.fault("on_exhausted",
                 "retrying without end must say what happens when it is ended: 'compensate' or "
                 "'stuck'");
  }
  if (!is_undo) about_.has_on_exhausted = says;
  into.on_exhausted =
      is_undo || exhausted == "stuck" ? OnExhausted::stuck : OnExhausted::compensate;
  reader.refuse_the_rest("a retry policy");
}

void StepReader::read_undo() {
  step_.undo_timeout_ms = step_.timeout_ms;
  step_.undo_retry = step_.retry;
  step_.undo_retry.max = undo_tries;
  step_.undo_retry.on_exhausted = OnExhausted::stuck;
  if (step_.kind == StepKind::remote_try) {
    step_.undo_type = step_.type;
    return reader_.refuse("undo", "a try is undone by the participant's cancel");
  }
  step_.undo = UndoAct::none;
  if (step_.kind == StepKind::remote_confirm) {
    return reader_.refuse("undo", "a confirmation cannot be undone");
  }
  const DocumentValue* const undo = reader_.find_any("undo");
  if (undo == nullptr) return;
  if (step_.step_class == StepClass::readonly) {
    return reader_.fault("undo", "a readonly step has nothing to undo");
  }
  if (undo->kind == Kind::text) {
    if (reader_.name("undo", step_.undo_type)) step_.undo = UndoAct::remote_undo;
    return;
  }
  ObjectReader reader{undo, reader_.path_of("undo"), draft_.faults};
  if (reader.name("type", step_.undo_type)) {
    step_.undo = UndoAct::remote_undo;
  } else if (reader.find_any("type") == nullptr) {
    reader.fault("type", "an undo needs the type of what is asked of the participant");
  }
  reader.number("timeout_ms", 1, limits::saga_timeout_ms_max, step_.undo_timeout_ms);
  read_retry(reader.find("retry", Kind::object), reader.path_of("retry"), true, step_.undo_retry);
  reader.refuse_the_rest("an undo");
}

void StepReader::read_remote() {
  if (step_.kind != StepKind::remote_confirm) {
    if (!reader_.name("type", step_.type) && reader_.find_any("type") == nullptr) {
      reader_.fault("type", "a remote step needs the type of what is asked of the participant");
    }
  } else {
    reader_.refuse("type", "a confirmation goes to whoever was asked to try");
  }
  if (!reader_.number("timeout_ms", 1, limits::saga_timeout_ms_max, step_.timeout_ms) &&
      reader_.find_any("timeout_ms") == nullptr) {
    reader_.fault("timeout_ms", "a remote step needs a time-out");
  }
  step_.retry.max = remote_tries;
  read_retry(reader_.find("retry", Kind::object), reader_.path_of("retry"), false, step_.retry);
  read_undo();
}

void StepReader::read_wait() {
  if (step_.kind == StepKind::tcc_wait) {
    return reader_.refuse("timeout_ms", "it waits until the transaction is decided");
  }
  if (step_.kind == StepKind::timer_wait) {
    reader_.number("delay_ms", 1, limits::saga_deadline_ms_max, step_.delay_ms);
    return reader_.refuse("timeout_ms", "a timer has a delay_ms, or an argument 'until'");
  }
  if (!reader_.name("signal", step_.signal) && reader_.find_any("signal") == nullptr) {
    reader_.fault("signal", "this step needs the name of the signal that it waits for");
  }
  reader_.number("timeout_ms", 1, limits::saga_deadline_ms_max, step_.timeout_ms);
}

void StepReader::read() {
  if (about_.source->kind != Kind::object) return;
  read_id();
  if (!read_kind()) return;
  read_class();
  // Looked at when all steps are there.
  for (const char* key : {"after", "args"}) reader_.find_any(key);
  if (step_.kind == StepKind::ledger_capture || step_.kind == StepKind::ledger_release) {
    reader_.find_any("hold");
  }
  if (is_local(step_.kind)) {
    read_ledger();
    read_retry(reader_.find("retry", Kind::object), reader_.path_of("retry"), false, step_.retry);
    step_.undo_retry.on_exhausted = OnExhausted::stuck;
  } else if (is_remote(step_.kind)) {
    read_remote();
  } else {
    read_wait();
  }
  read_outputs();
  check_class();
  check_undo();
  reader_.refuse_the_rest(fmt::format("a step of kind {}", step_.kind_text));
}

}  // namespace

void read_steps(const DocumentValue& list, DefinitionDraft& draft) {
  if (list.items.empty()) draft.faults.push_back({"steps", "a saga needs at least one step"});
  if (list.items.size() > limits::saga_steps_max) {
    draft.faults.push_back({"steps", fmt::format("{} steps are more than {}", list.items.size(),
                                                 limits::saga_steps_max)});
  }
  for (std::size_t at = 0; at < list.items.size() && at < limits::saga_steps_max; ++at) {
    draft.definition.steps.emplace_back();
    draft.drafts.push_back({fmt::format("steps[{}]", at), &list.items[at]});
    StepReader{draft, at}.read();
  }
}

}  // namespace daybook
