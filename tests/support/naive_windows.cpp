#include <algorithm>

#include "tests/support/naive_ledger.hpp"

namespace daybook::test {

std::optional<BatchReply> NaiveLedger::answer_from_window(const WriteRequest& request) const {
  BatchReply reused;
  reused.status = RequestStatus::request_number_reused;
  BatchReply too_old;
  too_old.status = RequestStatus::request_too_old;

  if (request.number == 0) return too_old;
  const auto window = windows_.find(request.client);
  if (window == windows_.end()) return std::nullopt;
  const auto answered = window->second.answered.find(request.number);
  if (answered != window->second.answered.end()) {
    if (answered->second.frame_checksum == request.frame_checksum) return answered->second.reply;
    return reused;
  }
  if (request.number > window->second.highest) return std::nullopt;
  return too_old;
}

void NaiveLedger::keep_answer(const WriteRequest& request, const BatchReply& reply) {
  Window& window = windows_[request.client];
  window.answered[request.number] = {request.frame_checksum, reply};
  window.highest = request.number;
  window.last_sequence = reply.first_sequence.value();
  if (window.answered.size() > settings_.window_operations) {
    window.answered.erase(window.answered.begin());
  }
}

std::uint64_t NaiveLedger::highest_number(ClientId client) const {
  const auto window = windows_.find(client);
  return window == windows_.end() ? 0 : window->second.highest;
}

std::size_t NaiveLedger::count_windows(bool with_answers) const {
  return static_cast<std::size_t>(std::count_if(
      windows_.begin(), windows_.end(),
      [&](const auto& each) { return each.second.answered.empty() != with_answers; }));
}

std::optional<ClientId> NaiveLedger::least_recent(bool with_answers, ClientId except) const {
  std::optional<ClientId> found;
  for (const auto& [client, window] : windows_) {
    if (client == except || window.answered.empty() == with_answers) continue;
    if (!found || window.last_sequence < windows_.at(*found).last_sequence) found = client;
  }
  return found;
}

/// A client that joins those with kept answers pushes the least recent of them out, which keeps its
/// number and may in turn push out the least recent number. Each loss takes a sequence.
void NaiveLedger::make_room_for(ClientId client) {
  const auto window = windows_.find(client);
  const bool joins = window == windows_.end() || window->second.answered.empty();
  if (!joins || count_windows(true) < settings_.window_clients) return;
  if (count_windows(false) == settings_.window_numbers) {
    if (const auto forgotten = least_recent(false, client)) {
      windows_.erase(*forgotten);
      last_sequence_ += 1;
    }
  }
  if (const auto emptied = least_recent(true, client)) {
    windows_.at(*emptied).answered.clear();
    last_sequence_ += 1;
  }
}

}  // namespace daybook::test
