#include "tools/daybook/recon/match/statement_batch.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <span>

#include <fmt/format.h>

#include "engine/recon/gather.hpp"
#include "engine/recon/run_cursor.hpp"
#include "tools/daybook/recon/open_side.hpp"
#include "tools/daybook/recon/unnamed_file.hpp"

namespace daybook::recon {
namespace {

/// A record takes at most its packed bytes and two entries while it is sorted.
constexpr std::size_t region_bytes =
    (limits::match_records_max + 2) * (packed_bytes_max + 2 * sizeof(RunEntry)) + 4'096;

Failure too_many() {
  return {FailureKind::invalid,
          fmt::format("more than {} records: that is a statement for 'daybook recon run'",
                      limits::match_records_max)};
}

/// Nothing of a batch leaves memory: a block holds as many invalid lines as it may have records.
class MemoryOnly final : public SpillStore {
 public:
  [[nodiscard]] std::size_t block_bytes() const override {
    constexpr std::size_t page = 4'096;
    constexpr std::size_t lines = (limits::match_records_max + 1) * sizeof(InvalidLine);
    return (header_bytes + lines + page - 1) / page * page;
  }
  [[nodiscard]] unsigned lane_count() const override { return 1; }
  Result<std::uint64_t> write(unsigned, std::span<std::byte>) override { return too_many(); }
  Result<void> read(unsigned, std::uint64_t, std::span<std::byte>) const override {
    return too_many();
  }
};

/// Statements are read more than once, so what comes through a pipe goes to a file without a name.
Result<File> keep_stdin(const std::filesystem::path& directory) {
  std::string text(limits::match_stdin_bytes_max + 1, '\0');
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::cin.gcount()));
  if (text.size() > limits::match_stdin_bytes_max) {
    return Failure{FailureKind::invalid, fmt::format("more than {} bytes on stdin: name a file",
                                                     limits::match_stdin_bytes_max)};
  }
  Result<File> file = open_unnamed(directory);
  if (!file) return file;
  if (auto written = file.value().write_at(std::as_bytes(std::span{text}), 0); !written) {
    return written.error();
  }
  return file;
}

Result<void> take_records(const SortedRun& run, StatementBatch& batch) {
  RunCursor cursor{run, OrderRule{}, nullptr, {}};
  if (auto started = cursor.start({}); !started) return started;
  while (!cursor.at_end()) {
    batch.items.push_back({.record = cursor.record(), .reference = {}});
    if (auto advanced = cursor.advance(); !advanced) return advanced;
  }
  return {};
}

Result<void> fill(StatementBatch& batch) {
  MemoryOnly store;
  OwnedRegion owned{region_bytes, OrderRule{}, 0, region_bytes};
  SideTotals totals;
  BlockLog<InvalidLine> invalid{store, 0};
  Intake intake{owned.region, totals, invalid};
  const Result<bool> all = batch.source->fill(intake);
  if (!all) return all.error();
  const std::uint64_t lines = std::max(totals.records, totals.invalid);
  if (!all.value() || lines > limits::match_records_max) return too_many();
  owned.region.finish();
  for (const SortedRun& run : owned.region.runs()) {
    if (auto taken = take_records(run, batch); !taken) return taken;
  }
  return invalid.for_each([&](const InvalidLine& line) -> Result<void> {
    batch.invalid.push_back(line);
    return {};
  });
}

}  // namespace

Result<StatementBatch> read_batch(const std::string& path, const SourceMapping& mapping) {
  std::error_code error;
  const std::filesystem::path directory = std::filesystem::temp_directory_path(error);
  File kept;
  std::string file = path;
  if (path == "-") {
    auto read = keep_stdin(directory);
    if (!read) return read.error();
    kept = std::move(read).value();
    file = fmt::format("/proc/self/fd/{}", kept.descriptor());
  }
  auto source = open_side(file, mapping, Side::b, directory);
  if (!source) return source.error();
  StatementBatch batch;
  batch.source = std::move(source).value();
  if (auto filled = fill(batch); !filled) return filled.error();
  std::sort(batch.items.begin(), batch.items.end(),
            [](const auto& a, const auto& b) { return a.record.offset() < b.record.offset(); });
  for (StatementBatch::Item& item : batch.items) {
    auto reference = reference_text(*batch.source, item.record);
    if (!reference) return reference.error();
    item.reference = std::move(reference).value();
  }
  return batch;
}

}  // namespace daybook::recon
