#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/model/rebuild.hpp"
#include "net/protocol/frame.hpp"
#include "net/protocol/layout.hpp"
#include "net/protocol/messages.hpp"

/// rebuild and take_snapshot: what both ends write and read. As requests.hpp and replies.hpp:
/// writers put one whole frame at the start of `room`, which is 8-byte aligned and large enough;
/// readers trust nothing in `body`.

namespace daybook {

inline constexpr std::size_t rebuild_frame_bytes = frame_header_bytes + sizeof(layout::Rebuild);
std::size_t write_rebuild(std::span<std::byte> room, std::uint64_t number,
                          const RebuildFilter& filter, std::uint64_t min_sequence);
[[nodiscard]] Result<RequestBody, BodyFault> read_rebuild(std::span<const std::byte> body);

struct RebuildReplyMessage {
  RequestStatus status = RequestStatus::ok;
  std::string_view words{};
  Sequence sequence{};  ///< Of the last fact that was looked at.
  bool more = false;
  std::uint64_t cursor = 0;
  std::uint64_t compared = 0;     ///< Aggregates.
  std::uint64_t mismatching = 0;  ///< Of them.
  std::uint64_t done = 0;         ///< Thousandths of the pass under way.
  std::span<const RebuildDifference> differences{};
};

/// Of a reply without words.
[[nodiscard]] constexpr std::size_t rebuild_reply_frame_bytes(std::size_t differences) {
  return frame_header_bytes + sizeof(layout::RebuildReply) + 8 +
         differences * sizeof(RebuildDifference);
}
static_assert(rebuild_reply_frame_bytes(limits::rebuild_differences_page_max) + words_bytes_max <=
              limits::frame_bytes_max);
/// Requires: no words; a refused request is answered with write_refused_reply().
std::size_t write_rebuild_reply(std::span<std::byte> room, std::uint64_t number,
                                const RebuildReplyMessage& reply);
[[nodiscard]] Result<RebuildReplyMessage, BodyFault> read_rebuild_reply(
    std::span<const std::byte> body);

/// Room: small_frame_bytes. The reply is a DigestReply.
std::size_t write_take_snapshot(std::span<std::byte> room, std::uint64_t number);
[[nodiscard]] Result<RequestBody, BodyFault> read_take_snapshot(std::span<const std::byte> body);

}  // namespace daybook
