#pragma once

#include <string_view>

#include "engine/model/status.hpp"

namespace daybook {

/// What a status means for the one event that got it, and what to do next: a sentence or two for
/// people. Empty for those that need nothing done (created, exists, changed) and for numbers that
/// this version does not know.
[[nodiscard]] std::string_view advice(CreateAccountStatus status) noexcept;
[[nodiscard]] std::string_view advice(CreateTransferStatus status) noexcept;
[[nodiscard]] std::string_view advice(PutLedgerStatus status) noexcept;
[[nodiscard]] std::string_view advice(ChangeAccountStatus status) noexcept;
[[nodiscard]] std::string_view advice(PutNameStatus status) noexcept;
[[nodiscard]] std::string_view advice(AppendEventStatus status) noexcept;
[[nodiscard]] std::string_view advice(PutCheckpointStatus status) noexcept;
[[nodiscard]] std::string_view advice(TccStatus status) noexcept;

}  // namespace daybook
