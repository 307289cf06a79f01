#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace daybook {

enum class IdOrder : std::uint8_t { sequential, random };

/// What the transfers of a load are.
enum class LoadKind : std::uint8_t {
  plain,
  /// Half of them pending transfers, the other half the posts of them. A request of holds is
  /// followed, once it is answered, by a request of their posts on the same connection.
  holds,
  /// The same pairs of requests. Of five neighbours in the first three are pending; the second
  /// posts two of them and voids one. The others are plain: so of all transfers 30 % are pending,
  /// 20 % posts, 10 % voids and 40 % plain.
  pending_30,
  hot,       ///< Plain; all debit one and the same account, the credits are spread.
  chain_2,   ///< Plain, in linked chains of 2.
  chain_10,  ///< Plain, in linked chains of 10.
};

/// As on the command line: "plain", "pending-30".
[[nodiscard]] std::string_view name_of(LoadKind kind);
[[nodiscard]] std::string_view name_of(IdOrder ids);
/// In words, for people.
[[nodiscard]] std::string_view describe(LoadKind kind);
/// Nothing for a name that no kind has.
[[nodiscard]] std::optional<LoadKind> load_kind_of(std::string_view name);
[[nodiscard]] std::vector<std::string> load_kind_names();

/// Whether a first request makes holds that a second one resolves.
[[nodiscard]] constexpr bool resolves_holds(LoadKind kind) {
  return kind == LoadKind::holds || kind == LoadKind::pending_30;
}

/// Transfers in a linked chain; 1: there are none.
[[nodiscard]] constexpr std::uint32_t chain_length(LoadKind kind) {
  if (kind == LoadKind::chain_2) return 2;
  return kind == LoadKind::chain_10 ? 10 : 1;
}

/// What to throw at an engine.
struct LoadSettings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string token;
  LoadKind kind = LoadKind::plain;
  /// Of every kind: holds, posts and voids count too. Even where the kind resolves holds, a
  /// multiple of the chain's length where it has chains.
  std::uint64_t transfers = 1'000'000;
  std::uint64_t accounts = 10'000;  ///< 2 to 2^32 - 1.
  std::uint32_t batch = 8'192;      ///< Transfers a request; a multiple of the chain's length.
  std::uint32_t clients = 1;        ///< Connections.
  std::uint32_t in_flight = 4;      ///< Requests of each connection on the wire at a time.
  IdOrder ids = IdOrder::sequential;
  /// Accounts, pairs, amounts and ids follow from it: the same seed, the same load. An engine that
  /// has seen a seed refuses it the second time, because every id exists.
  std::uint64_t seed = 1;
  /// Holds that are created before the load and expire during it. Not where the kind resolves
  /// holds.
  std::uint64_t expiring = 0;
  std::uint32_t expire_after = 0;  ///< Seconds from their creation on; 0: as their number needs.
  std::uint64_t reads = 0;         ///< Reads of each sort after the load.
  std::string ack_log;  ///< Where to write acknowledged ids (check_acks.hpp); empty: nowhere.
};

}  // namespace daybook
