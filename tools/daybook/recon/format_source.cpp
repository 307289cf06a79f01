#include "tools/daybook/recon/format_source.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace daybook::recon {
namespace {

ParserSettings settings_of(const SourceMapping& mapping) {
  return {.scales = mapping.scales,
          .currency = currency_of_text(mapping.currency),
          .is_negated = mapping.is_negated,
          .time_offset_ns = mapping.time_offset_ns};
}

}  // namespace

FormatSource::FormatSource(WatchedFile file, const SourceMapping& mapping, Side side,
                           EntryTexts texts)
    : file_{std::move(file)},
      mapping_{mapping},
      side_{side},
      texts_{std::move(texts)},
      parser_{make_parser(*mapping.format, settings_of(mapping))},
      piece_(piece_bytes) {}

Result<std::unique_ptr<FormatSource>> FormatSource::open(const std::filesystem::path& path,
                                                         const SourceMapping& mapping, Side side,
                                                         const std::filesystem::path& spill) {
  Result<WatchedFile> file = WatchedFile::open(path);
  if (!file) return file.error();
  Result<EntryTexts> texts = EntryTexts::open(spill);
  if (!texts) return texts.error();
  return std::unique_ptr<FormatSource>{
      new FormatSource{std::move(file).value(), mapping, side, std::move(texts).value()}};
}

std::uint64_t FormatSource::estimated_records() const {
  // Lines of about this size say an entry in the tersest of formats.
  constexpr std::uint64_t entry_bytes = 94;
  return file_.size_bytes() / entry_bytes + 1;
}

/// Feeds the next piece to the parser; false where that was the last one.
Result<bool> FormatSource::read_piece() {
  const Result<std::size_t> got =
      file_.file().read_at(std::as_writable_bytes(std::span{piece_}), offset_);
  if (!got) return got.error();
  offset_ += got.value();
  parser_->feed({piece_.data(), got.value()});
  if (got.value() == piece_.size()) return true;
  parser_->finish();
  return false;
}

/// Where a record's fate is told only later, everything is read once for that alone.
Result<void> FormatSource::read_first_time() {
  if (!parser_->needs_two_passes()) return {};
  while (true) {
    const Result<bool> more = read_piece();
    if (!more) return more.error();
    if (!more.value()) break;
  }
  parser_->begin_second_pass();
  offset_ = 0;
  return {};
}

Result<Record> FormatSource::record_of(const StatementEntry& entry) {
  const Result<std::uint64_t> place = texts_.append(entry.reference, entry.party);
  if (!place) return place.error();
  Record record;
  const auto& none = mapping_.no_references;
  if (std::find(none.begin(), none.end(), entry.reference) == none.end()) {
    record.key = key_of_reference(entry.reference);
  }
  record.set_amount(entry.amount);
  record.set_fee(entry.fee);
  record.party = entry.party.empty() ? 0 : digest_of_text(entry.party);
  record.time_ns = entry.time_ns;
  record.currency = entry.currency;
  record.set_place(side_, entry.type, entry.status, place.value());
  return record;
}

/// Appends what the last piece yielded; false where the region is full.
Result<bool> FormatSource::hand_over(Intake& intake) {
  const auto append = [&](const Record& record) -> Result<bool> {
    const Intake::Taken taken = intake.append(record);
    if (taken == Intake::Taken::too_many_currencies) {
      return Failure{FailureKind::invalid,
                     fmt::format("{}: more than {} currencies", name(), limits::currencies_max)};
    }
    return taken == Intake::Taken::yes;
  };
  if (waiting_) {
    const Result<bool> taken = append(*waiting_);
    if (!taken || !taken.value()) return taken;
    waiting_.reset();
  }
  for (; next_ < entries_.size(); ++next_) {
    const Result<Record> record = record_of(entries_[next_]);
    if (!record) return record.error();
    if (first_entries_.size() < first_entries_max) first_entries_.push_back(entries_[next_]);
    const Result<bool> taken = append(record.value());
    if (!taken) return taken;
    if (!taken.value()) {
      waiting_ = record.value();
      ++next_;
      return false;
    }
  }
  return true;
}

Result<bool> FormatSource::fill(Intake& intake) {
  if (!std::exchange(is_started_, true)) {
    if (auto read = read_first_time(); !read) return read.error();
  }
  while (true) {
    const Result<bool> taken = hand_over(intake);
    if (!taken || !taken.value()) return taken;
    if (is_finished_) break;
    const Result<bool> more = read_piece();
    if (!more) return more.error();
    is_finished_ = !more.value();
    bytes_read_.store(offset_, std::memory_order_relaxed);
    StatementOutput& output = parser_->output();
    entries_ = std::exchange(output.entries, {});
    next_ = 0;
    for (const InvalidLine& line : std::exchange(output.faults, {})) {
      if (auto told = intake.reject(line); !told) return told.error();
    }
  }
  bytes_read_.store(file_.size_bytes(), std::memory_order_relaxed);
  return true;
}

Result<std::string> FormatSource::text_at(std::uint64_t offset, Field field) {
  Result<EntryTexts::Texts> texts = texts_.read(offset);
  if (!texts) return texts.error();
  return field == Field::party ? std::move(texts).value().party
                               : std::move(texts).value().reference;
}

Result<SideIdentity> FormatSource::identity(const Tell& tell) const {
  Result<std::string> hash = file_.sha256_of(tell);
  if (!hash) return hash.error();
  return SideIdentity{.size_bytes = file_.size_bytes(),
                      .sha256 = std::move(hash).value(),
                      .cut = std::nullopt,
                      .entry_hash = {}};
}

Result<ControlTotals> FormatSource::control_totals(std::uint64_t /*invalid*/) const {
  return parser_->output().totals;
}

}  // namespace daybook::recon
