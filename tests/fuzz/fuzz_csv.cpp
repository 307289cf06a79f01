// CSV statements: the input is a mapping up to a zero byte, and behind it a file. A text that is no
// mapping is refused with words; an empty one means the standard one, and `@N` the ready one of
// that number. The file is scanned in small and in large pieces, which give the same lines, and
// each line is a record within the limits, or none for a reason.
//
// invalid_record (70): a line that does not parse costs itself and no other.

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz_input.hpp"
#include "tools/daybook/recon/csv_scanner.hpp"
#include "tools/daybook/recon/mapping_file.hpp"
#include "tools/daybook/recon/record_builder.hpp"

namespace daybook::recon {
namespace {

/// A file of the fuzzer's bytes that has no name.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_{::memfd_create("csv", 0)} {
    if (descriptor_ < 0) std::abort();
    const ::ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written != static_cast<::ssize_t>(bytes.size())) std::abort();
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  [[nodiscard]] File open() const {
    auto file = File::open("/proc/self/fd/" + std::to_string(descriptor_), File::Mode::read);
    if (!file.ok()) std::abort();
    return std::move(file).value();
  }

 private:
  int descriptor_;
};

/// Goes through the lines of a file; a number that says which they were.
class Reader {
 public:
  Reader(const MemoryFile& file, const SourceMapping& mapping, std::size_t read_bytes)
      : mapping_{mapping}, scanner_{file.open(), 0, 1, mapping.delimiter, read_bytes} {}

  std::uint64_t run(std::uint64_t size_bytes) {
    ScannedLine line;
    std::uint64_t before = 0;
    for (auto found = scanner_.next(line);; found = scanner_.next(line)) {
      if (!found.ok()) std::abort();
      if (!found.value()) break;
      if (line.offset < before || line.size_bytes == 0) std::abort();
      before = line.offset + line.size_bytes;
      if (before > size_bytes) std::abort();
      note(line.offset);
      note(line.line);
      note(line.size_bytes);
      take(line);
    }
    return seen_;
  }

 private:
  void note(std::uint64_t number) { seen_ = (seen_ ^ number) * 0x9e3779b97f4a7c15; }

  void take(const ScannedLine& line) {
    if (line.fault) return note(static_cast<std::uint64_t>(*line.fault));
    if (line.fields.empty() || line.fields.size() > limits::columns_max) std::abort();
    for (const std::string_view field : line.fields) touch(field.data(), field.size() + 64);
    if (!is_header_read_) {
      is_header_read_ = true;
      auto builder = RecordBuilder::make(mapping_, Side::b, line.fields);
      if (builder.ok()) {
        builder_.emplace(std::move(builder).value());
      } else if (builder.error().what.empty()) {
        std::abort();
      }
      return;
    }
    if (builder_) build(line);
  }

  void build(const ScannedLine& line) {
    Record record;
    InvalidReason reason = InvalidReason::fields;
    const LineOutcome outcome = builder_->build(line.fields, line.offset, record, reason);
    note(static_cast<std::uint64_t>(outcome));
    if (outcome == LineOutcome::invalid) {
      if (static_cast<std::size_t>(reason) >= invalid_reason_count) std::abort();
      return note(static_cast<std::uint64_t>(reason));
    }
    if (outcome != LineOutcome::record) return;
    if (record.offset() != line.offset || record.side() != Side::b) std::abort();
    if (record.currency == 0 || currency_of_text(currency_text(record.currency)) != record.currency)
      std::abort();
    i128 bound = 1;
    for (unsigned i = 0; i < limits::amount_digits_max; ++i) bound *= 10;
    // A debit and a credit column may both hold the largest amount.
    if (record.amount() > 2 * bound || record.amount() < -2 * bound) std::abort();
    if (record.fee() > bound || record.fee() < -bound) std::abort();
    note(static_cast<std::uint64_t>(record.amount()));
    note(static_cast<std::uint64_t>(record.time_ns));
    note(record.key[0] ^ record.party ^ record.settlement);
    const std::string text = builder_->text_of(Field::reference, line.fields);
    touch(text.data(), text.size());
  }

  const SourceMapping& mapping_;
  CsvScanner scanner_;
  std::optional<RecordBuilder> builder_;
  bool is_header_read_ = false;
  std::uint64_t seen_ = 0;
};

std::optional<SourceMapping> mapping_of(std::string_view text) {
  if (text.empty()) return SourceMapping::standard();
  if (text.front() == '@') {
    unsigned number = 0;
    std::from_chars(text.data() + 1, text.data() + text.size(), number);
    const auto ready = ready_mappings();
    text = ready[number % ready.size()].json;
  }
  Result<SourceMapping> mapping = parse_mapping(text);
  if (mapping.ok()) return std::move(mapping).value();
  if (mapping.error().what.empty()) std::abort();
  return std::nullopt;
}

void read(std::span<const std::byte> bytes) {
  const std::string_view all{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  const std::size_t end = all.find('\0');
  if (end == std::string_view::npos) {
    static_cast<void>(mapping_of(all));
    return;
  }
  const auto mapping = mapping_of(all.substr(0, end));
  if (!mapping) return;
  const std::string_view text = all.substr(end + 1);
  const MemoryFile file{text};
  const std::uint64_t in_large =
      Reader{file, *mapping, CsvScanner::read_bytes_default}.run(text.size());
  constexpr std::size_t small_bytes = 97;
  if (Reader{file, *mapping, small_bytes}.run(text.size()) != in_large) std::abort();
}

}  // namespace
}  // namespace daybook::recon

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > daybook::fuzz_bytes_max) return -1;
  const daybook::AlignedInput input{{data, size}};
  daybook::recon::read(input.bytes());
  return 0;
}
