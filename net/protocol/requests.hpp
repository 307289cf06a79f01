#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "net/protocol/frame.hpp"
#include "net/protocol/layout.hpp"
#include "net/protocol/messages.hpp"

/// Requests: what a client writes and a server reads.
///
/// Every writer puts one whole frame, header and checksum included, at the start of `room` and
/// returns its size. Requires: `room` is 8-byte aligned and has at least the bytes that the
/// *_frame_bytes function beside it says. No allocation.

namespace daybook {

// ---- Writers, for the client. ----

/// Where the events of a create or put frame begin.
inline constexpr std::size_t create_events_offset =
    frame_header_bytes + layout::items_offset<layout::Operation>;

/// Event is Account, Transfer, Ledger or Name.
template <typename Event>
[[nodiscard]] constexpr std::size_t create_frame_bytes(std::size_t count) {
  return create_events_offset + layout::padded(count * sizeof(Event));
}
static_assert(create_frame_bytes<Transfer>(limits::batch_events_max) <= limits::frame_bytes_max);

std::size_t write_create_accounts(std::span<std::byte> room, std::uint64_t number,
                                  const OperationOrigin& origin, std::span<const Account> accounts);
std::size_t write_create_transfers(std::span<std::byte> room, std::uint64_t number,
                                   const OperationOrigin& origin,
                                   std::span<const Transfer> transfers);
std::size_t write_put_ledgers(std::span<std::byte> room, std::uint64_t number,
                              const OperationOrigin& origin, std::span<const Ledger> ledgers);
std::size_t write_put_names(std::span<std::byte> room, std::uint64_t number,
                            const OperationOrigin& origin, std::span<const Name> names);

/// Where the events of a create frame with names begin.
inline constexpr std::size_t named_events_offset =
    frame_header_bytes + layout::items_offset<layout::NamedOperation>;

/// Where its names begin, if it has no reason. Event is Account or Transfer.
template <typename Event>
[[nodiscard]] constexpr std::size_t names_offset(std::size_t count) {
  return named_events_offset + layout::padded(count * sizeof(Event)) + 8;
}

template <typename Event>
[[nodiscard]] constexpr std::size_t named_frame_bytes(std::size_t count, std::size_t name_count,
                                                      std::size_t reason_bytes = 0) {
  return names_offset<Event>(count) + name_count * sizeof(Name) +
         (reason_bytes == 0 ? 0 : layout::string_bytes(reason_bytes));
}
static_assert(named_frame_bytes<Transfer>(limits::batch_events_max, limits::request_names_max,
                                          limits::reason_bytes_max) <= limits::frame_bytes_max);

/// As write_create_accounts(), with names. Room: named_frame_bytes().
std::size_t write_named_accounts(std::span<std::byte> room, std::uint64_t number,
                                 const OperationOrigin& origin, std::span<const Account> accounts,
                                 std::span<const Name> names);
/// As write_create_transfers(), with names and, if it is not empty, an operator's reason.
std::size_t write_named_transfers(std::span<std::byte> room, std::uint64_t number,
                                  const OperationOrigin& origin,
                                  std::span<const Transfer> transfers, std::string_view reason,
                                  std::span<const Name> names);

/// Event is AccountChange or Transfer.
template <typename Event>
[[nodiscard]] constexpr std::size_t reasoned_frame_bytes(std::size_t count,
                                                         std::size_t reason_bytes) {
  return frame_header_bytes + layout::items_offset<layout::ReasonedOperation> +
         layout::padded(count * sizeof(Event)) + layout::string_bytes(reason_bytes);
}
static_assert(reasoned_frame_bytes<Transfer>(limits::batch_events_max, limits::reason_bytes_max) <=
              limits::frame_bytes_max);
std::size_t write_change_accounts(std::span<std::byte> room, std::uint64_t number,
                                  const OperationOrigin& origin,
                                  std::span<const AccountChange> changes, std::string_view reason);
/// As write_create_transfers(), with an operator's reason.
std::size_t write_reasoned_transfers(std::span<std::byte> room, std::uint64_t number,
                                     const OperationOrigin& origin,
                                     std::span<const Transfer> transfers, std::string_view reason);

/// Finishes a frame whose `count` events the caller has already written at create_events_offset:
/// saves a copy of large batches. `kind` is create_accounts, create_transfers, put_ledgers
/// or put_names.
std::size_t finish_create(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                          const OperationOrigin& origin, std::uint32_t count);
/// The same of a frame with names: its events stand at named_events_offset and its names at
/// names_offset(). `kind` is create_accounts or create_transfers.
std::size_t finish_named_create(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                                const OperationOrigin& origin, std::uint32_t count,
                                std::uint32_t name_count);

[[nodiscard]] constexpr std::size_t lookup_frame_bytes(std::size_t count) {
  return frame_header_bytes + layout::items_offset<layout::Lookup> + count * sizeof(Uint128);
}
/// `kind` is lookup_accounts, lookup_transfers or lookup_holds.
std::size_t write_lookup(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                         std::span<const Uint128> ids, std::uint64_t min_sequence);

[[nodiscard]] constexpr std::size_t lookup_names_frame_bytes(std::size_t count) {
  return frame_header_bytes + layout::items_offset<layout::Lookup> + count * sizeof(NameKey);
}
std::size_t write_lookup_names(std::span<std::byte> room, std::uint64_t number,
                               std::span<const NameKey> keys, std::uint64_t min_sequence);

/// Enough for any request without events or text: lists, state_digest, advance_clock.
inline constexpr std::size_t small_frame_bytes = frame_header_bytes + sizeof(layout::AdvanceClock);

std::size_t write_list_accounts(std::span<std::byte> room, std::uint64_t number,
                                const AccountId& after, std::uint32_t limit,
                                std::uint64_t min_sequence);
std::size_t write_list_ledgers(std::span<std::byte> room, std::uint64_t number, LedgerId after,
                               std::uint32_t limit, std::uint64_t min_sequence);
/// Of lists whose pages go on from a number: list_transfers, trial_balance.
std::size_t write_numbered_list(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                                std::uint64_t after, std::uint32_t limit,
                                std::uint64_t min_sequence);
std::size_t write_list_transfers(std::span<std::byte> room, std::uint64_t number,
                                 std::uint64_t after, std::uint32_t limit,
                                 std::uint64_t min_sequence);
/// Of get_account_transfers, get_account_balances, query_accounts and query_transfers.
inline constexpr std::size_t query_frame_bytes = frame_header_bytes + sizeof(layout::Query);
std::size_t write_query(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                        const QueryFilter& filter, std::uint64_t min_sequence);
inline constexpr std::size_t query_operations_frame_bytes =
    frame_header_bytes + sizeof(layout::QueryOperations);
std::size_t write_query_operations(std::span<std::byte> room, std::uint64_t number,
                                   const OperationFilter& filter, std::uint64_t min_sequence);
[[nodiscard]] constexpr std::size_t lookup_accounts_at_frame_bytes(std::size_t count) {
  return frame_header_bytes + layout::items_offset<layout::LookupAt> + count * sizeof(Uint128);
}
std::size_t write_lookup_accounts_at(std::span<std::byte> room, std::uint64_t number,
                                     std::span<const AccountId> ids, const Moment& moment,
                                     std::uint64_t min_sequence);
/// Room: lookup_accounts_at_frame_bytes().
std::size_t write_lookup_holds_at(std::span<std::byte> room, std::uint64_t number,
                                  std::span<const TransferId> ids, const Moment& moment,
                                  std::uint64_t min_sequence);
std::size_t write_trial_balance_at(std::span<std::byte> room, std::uint64_t number,
                                   std::uint64_t after, std::uint32_t limit, const Moment& moment,
                                   std::uint64_t min_sequence);
std::size_t write_advance_clock(std::span<std::byte> room, std::uint64_t number,
                                const OperationOrigin& origin, std::uint64_t nanoseconds);
std::size_t write_state_digest(std::span<std::byte> room, std::uint64_t number);

[[nodiscard]] constexpr std::size_t accept_clock_frame_bytes(std::size_t reason_bytes) {
  return frame_header_bytes + sizeof(layout::Operation) + layout::string_bytes(reason_bytes);
}
std::size_t write_accept_clock(std::span<std::byte> room, std::uint64_t number,
                               const OperationOrigin& origin, std::string_view reason);

[[nodiscard]] constexpr std::size_t hello_frame_bytes(std::size_t token_bytes) {
  return frame_header_bytes + sizeof(layout::Hello) + layout::string_bytes(token_bytes);
}
/// `hello.protocol_version` is sent as it stands.
std::size_t write_hello(std::span<std::byte> room, std::uint64_t number, const HelloMessage& hello);

// ---- Readers, for the server. ----
//
// Requires: `body` is 8-byte aligned, and its frame's header and checksum were found good. Nothing
// in `body` is trusted. Cost: O(1), whatever the number of events.

[[nodiscard]] Result<HelloMessage, BodyFault> read_hello(std::span<const std::byte> body);

/// The body of a request of `kind`, checked against the limits of counts and texts. A fault that is
/// not `not_readable` leaves the connection sound.
[[nodiscard]] Result<RequestBody, BodyFault> read_request(RequestKind kind,
                                                          std::span<const std::byte> body);

}  // namespace daybook
