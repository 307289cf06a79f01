#include "engine/saga/object_reader.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/base/limits.hpp"

namespace daybook {
namespace {

// Of ASCII, whatever the process's locale is.
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name(std::string_view text, std::string_view others) {
  return !text.empty() && text.size() <= limits::saga_name_bytes_max && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [others](char c) {
           return is_letter(c) || is_digit(c) || others.find(c) != std::string_view::npos;
         });
}

}  // namespace

bool is_plain_name(std::string_view text) { return is_name(text, "_-."); }
bool is_reference_name(std::string_view text) { return is_name(text, "_"); }

ObjectReader::ObjectReader(const DocumentValue* value, std::string path, SagaFaults& faults)
    : value_{value}, path_{std::move(path)}, faults_{faults} {
  if (value_ == nullptr) return;
  if (value_->kind != DocumentValue::Kind::object) {
    faults_.push_back(
        {path_, fmt::format("this must be an object, and is {}", to_string(value_->kind))});
    value_ = nullptr;
    return;
  }
  asked_.resize(value_->members.size());
}

std::string ObjectReader::path_of(std::string_view key) const {
  return path_.empty() ? std::string{key} : fmt::format("{}.{}", path_, key);
}

void ObjectReader::fault(std::string_view key, std::string what) {
  faults_.push_back({path_of(key), std::move(what)});
}

const DocumentValue* ObjectReader::find_any(std::string_view key) {
  if (value_ == nullptr) return nullptr;
  for (std::size_t at = 0; at < value_->members.size(); ++at) {
    if (value_->members[at].key != key) continue;
    asked_[at] = true;
    return &value_->members[at].value;
  }
  return nullptr;
}

const DocumentValue* ObjectReader::find(std::string_view key, DocumentValue::Kind kind) {
  const DocumentValue* const found = find_any(key);
  if (found == nullptr || found->kind == kind) return found;
  fault(key, fmt::format("this must be {}, and is {}", to_string(kind), to_string(found->kind)));
  return nullptr;
}

bool ObjectReader::number(std::string_view key, std::uint64_t least, std::uint64_t most,
                          std::uint64_t& into) {
  const DocumentValue* const found = find(key, DocumentValue::Kind::number);
  if (found == nullptr) return false;
  if (found->number < least || found->number > most) {
    fault(key, fmt::format("{} is not between {} and {}", found->number, least, most));
    return false;
  }
  into = found->number;
  return true;
}

bool ObjectReader::number(std::string_view key, std::uint64_t least, std::uint64_t most,
                          std::uint32_t& into) {
  std::uint64_t wide = 0;
  if (!number(key, least, most, wide)) return false;
  into = static_cast<std::uint32_t>(wide);
  return true;
}

bool ObjectReader::text(std::string_view key, std::string& into) {
  const DocumentValue* const found = find(key, DocumentValue::Kind::text);
  if (found == nullptr) return false;
  if (found->text.empty() || found->text.size() > limits::saga_text_bytes_max) {
    fault(key, fmt::format("a text has 1 to {} bytes", limits::saga_text_bytes_max));
    return false;
  }
  into = found->text;
  return true;
}

bool ObjectReader::name(std::string_view key, std::string& into) {
  const DocumentValue* const found = find(key, DocumentValue::Kind::text);
  if (found == nullptr) return false;
  if (!is_plain_name(found->text)) {
    fault(key, fmt::format("a name is a letter, then letters, digits, '_', '-' and '.', at most "
                           "{} in all",
                           limits::saga_name_bytes_max));
    return false;
  }
  into = found->text;
  return true;
}

void ObjectReader::refuse(std::string_view key, std::string_view why) {
  if (find_any(key) != nullptr) fault(key, std::string{why});
}

void ObjectReader::refuse_the_rest(std::string_view whose) {
  for (std::size_t at = 0; at < asked_.size(); ++at) {
    if (asked_[at]) continue;
    fault(value_->members[at].key, fmt::format("{} has no such key", whose));
  }
}

}  // namespace daybook
