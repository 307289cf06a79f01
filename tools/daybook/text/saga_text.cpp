#include "tools/daybook/text/saga_text.hpp"

#include <fmt/format.h>

#include "engine/model/saga_types.hpp"
#include "engine/saga/participant.hpp"
#include "engine/saga/saga_payload.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook {
namespace {

constexpr std::string_view unreadable = "with a payload that cannot be read";

std::string step_text(std::uint8_t step) { return fmt::format("step {}", unsigned{step} + 1); }

std::string record_text(const SagaRecord& record) {
  const auto event = event_of(record, {});
  if (!event) return std::string{unreadable};
  if (event->kind == SagaEventKind::deadline) return "its deadline has passed";
  const std::string step = step_text(event->step);
  const std::string_view what = event->participant != 0 ? "sent to participant" : "status";
  const std::string with = record.code == 0 ? "" : fmt::format(" ({} {})", what, record.code);
  const auto told = [&](std::string_view words) {
    return fmt::format("{} {}{}", step, words, with);
  };
  switch (event->kind) {
    case SagaEventKind::dispatched:
      return told("begun");
    case SagaEventKind::undo_dispatched:
      return told("begins to be undone");
    case SagaEventKind::asked:
      return told("is asked about");
    case SagaEventKind::released:
    case SagaEventKind::undo_released:
      return told("given back");
    case SagaEventKind::extended:
    case SagaEventKind::undo_extended:
      return told("given more time");
    case SagaEventKind::undo_result:
      if (event->outcome == StepOutcome::succeeded) return told("undone");
      return told(fmt::format("undo: {}", to_string(event->outcome)));
    case SagaEventKind::result:
    case SagaEventKind::answered:
    case SagaEventKind::started:
    case SagaEventKind::deadline:
    case SagaEventKind::cancel:
    case SagaEventKind::operator_retry:
    case SagaEventKind::operator_resolve:
    case SagaEventKind::operator_skip:
    case SagaEventKind::operator_force:
    case SagaEventKind::operator_close:
    case SagaEventKind::operator_kick:
      break;
  }
  return told(event->outcome == StepOutcome::retry_later ? "not done" : to_string(event->outcome));
}

// A step that is begun and done at once is told of once.
std::string advance_text(std::span<const std::byte> payload) {
  std::string text;
  SagaRecordReader reader{payload};
  auto read = reader.next();
  while (read) {
    const auto following = reader.next();
    const bool at_once =
        following && following->record.step == read->record.step &&
        (read->record.kind == static_cast<std::uint8_t>(SagaEventKind::dispatched) ||
         read->record.kind == static_cast<std::uint8_t>(SagaEventKind::undo_dispatched));
    if (!at_once) text += (text.empty() ? "" : ", ") + record_text(read->record);
    read = following;
  }
  if (!reader.at_end() || text.empty()) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", unreadable);
  }
  return text;
}

std::string act_text(std::span<const std::byte> payload) {
  const auto act = read_operated(payload);
  if (!act) return fmt::format("an operator acts, {}", unreadable);
  const std::string step = act->step == no_step ? "it" : step_text(act->step);
  if (act->kind == SagaEventKind::operator_retry)
    return fmt::format("an operator retries {}", step);
  if (act->kind == SagaEventKind::operator_skip) return fmt::format("an operator skips {}", step);
  if (act->kind == SagaEventKind::operator_force) return "an operator has it undone";
  if (act->kind == SagaEventKind::operator_close) return "an operator closes it";
  if (act->kind == SagaEventKind::operator_kick) {
    return fmt::format("an operator ends the wait of {}", step);
  }
  return fmt::format("an operator resolves {}: {}{}", step, to_string(act->outcome),
                     operated_outputs(payload).empty() ? "" : ", with its outputs");
}

std::string definition_text(std::span<const std::byte> payload) {
  const auto definition =
      read_definition({reinterpret_cast<const char*>(payload.data()), payload.size()});
  if (!definition.ok()) return fmt::format("saga definition, {}", unreadable);
  return fmt::format("saga definition {}, version {}, {} steps, hash {}", definition.value().name,
                     definition.value().version, definition.value().steps.size(),
                     to_hex(definition.value().hash));
}

std::string participant_text(SagaNews news, const DomainEvent& event,
                             std::span<const std::byte> payload) {
  const std::string id = format_id(event.aggregate_id);
  if (news == SagaNews::participant_paused) return fmt::format("participant {} is paused", id);
  if (news == SagaNews::participant_resumed) return fmt::format("participant {} goes on", id);
  const auto read =
      read_participant({reinterpret_cast<const char*>(payload.data()), payload.size()});
  if (!read.ok()) return fmt::format("participant {}, {}", id, unreadable);
  std::string types;
  for (const ParticipantType& each : read.value().types) {
    types += fmt::format("{}{} ({})", types.empty() ? "" : ", ", each.type, to_string(each.safety));
  }
  return fmt::format("participant {} registered for {}", read.value().name, types);
}

}  // namespace

std::string saga_event_text(const DomainEvent& event, std::span<const std::byte> payload) {
  const auto news = saga_news_of(event.aggregate_type, event.event_type);
  if (!news) return {};
  const auto told = [&event](std::string_view what) {
    return fmt::format("saga {}: {}", format_id(event.aggregate_id), what);
  };
  switch (*news) {
    case SagaNews::defined:
      return definition_text(payload);
    case SagaNews::started: {
      const auto started = read_started(payload);
      if (!started) return told(fmt::format("started, {}", unreadable));
      return told(fmt::format("started, definition {}", to_hex(started->definition)));
    }
    case SagaNews::cancel_requested:
      return told("it shall be cancelled");
    case SagaNews::signalled: {
      const auto signalled = read_signalled(payload);
      if (!signalled) return told(fmt::format("a signal, {}", unreadable));
      return told(fmt::format("signal {} has come", signalled->signal));
    }
    case SagaNews::operated:
      return told(act_text(payload));
    case SagaNews::advanced:
      return told(advance_text(payload));
    case SagaNews::forgotten:
      return told("has left the engine's memory");
    case SagaNews::participant_put:
    case SagaNews::participant_paused:
    case SagaNews::participant_resumed:
      return participant_text(*news, event, payload);
  }
  return {};
}

std::string saga_event_text(const DomainEvent& event) {
  const auto news = saga_news_of(event.aggregate_type, event.event_type);
  if (!news) return {};
  if (*news == SagaNews::defined) {
    return fmt::format("saga definition, hash {}", to_hex(event.id));
  }
  const std::string_view whose = is_of_participants(*news) ? "participant" : "saga";
  return fmt::format("{} {}: {}", whose, format_id(event.aggregate_id), to_string(*news));
}

}  // namespace daybook
