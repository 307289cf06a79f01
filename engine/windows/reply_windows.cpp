#include "engine/windows/reply_windows.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>

#include "engine/base/assert.hpp"
#include "engine/base/hash.hpp"
#include "engine/digest/state_digest.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t kept_operation_kind = 0x6b657074;  // "kept"
constexpr std::uint64_t highest_number_kind = 0x686e756d;  // "hnum"

std::uint64_t digest_of(ClientId client, const KeptOperation& kept) {
  struct {
    Uint128 client;
    KeptOperation kept;
  } canonical{client.value(), kept};
  static_assert(sizeof(canonical) == 80);
  canonical.kept.digest = 0;
  return StateDigest::of_bytes(kept_operation_kind, std::as_bytes(std::span{&canonical, 1}));
}

}  // namespace

ReplyWindows::ReplyWindows(const WindowLimits& limits)
    : limits_{limits},
      blocks_{limits.bytes / sizeof(Block)},
      block_next_{limits.bytes / sizeof(Block)},
      clients_{std::size_t{limits.clients} + limits.numbers},
      buckets_{std::bit_ceil(2 * (std::size_t{limits.clients} + limits.numbers))} {
  const std::uint32_t blocks_per_client = limits.operations_per_client / block_operations + 2;
  ENSURE(blocks_.size() >= blocks_per_client && limits.clients > 0 && limits.numbers > 0,
         "the reply windows hold at least one client's");
}

std::uint32_t& ReplyWindows::bucket_of(ClientId id) {
  return buckets_[mix(id.value(), 0) & (buckets_.size() - 1)];
}

std::uint32_t ReplyWindows::find_client(ClientId id) const {
  std::uint32_t at = buckets_[mix(id.value(), 0) & (buckets_.size() - 1)] - 1;
  while (at != none && clients_[at].id != id) at = clients_[at].hash_next;
  return at;
}

std::uint64_t ReplyWindows::highest_number(ClientId client) const {
  const std::uint32_t at = find_client(client);
  return at == none ? 0 : clients_[at].highest;
}

ReplyWindows::Lookup ReplyWindows::find(ClientId client, std::uint64_t request_number,
                                        std::uint64_t frame_checksum) const {
  const std::uint32_t at = find_client(client);
  if (at == none || request_number > clients_[at].highest) return {Seen::fresh, nullptr};
  const Client& entry = clients_[at];
  std::uint32_t left = entry.kept;
  std::uint32_t from = entry.oldest_at;
  for (std::uint32_t block = entry.oldest_block; left > 0; block = block_next_[block]) {
    const std::uint32_t until = std::min(block_operations, from + left);
    for (std::uint32_t place = from; place < until; ++place) {
      const KeptOperation& kept = blocks_[block].operations[place];
      if (kept.request_number != request_number) continue;
      return {kept.frame_checksum == frame_checksum ? Seen::repeat : Seen::reused, &kept};
    }
    left -= until - from;
    from = 0;
  }
  return {Seen::too_old, nullptr};
}

bool ReplyWindows::needs_block(const Client& client) const {
  return client.newest_block == none || client.newest_end == block_operations;
}

std::optional<ReplyWindows::Eviction> ReplyWindows::must_evict(ClientId id) const {
  const std::uint32_t at = find_client(id);
  const bool joins = at == none || clients_[at].kept == 0;
  const bool block_wanted = at == none || needs_block(clients_[at]);
  const bool blocks_gone = free_blocks_ == none && unused_blocks_from_ == blocks_.size();
  if (!(joins && recent_.count == limits_.clients) && !(block_wanted && blocks_gone)) {
    return std::nullopt;
  }
  // The evicted client becomes one with a number only; there must be a place for it.
  if (numbered_.count == limits_.numbers) {
    std::uint32_t victim = numbered_.oldest;
    if (victim == at) victim = clients_[victim].later;
    if (victim != none) return Eviction{clients_[victim].id, true};
  }
  std::uint32_t victim = recent_.oldest;
  if (victim == at) victim = clients_[victim].later;
  ENSURE(victim != none, "one client alone fits the reply windows");
  return Eviction{clients_[victim].id, false};
}

bool ReplyWindows::can_evict(const Eviction& eviction) const {
  const std::uint32_t at = find_client(eviction.client);
  return at != none && (clients_[at].kept == 0) == eviction.number_too;
}

std::uint64_t ReplyWindows::evict(const Eviction& eviction) {
  ENSURE(can_evict(eviction), "callers check that there is something to evict");
  const std::uint32_t at = find_client(eviction.client);
  Client& client = clients_[at];
  if (eviction.number_too) {
    const std::uint64_t gone = number_digest(client);
    remove_from(numbered_, at);
    remove_client(at);
    return gone;
  }
  std::uint64_t gone = 0;
  while (client.kept > 0) gone += drop_oldest(client);
  if (client.newest_block != none) free_block(client.newest_block);
  client.oldest_block = client.newest_block = none;
  client.oldest_at = client.newest_end = 0;
  remove_from(recent_, at);
  append_to(numbered_, at);
  return gone;
}

std::uint64_t ReplyWindows::forget_all() {
  std::uint64_t gone = 0;
  while (numbered_.oldest != none) gone += evict({clients_[numbered_.oldest].id, true});
  while (recent_.oldest != none) {
    const ClientId id = clients_[recent_.oldest].id;
    gone += evict({id, false});
    gone += evict({id, true});
  }
  return gone;
}

std::uint64_t ReplyWindows::remember(const Operation& operation, Sequence sequence) {
  std::uint32_t at = find_client(operation.client);
  std::uint64_t change = 0;
  if (at == none) {
    at = add_client(operation.client);
  } else {
    change -= number_digest(clients_[at]);
    remove_from(clients_[at].kept == 0 ? numbered_ : recent_, at);
  }
  Client& client = clients_[at];
  if (client.kept == limits_.operations_per_client) change -= drop_oldest(client);
  KeptOperation& kept = new_slot(client);
  kept = {.request_number = operation.request_number,
          .frame_checksum = operation.frame_checksum,
          .sequence = sequence.value(),
          .time = operation.time.value(),
          .digest = 0,
          .event_count = operation.event_count,
          .refusal_count = operation.refusal_count,
          .kind = operation.kind,
          .status = operation.status,
          .reserved = 0,
          .reserved_more = 0};
  kept.digest = digest_of(client.id, kept);
  client.highest = operation.request_number;
  append_to(recent_, at);
  return change + kept.digest + number_digest(client);
}

bool ReplyWindows::restore(ClientId id, std::uint64_t highest,
                           std::span<const KeptOperation> kept) {
  const auto by_number = [](const KeptOperation& a, const KeptOperation& b) {
    return a.request_number < b.request_number;
  };
  const RecencyList& list = kept.empty() ? numbered_ : recent_;
  const std::uint32_t limit = kept.empty() ? limits_.numbers : limits_.clients;
  const std::size_t blocks = (kept.size() + block_operations - 1) / block_operations;
  if (find_client(id) != none || list.count >= limit ||
      kept.size() > limits_.operations_per_client ||
      blocks > blocks_.size() - unused_blocks_from_ ||
      std::adjacent_find(kept.begin(), kept.end(), std::not_fn(by_number)) != kept.end() ||
      (!kept.empty() && kept.back().request_number > highest)) {
    return false;
  }
  const std::uint32_t at = add_client(id);
  Client& client = clients_[at];
  client.highest = highest;
  for (const KeptOperation& each : kept) {
    KeptOperation& place = new_slot(client);
    place = each;
    place.digest = digest_of(id, each);
  }
  append_to(kept.empty() ? numbered_ : recent_, at);
  return true;
}

std::uint64_t ReplyWindows::digest() const {
  std::uint64_t sum = 0;
  for (const RecencyList* list : {&numbered_, &recent_}) {
    for (std::uint32_t at = list->oldest; at != none; at = clients_[at].later) {
      sum += number_digest(clients_[at]);
      for_each_kept(clients_[at], [&](const KeptOperation& kept) { sum += kept.digest; });
    }
  }
  return sum;
}

std::uint32_t ReplyWindows::add_client(ClientId id) {
  std::uint32_t at = free_clients_;
  if (at != none) {
    free_clients_ = clients_[at].hash_next;
  } else {
    ENSURE(unused_clients_from_ < clients_.size(), "evictions keep a place for a client");
    at = unused_clients_from_++;
  }
  clients_[at] = Client{};
  clients_[at].id = id;
  std::uint32_t& bucket = bucket_of(id);
  clients_[at].hash_next = bucket - 1;
  bucket = at + 1;
  return at;
}

void ReplyWindows::remove_client(std::uint32_t at) {
  std::uint32_t& bucket = bucket_of(clients_[at].id);
  if (bucket - 1 == at) {
    bucket = clients_[at].hash_next + 1;
  } else {
    std::uint32_t before = bucket - 1;
    while (clients_[before].hash_next != at) before = clients_[before].hash_next;
    clients_[before].hash_next = clients_[at].hash_next;
  }
  clients_[at].hash_next = free_clients_;
  free_clients_ = at;
}

void ReplyWindows::append_to(RecencyList& list, std::uint32_t at) {
  clients_[at].earlier = list.newest;
  clients_[at].later = none;
  if (list.newest != none) clients_[list.newest].later = at;
  if (list.oldest == none) list.oldest = at;
  list.newest = at;
  ++list.count;
}

void ReplyWindows::remove_from(RecencyList& list, std::uint32_t at) {
  const Client& client = clients_[at];
  if (client.earlier != none) clients_[client.earlier].later = client.later;
  if (client.later != none) clients_[client.later].earlier = client.earlier;
  if (list.oldest == at) list.oldest = client.later;
  if (list.newest == at) list.newest = client.earlier;
  --list.count;
}

KeptOperation& ReplyWindows::new_slot(Client& client) {
  if (needs_block(client)) {
    std::uint32_t block = free_blocks_;
    if (block != none) {
      free_blocks_ = block_next_[block];
    } else {
      ENSURE(unused_blocks_from_ < blocks_.size(), "evictions keep a block free");
      block = unused_blocks_from_++;
    }
    block_next_[block] = none;
    if (client.newest_block != none) block_next_[client.newest_block] = block;
    if (client.oldest_block == none) client.oldest_block = block;
    client.newest_block = block;
    client.newest_end = 0;
  }
  ++client.kept;
  return blocks_[client.newest_block].operations[client.newest_end++];
}

std::uint64_t ReplyWindows::drop_oldest(Client& client) {
  const std::uint64_t gone = blocks_[client.oldest_block].operations[client.oldest_at].digest;
  --client.kept;
  if (++client.oldest_at == block_operations) {
    const std::uint32_t emptied = client.oldest_block;
    client.oldest_at = 0;
    client.oldest_block = block_next_[emptied];
    if (emptied == client.newest_block) {
      client.newest_block = none;
      client.newest_end = 0;
    }
    free_block(emptied);
  }
  return gone;
}

void ReplyWindows::free_block(std::uint32_t block) {
  block_next_[block] = free_blocks_;
  free_blocks_ = block;
}

std::uint64_t ReplyWindows::number_digest(const Client& client) {
  const Uint128 id = client.id.value();
  return mix(id, client.highest ^ highest_number_kind);
}

}  // namespace daybook
