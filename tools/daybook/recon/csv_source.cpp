#include "tools/daybook/recon/csv_source.hpp"

#include <algorithm>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

namespace daybook::recon {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t sample_bytes = 64 * 1'024;

Failure about(const std::filesystem::path& path, const Failure& failure) {
  return {failure.kind, fmt::format("{}: {}", path.string(), failure.what)};
}

}  // namespace

Result<std::unique_ptr<CsvSource>> CsvSource::open(const std::filesystem::path& path,
                                                   const SourceMapping& mapping, Side side) {
  std::unique_ptr<CsvSource> source{new CsvSource{path, mapping, side}};
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    return Failure{
        FailureKind::invalid,
        fmt::format("{}: not a file: lines are read again when they differ, so a pipe or "
                    "a directory will not do",
                    path.string())};
  }
  Result<File> file = File::open(path, File::Mode::read);
  if (!file) return file.error();
  source->file_ = std::move(file).value();
  const Result<std::uint64_t> size = source->file_.size();
  if (!size) return size.error();
  source->size_bytes_ = size.value();
  if (source->size_bytes_ > limits::file_bytes_max) {
    return Failure{FailureKind::invalid, fmt::format("{}: larger than 256 TiB", path.string())};
  }
  ::posix_fadvise(source->file_.descriptor(), 0, 0, POSIX_FADV_SEQUENTIAL);
  const Result<std::int64_t> modified = source->modification_ns();
  if (!modified) return modified.error();
  source->modified_ns_ = modified.value();
  if (auto read = source->read_header(); !read) return read.error();
  if (auto estimated = source->estimate(); !estimated) return estimated.error();
  return source;
}

Result<std::int64_t> CsvSource::modification_ns() const {
  struct ::stat status {};
  if (::fstat(file_.descriptor(), &status) != 0) {
    return system_failure(errno, "looking at it", path_);
  }
  return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

Result<void> CsvSource::read_header() {
  std::array<std::byte, 3> start{};
  const Result<std::size_t> got = file_.read_at(start, 0);
  if (!got) return got.error();
  const bool has_mark = got.value() == start.size() &&
                        std::equal(start.begin(), start.end(),
                                   reinterpret_cast<const std::byte*>(&byte_order_mark[0]));
  Result<File> again = File::open(path_, File::Mode::read);
  if (!again) return again.error();
  scanner_ = std::make_unique<CsvScanner>(std::move(again).value(), has_mark ? 3 : 0, 1,
                                          mapping_.delimiter);
  ScannedLine line;
  while (true) {
    const Result<bool> found = scanner_->next(line);
    if (!found) return found.error();
    if (!found.value()) {
      return Failure{FailureKind::invalid,
                     fmt::format("{}: empty; its first line should name its columns, such as "
                                 "reference,amount,currency,status,time",
                                 path_.string())};
    }
    if (line.line > mapping_.skip_lines) break;
  }
  if (line.fault) {
    return Failure{FailureKind::invalid,
                   fmt::format("{}: line {} should name the columns, but is no line of CSV",
                               path_.string(), line.line)};
  }
  Result<RecordBuilder> builder = RecordBuilder::make(mapping_, side_, line.fields);
  if (!builder) return about(path_, builder.error());
  builder_.emplace(std::move(builder).value());
  if (mapping_.trailer) trailer_currency_ = currency_of_text(mapping_.trailer->currency);
  return {};
}

Result<void> CsvSource::estimate() {
  std::vector<std::byte> sample(sample_bytes);
  const std::uint64_t begin = scanner_->offset();
  const Result<std::size_t> got = file_.read_at(sample, begin);
  if (!got) return got.error();
  sample.resize(got.value());
  const auto lines = static_cast<std::uint64_t>(
      std::count(sample.begin(), sample.end(), static_cast<std::byte>('\n')));
  if (lines > 0) estimated_records_ = (size_bytes_ - begin) * lines / sample.size() + 1;
  return {};
}

Result<bool> CsvSource::fill(Intake& intake) {
  constexpr std::uint64_t told_every = 1'024;
  const auto refused = [&]() -> Failure {
    return {FailureKind::invalid,
            fmt::format("{}: more than {} currencies: is the currency column the right one?",
                        path_.string(), limits::currencies_max)};
  };
  if (waiting_) {
    const Intake::Taken taken = intake.append(*waiting_);
    if (taken == Intake::Taken::too_many_currencies) return refused();
    if (taken == Intake::Taken::region_is_full) return false;
    waiting_.reset();
  }
  ScannedLine line;
  Record record;
  for (std::uint64_t count = 0;; ++count) {
    if (count % told_every == 0) bytes_read_.store(scanner_->offset(), std::memory_order_relaxed);
    const Result<bool> found = scanner_->next(line);
    if (!found) return found.error();
    if (!found.value()) break;
    InvalidReason reason = line.fault.value_or(InvalidReason::fields);
    const LineOutcome outcome = line.fault
                                    ? LineOutcome::invalid
                                    : builder_->build(line.fields, line.offset, record, reason);
    lines_ += outcome == LineOutcome::trailer ? 0 : 1;
    if (outcome == LineOutcome::invalid) {
      const auto told = intake.reject({.offset = line.offset,
                                       .line = line.line,
                                       .size_bytes = line.size_bytes,
                                       .reason = reason});
      if (!told) return told.error();
      continue;
    }
    if (outcome != LineOutcome::record) {
      left_out_ += outcome == LineOutcome::left_out ? 1 : 0;
      continue;
    }
    if (trailer_currency_ != 0 && record.currency == trailer_currency_) {
      trailer_sum_ += record.amount();
    }
    const Intake::Taken taken = intake.append(record);
    if (taken == Intake::Taken::too_many_currencies) return refused();
    if (taken == Intake::Taken::region_is_full) {
      waiting_ = record;
      return false;
    }
  }
  bytes_read_.store(size_bytes_, std::memory_order_relaxed);
  return true;
}

Result<std::string> CsvSource::raw_line(std::uint64_t offset, std::uint64_t size_bytes) const {
  std::string text(std::min<std::uint64_t>(size_bytes, limits::line_bytes_max), '\0');
  const Result<std::size_t> got = file_.read_at(std::as_writable_bytes(std::span{text}), offset);
  if (!got) return got.error();
  text.resize(got.value());
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

Result<std::string> CsvSource::text_at(std::uint64_t offset, Field field) {
  if (!again_) {
    // Most lines are short, and are read one here, one there.
    constexpr std::size_t read_bytes = 2'048;
    Result<File> again = File::open(path_, File::Mode::read);
    if (!again) return again.error();
    again_ = std::make_unique<CsvScanner>(std::move(again).value(), 0, 1, mapping_.delimiter,
                                          read_bytes);
  }
  again_->restart(offset);
  ScannedLine line;
  const Result<bool> found = again_->next(line);
  if (!found) return found.error();
  // A line that was good before: the end of the command says that the file changed.
  if (!found.value() || line.fault) return std::string{};
  return builder_->text_of(field, line.fields);
}

Result<void> CsvSource::check_unchanged() const {
  const Result<std::uint64_t> size = file_.size();
  if (!size) return size.error();
  const Result<std::int64_t> modified = modification_ns();
  if (!modified) return modified.error();
  if (size.value() == size_bytes_ && modified.value() == modified_ns_) return {};
  return Failure{
      FailureKind::invalid,
      fmt::format("{}: changed while it was compared; compare a copy that rests", path_.string())};
}

}  // namespace daybook::recon
