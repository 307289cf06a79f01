#include "tools/daybook/recon/runs/watched_inbox.hpp"

#include <algorithm>
#include <utility>

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

Result<std::vector<InboxFile>> WatchedInbox::fitting(const std::string& pattern) {
  std::error_code error;
  std::vector<InboxFile> fitting;
  for (std::filesystem::directory_iterator at{directory_, error}, end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (is_unfinished(name) || ::fnmatch(pattern.c_str(), name.c_str(), 0) != 0) continue;
    std::error_code ignored;
    if (at->is_regular_file(ignored)) fitting.push_back({at->path(), {}});
  }
  if (error) {
    return Failure{FailureKind::io, fmt::format("{}: {}", directory_.string(), error.message())};
  }
  std::sort(fitting.begin(), fitting.end(),
            [](const InboxFile& a, const InboxFile& b) { return a.path < b.path; });
  for (InboxFile& each : fitting) {
    auto hash = hash_of(each.path);
    if (!hash) return hash.error();
    each.sha256 = std::move(hash).value();
  }
  return fitting;
}

bool is_dated(const std::string& pattern) { return pattern_for(pattern, 19700101) != pattern; }

std::string pattern_for(const std::string& pattern, std::uint64_t day) {
  const std::pair<std::string, std::string> parts[] = {
      {"%Y", fmt::format("{:04}", day / 10'000)},
      {"%m", fmt::format("{:02}", day / 100 % 100)},
      {"%d", fmt::format("{:02}", day % 100)}};
  std::string text = pattern;
  for (const auto& [mark, value] : parts) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark)) {
      text.replace(at, mark.size(), value);
    }
  }
  return text;
}

}  // namespace daybook::recon
