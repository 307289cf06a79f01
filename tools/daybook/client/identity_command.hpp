#pragma once

#include <string>

namespace daybook {

struct IdentityOptions {
  std::string data;  ///< The engine's data directory.
  std::string name;
  std::string role;
  bool json = false;
};

/// Prints the new token: the only time that it is seen.
int run_identity_add(const IdentityOptions& options);
int run_identity_list(const IdentityOptions& options);
int run_identity_remove(const IdentityOptions& options);

}  // namespace daybook
