#include "tools/daybook/bench/bench_place.hpp"

#include <cerrno>
#include <cstdlib>

#include <fmt/format.h>

namespace daybook {

namespace fs = std::filesystem;

DataPlace::~DataPlace() {
  std::error_code ignored;  // What cannot be removed is left in the temporary directory.
  if (temporary_) fs::remove_all(root_, ignored);
}

Result<void> DataPlace::make(const std::string& kept, std::uint32_t run, std::uint32_t runs) {
  std::error_code error;
  if (kept.empty()) {
    std::string pattern = (fs::temp_directory_path(error) / "daybook-bench-XXXXXX").string();
    if (!error && ::mkdtemp(pattern.data()) == nullptr)
      error.assign(errno, std::generic_category());
    root_ = pattern;
    temporary_ = !error;
  } else {
    root_ = runs == 1 ? fs::path{kept} : fs::path{kept} / fmt::format("run-{}", run + 1);
    fs::create_directories(root_, error);
  }
  if (error) {
    return Failure{FailureKind::io, fmt::format("cannot make the directory {}: {}; choose another "
                                                "one with --data",
                                                root_.string(), error.message())};
  }
  return {};
}

}  // namespace daybook
