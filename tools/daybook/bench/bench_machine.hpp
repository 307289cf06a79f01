#pragma once

#include <string>

namespace daybook {

/// What was run on, so that a figure can be judged.
struct Machine {
  std::string processor;
  unsigned cores = 0;
  std::string kernel;
  std::string compiler;
  std::string commit;  ///< "unknown" outside a repository.
};

[[nodiscard]] Machine this_machine();

/// Whether a reply of this engine means "on disk".
struct Durability {
  bool durable = true;
  std::string words;
};

/// Of the file system that `directory` is on: tmpfs and the like keep nothing.
[[nodiscard]] Durability durability_of(const std::string& directory);

}  // namespace daybook
