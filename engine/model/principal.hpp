#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/model/ids.hpp"
#include "engine/model/operation.hpp"

namespace daybook {

/// What a principal may do. Frozen.
enum class Role : std::uint8_t {
  gateway = 1,      ///< Creates ledgers, accounts, transfers and events; reads.
  reader = 2,       ///< Reads.
  participant = 3,  ///< Takes part in sagas; reads.
  operator_ = 4,    ///< What a gateway may, and repairs.
  checker = 5,      ///< Approves what another proposed; reads.
  admin = 6,        ///< Everything.
};

[[nodiscard]] std::string_view to_string(Role role) noexcept;
[[nodiscard]] std::optional<Role> parse_role(std::string_view text) noexcept;

/// May `role` send a request of `kind`?
[[nodiscard]] bool may(Role role, RequestKind kind) noexcept;

/// Who is at the other end of a connection.
struct Principal {
  PrincipalId id;
  std::string name;
  Role role = Role::reader;
};

/// The principal of a loopback connection to an engine that has no identities: role admin.
[[nodiscard]] Principal local_principal();

}  // namespace daybook
