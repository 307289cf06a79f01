#pragma once

#include <string>
#include <vector>

#include "tools/daybook/client/client_options.hpp"

namespace daybook {

/// Options of `name put`.
struct NamePutOptions {
  ClientOptions client;
  WriteOptions write;
  std::string kind;
  std::string text;
  std::string id;  ///< Empty: id_of(text).
};

/// exit_code::no when the name was refused; the same name again is good.
int run_name_put(const NamePutOptions& options);

/// Options of `name get`.
struct NameGetOptions {
  ClientOptions client;
  std::string kind;
  std::vector<std::string> ids;
};

/// exit_code::no when any id has no name.
int run_name_get(const NameGetOptions& options);

}  // namespace daybook
