#include "tools/daybook/text/outcome.hpp"

#include "engine/model/status.hpp"

namespace daybook {
namespace {

template <typename Event>
struct StatusOf;
template <>
struct StatusOf<Account> {
  using type = CreateAccountStatus;
};
template <>
struct StatusOf<Transfer> {
  using type = CreateTransferStatus;
};

}  // namespace

template <typename Event>
std::vector<EventOutcome> event_outcomes(const BatchOutcome& batch, std::size_t event_count) {
  using Status = typename StatusOf<Event>::type;
  std::vector<EventOutcome> outcomes(event_count);
  std::size_t next_refusal = 0;
  std::uint64_t sequence = batch.first_sequence.value();
  for (std::size_t index = 0; index < event_count; ++index) {
    EventOutcome& outcome = outcomes[index];
    while (next_refusal < batch.refusals.size() && batch.refusals[next_refusal].index < index) {
      ++next_refusal;
    }
    const bool refused =
        next_refusal < batch.refusals.size() && batch.refusals[next_refusal].index == index;
    if (refused) {
      const Refusal& refusal = batch.refusals[next_refusal];
      outcome.status = refusal.status;
      outcome.timestamp = refusal.timestamp;
      outcome.existed = Status{refusal.status} == Status::exists;
    } else {
      outcome.sequence = Sequence{++sequence};
      outcome.timestamp = Timestamp{batch.first_timestamp.value() + index};
    }
    outcome.status_name = to_string(Status{outcome.status});
  }
  return outcomes;
}

template std::vector<EventOutcome> event_outcomes<Account>(const BatchOutcome&, std::size_t);
template std::vector<EventOutcome> event_outcomes<Transfer>(const BatchOutcome&, std::size_t);

}  // namespace daybook
