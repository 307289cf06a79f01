#include "tools/daybook/offline/offline_load.hpp"

#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/codec/entry_facts.hpp"
#include "engine/replay/journal_parent.hpp"
#include "engine/replay/replayer.hpp"
#include "storage/file/file.hpp"
#include "storage/journal/segment_copy.hpp"
#include "storage/journal/settings.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/new_directory.hpp"
#include "tools/daybook/text/hex_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/progress.hpp"

namespace daybook {
namespace {

using Json = nlohmann::json;

/// An entry's line: its payload twice, and its header.
constexpr std::size_t line_bytes_max = 2 * limits::entry_bytes_max + 4'096;

/// Does a dump have lines of this kind?
bool is_known_kind(const std::string& kind) {
  if (kind == "entry" || kind == "operation" || kind == "unknown") return true;
  for (std::uint16_t number = 1; number <= static_cast<std::uint16_t>(FactKind::tcc); ++number) {
    if (to_string(FactKind{number}) == kind) return true;
  }
  return false;
}

/// One entry out of a line; its bytes are used again for the next one.
class EntryLine {
 public:
  /// False for a line that is about something else.
  Result<bool> read(const std::string& line) {
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) return damaged("it is not a JSON object");
    const auto kind = json.find("kind");
    if (kind == json.end() || !kind->is_string() || !is_known_kind(*kind)) {
      return damaged("no dump has a line of this kind");
    }
    if (*kind != "entry") return false;
    const auto payload = json.find("payload");
    if (payload == json.end() || !payload->is_string()) {
      return damaged("an entry without its payload; make the dump with --portable");
    }
    const auto& digits = payload->get_ref<const std::string&>();
    const std::size_t payload_bytes = digits.size() / 2;
    if (padded_entry_bytes(payload_bytes) > limits::entry_bytes_max) {
      return damaged("an entry larger than any");
    }
    EntryHeader header;
    header.magic = entry_magic;
    header.format_version = entry_format_version;
    header.header_bytes = sizeof(EntryHeader);
    header.payload_bytes = static_cast<std::uint32_t>(payload_bytes);
    Uint128 hash;
    const bool good = id(json, "hash", hash) && id(json, "journal_id", header.journal_id) &&
                      id(json, "previous_hash", header.previous_hash) &&
                      number(json, "first_sequence", header.first_sequence) &&
                      number(json, "commit_time", header.commit_time) &&
                      digest(json, header.state_digest) &&
                      count(json, "fact_count", header.fact_count) &&
                      count(json, "operation_count", header.operation_count);
    if (!good) return damaged("a member of the entry is missing or of another form");
    const std::size_t size = padded_entry_bytes(payload_bytes);
    room_.assign(size / sizeof(Uint128) + 1, Uint128{});
    const auto value = std::as_writable_bytes(std::span{room_}).first(size);
    std::memcpy(value.data(), &header, sizeof(header));
    if (!parse_hex(digits, value.subspan(sizeof(header), payload_bytes))) {
      return damaged("the entry's payload is not in hexadecimal digits");
    }
    if (seal_entry(value, header.previous_hash) != hash) {
      return damaged("the entry's hash does not match its bytes");
    }
    const auto checked = check_entry(value);
    if (!checked) return checked.error();
    view_ = checked.value();
    return true;
  }

  [[nodiscard]] const EntryView& view() const { return view_; }

 private:
  static Failure damaged(std::string_view what) {
    return {FailureKind::damaged, std::string{what}};
  }
  static std::string text(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
  }
  static bool number(const Json& json, const char* key, std::uint64_t& value) {
    const auto parsed = parse_unsigned(text(json, key), ~std::uint64_t{0});
    if (parsed) value = parsed.value();
    return parsed.ok();
  }
  static bool count(const Json& json, const char* key, std::uint32_t& value) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_number_unsigned()) return false;
    const auto wide = found->get<std::uint64_t>();
    value = static_cast<std::uint32_t>(wide);
    return value == wide;
  }
  static bool id(const Json& json, const char* key, Uint128& value) {
    const auto parsed = parse_hex128(text(json, key));
    if (parsed) value = *parsed;
    return parsed.has_value();
  }
  static bool digest(const Json& json, std::uint64_t& value) {
    const std::string digits = text(json, "state_digest");
    const auto parsed = parse_hex128(std::string(16, '0') + digits);
    if (digits.size() != 16 || !parsed) return false;
    value = parsed->lo;
    return true;
  }

  std::vector<Uint128> room_;
  EntryView view_;
};

/// Takes entries one after the other into a directory under construction.
class Loading {
 public:
  Loading(JournalLayout layout, const StateRoom& room)
      : layout_{std::move(layout)}, state_{settings_for(room)}, replayer_{state_} {}

  Result<void> take(const EntryView& view) {
    const EntryHeader& header = view.header;
    if (header.first() != next(end_.last_sequence) || header.previous_hash != end_.entry_hash ||
        header.commit_time < end_.commit_time) {
      return Failure{FailureKind::damaged,
                     fmt::format("the entry of sequence {} does not follow the one before, which "
                                 "ends at {}",
                                 header.first_sequence, end_.last_sequence.value())};
    }
    const auto facts = read_facts(view);
    if (!facts) return facts.error();
    const bool opens = !facts.value().segments_opened.empty();
    if (end_.segment != 0 && header.journal_id != end_.journal_id &&
        !(opens && continues_parent(view, end_.journal_id))) {
      return Failure{FailureKind::damaged,
                     fmt::format("the entry of sequence {} belongs to another journal",
                                 header.first_sequence)};
    }
    if (const auto applied = replayer_.apply(facts.value()); !applied) return applied;
    state_.tend_memory();
    if (opens || end_.segment == 0) {
      if (auto opened = open_segment(); !opened) return opened;
    }
    if (auto written = writer_->append(view.value); !written) return written;
    end_ = {.journal_id = header.journal_id,
            .entry_hash = header.hash,
            .last_sequence = header.last(),
            .segment = end_.segment,
            .commit_time = header.commit_time};
    return {};
  }

  Result<Continued> finish() {
    if (end_.segment == 0) {
      return Failure{FailureKind::not_found, "there is no entry in it"};
    }
    if (auto closed = writer_->finish(); !closed) return closed.error();
    return continue_journal(layout_, state_, end_, ParentKind::loaded, nullptr, {});
  }

  [[nodiscard]] std::uint64_t transfers() const { return replayer_.transfers(); }

 private:
  Result<void> open_segment() {
    if (writer_) {
      if (auto closed = writer_->finish(); !closed) return closed;
    }
    ++end_.segment;
    auto writer =
        SegmentWriter::create(layout_.segment(end_.segment), journal_limits::segment_bytes_max);
    if (!writer) return writer.error();
    writer_ = std::move(writer).value();
    return {};
  }

  JournalLayout layout_;
  State state_;
  Replayer replayer_;
  ParentEnd end_;
  std::unique_ptr<SegmentWriter> writer_;
};

/// The next line, without its end. False at the end of the file.
Result<bool> next_line(std::istream& lines, std::string& line) {
  line.clear();
  for (int byte = lines.get(); byte != std::istream::traits_type::eof(); byte = lines.get()) {
    if (byte == '\n') return true;
    if (line.size() == line_bytes_max) {
      return Failure{FailureKind::damaged, "longer than any line of a dump"};
    }
    line += static_cast<char>(byte);
  }
  if (lines.bad()) return Failure{FailureKind::io, "it cannot be read further"};
  return !line.empty();
}

Result<Continued> load_lines(std::istream& lines, const JournalLayout& layout,
                             const StateRoom& room) {
  Loading loading{layout, room};
  EntryLine entry;
  ProgressLine progress{terminal_or_nothing(), "transfers loaded"};
  std::string line;
  for (std::uint64_t number = 1;; ++number) {
    const auto at_line = [&](const Failure& failure) {
      return Failure{failure.kind, fmt::format("line {}: {}", number, failure.what)};
    };
    const auto more = next_line(lines, line);
    if (!more) return at_line(more.error());
    if (!more.value()) break;
    const auto is_entry = entry.read(line);
    if (!is_entry) return at_line(is_entry.error());
    if (!is_entry.value()) continue;
    if (const auto taken = loading.take(entry.view()); !taken) return at_line(taken.error());
    progress.show(loading.transfers());
  }
  return loading.finish();
}

}  // namespace

Result<Continued> load_journal(std::istream& lines, const LoadOptions& options) {
  auto directory = NewDirectory::begin(options.to);
  if (!directory) return directory.error();
  const JournalLayout layout{directory.value().path()};
  if (auto made = make_directory(layout.journal()); !made) return made.error();
  const auto made = load_lines(lines, layout, options.room);
  if (!made) return made.error();
  if (auto verified = verify_continued(layout.root, options.room, made.value()); !verified) {
    return verified.error();
  }
  if (auto finished = directory.value().finish(); !finished) return finished.error();
  return made;
}

int run_load(const LoadOptions& options) {
  std::ifstream file;
  if (options.file != "-") {
    file.open(options.file, std::ios::binary);
    if (!file) return complain(options.file + ": cannot be opened");
  }
  const auto made = load_journal(options.file == "-" ? std::cin : file, options);
  if (!made) {
    complain(fmt::format("{}: {}", options.file, made.error().what));
    return made.error().kind == FailureKind::damaged ? exit_code::no : exit_code::failed;
  }
  if (options.json) {
    say(continued_json(made.value()));
  } else {
    print_text(continued_text(made.value(), options.to));
  }
  return exit_code::good;
}

}  // namespace daybook
