#include "tools/daybook/saga/saga_values.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/utf8.hpp"
#include "engine/model/sealed_text.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

using Json = nlohmann::json;

Failure invalid(std::string what) { return {FailureKind::invalid, std::move(what)}; }

std::string asked_for(std::span<const SagaField> fields) {
  std::string text;
  for (const SagaField& field : fields) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", field.name, to_string(field.type));
  }
  return text.empty() ? "nothing" : text;
}

Result<SagaValue> parse_money(std::string_view text, const LedgerBook& ledgers) {
  const std::size_t space = text.rfind(' ');
  if (space == std::string_view::npos) {
    return invalid(fmt::format(
        "'{}' is no money: write an amount and its ledger, such as \"12.50 978\"", text));
  }
  const auto ledger = parse_unsigned(text.substr(space + 1), ~std::uint32_t{0});
  if (!ledger) return ledger.error();
  SagaValue value;
  value.type = ValueType::money;
  value.ledger = LedgerId{static_cast<std::uint32_t>(ledger.value())};
  const auto amount = ledgers.parse(value.ledger, text.substr(0, space));
  if (!amount) return amount.error();
  if (amount.value() == Amount{}) return invalid("an amount of a saga is above 0");
  value.id = amount.value().value();
  return value;
}

Result<SagaValue> parse_text(ValueType type, std::string_view text) {
  const std::size_t most =
      type == ValueType::secret ? limits::sealed_text_bytes_max : limits::saga_text_bytes_max;
  if (text.size() > most || !is_printable_utf8(text)) {
    return invalid(fmt::format("a text is printable UTF-8 of at most {} bytes", most));
  }
  SagaValue value;
  value.type = type;
  value.text = text;
  return value;
}

template <typename Use>
void for_each_value(std::span<const SagaField> fields, std::span<const std::byte> bytes, Use use) {
  if (!are_values_of(fields, bytes)) return;
  SagaValueReader reader{bytes};
  for (const SagaField& field : fields) use(field, *reader.next(field.type));
}

}  // namespace

Result<WrittenValues> read_pairs(std::span<const std::string> pairs) {
  WrittenValues written;
  for (const std::string& pair : pairs) {
    const std::size_t sign = pair.find('=');
    if (sign == std::string::npos || sign == 0) {
      return invalid(fmt::format("'{}' is no value: write name=value", pair));
    }
    written.emplace_back(pair.substr(0, sign), pair.substr(sign + 1));
  }
  return written;
}

Result<WrittenValues> read_pairs_of_json(std::string_view json) {
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object()) return invalid("it is no JSON object of names and values");
  WrittenValues written;
  for (const auto& [name, value] : object.items()) {
    if (value.is_string()) {
      written.emplace_back(name, value.get<std::string>());
    } else if (value.is_number_unsigned()) {
      written.emplace_back(name, fmt::format("{}", value.get<std::uint64_t>()));
    } else {
      return invalid(fmt::format("{}: a value is a string or a whole number from 0 on", name));
    }
  }
  return written;
}

Result<SagaValue> parse_saga_value(ValueType type, std::string_view text,
                                   const LedgerBook& ledgers) {
  SagaValue value;
  value.type = type;
  switch (type) {
    case ValueType::account:
    case ValueType::id: {
      const auto id = parse_id(text);
      if (!id) return id.error();
      if (id.value().is_zero()) return invalid("an id is not 0");
      value.id = id.value();
      return value;
    }
    case ValueType::money:
      return parse_money(text, ledgers);
    case ValueType::u64: {
      const auto number = parse_unsigned(text, limits::timestamp_max);
      if (!number) return number.error();
      value.number = number.value();
      return value;
    }
    case ValueType::timestamp: {
      const auto time = parse_time(text);
      if (!time) return time.error();
      value.number = time.value().value();
      return value;
    }
    case ValueType::text:
    case ValueType::secret:
      return parse_text(type, text);
    case ValueType::truth:
      break;
  }
  return invalid("this type of value is of constants only");
}

Result<std::vector<SagaValue>> parse_saga_values(std::span<const SagaField> fields,
                                                 const WrittenValues& written,
                                                 const LedgerBook& ledgers) {
  const auto named = [](std::string_view name) {
    return [name](const auto& each) { return each.first == name; };
  };
  for (const auto& [name, text] : written) {
    const bool known =
        std::any_of(fields.begin(), fields.end(),
                    [&key = name](const SagaField& field) { return field.name == key; });
    if (!known) {
      return invalid(
          fmt::format("{}: it is not asked for; asked for are {}", name, asked_for(fields)));
    }
    if (std::count_if(written.begin(), written.end(), named(name)) > 1) {
      return invalid(fmt::format("{}: it is given twice", name));
    }
  }
  std::vector<SagaValue> values;
  for (const SagaField& field : fields) {
    const auto given = std::find_if(written.begin(), written.end(), named(field.name));
    if (given == written.end()) {
      return invalid(
          fmt::format("{}: it is missing; asked for are {}", field.name, asked_for(fields)));
    }
    const auto value = parse_saga_value(field.type, given->second, ledgers);
    if (!value) return invalid(fmt::format("{}: {}", field.name, value.error().what));
    values.push_back(value.value());
  }
  return values;
}

std::string format_saga_value(const SagaValue& value, const LedgerBook& ledgers) {
  switch (value.type) {
    case ValueType::account:
    case ValueType::id:
      return format_id(value.id);
    case ValueType::money:
      return fmt::format("{} {}", ledgers.format(value.ledger, Amount{value.id}),
                         value.ledger.value());
    case ValueType::u64:
    case ValueType::truth:
      return fmt::format("{}", value.number);
    case ValueType::timestamp:
      return format_time(Timestamp{value.number});
    case ValueType::text:
      return mask_secrets(value.text);
    case ValueType::secret: {
      const auto sealed = read_sealed_text(value.text);
      return sealed ? secret_mask(sealed->key_id()) : "***";
    }
  }
  return {};
}

std::string saga_values_text(std::span<const SagaField> fields, std::span<const std::byte> bytes,
                             const LedgerBook& ledgers) {
  std::string text;
  for_each_value(fields, bytes, [&](const SagaField& field, const SagaValue& value) {
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", field.name,
                        format_saga_value(value, ledgers));
  });
  return text;
}

JsonObject saga_values_json(std::span<const SagaField> fields, std::span<const std::byte> bytes,
                            const LedgerBook& ledgers) {
  JsonObject object;
  for_each_value(fields, bytes, [&](const SagaField& field, const SagaValue& value) {
    if (value.type == ValueType::timestamp) {
      object.time(field.name, Timestamp{value.number});
    } else {
      object.text(field.name, format_saga_value(value, ledgers));
    }
  });
  return object;
}

}  // namespace daybook
