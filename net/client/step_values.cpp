#include "net/client/step_values.hpp"

#include <algorithm>
#include <span>

#include "engine/base/limits.hpp"
#include "engine/base/utf8.hpp"
#include "net/client/step_encoding.hpp"

namespace daybook {
namespace {

const StepValue* find(const std::vector<StepValue>& values, std::string_view name) {
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](const StepValue& each) { return each.name == name; });
  return found == values.end() ? nullptr : &*found;
}

std::vector<StepValue> copied(const std::vector<WorkValue>& values) {
  std::vector<StepValue> all;
  all.reserve(values.size());
  for (const WorkValue& each : values) {
    all.push_back({std::string{each.name}, each.type, each.id, each.ledger, each.number,
                   std::string{each.text}});
  }
  return all;
}

/// As the engine takes it: printable UTF-8 within the limit.
std::string fit_text(std::string text) {
  if (text.size() > limits::saga_text_bytes_max) {
    std::size_t size = limits::saga_text_bytes_max;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
    text.resize(size);
  }
  if (is_printable_utf8(text)) return text;
  for (char& each : text) {
    if (each < 0x20 || each == 0x7f) each = '?';  // Also whatever is not ASCII.
  }
  return text;
}

/// Every one of `secrets` in it; longer ones first, for one may be a part of another.
void mask_all(std::string& text, std::span<const std::string_view> secrets) {
  for (const std::string_view secret : secrets) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
      text.replace(at, secret.size(), opened_secret_mask);
      at += opened_secret_mask.size();
    }
  }
}

bool fits(const StepReply& reply) {
  if (reply.outputs.size() > limits::saga_outputs_max) return false;
  return std::all_of(reply.outputs.begin(), reply.outputs.end(), [](const StepValue& each) {
    return each.name.size() <= limits::saga_name_bytes_max && is_printable_utf8(each.name) &&
           each.text.size() <= limits::saga_text_bytes_max && is_printable_utf8(each.text);
  });
}

}  // namespace

const StepValue* StepCommand::argument(std::string_view name) const {
  return find(arguments, name);
}
const StepValue* StepCommand::output(std::string_view name) const { return find(outputs, name); }

std::optional<StepCommand> read_step_command(const WorkCommand& command,
                                             std::span<const std::byte> payload) {
  const auto read = read_work_payload(payload);
  if (!read) return std::nullopt;
  return StepCommand{.work = command,
                     .step = std::string{read->step},
                     .type = std::string{read->type},
                     .definition = std::string{read->definition},
                     .version = read->version,
                     .arguments = copied(read->arguments),
                     .outputs = copied(read->outputs),
                     .deadline = {}};
}

StepReply without_secrets(const StepCommand& command, StepReply reply) {
  std::vector<std::string_view> secrets;
  for (const StepValue& each : command.arguments) {
    if (each.type == WorkValueType::secret && !each.text.empty()) secrets.push_back(each.text);
  }
  std::sort(secrets.begin(), secrets.end(),
            [](std::string_view a, std::string_view b) { return a.size() > b.size(); });
  mask_all(reply.message, secrets);
  std::erase_if(secrets,
                [](std::string_view each) { return each.size() < masked_secret_bytes_min; });
  mask_all(reply.reference, secrets);
  for (StepValue& each : reply.outputs) {
    if (each.type == WorkValueType::text) mask_all(each.text, secrets);
  }
  return reply;
}

EncodedReply encode_reply(WorkOperation operation, StepReply reply) {
  // A handler says what it did; that it is at it, or gives it back, is for the library to say.
  const bool is_outcome = reply.outcome != WorkOutcome::heartbeat &&
                          reply.outcome != WorkOutcome::released &&
                          may_answer(operation, reply.outcome);
  if (!is_outcome || !fits(reply)) {
    reply.message = !is_outcome ? std::string{"the handler's outcome does not answer this"}
                                : std::string{"the handler's outputs are past the limits"};
    reply.outcome = WorkOutcome::unknown;
    reply.outputs.clear();
  }
  if (reply.outcome != WorkOutcome::succeeded) reply.outputs.clear();
  std::vector<WorkValue> outputs;
  for (const StepValue& each : reply.outputs) {
    outputs.push_back({each.name, each.type, each.id, each.ledger, each.number, each.text});
  }
  return {reply.outcome, reply.code,
          answer_payload(fit_text(std::move(reply.reference)), fit_text(std::move(reply.message)),
                         outputs)};
}

StepAnswer answer_to(const WorkCommand& command, WorkOutcome outcome, std::uint16_t code) {
  StepAnswer answer;
  answer.saga = command.saga;
  answer.key = command.key;
  answer.attempt = command.attempt;
  answer.code = code;
  answer.step = command.step;
  answer.operation = command.operation;
  answer.outcome = outcome;
  return answer;
}

}  // namespace daybook
