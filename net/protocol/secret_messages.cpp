#include "net/protocol/secret_messages.hpp"

#include <fmt/format.h>

#include "engine/base/utf8.hpp"
#include "net/protocol/body_reader.hpp"
#include "net/protocol/body_writer.hpp"

namespace daybook {
namespace {

constexpr std::uint16_t type_of(RequestKind kind) { return static_cast<std::uint16_t>(kind); }

BodyFault malformed(std::string words) {
  return {.status = RequestStatus::malformed, .not_readable = false, .words = std::move(words)};
}

}  // namespace

std::size_t write_seal_secrets(std::span<std::byte> room, std::uint64_t number,
                               std::span<const std::byte> texts) {
  BodyWriter<layout::SealSecrets> writer{room};
  writer.vector(writer.fixed.texts, static_cast<std::uint32_t>(texts.size()), 1, texts.data());
  return writer.finish(type_of(RequestKind::seal_secrets), 0, number);
}

Result<RequestBody, BodyFault> read_seal_secrets(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::SealSecrets>(bytes);
  if (table == nullptr) return unreadable("SealSecrets");
  RequestBody body;
  if (table->texts() != nullptr) {
    body.payloads = {reinterpret_cast<const std::byte*>(table->texts()->Data()),
                     table->texts()->size()};
  }
  const auto texts = read_secret_texts(body.payloads);
  if (!texts) {
    return malformed(fmt::format(
        "the request must have 1 to {} texts, each of 1 to {} bytes of printable UTF-8, and none "
        "that begins with '{}', as what is sealed already does",
        limits::secrets_max, limits::secret_bytes_max, sealed_text_prefix));
  }
  body.event_count = static_cast<std::uint32_t>(texts->size());
  return body;
}

std::size_t write_forget_secrets(std::span<std::byte> room, std::uint64_t number,
                                 std::span<const Uint128> keys, std::string_view reason) {
  BodyWriter<layout::ForgetSecrets> writer{room};
  writer.vector(writer.fixed.keys, static_cast<std::uint32_t>(keys.size()), sizeof(Uint128),
                keys.data());
  writer.string(writer.fixed.reason, reason);
  return writer.finish(type_of(RequestKind::forget_secrets), 0, number);
}

Result<RequestBody, BodyFault> read_forget_secrets(std::span<const std::byte> bytes) {
  const auto* table = verified<wire::ForgetSecrets>(bytes);
  if (table == nullptr) return unreadable("ForgetSecrets");
  if (!is_aligned(table->keys())) return misaligned("ForgetSecrets");
  const std::uint32_t count = count_of(table->keys());
  if (count == 0 || count > limits::secrets_max) {
    return malformed(
        fmt::format("the request has {} keys, it must have 1 to {}", count, limits::secrets_max));
  }
  const std::string_view reason = text_of(table->reason());
  if (reason.empty() || reason.size() > limits::reason_bytes_max || !is_printable_utf8(reason)) {
    return malformed(fmt::format(
        "ForgetSecrets has no reason of 1 to {} bytes of printable UTF-8; an operator says why",
        limits::reason_bytes_max));
  }
  RequestBody body;
  body.events = reinterpret_cast<const std::byte*>(table->keys()->Data());
  body.event_count = count;
  body.reason = reason;
  return body;
}

Result<ItemsReplyMessage<std::uint64_t>, BodyFault> read_secrets_reply(
    std::span<const std::byte> body) {
  const auto* table = verified<wire::SecretsReply>(body);
  if (table == nullptr) return unreadable("SecretsReply");
  if (!is_aligned(table->records())) return misaligned("SecretsReply");
  ItemsReplyMessage<std::uint64_t> reply{.status = static_cast<RequestStatus>(table->status()),
                                         .words = text_of(table->words()),
                                         .sequence = Sequence{table->sequence()},
                                         .more = table->more(),
                                         .cursor = table->cursor(),
                                         .items = {}};
  if (table->records() != nullptr) {
    reply.items = {table->records()->data(), table->records()->size()};
  }
  return reply;
}

}  // namespace daybook
