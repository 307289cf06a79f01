#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>

#include "engine/base/limits.hpp"
#include "engine/base/mapped_array.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/operation.hpp"
#include "engine/model/sequence.hpp"

namespace daybook {

/// What the engine remembers of an operation, to answer a repeat of its request. 64 bytes.
/// A reply with refusals is read again from the operation record in the journal.
struct KeptOperation {
  std::uint64_t request_number = 0;
  std::uint64_t frame_checksum = 0;
  std::uint64_t sequence = 0;  ///< The operation's.
  std::uint64_t time = 0;      ///< T of the request.
  std::uint64_t digest = 0;    ///< What it adds to the state digest.
  std::uint32_t event_count = 0;
  std::uint32_t refusal_count = 0;
  RequestKind kind{};
  RequestStatus status{};
  std::uint32_t reserved = 0;
  std::uint64_t reserved_more = 0;
};
static_assert(sizeof(KeptOperation) == 64);

/// How much is kept. Smaller in tests, so that the limits are met.
struct WindowLimits {
  std::uint32_t operations_per_client = limits::window_operations_max;
  std::uint32_t clients = limits::window_clients_max;
  std::uint32_t numbers = limits::window_numbers_max;
  std::size_t bytes = limits::window_bytes_max;
};

/// The reply windows: per client, its last operations and its highest request number.
///
/// It makes (client id, request number) idempotent: a repeat gets the first answer, a number reused
/// for something else is told so, and a number below the window is never executed. The windows are
/// state: journaled operations fill them in replay exactly as they did live.
///
/// Threads.  One.
/// Limits.   WindowLimits. Past them whole clients lose their operations (then their number), the
///           one least recent by sequence first; each loss is a fact of the journal, decided by
///           `must_evict` and done by `evict`.
/// Cost.     O(1) but for find(), which walks at most 65 blocks. No allocation after construction.
class ReplyWindows {
 public:
  explicit ReplyWindows(const WindowLimits& limits);

  enum class Seen : std::uint8_t {
    fresh,    ///< Never seen: execute it.
    repeat,   ///< Seen, and `kept` is its operation.
    reused,   ///< Seen with another content.
    too_old,  ///< Not above the highest and not kept.
  };
  struct Lookup {
    Seen seen = Seen::fresh;
    const KeptOperation* kept = nullptr;
  };
  [[nodiscard]] Lookup find(ClientId client, std::uint64_t request_number,
                            std::uint64_t frame_checksum) const;

  /// 0 when nothing of the client is known.
  [[nodiscard]] std::uint64_t highest_number(ClientId client) const;

  /// A loss that must be journaled and done before an operation of `client` can be remembered.
  struct Eviction {
    ClientId client;
    bool number_too = false;  ///< The client is forgotten altogether.
  };
  [[nodiscard]] std::optional<Eviction> must_evict(ClientId client) const;

  /// Returns what to subtract from the state digest. False from `can_evict` means a journal that
  /// no engine wrote.
  [[nodiscard]] bool can_evict(const Eviction& eviction) const;
  std::uint64_t evict(const Eviction& eviction);

  /// Forgets every client. Returns what to subtract from the state digest.
  std::uint64_t forget_all();

  /// Remembers `operation`, which took `sequence`. Returns the change of the state digest.
  /// Requires: !must_evict(operation.client); its number is above the client's highest.
  std::uint64_t remember(const Operation& operation, Sequence sequence);

  // ---- For snapshots. ----

  /// Calls `use(ClientId, highest number, kept)` for each client, least recent first: those with
  /// a number only, then those with operations. `kept` is a function that calls what it is given
  /// with each kept operation, oldest first.
  template <typename Use>
  void for_each_client(Use use) const {
    for (const RecencyList* list : {&numbered_, &recent_}) {
      for (std::uint32_t at = list->oldest; at != none; at = clients_[at].later) {
        const Client& client = clients_[at];
        use(client.id, client.highest, [&](auto each) { for_each_kept(client, each); });
      }
    }
  }

  /// A client that is not known yet, more recent than all that are. Nothing is changed and false
  /// returned when it is known or does not fit the limits, or when `kept` is in no order.
  [[nodiscard]] bool restore(ClientId client, std::uint64_t highest,
                             std::span<const KeptOperation> kept);

  /// What all of it adds to the state digest. Cost: O(kept operations).
  [[nodiscard]] std::uint64_t digest() const;

  [[nodiscard]] std::uint32_t clients_with_operations() const { return recent_.count; }
  [[nodiscard]] std::uint32_t clients_with_number_only() const { return numbered_.count; }

 private:
  static constexpr std::uint32_t none = ~std::uint32_t{0};
  static constexpr std::uint32_t block_operations = 16;

  struct Block {
    KeptOperation operations[block_operations];
  };
  struct Client {
    ClientId id;
    std::uint64_t highest = 0;
    std::uint32_t oldest_block = none;
    std::uint32_t newest_block = none;
    std::uint32_t oldest_at = 0;   // Inside oldest_block.
    std::uint32_t newest_end = 0;  // Inside newest_block: one past the newest.
    std::uint32_t kept = 0;
    std::uint32_t earlier = none;  // Neighbours in the list of recency.
    std::uint32_t later = none;
    std::uint32_t hash_next = none;
  };
  struct RecencyList {
    std::uint32_t oldest = none;
    std::uint32_t newest = none;
    std::uint32_t count = 0;
  };

  template <typename Use>
  void for_each_kept(const Client& client, Use use) const {
    std::uint32_t left = client.kept;
    std::uint32_t from = client.oldest_at;
    for (std::uint32_t block = client.oldest_block; left > 0; block = block_next_[block]) {
      const std::uint32_t until = std::min(block_operations, from + left);
      for (std::uint32_t at = from; at < until; ++at) use(blocks_[block].operations[at]);
      left -= until - from;
      from = 0;
    }
  }

  [[nodiscard]] std::uint32_t find_client(ClientId id) const;
  std::uint32_t add_client(ClientId id);
  void remove_client(std::uint32_t at);
  void append_to(RecencyList& list, std::uint32_t at);
  void remove_from(RecencyList& list, std::uint32_t at);
  [[nodiscard]] bool needs_block(const Client& client) const;
  KeptOperation& new_slot(Client& client);
  std::uint64_t drop_oldest(Client& client);
  void free_block(std::uint32_t block);
  [[nodiscard]] static std::uint64_t number_digest(const Client& client);
  [[nodiscard]] std::uint32_t& bucket_of(ClientId id);

  WindowLimits limits_;
  MappedArray<Block> blocks_;
  MappedArray<std::uint32_t> block_next_;
  std::uint32_t free_blocks_ = none;      // List through block_next_.
  std::uint32_t unused_blocks_from_ = 0;  // Never handed out yet.
  MappedArray<Client> clients_;
  MappedArray<std::uint32_t> buckets_;  // Client index + 1; 0 = empty.
  std::uint32_t free_clients_ = none;   // List through Client::hash_next.
  std::uint32_t unused_clients_from_ = 0;
  RecencyList recent_;    // Clients with operations.
  RecencyList numbered_;  // Clients with only a number.
};

}  // namespace daybook
