// Sagas: the input is the text of a definition, up to a zero byte; what follows are events, eight
// bytes each. A definition is read or refused, what is read has canonical bytes that read as the
// same, and whatever happens to its saga is taken or refused, and leaves a progress that can be
// read back. So it is with what follows as the payload of each event of a saga's stream. All of the
// input is also read as a progress.
//
// Case 33: bad definitions.

#include <algorithm>

#include "engine/saga/instance_machine.hpp"
#include "engine/saga/saga_fold.hpp"
#include "engine/saga/saga_payload.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace daybook {
namespace {

constexpr std::size_t event_bytes = 8;
constexpr std::size_t events_max = 256;

SagaEvent event_of(std::span<const std::byte> bytes, std::uint64_t now) {
  const auto number = [&bytes](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
  SagaEvent event;
  event.kind = static_cast<SagaEventKind>(number(0) % 16);
  event.outcome = static_cast<StepOutcome>(number(1) % 9);
  event.safety = static_cast<RetrySafety>(number(2) % 3);
  event.can_query = (number(2) & 4U) != 0;
  event.step = number(3);
  event.attempt = number(4);
  event.jitter = static_cast<std::uint32_t>(number(5)) << 24U;
  event.at = now;
  event.deadline_at = number(6);
  return event;
}

void drive(const SagaDefinition& definition, std::span<const std::byte> bytes) {
  SagaProgress progress;
  std::uint64_t now = 0;
  for (std::size_t count = 0; bytes.size() >= event_bytes && count < events_max; ++count) {
    now += static_cast<std::uint64_t>(bytes[7]) * 1'000'000'000;
    const auto transition = decide_saga(definition, progress, event_of(bytes, now));
    bytes = bytes.subspan(event_bytes);
    if (!transition.ok()) {
      if (to_text(transition.error()).empty()) std::abort();
      continue;
    }
    apply_transition(progress, transition.value());
    const auto again = progress_of(to_bytes(progress));
    if (!again.ok() || again.value() != progress) std::abort();
    const SagaActions actions = list_actions(definition, progress);
    for (const SagaAction& action : actions.all()) {
      if (action.step >= definition.steps.size()) std::abort();
    }
  }
}

// As the payload of each event that a saga's stream can have, before and after it began.
void fold(const SagaDefinition& definition, std::span<const std::byte> payload) {
  for (const bool begun : {false, true}) {
    for (std::size_t news = 0; news < saga_news_count; ++news) {
      SagaProgress progress;
      DomainEvent event;
      event.aggregate_type = saga_type();
      event.timestamp = Timestamp{1};
      if (begun) {
        const SagaEvent start = start_event(definition, Uint128{1, 1}, event.timestamp);
        apply_transition(progress, decide_saga(definition, progress, start).value());
      }
      event.event_type = event_type_of(static_cast<SagaNews>(news));
      if (fold_saga(definition, event, payload, progress) != nullptr) continue;
      if (!progress_of(to_bytes(progress)).ok()) std::abort();
    }
  }
}

void read(std::span<const std::byte> bytes) {
  const auto end = std::find(bytes.begin(), bytes.end(), std::byte{0});
  const auto text_bytes = static_cast<std::size_t>(end - bytes.begin());
  const std::string_view text{reinterpret_cast<const char*>(bytes.data()), text_bytes};
  const auto definition = read_definition(text);
  if (!definition.ok()) {
    if (definition.error().empty()) std::abort();
  } else {
    const auto again = read_definition(definition.value().canonical);
    if (!again.ok() || again.value().hash != definition.value().hash) std::abort();
    if (text_bytes < bytes.size()) {
      drive(definition.value(), bytes.subspan(text_bytes + 1));
      fold(definition.value(), bytes.subspan(text_bytes + 1));
    }
  }
  const auto progress = progress_of(bytes);
  if (progress.ok()) {
    const std::vector<std::byte> same = to_bytes(progress.value());
    if (!std::equal(same.begin(), same.end(), bytes.begin(), bytes.end())) std::abort();
  }
}

}  // namespace
}  // namespace daybook

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > daybook::fuzz_bytes_max) return -1;
  const daybook::AlignedInput input{{data, size}};
  daybook::read(input.bytes());
  return 0;
}
