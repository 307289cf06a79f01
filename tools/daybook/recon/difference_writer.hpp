#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "engine/recon/comparison.hpp"
#include "storage/file/file.hpp"
#include "tools/daybook/recon/compare_report.hpp"
#include "tools/daybook/recon/side_source.hpp"

namespace daybook::recon {

/// Writes differences into a file, one a line: NDJSON where its name ends in .ndjson or .jsonl,
/// else CSV with a header. Texts that a spreadsheet would take for formulas get an apostrophe in
/// front in CSV. Amounts are decimals by their currency's scale; in JSON they are strings.
///
/// Threads.     One.
/// Errors.      Those of files, the sources' included.
/// Durability.  The name is there, durable and whole, after finish(), or not at all.
class DifferenceWriter {
 public:
  /// `sources` outlive the writer.
  [[nodiscard]] static Result<std::unique_ptr<DifferenceWriter>> create(
      const std::filesystem::path& path, std::array<SideSource*, 2> sources);
  ~DifferenceWriter();
  DifferenceWriter(const DifferenceWriter&) = delete;
  DifferenceWriter& operator=(const DifferenceWriter&) = delete;

  /// `id`: of differences that are kept by number, in JSON only; else empty.
  [[nodiscard]] Result<void> write(const Difference& difference, std::string_view id = {});
  [[nodiscard]] Result<void> write(Side side, const InvalidLine& line, std::string_view id = {});
  [[nodiscard]] Result<void> finish();

 private:
  DifferenceWriter(std::filesystem::path path, std::array<SideSource*, 2> sources, bool is_json)
      : path_{std::move(path)}, sources_{sources}, is_json_{is_json} {}

  [[nodiscard]] std::filesystem::path temporary() const { return path_.string() + ".new"; }
  /// One field of the line at hand: text of others, or what this program wrote itself.
  void text(std::string_view name, std::string_view value);
  void own(std::string_view name, std::string_view value);
  /// A count, which JSON has as a number; empty for none.
  void number(std::string_view name, std::string_view value);
  void begin_field(std::string_view name);
  void end_line();
  [[nodiscard]] Result<void> record_fields(const Difference& difference);
  [[nodiscard]] Result<void> flush_if(std::size_t size_bytes);

  std::filesystem::path path_;
  std::array<SideSource*, 2> sources_;
  bool is_json_;
  File file_;
  std::string buffer_;
  std::uint64_t written_bytes_ = 0;
  std::size_t fields_in_line_ = 0;
  bool is_header_ = false;
  bool is_finished_ = false;
};

}  // namespace daybook::recon
