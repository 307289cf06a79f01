#include "tools/daybook/recon/unnamed_file.hpp"

#include <atomic>

#include <fmt/format.h>
#include <unistd.h>

namespace daybook::recon {

Result<File> open_unnamed(const std::filesystem::path& directory) {
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) {
    return Failure{FailureKind::not_found,
                   fmt::format("{}: no directory for texts that do not stay in memory; name one "
                               "with --spill, or in TMPDIR",
                               directory.string())};
  }
  // The process and a number make the name this one's; it is gone before anything is written.
  static std::atomic<unsigned> number{0};
  const std::filesystem::path path =
      directory / fmt::format(".daybook-texts-{}-{}", ::getpid(), number.fetch_add(1));
  Result<File> file = File::open(path, File::Mode::create_afresh);
  if (!file) return file;
  if (auto removed = remove_file(path); !removed) return removed.error();
  return file;
}

}  // namespace daybook::recon
