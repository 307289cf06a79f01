// Participants: registered, paused, resumed.

#include <fmt/format.h>

#include "engine/saga/participant.hpp"
#include "net/client/sagas.hpp"
#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/participant/participant_command.hpp"
#include "tools/daybook/participant/registration.hpp"
#include "tools/daybook/saga/saga_file.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/status_advice.hpp"

namespace daybook {
namespace {

/// The registration, checked; the exit code where it is none.
Result<ParticipantRegistration, int> registration_from(const ParticipantPutOptions& options) {
  const bool is_file = options.types.empty();
  const auto text = is_file ? read_saga_file(options.name)
                            : registration_json(options.name, options.in_flight, options.types);
  if (!text) {
    return complain(fmt::format("{}{}; nothing was sent", text.error().what,
                                is_file ? ", or name the types with --type" : ""));
  }
  auto registration = read_participant(text.value());
  if (registration) return std::move(registration).value();
  for (const SagaFault& fault : registration.error()) {
    complain(fmt::format("{}: {}", options.name, to_text(fault)));
  }
  return exit_code::no;
}

Result<Uint128> event_id_of(const std::string& text) {
  if (text.empty()) return make_random_id();
  const auto id = parse_id(text);
  if (id) return id;
  return Failure{FailureKind::invalid, fmt::format("--event-id: {}", id.error().what)};
}

struct News {
  SagaNews news{};
  std::string name;
  std::string json;
  std::string_view asked;
};

int send(const ClientOptions& options, const WriteOptions& write, const News& news,
         const std::string& event_id, const std::string& reason) {
  const auto attributes = attributes_from(write);
  if (!attributes) return complain(attributes.error().what);
  const auto id = event_id_of(event_id);
  if (!id) return complain(id.error().what);
  EventList events;
  if (news.news == SagaNews::participant_put) {
    add_participant(events, id.value(), news.name, news.json, attributes.value());
  } else {
    add_saga_news(events, id.value(), news.news, id_of(news.name), {}, attributes.value());
  }
  const auto client = connect_to(options);
  if (!client) return complain(client.error());
  const auto answer = settled(client.value()->operate_sagas(events, reason, attributes.value()));
  if (!answer) return complain(answer.error());
  const auto& refusals = answer.value().refusals;
  const auto status =
      refusals.empty() ? AppendEventStatus::created : AppendEventStatus{refusals.front().status};
  if (options.json) {
    say(JsonObject{}
            .text("participant", news.name)
            .text("command", news.asked)
            .text("status", to_string(status))
            .str());
  } else {
    say(fmt::format("participant {}: {}: {}", news.name, news.asked, to_string(status)));
  }
  const bool good = status == AppendEventStatus::created || status == AppendEventStatus::exists ||
                    status == AppendEventStatus::saga_unchanged;
  if (good) return exit_code::good;
  complain(fmt::format("{}: {}{}", to_string(status), advice(status),
                       in_trace(answer.value().trace_id)));
  return exit_code::no;
}

}  // namespace

int run_participant_put(const ParticipantPutOptions& options) {
  const auto registration = registration_from(options);
  if (!registration) return registration.error();
  return send(options.client, options.write,
              {.news = SagaNews::participant_put,
               .name = registration.value().name,
               .json = registration.value().canonical,
               .asked = "put"},
              options.event_id, options.reason);
}

int run_participant_pause(const ParticipantPauseOptions& options) {
  return send(
      options.client, options.write,
      {.news = options.resumes ? SagaNews::participant_resumed : SagaNews::participant_paused,
       .name = options.name,
       .json = {},
       .asked = options.resumes ? "resume" : "pause"},
      options.event_id, options.reason);
}

}  // namespace daybook
