#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/ports/request_slot.hpp"

namespace daybook {

/// Whoever keeps the keys of sealed texts: seals, opens, forgets.
///
/// Threads.     Any; nothing of it waits for a disk.
/// Durability.  A key is on disk before the text that it seals is told, and its bytes are gone from
///              the disk before it is told that it is forgotten.
/// Limits.      limits::secret_requests_max requests wait at a time.
class SecretKeeper {
 public:
  virtual ~SecretKeeper() = default;

  /// Answers a seal_secrets or forget_secrets: `status`, `detail`, and in `query_items` one
  /// SealedTextView a text, or one ForgottenKey a key: of all, or of none. Then `done` is called,
  /// by the keeper's thread. False where too many wait: nothing of it is done. Requires: a slot
  /// whose payloads read_secret_texts() takes, or whose events are 1 to limits::secrets_max key
  /// ids.
  [[nodiscard]] virtual bool submit(RequestSlot& slot, std::function<void()> done) = 0;

  /// What the text seals; nothing where its key is forgotten, not known, or another one's.
  [[nodiscard]] virtual std::optional<std::string> open(std::string_view sealed) const = 0;
};

}  // namespace daybook
