#pragma once

#include <algorithm>

#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/client/event_kind.hpp"
#include "tools/daybook/client/import_events.hpp"

namespace daybook {

/// Batches to an engine, over a client that outlives this.
///
/// Threads. The client's.
template <typename Event>
class ClientSink final : public BatchSink<Event> {
 public:
  ClientSink(Client& client, const OperationAttributes& attributes)
      : client_{client}, attributes_{attributes} {}

  void submit(std::span<const Event> events, std::span<const Name> names,
              BatchCallback answered) override {
    auto batch = EventKind<Event>::new_batch(client_, events.size(), attributes_, names);
    if (!batch) {
      answered(batch.error());
      return;
    }
    std::copy(events.begin(), events.end(), batch.value().events().begin());
    client_.submit(std::move(batch).value(), std::move(answered));
  }

  Result<void> wait_until(const std::function<bool()>& done) override {
    return client_.loop().run_until(done);
  }

  Result<std::vector<Event>> lookup(std::span<const Uint128> ids) override {
    std::vector<typename EventKind<Event>::Id> named;
    for (const Uint128& id : ids) named.emplace_back(id);
    auto found = EventKind<Event>::lookup(client_, named);
    if (!found) return found.error();
    if (found.value().status != RequestStatus::ok) {
      return Failure{FailureKind::invalid, std::string{in_words(found.value().status)}};
    }
    return EventKind<Event>::found(found.value());
  }

 private:
  Client& client_;
  OperationAttributes attributes_;
};

}  // namespace daybook
