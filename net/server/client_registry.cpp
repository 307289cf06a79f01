#include "net/server/client_registry.hpp"

#include <utility>

namespace daybook {

ClientRegistry::Claim ClientRegistry::claim(ClientId client, Holder holder) {
  const std::lock_guard lock{mutex_};
  const auto [found, is_new] = holders_.try_emplace(client);
  if (is_new) {
    found->second = std::move(holder);
    return {};
  }
  if (found->second.principal != holder.principal) return {Outcome::refused, found->second};
  return {Outcome::replaced, std::exchange(found->second, std::move(holder))};
}

void ClientRegistry::release(ClientId client, const Session* session) {
  const std::lock_guard lock{mutex_};
  const auto found = holders_.find(client);
  if (found == holders_.end()) return;
  const auto held = found->second.session.lock();
  if (held == nullptr || held.get() == session) holders_.erase(found);
}

}  // namespace daybook
