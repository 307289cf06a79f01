#include "tools/daybook/text/event_csv.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace daybook {
namespace {

constexpr std::uint16_t imported_bit(const Account&) { return account_flag::imported; }
constexpr std::uint16_t imported_bit(const Transfer&) { return transfer_flag::imported; }

// An import's transfers come after its accounts, so those must be open when they come; and nobody
// but the engine sets the rest.
constexpr std::uint16_t importable_bits(const Account&) {
  return account_flag::known & ~unsigned{account_flag::closed};
}
constexpr std::uint16_t importable_bits(const Transfer&) { return 0xFFFF; }

template <typename Event>
bool is_written(const EventField<Event>& field, CsvColumns columns) {
  return field.use == FieldUse::both ||
         (field.use == FieldUse::written && columns == CsvColumns::all);
}

}  // namespace

template <typename Event>
Result<EventCsvReader<Event>> EventCsvReader<Event>::open(std::istream& in,
                                                          const LedgerBook& ledgers,
                                                          std::span<const std::string> ignored) {
  EventCsvReader reader{in, ledgers};
  if (Result<void> read = reader.read_header(ignored); !read) return read.error();
  return reader;
}

template <typename Event>
Failure EventCsvReader<Event>::wrong(std::string_view what) const {
  return Failure{FailureKind::invalid, fmt::format("line {}: {}", csv_.line(), what)};
}

template <typename Event>
Result<void> EventCsvReader<Event>::read_header(std::span<const std::string> ignored) {
  const Result<bool> read = csv_.next();
  if (!read) return read.error();
  if (!read.value()) {
    return Failure{FailureKind::invalid,
                   fmt::format("the file is empty; its first line names the columns: {}",
                               input_field_names<Event>())};
  }
  for (const std::string_view name : csv_.fields()) {
    const bool skipped = std::find(ignored.begin(), ignored.end(), name) != ignored.end();
    const Field* field = skipped ? nullptr : find_input_field<Event>(name);
    if (!skipped && field == nullptr) {
      return wrong(
          fmt::format("there is no column '{}'; columns are {} (use --ignore {} to skip "
                      "it)",
                      name, input_field_names<Event>(), name));
    }
    if (!skipped && std::find(columns_.begin(), columns_.end(), field) != columns_.end()) {
      return wrong(fmt::format("the column '{}' stands twice", name));
    }
    columns_.push_back(field);
  }
  const Field* id = find_input_field<Event>("id");
  if (std::find(columns_.begin(), columns_.end(), id) == columns_.end()) {
    return wrong("there is no column 'id'; ids make it safe to read a file again");
  }
  return {};
}

template <typename Event>
Result<std::optional<NumberedEvent<Event>>> EventCsvReader<Event>::next() {
  using Next = std::optional<NumberedEvent<Event>>;
  const Result<bool> read = csv_.next();
  if (!read) return read.error();
  if (!read.value()) return Next{};
  const auto texts = csv_.fields();
  if (texts.size() != columns_.size()) {
    return wrong(
        fmt::format("the record has {} fields, the header {}", texts.size(), columns_.size()));
  }
  Draft<Event> draft;
  for (std::size_t index = 0; index < texts.size(); ++index) {
    if (columns_[index] == nullptr || texts[index].empty()) continue;
    const Result<void> set = set_field(draft, *columns_[index], texts[index]);
    if (!set) return wrong(set.error().what);
  }
  if (!draft.has_id) return wrong("field 'id': it is empty; each event needs an id of its own");
  const Result<Event> event = finish(draft, *ledgers_);
  if (!event) return wrong(event.error().what);
  NumberedEvent<Event> numbered{csv_.line(), event.value()};
  append_names(draft, numbered.names);
  return Next{std::move(numbered)};
}

template <typename Event>
void append_csv_header(std::string& out, CsvColumns columns, std::span<const std::string> more) {
  std::vector<std::string> names;
  for (const EventField<Event>& field : event_fields<Event>()) {
    if (is_written(field, columns)) names.emplace_back(field.name);
  }
  names.insert(names.end(), more.begin(), more.end());
  append_csv_record(out, names);
}

template <typename Event>
void append_csv_event(std::string& out, const Event& event, const LedgerBook& ledgers,
                      CsvColumns columns, std::span<const std::string> more) {
  Event shown = event;
  if (columns == CsvColumns::importable) {
    shown.flags &= importable_bits(event);
    if ((event.flags & imported_bit(event)) == 0) shown.timestamp = Timestamp{};
  }
  std::vector<std::string> texts;
  for (const EventField<Event>& field : event_fields<Event>()) {
    if (is_written(field, columns)) texts.push_back(field.get(shown, ledgers));
  }
  texts.insert(texts.end(), more.begin(), more.end());
  append_csv_record(out, texts);
}

template class EventCsvReader<Account>;
template class EventCsvReader<Transfer>;
template void append_csv_header<Account>(std::string&, CsvColumns, std::span<const std::string>);
template void append_csv_header<Transfer>(std::string&, CsvColumns, std::span<const std::string>);
template void append_csv_event(std::string&, const Account&, const LedgerBook&, CsvColumns,
                               std::span<const std::string>);
template void append_csv_event(std::string&, const Transfer&, const LedgerBook&, CsvColumns,
                               std::span<const std::string>);

}  // namespace daybook
