#include "tools/daybook/recon/inspect_reading.hpp"

#include <filesystem>

#include "storage/spill/spill_directory.hpp"

namespace daybook::recon {
namespace {

constexpr std::size_t region_bytes = std::size_t{4} << 20;
constexpr std::size_t invalid_shown_max = 5;

}  // namespace

Result<WholeReading> read_whole(SideSource& source) {
  std::error_code error;
  // Invalid lines are listed by the source; more of them than a block holds are spilled.
  auto store =
      SpillDirectory::open(std::filesystem::temp_directory_path(error), limits::block_bytes_min, 1);
  if (!store) return store.error();
  WholeReading found;
  BlockLog<InvalidLine> invalid{*store.value(), 0};
  std::vector<std::byte> memory(region_bytes);
  while (true) {
    RunRegion region{memory, OrderRule{}, 0};
    Intake intake{region, found.totals, invalid};
    const Result<bool> done = source.fill(intake);
    if (!done) return done.error();
    if (done.value()) break;
  }
  found.left_out = source.left_out();
  const auto told = invalid.for_each([&](const InvalidLine& line) -> Result<void> {
    if (found.first_invalid.size() == invalid_shown_max) return {};
    Result<std::string> text = source.raw_line(line.offset, line.size_bytes);
    if (!text) return text.error();
    found.first_invalid.emplace_back(line, std::move(text).value());
    return {};
  });
  if (!told) return told.error();
  return found;
}

}  // namespace daybook::recon
