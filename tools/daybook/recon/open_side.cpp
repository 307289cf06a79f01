#include "tools/daybook/recon/open_side.hpp"

#include <utility>

#include "tools/daybook/recon/csv_source.hpp"
#include "tools/daybook/recon/format_source.hpp"

namespace daybook::recon {

Result<SourceMapping> guess_mapping(const std::string& path) {
  const Result<WatchedFile> file = WatchedFile::open(path);
  if (!file) return file.error();
  const Result<std::string> start = file.value().start(guess_bytes);
  if (!start) return start.error();
  const auto format = guess_format(start.value());
  return format ? SourceMapping::of_format(*format) : SourceMapping::standard();
}

Result<std::unique_ptr<SideSource>> open_side(const std::string& path, const SourceMapping& mapping,
                                              Side side, const std::filesystem::path& spill) {
  if (mapping.format) {
    auto opened = FormatSource::open(path, mapping, side, spill);
    if (!opened) return opened.error();
    return std::unique_ptr<SideSource>{std::move(opened).value()};
  }
  auto opened = CsvSource::open(path, mapping, side);
  if (!opened) return opened.error();
  return std::unique_ptr<SideSource>{std::move(opened).value()};
}

}  // namespace daybook::recon
