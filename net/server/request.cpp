#include "net/server/request.hpp"

#include <utility>

namespace daybook {

Request& RequestPool::take() {
  if (idle_.empty()) {
    chunks_.push_back(std::make_unique<Request[]>(chunk));
    for (std::size_t i = 0; i < chunk; ++i) idle_.push_back(&chunks_.back()[i]);
  }
  Request& request = *idle_.back();
  idle_.pop_back();
  ++lent_;
  return request;
}

void RequestPool::give_back(Request& request) {
  std::vector<std::byte> items = std::move(request.query_items);
  items.clear();
  static_cast<RequestSlot&>(request) = RequestSlot{};
  // A large answer's memory goes back to the system; a small one's is worth keeping.
  constexpr std::size_t items_kept_max = 16'384;
  if (items.capacity() <= items_kept_max) request.query_items = std::move(items);
  request.session = nullptr;
  request.input.reset();
  request.output.reset();
  request.frame_bytes = 0;
  request.promised_bytes = 0;
  request.words.clear();
  request.closes = false;
  request.rebuilt = false;
  idle_.push_back(&request);
  --lent_;
}

}  // namespace daybook
