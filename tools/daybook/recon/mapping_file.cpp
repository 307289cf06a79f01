#include "tools/daybook/recon/mapping_file.hpp"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace daybook::recon {
namespace {

using Json = nlohmann::json;

/// What is wrong with a mapping. Thrown within this file only.
struct Wrong {
  std::string what;
};

std::string text_of(const Json& value, std::string_view name) {
  if (!value.is_string()) throw Wrong{fmt::format("'{}' should be a text", name)};
  return value.get<std::string>();
}

char character_of(const Json& value, std::string_view name) {
  const std::string text = text_of(value, name);
  if (text.size() != 1) throw Wrong{fmt::format("'{}' should be one ASCII character", name)};
  return text[0];
}

bool truth_of(const Json& value, std::string_view name) {
  if (!value.is_boolean()) throw Wrong{fmt::format("'{}' should be true or false", name)};
  return value.get<bool>();
}

std::int64_t number_of(const Json& value, std::string_view name, std::int64_t low,
                       std::int64_t high) {
  if (!value.is_number_integer()) throw Wrong{fmt::format("'{}' should be a whole number", name)};
  // Above the signed numbers it compares as one below `low`, so it is refused as well.
  const auto number = value.get<std::int64_t>();
  if (number < low || number > high) {
    throw Wrong{fmt::format("'{}' should be from {} to {}", name, low, high)};
  }
  return number;
}

std::vector<std::string> texts_of(const Json& value, std::string_view name) {
  if (!value.is_array()) throw Wrong{fmt::format("'{}' should be a list of texts", name)};
  std::vector<std::string> texts;
  for (const Json& each : value) texts.push_back(text_of(each, name));
  return texts;
}

const Json& object_of(const Json& value, std::string_view name) {
  if (!value.is_object()) throw Wrong{fmt::format("'{}' should be an object", name)};
  return value;
}

template <typename T>
T named(std::string_view word, std::size_t count, std::string_view what) {
  for (std::size_t i = 0; i < count; ++i) {
    if (to_string(static_cast<T>(i)) == word) return static_cast<T>(i);
  }
  throw Wrong{fmt::format("'{}' is no {}", word, what)};
}

template <typename T>
std::vector<WordMeaning<T>> meanings_of(const Json& value, std::size_t count,
                                        std::string_view what) {
  std::vector<WordMeaning<T>> meanings;
  for (const auto& [word, meaning] : object_of(value, what).items()) {
    const std::string text = text_of(meaning, word);
    std::optional<T> result;
    if (text != "skip") result = named<T>(text, count, what);
    meanings.push_back({.word = folded(word), .value = result});
  }
  return meanings;
}

void take_columns(const Json& value, SourceMapping& mapping) {
  mapping.columns = {};
  for (const auto& [field, column] : object_of(value, "columns").items()) {
    mapping.column(named<Field>(field, field_count, "field")) = text_of(column, field);
  }
}

void take_amounts(const Json& value, SourceMapping& mapping) {
  for (const auto& [name, part] : object_of(value, "amounts").items()) {
    if (name == "decimal_mark") {
      mapping.amounts.decimal_mark = character_of(part, name);
    } else if (name == "group_mark") {
      mapping.amounts.group_mark = character_of(part, name);
    } else if (name == "minor_units") {
      mapping.amounts.minor_units = truth_of(part, name);
    } else if (name == "negate") {
      mapping.is_negated = truth_of(part, name);
    } else if (name == "debit_has_any_sign") {
      mapping.debit_has_any_sign = truth_of(part, name);
    } else if (name == "negate_fee") {
      mapping.fee_is_negated = truth_of(part, name);
    } else {
      throw Wrong{fmt::format("'amounts' has no member '{}'", name)};
    }
  }
}

void take_scales(const Json& value, SourceMapping& mapping) {
  for (const auto& [currency, scale] : object_of(value, "scales").items()) {
    const std::uint64_t word = currency_of_text(currency);
    if (word == 0) throw Wrong{fmt::format("'{}' is no currency", currency)};
    mapping.scales.emplace_back(
        word, static_cast<unsigned>(number_of(scale, currency, 0, limits::scale_max)));
  }
}

void take_trailer(const Json& value, SourceMapping& mapping) {
  TrailerRule rule;
  const auto column_max = static_cast<std::int64_t>(limits::columns_max) - 1;
  for (const auto& [name, part] : object_of(value, "trailer").items()) {
    if (name == "first_field") {
      rule.first_field = text_of(part, name);
    } else if (name == "next_line") {
      rule.is_next_line = truth_of(part, name);
    } else if (name == "count") {
      rule.count = static_cast<std::size_t>(number_of(part, name, 0, column_max));
    } else if (name == "sum") {
      rule.sum = static_cast<std::size_t>(number_of(part, name, 0, column_max));
    } else if (name == "currency") {
      rule.currency = text_of(part, name);
    } else {
      throw Wrong{fmt::format("'trailer' has no member '{}'", name)};
    }
  }
  if (rule.first_field.empty() || (!rule.count && !rule.sum)) {
    throw Wrong{"'trailer' needs 'first_field' and 'count' or 'sum'"};
  }
  if (rule.sum && currency_of_text(rule.currency) == 0) {
    throw Wrong{"'trailer' with a 'sum' needs its 'currency'"};
  }
  mapping.trailer = rule;
}

Encoding encoding_of(const Json& value) {
  const std::string name = folded(text_of(value, "encoding"));
  if (name == "utf_8" || name == "utf8") return Encoding::utf8;
  if (name == "gb18030" || name == "gbk" || name == "gb2312") return Encoding::gb18030;
  throw Wrong{fmt::format("encoding '{}' is neither utf-8 nor gb18030", name)};
}

/// The mapping's own words stand before the usual ones, so that they win.
template <typename T>
void put_first(std::vector<WordMeaning<T>> own, std::vector<WordMeaning<T>>& all) {
  own.insert(own.end(), all.begin(), all.end());
  all = std::move(own);
}

bool take_words(const std::string& name, const Json& value, SourceMapping& mapping) {
  if (name == "statuses") {
    put_first(meanings_of<RecordStatus>(value, record_status_count, "status"), mapping.statuses);
  } else if (name == "other_status") {
    mapping.other_status = named<RecordStatus>(text_of(value, name), record_status_count, "status");
  } else if (name == "types") {
    put_first(meanings_of<RecordType>(value, record_type_count, "type"), mapping.types);
  } else if (name == "other_type") {
    mapping.other_type = named<RecordType>(text_of(value, name), record_type_count, "type");
  } else if (name == "minus_words") {
    mapping.minus_words.clear();
    for (const std::string& word : texts_of(value, name)) {
      mapping.minus_words.push_back(folded(word));
    }
  } else if (name == "no_references") {
    mapping.no_references = texts_of(value, name);
  } else {
    return false;
  }
  return true;
}

void take_member(const std::string& name, const Json& value, SourceMapping& mapping) {
  if (take_words(name, value, mapping)) return;
  if (name == "name") {
    mapping.name = text_of(value, name);
  } else if (name == "about") {
    static_cast<void>(text_of(value, name));
  } else if (name == "format") {
    mapping.format = format_of(text_of(value, name));
    if (!mapping.format) {
      throw Wrong{fmt::format("'{}' is no format; these are: {}", text_of(value, name),
                              names_of_formats())};
    }
  } else if (name == "delimiter") {
    mapping.delimiter = character_of(value, name);
    if (mapping.delimiter == '"' || mapping.delimiter == '\n' || mapping.delimiter == '\r') {
      throw Wrong{"'delimiter' may be neither a quote nor a line end"};
    }
  } else if (name == "encoding") {
    mapping.encoding = encoding_of(value);
  } else if (name == "skip_lines") {
    mapping.skip_lines = static_cast<std::uint64_t>(number_of(value, name, 0, 1'000));
  } else if (name == "columns") {
    take_columns(value, mapping);
  } else if (name == "amounts") {
    take_amounts(value, mapping);
  } else if (name == "strip") {
    mapping.strip = text_of(value, name);
  } else if (name == "currency") {
    mapping.currency = text_of(value, name);
    if (currency_of_text(mapping.currency) == 0) throw Wrong{"'currency' is none"};
  } else if (name == "scales") {
    take_scales(value, mapping);
  } else if (name == "time_formats") {
    mapping.time_formats = texts_of(value, name);
  } else if (name == "time_offset_minutes") {
    mapping.time_offset_ns = number_of(value, name, -1'440, 1'440) * 60'000'000'000;
  } else if (name == "skip_prefixes") {
    mapping.skip_prefixes = texts_of(value, name);
  } else if (name == "trailer") {
    take_trailer(value, mapping);
  } else if (name == "group") {
    if (text_of(value, name) != "sum") throw Wrong{"'group' can only be 'sum'"};
    mapping.sums_groups = true;
  } else {
    throw Wrong{fmt::format("it has no member '{}'", name)};
  }
}

std::string names_of_ready_mappings() {
  std::string names = "daybook";
  for (const ReadyMapping& ready : ready_mappings()) {
    names += ", ";
    names += ready.name;
  }
  return names + ", " + names_of_formats();
}

}  // namespace

std::string names_of_formats() {
  std::string names;
  for (const std::string_view name : format_names()) {
    names += names.empty() ? "" : ", ";
    names += name;
  }
  return names;
}

Result<SourceMapping> parse_mapping(std::string_view json) {
  const auto parsed = Json::parse(json, nullptr, false, true);
  if (!parsed.is_object()) {
    return Failure{FailureKind::invalid, "the mapping is not one JSON object"};
  }
  SourceMapping mapping = SourceMapping::standard();
  try {
    for (const auto& [name, value] : parsed.items()) take_member(name, value, mapping);
  } catch (const Wrong& wrong) {
    return Failure{FailureKind::invalid, fmt::format("the mapping: {}", wrong.what)};
  }
  if (mapping.encoding != Encoding::utf8 && static_cast<unsigned char>(mapping.delimiter) >= 0x40) {
    // Such a byte may be the second half of a character.
    return Failure{FailureKind::invalid, "the mapping: no such delimiter in GB18030"};
  }
  return mapping;
}

Result<SourceMapping> load_mapping(const std::string& name_or_path) {
  if (name_or_path == "daybook") return SourceMapping::standard();
  if (const auto format = format_of(name_or_path)) return SourceMapping::of_format(*format);
  for (const ReadyMapping& ready : ready_mappings()) {
    if (ready.name == name_or_path) return parse_mapping(ready.json);
  }
  std::ifstream in{name_or_path, std::ios::binary};
  if (!in) {
    return Failure{FailureKind::not_found,
                   fmt::format("{}: neither a file nor a ready mapping; these are: {}",
                               name_or_path, names_of_ready_mappings())};
  }
  std::string text(mapping_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > mapping_bytes_max) {
    return Failure{FailureKind::invalid,
                   fmt::format("{}: a mapping has at most 256 KiB", name_or_path)};
  }
  Result<SourceMapping> mapping = parse_mapping(text);
  if (mapping) return mapping;
  return Failure{mapping.error().kind, fmt::format("{}: {}", name_or_path, mapping.error().what)};
}

}  // namespace daybook::recon
