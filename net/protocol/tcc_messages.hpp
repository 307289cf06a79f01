#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/base/limits.hpp"
#include "engine/model/tcc.hpp"
#include "net/protocol/frame.hpp"
#include "net/protocol/layout.hpp"
#include "net/protocol/messages.hpp"
#include "net/protocol/replies.hpp"
#include "net/protocol/requests.hpp"

/// TCC transactions: what both ends write and read. As requests.hpp and replies.hpp.

namespace daybook {

[[nodiscard]] constexpr std::size_t tcc_commands_frame_bytes(std::size_t commands,
                                                             std::size_t amounts) {
  return frame_header_bytes + sizeof(layout::TccCommands) + 16 + commands * sizeof(TccCommand) +
         amounts * sizeof(TccAmount);
}
std::size_t write_tcc_commands(std::span<std::byte> room, std::uint64_t number,
                               const OperationOrigin& origin, std::span<const TccCommand> commands,
                               std::span<const TccAmount> amounts);
/// The body's payloads are the amounts.
[[nodiscard]] Result<RequestBody, BodyFault> read_tcc_commands(std::span<const std::byte> body);

[[nodiscard]] Result<RequestBody, BodyFault> read_lookup_tccs(std::span<const std::byte> body);

/// Which transactions a list has.
struct TccListFilter {
  std::uint64_t states = 0;  ///< Bit n: those whose TccState is n; 0 = all.
  std::uint64_t after = 0;   ///< The cursor of the page before; 0 = from the beginning.
  std::uint32_t limit = limits::tccs_page_max;
};
std::size_t write_list_tccs(std::span<std::byte> room, std::uint64_t number,
                            const TccListFilter& filter, std::uint64_t min_sequence);
/// `argument` of the body is the cursor, argument_id.lo the states.
[[nodiscard]] Result<RequestBody, BodyFault> read_list_tccs(std::span<const std::byte> body);

struct TccsReplyMessage {
  RequestStatus status = RequestStatus::ok;
  std::string_view words;
  Sequence sequence;
  bool more = false;
  std::uint64_t cursor = 0;
  std::span<const TccView> tccs;
  std::span<const TccBranch> branches;
};
[[nodiscard]] constexpr std::size_t tccs_reply_frame_bytes(std::size_t tccs, std::size_t branches) {
  return frame_header_bytes + sizeof(layout::EventsReply) + 16 + tccs * sizeof(TccView) +
         branches * sizeof(TccBranch);
}
static_assert(tccs_reply_frame_bytes(limits::tccs_lookup_max,
                                     limits::tccs_lookup_max* limits::tcc_branches_max) <=
              limits::frame_bytes_max);
static_assert(tccs_reply_frame_bytes(limits::tccs_page_max, 0) <= limits::frame_bytes_max);
static_assert(tcc_commands_frame_bytes(limits::tcc_commands_max, limits::tcc_settlements_max) <=
              limits::frame_bytes_max);

std::size_t write_tccs_reply(std::span<std::byte> room, RequestKind kind, std::uint64_t number,
                             const TccsReplyMessage& reply);
/// Of a lookup the branches are as many as the transactions say; of a list there are none.
[[nodiscard]] Result<TccsReplyMessage, BodyFault> read_tccs_reply(std::span<const std::byte> body);

}  // namespace daybook
