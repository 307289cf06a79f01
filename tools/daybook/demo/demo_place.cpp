#include "tools/daybook/demo/demo_place.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

namespace daybook::demo {
namespace {

namespace fs = std::filesystem;

Failure failure(const fs::path& path, const char* what, const std::error_code& error) {
  return {FailureKind::io, fmt::format("{}: {}: {}; choose another place with --directory",
                                       path.string(), what, error.message())};
}

Result<fs::path> make_temporary() {
  std::error_code error;
  std::string pattern = (fs::temp_directory_path(error) / "daybook-demo-XXXXXX").string();
  if (!error && ::mkdtemp(pattern.data()) == nullptr) error.assign(errno, std::generic_category());
  if (error) return failure(pattern, "cannot be made", error);
  return fs::path{pattern};
}

Result<fs::path> make_named(const std::string& name) {
  std::error_code error;
  const fs::path path = fs::absolute(name, error);
  if (!error) fs::create_directories(path, error);
  if (error) return failure(name, "cannot be made", error);
  const bool is_empty = fs::is_empty(path, error);
  if (error) return failure(path, "cannot be read", error);
  if (is_empty) return path;
  return Failure{FailureKind::invalid,
                 fmt::format("{}: is not empty; name a directory that is, or does not exist yet",
                             path.string())};
}

Result<void> write_files(const fs::path& directory) {
  for (const DemoFile& each : demo_files()) {
    const fs::path path = directory / each.name;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) return failure(path.parent_path(), "cannot be made", error);
    std::ofstream file{path, std::ios::binary};
    file << each.text << std::flush;
    if (!file) return failure(path, "cannot be written", {errno, std::generic_category()});
  }
  return {};
}

}  // namespace

DemoPlace::~DemoPlace() {
  std::error_code ignored;  // What cannot be removed is left in the temporary directory.
  if (!is_kept_) fs::remove_all(path_, ignored);
}

Result<void> DemoPlace::make(const std::string& directory, bool keeps) {
  auto made = directory.empty() ? make_temporary() : make_named(directory);
  if (!made) return made.error();
  path_ = std::move(made).value();
  is_kept_ = keeps || !directory.empty();
  return write_files(path_);
}

}  // namespace daybook::demo
