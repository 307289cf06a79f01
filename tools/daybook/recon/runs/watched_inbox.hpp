#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/base/result.hpp"

namespace daybook::recon {

/// A statement that is there.
struct InboxFile {
  std::filesystem::path path;
  std::string sha256;
};

/// A directory into which statements are put.
///
/// Threads.  One.
/// Errors.   Those of the directory and its files.
/// Cost.     A file is hashed once, as long as neither its size nor its time changes.
class WatchedInbox {
 public:
  explicit WatchedInbox(std::filesystem::path directory) : directory_{std::move(directory)} {}

  /// Those whose names fit the pattern, by name; none that somebody is still writing.
  [[nodiscard]] Result<std::vector<InboxFile>> fitting(const std::string& pattern);

 private:
  struct Hashed {
    std::string fingerprint;
    std::string sha256;
  };

  [[nodiscard]] Result<std::string> hash_of(const std::filesystem::path& path);

  std::filesystem::path directory_;
  std::map<std::string, Hashed> hashed_;  ///< By path.
};

/// Does the pattern say of which day a file is?
[[nodiscard]] bool is_dated(const std::string& pattern);
/// With %Y, %m and %d of the day, 20260131, in their places.
[[nodiscard]] std::string pattern_for(const std::string& pattern, std::uint64_t day);

}  // namespace daybook::recon
