// Client: secrets of sagas.

#include <algorithm>

#include "engine/base/utf8.hpp"
#include "net/client/client.hpp"
#include "net/client/submission.hpp"
#include "net/protocol/secret_messages.hpp"

namespace daybook {
namespace {

Failure invalid(std::string words) { return {FailureKind::invalid, std::move(words)}; }

/// Never names a text.
std::optional<Failure> fault_of_texts(std::span<const std::string> texts) {
  const bool good = std::all_of(texts.begin(), texts.end(), [](const std::string& each) {
    return !each.empty() && each.size() <= limits::secret_bytes_max && is_printable_utf8(each) &&
           !each.starts_with(sealed_text_prefix);
  });
  if (good && !texts.empty() && texts.size() <= limits::secrets_max) return std::nullopt;
  return invalid(fmt::format(
      "1 to {} texts are sealed at once, each of 1 to {} bytes of printable UTF-8, and none that "
      "begins with '{}', as what is sealed already does; nothing was sent",
      limits::secrets_max, limits::secret_bytes_max, sealed_text_prefix));
}

std::optional<Failure> fault_of_keys(std::size_t count, std::string_view reason) {
  const bool good = count >= 1 && count <= limits::secrets_max && !reason.empty() &&
                    reason.size() <= limits::reason_bytes_max && is_printable_utf8(reason);
  if (good) return std::nullopt;
  return invalid(
      fmt::format("1 to {} keys are forgotten at once, for a reason of 1 to {} bytes of printable "
                  "UTF-8; nothing was sent",
                  limits::secrets_max, limits::reason_bytes_max));
}

}  // namespace

Result<SealResult> Client::seal_secrets(std::span<const std::string> texts) {
  return wait_for<SealResult>(loop(), [&](Callback<SealResult> callback) {
    async_seal_secrets(texts, std::move(callback));
  });
}

void Client::async_seal_secrets(std::span<const std::string> texts, Callback<SealResult> callback) {
  if (auto fault = fault_of_texts(texts)) return session_->refuse(std::move(callback), *fault);
  const std::vector<std::byte> bytes = secret_texts(texts);
  FrameBuffer buffer = session_->frames().take(seal_secrets_frame_bytes(bytes.size()));
  buffer.size = write_seal_secrets(buffer.frame(), 0, bytes);
  session_->submit(
      request_of(RequestKind::seal_secrets, 0, std::move(buffer), {}, std::move(callback)));
}

Result<ForgetResult> Client::forget_secrets(std::span<const Uint128> keys,
                                            std::string_view reason) {
  return wait_for<ForgetResult>(loop(), [&](Callback<ForgetResult> callback) {
    async_forget_secrets(keys, reason, std::move(callback));
  });
}

void Client::async_forget_secrets(std::span<const Uint128> keys, std::string_view reason,
                                  Callback<ForgetResult> callback) {
  if (auto fault = fault_of_keys(keys.size(), reason)) {
    return session_->refuse(std::move(callback), *fault);
  }
  FrameBuffer buffer =
      session_->frames().take(forget_secrets_frame_bytes(keys.size(), reason.size()));
  buffer.size = write_forget_secrets(buffer.frame(), 0, keys, reason);
  session_->submit(
      request_of(RequestKind::forget_secrets, 0, std::move(buffer), {}, std::move(callback)));
}

}  // namespace daybook
