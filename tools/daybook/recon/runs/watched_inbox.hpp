#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "engine/base/result.hpp"

namespace daybook::recon {

/// A directory into which statements are put.
///
/// Threads.  One.
/// Cost.     A file is hashed once, as long as neither its size nor its time changes.
class WatchedInbox {
 public:
  explicit WatchedInbox(std::filesystem::path directory) : directory_{std::move(directory)} {}

  /// The first by name that fits the pattern and whose SHA-256 is none of `used`; nothing where
  /// there is none. Errors: those of directory and files.
  [[nodiscard]] Result<std::optional<std::filesystem::path>> next(
      const std::string& pattern, const std::set<std::string>& used);

 private:
  struct Hashed {
    std::string fingerprint;
    std::string sha256;
  };

  [[nodiscard]] Result<std::string> hash_of(const std::filesystem::path& path);

  std::filesystem::path directory_;
  std::map<std::string, Hashed> hashed_;  ///< By path.
};

}  // namespace daybook::recon
