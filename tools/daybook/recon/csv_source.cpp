#include "tools/daybook/recon/csv_source.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace daybook::recon {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t sample_bytes = 64 * 1'024;

Failure about(const std::filesystem::path& path, const Failure& failure) {
  return {failure.kind, fmt::format("{}: {}", path.string(), failure.what)};
}

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(mark);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

Result<std::unique_ptr<CsvSource>> CsvSource::open(const std::filesystem::path& path,
                                                   const SourceMapping& mapping, Side side) {
  Result<WatchedFile> file = WatchedFile::open(path);
  if (!file) return file.error();
  std::unique_ptr<CsvSource> source{new CsvSource{std::move(file).value(), mapping, side}};
  if (auto read = source->read_header(); !read) return read.error();
  if (auto estimated = source->estimate(); !estimated) return estimated.error();
  return source;
}

Result<void> CsvSource::read_header() {
  std::array<std::byte, 3> start{};
  const Result<std::size_t> got = file_.file().read_at(start, 0);
  if (!got) return got.error();
  const bool has_mark = got.value() == start.size() &&
                        std::equal(start.begin(), start.end(),
                                   reinterpret_cast<const std::byte*>(&byte_order_mark[0]));
  Result<File> again = File::open(file_.path(), File::Mode::read);
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
                                 name())};
    }
    if (line.line > mapping_.skip_lines) break;
  }
  if (line.fault) {
    return Failure{FailureKind::invalid,
                   fmt::format("{}: line {} should name the columns, but is no line of CSV", name(),
                               line.line)};
  }
  Result<RecordBuilder> builder = RecordBuilder::make(mapping_, side_, line.fields);
  if (!builder) return about(file_.path(), builder.error());
  builder_.emplace(std::move(builder).value());
  if (mapping_.trailer) trailer_currency_ = currency_of_text(mapping_.trailer->currency);
  return {};
}

Result<void> CsvSource::estimate() {
  std::vector<std::byte> sample(sample_bytes);
  const std::uint64_t begin = scanner_->offset();
  const Result<std::size_t> got = file_.file().read_at(sample, begin);
  if (!got) return got.error();
  sample.resize(got.value());
  const auto lines = static_cast<std::uint64_t>(
      std::count(sample.begin(), sample.end(), static_cast<std::byte>('\n')));
  if (lines > 0) estimated_records_ = (file_.size_bytes() - begin) * lines / sample.size() + 1;
  return {};
}

Result<bool> CsvSource::fill(Intake& intake) {
  constexpr std::uint64_t told_every = 1'024;
  const auto refused = [&]() -> Failure {
    return {FailureKind::invalid,
            fmt::format("{}: more than {} currencies: is the currency column the right one?",
                        name(), limits::currencies_max)};
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
  bytes_read_.store(file_.size_bytes(), std::memory_order_relaxed);
  return true;
}

Result<std::string> CsvSource::text_at(std::uint64_t offset, Field field) {
  if (!again_) {
    // Most lines are short, and are read one here, one there.
    constexpr std::size_t read_bytes = 2'048;
    Result<File> again = File::open(file_.path(), File::Mode::read);
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

Result<SideIdentity> CsvSource::identity(const Tell& tell) const {
  Result<std::string> hash = file_.sha256_of(tell);
  if (!hash) return hash.error();
  return SideIdentity{.size_bytes = file_.size_bytes(),
                      .sha256 = std::move(hash).value(),
                      .cut = std::nullopt,
                      .entry_hash = {}};
}

Result<ControlTotals> CsvSource::control_totals(std::uint64_t invalid) const {
  ControlTotals totals;
  const std::optional<TrailerRule>& rule = mapping_.trailer;
  if (!rule) return totals;
  const auto lines = static_cast<i128>(lines_);
  const std::optional<std::string>& trailer = builder_->trailer_line();
  if (!trailer) {
    totals.add({.what = "lines", .found = lines, .is_missing = true});
    return totals;
  }
  const std::vector<std::string_view> fields = split(*trailer, '\x1f');
  const auto field = [&](std::size_t index) {
    return index < fields.size() ? fields[index] : std::string_view{};
  };
  if (rule->count) {
    const auto stated = parse_minor(field(*rule->count), 0);
    if (!stated) return Failure{FailureKind::invalid, "the trailer's count is no number"};
    totals.add({.what = "lines", .stated = *stated, .found = lines});
  }
  if (rule->sum && invalid == 0) {
    const unsigned scale = scale_of(trailer_currency_);
    const auto stated = parse_minor(field(*rule->sum), scale, mapping_.amounts);
    if (!stated) return Failure{FailureKind::invalid, "the trailer's sum is no amount"};
    totals.add({.what = rule->currency, .stated = *stated, .found = trailer_sum_, .scale = scale});
  }
  return totals;
}

}  // namespace daybook::recon
