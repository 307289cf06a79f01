#include "tools/daybook/offline/new_directory.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/stat.h>

#include "storage/file/file.hpp"

namespace daybook {
namespace {

constexpr mode_t directory_mode = 0750;

Result<void> check_place(const std::filesystem::path& place) {
  std::error_code error;
  const auto status = std::filesystem::symlink_status(place, error);
  if (status.type() == std::filesystem::file_type::not_found) return {};
  if (error) return system_failure(error.value(), "cannot be looked at", place);
  const bool empty = status.type() == std::filesystem::file_type::directory &&
                     std::filesystem::is_empty(place, error) && !error;
  if (empty) return {};
  return Failure{FailureKind::invalid,
                 place.string() + ": is there already; name a directory that does not exist yet"};
}

}  // namespace

NewDirectory::NewDirectory(std::filesystem::path place, std::filesystem::path partial)
    : place_{std::move(place)}, partial_{std::move(partial)} {}

NewDirectory::NewDirectory(NewDirectory&& other) noexcept
    : place_{std::move(other.place_)},
      partial_{std::move(other.partial_)},
      owned_{std::exchange(other.owned_, false)} {}

NewDirectory::~NewDirectory() {
  if (!owned_) return;
  std::error_code ignored;
  std::filesystem::remove_all(partial_, ignored);
}

Result<NewDirectory> NewDirectory::begin(const std::filesystem::path& place) {
  std::error_code error;
  std::filesystem::path whole = std::filesystem::absolute(place, error).lexically_normal();
  if (error) return system_failure(error.value(), "cannot be found", place);
  if (whole.filename().empty()) whole = whole.parent_path();
  if (auto checked = check_place(whole); !checked) return checked.error();
  std::filesystem::path partial = whole;
  partial += ".partial";
  if (::mkdir(partial.c_str(), directory_mode) != 0) {
    if (errno != EEXIST) return system_failure(errno, "cannot be made", partial);
    return Failure{FailureKind::invalid,
                   partial.string() +
                       ": left by an attempt that was interrupted, or another one "
                       "is under way; remove it if not"};
  }
  return NewDirectory{std::move(whole), std::move(partial)};
}

Result<void> NewDirectory::finish() {
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator at{partial_, error};
       !error && at != std::filesystem::recursive_directory_iterator{}; at.increment(error)) {
    if (!at->is_directory(error)) continue;
    if (auto synced = sync_directory(at->path()); !synced) return synced;
  }
  if (error) return system_failure(error.value(), "cannot be listed", partial_);
  if (auto synced = sync_directory(partial_); !synced) return synced;
  if (auto renamed = rename_durably(partial_, place_); !renamed) return renamed;
  owned_ = false;
  return {};
}

}  // namespace daybook
