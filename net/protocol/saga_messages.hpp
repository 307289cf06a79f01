#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/base/limits.hpp"
#include "engine/model/saga_view.hpp"
#include "net/protocol/frame.hpp"
#include "net/protocol/layout.hpp"
#include "net/protocol/messages.hpp"
#include "net/protocol/replies.hpp"

/// list_sagas: what both ends write and read. What is asked of sagas are events: see
/// event_messages.hpp. As requests.hpp and replies.hpp.

namespace daybook {

inline constexpr std::size_t list_sagas_frame_bytes =
    frame_header_bytes + sizeof(layout::ListSagas);
std::size_t write_list_sagas(std::span<std::byte> room, std::uint64_t number,
                             const SagaFilter& filter, std::uint64_t min_sequence);
/// The body's one event is the filter, `limit` is the filter's.
[[nodiscard]] Result<RequestBody, BodyFault> read_list_sagas(std::span<const std::byte> body);

static_assert(reply_frame_bytes(limits::sagas_page_max * sizeof(SagaView), words_bytes_max) <=
              limits::frame_bytes_max);
/// write_items_reply<SagaView>() writes it.
[[nodiscard]] Result<ItemsReplyMessage<SagaView>, BodyFault> read_sagas_reply(
    std::span<const std::byte> body);

}  // namespace daybook
