#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/base/limits.hpp"
#include "engine/model/sealed_text.hpp"
#include "net/protocol/frame.hpp"
#include "net/protocol/layout.hpp"
#include "net/protocol/messages.hpp"
#include "net/protocol/replies.hpp"

/// seal_secrets and forget_secrets: what both ends write and read. As requests.hpp and replies.hpp.
/// No words about a fault repeat a text.

namespace daybook {

[[nodiscard]] constexpr std::size_t seal_secrets_frame_bytes(std::size_t texts_bytes) {
  return frame_header_bytes + sizeof(layout::SealSecrets) + 8 + layout::padded(texts_bytes);
}
/// `texts` as secret_texts() makes them.
std::size_t write_seal_secrets(std::span<std::byte> room, std::uint64_t number,
                               std::span<const std::byte> texts);
/// The body's payloads are the texts, which read_secret_texts() reads, and event_count says how
/// many. Cost: O(texts).
[[nodiscard]] Result<RequestBody, BodyFault> read_seal_secrets(std::span<const std::byte> body);

[[nodiscard]] constexpr std::size_t forget_secrets_frame_bytes(std::size_t keys,
                                                               std::size_t reason_bytes) {
  return frame_header_bytes + sizeof(layout::ForgetSecrets) + 8 + keys * sizeof(Uint128) +
         layout::string_bytes(reason_bytes);
}
std::size_t write_forget_secrets(std::span<std::byte> room, std::uint64_t number,
                                 std::span<const Uint128> keys, std::string_view reason);
/// The body's events are the keys' ids; there is a reason.
[[nodiscard]] Result<RequestBody, BodyFault> read_forget_secrets(std::span<const std::byte> body);

/// The answer to both: SealedTextViews, or ForgottenKeys, as words.
/// write_items_reply<std::uint64_t>() writes it.
[[nodiscard]] Result<ItemsReplyMessage<std::uint64_t>, BodyFault> read_secrets_reply(
    std::span<const std::byte> body);
static_assert(reply_frame_bytes(limits::secrets_max * sizeof(SealedTextView), words_bytes_max) <=
              limits::frame_bytes_max);

}  // namespace daybook
