#include "tools/daybook/text/event_json.hpp"

#include <istream>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/limits.hpp"
#include "tools/daybook/text/rate_text.hpp"

namespace daybook {
namespace {

using Json = nlohmann::json;

/// Takes the parser's events and sets fields as they come. Returning false stops the parser; then
/// `fault` says why. A tree of values would forget that a key came twice.
template <typename Event>
class EventSax final : public nlohmann::json_sax<Json> {
 public:
  Draft<Event> draft;
  std::optional<std::string> fault;
  bool complete = false;

  bool start_object(std::size_t) override {
    if (depth_ != 0) return refuse("an object is not a value here");
    depth_ = 1;
    return true;
  }

  bool key(string_t& name) override {
    field_ = find_input_field<Event>(name);
    if (field_ == nullptr) {
      fault =
          fmt::format("there is no field '{}'; fields are {}", name, input_field_names<Event>());
      return false;
    }
    const auto place = static_cast<std::size_t>(field_ - event_fields<Event>().data());
    if (seen_[place]) return refuse("the field is given twice");
    seen_[place] = true;
    return true;
  }

  bool end_object() override {
    complete = true;
    return true;
  }

  bool start_array(std::size_t) override {
    if (depth_ != 1 || in_flags_ || !is_flags()) return refuse("a list is not a value here");
    in_flags_ = true;
    flags_.clear();
    return true;
  }

  bool end_array() override {
    in_flags_ = false;
    return set(flags_);
  }

  bool string(string_t& value) override {
    if (!in_flags_) return set(value);
    if (value.empty() || value.find('|') != string_t::npos) return refuse("a flag has no name");
    if (!flags_.empty()) flags_ += '|';
    flags_ += value;
    return true;
  }

  bool number_unsigned(number_unsigned_t value) override {
    if (in_flags_ || is_flags()) return refuse("flags are names in quotes");
    if (field_ != nullptr && field_->name == "amount") {
      return refuse("write the amount in quotes, such as \"12.50\"");
    }
    return set(fmt::format("{}", value));
  }

  bool number_integer(number_integer_t) override { return refuse("the number has a sign"); }
  bool number_float(number_float_t, const string_t& text) override {
    return refuse(fmt::format("{} is not a whole number; put exact decimals in quotes", text));
  }
  bool boolean(bool) override { return refuse("true and false are not values here"); }
  bool null() override { return refuse("null is not a value here; leave the field out"); }
  bool binary(binary_t&) override { return refuse("binary is not a value here"); }

  bool parse_error(std::size_t position, const std::string&, const Json::exception&) override {
    if (!fault) fault = fmt::format("this is not JSON at character {}", position);
    return false;
  }

 private:
  bool is_flags() const { return field_ != nullptr && field_->name == "flags"; }

  bool refuse(std::string_view what) {
    fault = field_ == nullptr ? fmt::format("{}; an event is one JSON object", what)
                              : fmt::format("field '{}': {}", field_->name, what);
    return false;
  }

  bool set(std::string_view text) {
    if (field_ == nullptr) return refuse("a value stands outside an object");
    const Result<void> done = set_field(draft, *field_, text);
    if (!done) fault = done.error().what;
    return done.ok();
  }

  int depth_ = 0;
  bool in_flags_ = false;
  std::string flags_;
  const EventField<Event>* field_ = nullptr;
  std::vector<bool> seen_ = std::vector<bool>(event_fields<Event>().size());
};

}  // namespace

template <typename Event>
Result<Draft<Event>> parse_event_json(std::string_view text) {
  EventSax<Event> sax;
  const bool parsed = Json::sax_parse(text, &sax);
  if (parsed && sax.complete) return std::move(sax.draft);
  return Failure{FailureKind::invalid, sax.fault.value_or("an event is one JSON object")};
}

template <typename Event>
Result<std::vector<NumberedDraft<Event>>> read_json_lines(std::istream& in) {
  std::vector<NumberedDraft<Event>> events;
  std::uint64_t line = 0;
  const auto wrong = [&](std::string_view what) {
    return Failure{FailureKind::invalid, fmt::format("line {}: {}", line, what)};
  };
  for (std::string text; std::getline(in, text);) {
    ++line;
    if (text.ends_with('\r')) text.pop_back();
    if (text.find_first_not_of(" \t") == std::string::npos) continue;
    if (text.size() > json_line_bytes_max) return wrong("the line is longer than 65,536 bytes");
    if (events.size() == limits::batch_events_max) {
      return wrong(fmt::format("one request holds at most {} events; split the file, or import CSV",
                               format_count(limits::batch_events_max)));
    }
    auto draft = parse_event_json<Event>(text);
    if (!draft) return wrong(draft.error().what);
    events.push_back({line, std::move(draft).value()});
  }
  if (in.bad()) return Failure{FailureKind::io, "the file could not be read to its end"};
  if (events.empty()) return Failure{FailureKind::invalid, "there is no event in it"};
  return events;
}

template Result<Draft<Account>> parse_event_json<Account>(std::string_view);
template Result<Draft<Transfer>> parse_event_json<Transfer>(std::string_view);
template Result<std::vector<NumberedDraft<Account>>> read_json_lines<Account>(std::istream&);
template Result<std::vector<NumberedDraft<Transfer>>> read_json_lines<Transfer>(std::istream&);

}  // namespace daybook
