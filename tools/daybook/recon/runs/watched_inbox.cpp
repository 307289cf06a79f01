#include "tools/daybook/recon/runs/watched_inbox.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fnmatch.h>

#include "tools/daybook/recon/watched_file.hpp"

namespace daybook::recon {
namespace {

/// Somebody is still writing it.
bool is_unfinished(const std::string& name) {
  return name.starts_with('.') || name.ends_with(".tmp") || name.ends_with(".part");
}

}  // namespace

Result<std::string> WatchedInbox::hash_of(const std::filesystem::path& path) {
  const auto file = WatchedFile::open(path);
  if (!file) return file.error();
  Hashed& known = hashed_[path.string()];
  if (known.fingerprint != file.value().fingerprint()) {
    auto hash = file.value().sha256_of({});
    if (!hash) return hash.error();
    known = {file.value().fingerprint(), std::move(hash).value()};
  }
  return known.sha256;
}

Result<std::optional<std::filesystem::path>> WatchedInbox::next(const std::string& pattern,
                                                                const std::set<std::string>& used) {
  std::error_code error;
  std::vector<std::filesystem::path> fitting;
  for (std::filesystem::directory_iterator at{directory_, error}, end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (is_unfinished(name) || ::fnmatch(pattern.c_str(), name.c_str(), 0) != 0) continue;
    std::error_code ignored;
    if (at->is_regular_file(ignored)) fitting.push_back(at->path());
  }
  if (error) {
    return Failure{FailureKind::io, fmt::format("{}: {}", directory_.string(), error.message())};
  }
  std::sort(fitting.begin(), fitting.end());
  for (const std::filesystem::path& path : fitting) {
    const auto hash = hash_of(path);
    if (!hash) return hash.error();
    if (!used.contains(hash.value())) return std::optional{path};
  }
  return std::optional<std::filesystem::path>{};
}

}  // namespace daybook::recon
