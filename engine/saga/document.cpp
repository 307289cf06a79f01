#include "engine/saga/document.hpp"

#include <algorithm>
#include <exception>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/limits.hpp"
#include "engine/base/utf8.hpp"

namespace daybook {
namespace {

using Kind = DocumentValue::Kind;

/// Builds the tree from the parser's events. The parser keeps a stack of its own in memory, not in
/// calls, so depth is refused here before it costs anything.
class TreeBuilder final : public nlohmann::json::json_sax_t {
 public:
  explicit TreeBuilder(std::string_view text) : text_{text} {}

  bool null() override { return place(DocumentValue{}) != nullptr; }
  bool boolean(bool value) override {
    DocumentValue truth;
    truth.kind = Kind::truth;
    truth.truth = value;
    return place(std::move(truth)) != nullptr;
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > limits::timestamp_max) return odd_number();
    DocumentValue number;
    number.kind = Kind::number;
    number.number = value;
    return place(std::move(number)) != nullptr;
  }
  bool number_integer(number_integer_t) override { return odd_number(); }
  bool number_float(number_float_t, const string_t&) override { return odd_number(); }
  bool string(string_t& value) override {
    DocumentValue text;
    text.kind = Kind::text;
    if (!is_printable_utf8(value)) {
      fault_at_next("a text must be UTF-8 without control characters");
    }
    text.text = std::move(value);
    return place(std::move(text)) != nullptr;
  }
  bool binary(binary_t&) override { return stop("no such value is known"); }
  bool start_object(std::size_t) override { return open(Kind::object); }
  bool start_array(std::size_t) override { return open(Kind::list); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& value) override;
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception&) override;

  [[nodiscard]] DocumentValue& tree() { return root_; }
  [[nodiscard]] SagaFaults& faults() { return faults_; }

 private:
  struct Level {
    DocumentValue* value;
    std::size_t outer_path_bytes;  ///< How much of the path is what `value` stands in.
  };

  // Where the next value goes: the path of the container that is open and the value's place in it.
  [[nodiscard]] std::string next_path() const {
    if (levels_.empty()) return {};
    const DocumentValue& in = *levels_.back().value;
    if (in.kind == Kind::list) return fmt::format("{}[{}]", path_, in.items.size());
    return path_.empty() ? key_ : fmt::format("{}.{}", path_, key_);
  }
  void fault_at_next(std::string_view what) { faults_.push_back({next_path(), std::string{what}}); }
  bool stop(std::string what) {
    fault_at_next(what);
    return false;
  }
  // Kept as 0, so that the rest of the text is looked at too.
  bool odd_number() {
    fault_at_next("a number must be a whole one from 0 to 2^63-1");
    DocumentValue number;
    number.kind = Kind::number;
    return place(std::move(number)) != nullptr;
  }

  DocumentValue* place(DocumentValue value);
  bool open(Kind kind);
  bool close() {
    path_.resize(levels_.back().outer_path_bytes);
    levels_.pop_back();
    return true;
  }

  std::string_view text_;
  DocumentValue root_;
  SagaFaults faults_;
  std::vector<Level> levels_;
  std::string path_;
  std::string key_;
  std::uint32_t values_ = 0;
};

// A container's children are only added while nothing inside of them is open, so the pointers to
// the open ones stay good.
DocumentValue* TreeBuilder::place(DocumentValue value) {
  if (++values_ > limits::saga_document_values_max) {
    stop(fmt::format("there are more than {} values", limits::saga_document_values_max));
    return nullptr;
  }
  if (levels_.empty()) {
    root_ = std::move(value);
    return &root_;
  }
  DocumentValue& in = *levels_.back().value;
  if (in.items.size() + in.members.size() >= limits::saga_document_members_max) {
    stop(fmt::format("there are more than {} values in one object or list",
                     limits::saga_document_members_max));
    return nullptr;
  }
  if (in.kind == Kind::list) {
    in.items.push_back(std::move(value));
    return &in.items.back();
  }
  in.members.push_back({key_, std::move(value)});
  return &in.members.back().value;
}

bool TreeBuilder::open(Kind kind) {
  if (levels_.size() >= limits::saga_document_depth_max) {
    return stop(
        fmt::format("it is more than {} objects and lists deep", limits::saga_document_depth_max));
  }
  std::string path = next_path();
  DocumentValue container;
  container.kind = kind;
  DocumentValue* const placed = place(std::move(container));
  if (placed == nullptr) return false;
  levels_.push_back({placed, path_.size()});
  path_ = std::move(path);
  return true;
}

bool TreeBuilder::key(string_t& value) {
  if (value.size() > limits::saga_name_bytes_max || !is_printable_utf8(value)) {
    faults_.push_back({path_, fmt::format("a key must be at most {} bytes of UTF-8 without control "
                                          "characters",
                                          limits::saga_name_bytes_max)});
    value.resize(std::min<std::size_t>(value.size(), limits::saga_name_bytes_max));
    if (!is_printable_utf8(value)) value = "?";
  }
  key_ = std::move(value);
  if (levels_.back().value->find(key_) != nullptr) {
    fault_at_next("this key stands there twice");
  }
  return true;
}

// The library's own words name its internals; where it stopped is what helps.
bool TreeBuilder::parse_error(std::size_t position, const std::string&,
                              const nlohmann::json::exception&) {
  const std::string_view before = text_.substr(0, position == 0 ? 0 : position - 1);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t begin =
      before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  faults_.push_back({"", fmt::format("line {}, column {}: this is no JSON, or no UTF-8", line,
                                     before.size() - begin + 1)});
  return false;
}

void write(const DocumentValue& value, std::string& out);

void write_text(std::string_view text, std::string& out) {
  out += '"';
  for (const char each : text) {
    if (each == '"' || each == '\\') out += '\\';
    out += each;
  }
  out += '"';
}

void write_object(const DocumentValue& object, std::string& out) {
  std::vector<const DocumentMember*> sorted;
  for (const DocumentMember& member : object.members) sorted.push_back(&member);
  std::sort(sorted.begin(), sorted.end(),
            [](const DocumentMember* a, const DocumentMember* b) { return a->key < b->key; });
  out += '{';
  for (const DocumentMember* member : sorted) {
    if (out.back() != '{') out += ',';
    write_text(member->key, out);
    out += ':';
    write(member->value, out);
  }
  out += '}';
}

void write(const DocumentValue& value, std::string& out) {
  switch (value.kind) {
    case Kind::null:
      out += "null";
      return;
    case Kind::truth:
      out += value.truth ? "true" : "false";
      return;
    case Kind::number:
      out += fmt::format("{}", value.number);
      return;
    case Kind::text:
      return write_text(value.text, out);
    case Kind::list:
      out += '[';
      for (const DocumentValue& item : value.items) {
        if (&item != &value.items.front()) out += ',';
        write(item, out);
      }
      out += ']';
      return;
    case Kind::object:
      return write_object(value, out);
  }
}

}  // namespace

std::string to_text(const SagaFault& fault) {
  return fault.path.empty() ? fault.what : fmt::format("{}: {}", fault.path, fault.what);
}

const DocumentValue* DocumentValue::find(std::string_view key) const {
  const auto found = std::find_if(members.begin(), members.end(), [key](const DocumentMember& m) {
    return std::string_view{m.key} == key;
  });
  return found == members.end() ? nullptr : &found->value;
}

std::string_view to_string(DocumentValue::Kind kind) noexcept {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::truth:
      return "true or false";
    case Kind::number:
      return "a number";
    case Kind::text:
      return "a text";
    case Kind::list:
      return "a list";
    case Kind::object:
      return "an object";
  }
  return "unknown";
}

Result<DocumentValue, SagaFaults> read_document(std::string_view json) {
  if (json.size() > limits::saga_definition_bytes_max) {
    return SagaFaults{{"", fmt::format("the text has {} bytes; at most {} are allowed", json.size(),
                                       limits::saga_definition_bytes_max)}};
  }
  TreeBuilder builder{json};
  try {
    // Faults that did not stop the parser count as well as one that did.
    const bool is_whole = nlohmann::json::sax_parse(json.begin(), json.end(), &builder);
    if (!is_whole && builder.faults().empty()) return SagaFaults{{"", "this is no JSON"}};
  } catch (const std::exception& error) {
    return SagaFaults{{"", fmt::format("it cannot be read: {}", error.what())}};
  }
  if (!builder.faults().empty()) return std::move(builder.faults());
  return std::move(builder.tree());
}

std::string canonical_text(const DocumentValue& value) {
  std::string out;
  write(value, out);
  return out;
}

}  // namespace daybook
