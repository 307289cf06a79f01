#include "tools/daybook/recon/definition/correction_text.hpp"

#include <set>

#include <fmt/format.h>

#include "tools/daybook/recon/definition/json_walk.hpp"

namespace daybook::recon {
namespace {

using Json = nlohmann::json;
using Path = const std::string&;

constexpr std::size_t words_bytes_max = 512;
constexpr std::uint16_t leg_flags =
    transfer_flag::linked | transfer_flag::post_pending_transfer | transfer_flag::reversal;

Json json_of(const Transfer& leg) {
  return {{"id", to_hex(leg.id.value())},
          {"debit", to_hex(leg.debit_account_id.value())},
          {"credit", to_hex(leg.credit_account_id.value())},
          {"amount", daybook::to_decimal(leg.amount.value().wide())},
          {"about", to_hex(leg.pending_id.value())},
          {"ledger", leg.ledger.value()},
          {"code", leg.code.value()},
          {"flags", leg.flags}};
}

Json json_of(const SagaCall& saga) {
  Json inputs = Json::array();
  for (const SagaCall::Input& each : saga.inputs) {
    inputs.push_back({{"name", each.name}, {"type", to_string(each.type)}, {"value", each.value}});
  }
  return {{"name", saga.name},
          {"version", saga.version},
          {"definition", to_hex(saga.definition)},
          {"id", to_hex(saga.id)},
          {"inputs", std::move(inputs)}};
}

/// Reads a correction member by member.
class CorrectionReader {
 public:
  explicit CorrectionReader(Correction& into) : into_{into} {}

  Result<void> read(std::string_view text) {
    if (text.size() > limits::correction_text_bytes_max) {
      walk_.fault("", fmt::format("it has more than {} bytes", limits::correction_text_bytes_max));
    } else if (const auto document = walk_.parse(text, false)) {
      need(*document, "",
           {"code", "action", "amount", "currency", "automatic", "legs", "reference", "type",
            "time", "adjusts", "words"});
      walk_.members(*document, "", [&](const std::string& name, const Json& value, Path path) {
        return take_what(name, value, path) || take_record(name, value, path);
      });
      check_chain();
      check_saga();
    }
    if (walk_.faults().empty()) return {};
    return Failure{FailureKind::invalid, "a correction: " + faults_text(walk_.faults())};
  }

 private:
  void need(const Json& value, std::string_view path,
            std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
      if (!value.contains(name)) walk_.fault(path, fmt::format("it needs '{}'", name));
    }
  }

  bool take_what(const std::string& name, const Json& value, Path path) {
    if (name == "code") {
      take_named(value, path, code_of, into_.code);
    } else if (name == "action") {
      take_named(value, path, action_of, into_.action);
    } else if (name == "amount") {
      if (const auto amount = decimal(value, path)) into_.amount = *amount;
    } else if (name == "currency") {
      const auto text = walk_.text(value, path, limits::currency_bytes_max);
      if (text) into_.currency = currency_of_text(*text);
      if (text && into_.currency == 0) walk_.fault(path, "it is no currency");
    } else if (name == "automatic") {
      if (!value.is_boolean()) return walk_.fault(path, "it should be true or false"), true;
      into_.is_automatic = value.get<bool>();
    } else if (name == "legs") {
      take_legs(value, path);
    } else if (name == "saga") {
      take_saga(value, path);
    } else {
      return false;
    }
    return true;
  }

  bool take_record(const std::string& name, const Json& value, Path path) {
    if (name == "reference") {
      const auto text = walk_.text(value, path, limits::correction_reference_bytes_max);
      if (text) into_.reference = *text;
    } else if (name == "type") {
      take_named(value, path, type_of, into_.type);
    } else if (name == "time") {
      const auto time = walk_.number(value, path, INT64_MIN, INT64_MAX);
      if (time) into_.time_ns = *time;
    } else if (name == "adjusts") {
      const auto sequence =
          walk_.number(value, path, 0, static_cast<std::int64_t>(limits::file_bytes_max));
      if (sequence) into_.adjusts = static_cast<std::uint64_t>(*sequence);
    } else if (name == "words") {
      if (const auto text = walk_.text(value, path, words_bytes_max)) into_.words = *text;
    } else {
      return false;
    }
    return true;
  }

  static std::optional<RecordType> type_of(std::string_view name) {
    for (std::size_t i = 0; i < record_type_count; ++i) {
      if (to_string(static_cast<RecordType>(i)) == name) return static_cast<RecordType>(i);
    }
    return std::nullopt;
  }

  template <typename T>
  void take_named(const Json& value, Path path, std::optional<T> (*find)(std::string_view),
                  T& into) {
    const auto text = walk_.text(value, path, words_bytes_max);
    if (!text) return;
    const std::optional<T> found = find(*text);
    if (!found) return walk_.fault(path, "there is none of this name");
    into = *found;
  }

  std::optional<u128> decimal(const Json& value, Path path) {
    const auto text = walk_.text(value, path, 39);
    if (!text) return std::nullopt;
    const auto number = parse_u128(*text);
    if (number && daybook::to_decimal(*number) == *text) return number;
    walk_.fault(path, "it should be a whole number in decimal");
    return std::nullopt;
  }

  Uint128 id(const Json& value, Path path) {
    const auto text = walk_.text(value, path, 32);
    const auto number = text ? parse_hex128(*text) : std::nullopt;
    if (text && !number) walk_.fault(path, "it should have 32 hexadecimal digits");
    return number.value_or(Uint128{});
  }

  void take_legs(const Json& value, Path path) {
    if (!walk_.is_list(value, path, limits::correction_legs_max)) return;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string below = fmt::format("{}/{}", path, i);
      Transfer leg;
      walk_.members(value[i], below, [&](const std::string& name, const Json& member, Path part) {
        return take_leg_id(name, member, part, leg) || take_leg_number(name, member, part, leg);
      });
      need(value[i], below,
           {"id", "debit", "credit", "amount", "about", "ledger", "code", "flags"});
      into_.legs.push_back(leg);
    }
  }

  bool take_leg_id(const std::string& name, const Json& value, Path path, Transfer& leg) {
    if (name == "id") {
      leg.id = TransferId{id(value, path)};
    } else if (name == "debit") {
      leg.debit_account_id = AccountId{id(value, path)};
    } else if (name == "credit") {
      leg.credit_account_id = AccountId{id(value, path)};
    } else if (name == "about") {
      leg.pending_id = TransferId{id(value, path)};
    } else {
      return false;
    }
    return true;
  }

  bool take_leg_number(const std::string& name, const Json& value, Path path, Transfer& leg) {
    if (name == "amount") {
      if (const auto amount = decimal(value, path)) leg.amount = Amount{Uint128{*amount}};
    } else if (name == "ledger") {
      const auto number = walk_.number(value, path, 1, UINT32_MAX);
      if (number) leg.ledger = LedgerId{static_cast<std::uint32_t>(*number)};
    } else if (name == "code") {
      const auto number = walk_.number(value, path, 1, UINT16_MAX);
      if (number) leg.code = daybook::Code{static_cast<std::uint16_t>(*number)};
    } else if (name == "flags") {
      const auto number = walk_.number(value, path, 0, UINT16_MAX);
      if (number) leg.flags = static_cast<std::uint16_t>(*number);
      if ((leg.flags & ~leg_flags) != 0) walk_.fault(path, "no correction has these flags");
    } else {
      return false;
    }
    return true;
  }

  void take_saga(const Json& value, Path path) {
    SagaCall& saga = into_.saga.emplace();
    walk_.members(value, path, [&](const std::string& name, const Json& member, Path part) {
      if (name == "name") {
        if (const auto text = walk_.text(member, part, words_bytes_max)) saga.name = *text;
      } else if (name == "version") {
        const auto number = walk_.number(member, part, 1, UINT32_MAX);
        if (number) saga.version = static_cast<std::uint32_t>(*number);
      } else if (name == "definition") {
        saga.definition = id(member, part);
      } else if (name == "id") {
        saga.id = id(member, part);
      } else if (name == "inputs") {
        take_inputs(member, part, saga);
      } else {
        return false;
      }
      return true;
    });
    need(value, path, {"name", "version", "definition", "id", "inputs"});
  }

  void take_inputs(const Json& value, Path path, SagaCall& saga) {
    if (!walk_.is_list(value, path, daybook::limits::saga_inputs_max)) return;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string below = fmt::format("{}/{}", path, i);
      SagaCall::Input input;
      walk_.members(value[i], below, [&](const std::string& name, const Json& member, Path part) {
        const bool is_known = name == "name" || name == "type" || name == "value";
        const auto text = is_known ? walk_.text(member, part, words_bytes_max) : std::nullopt;
        if (!text) return is_known;
        if (name == "name") input.name = *text;
        if (name == "value") input.value = *text;
        if (name == "type") take_type(*text, part, input.type);
        return true;
      });
      need(value[i], below, {"name", "type", "value"});
      saga.inputs.push_back(std::move(input));
    }
  }

  void take_type(std::string_view name, Path path, ValueType& into) {
    for (auto type = ValueType::account; type <= ValueType::timestamp;
         type = static_cast<ValueType>(static_cast<unsigned>(type) + 1)) {
      if (to_string(type) == name) return void(into = type);
    }
    walk_.fault(path, "there is no such type");
  }

  /// A saga or legs, as the action says; and a saga that can be started.
  void check_saga() {
    const bool is_by_saga = into_.action == Action::saga;
    if (is_by_saga != into_.saga.has_value() || is_by_saga != into_.legs.empty()) {
      return walk_.fault("", "it needs legs, or, where the action is a saga, that alone");
    }
    if (!is_by_saga) return;
    const auto payload = start_payload(*into_.saga);
    if (!payload) walk_.fault("/saga/inputs", payload.error().what);
  }

  /// All legs but the last are linked, so that all are posted or none.
  void check_chain() {
    for (std::size_t i = 0; i < into_.legs.size(); ++i) {
      const bool is_linked = (into_.legs[i].flags & transfer_flag::linked) != 0;
      if (is_linked != (i + 1 < into_.legs.size())) {
        walk_.fault(fmt::format("/legs/{}/flags", i), "the legs are not one chain");
      }
    }
  }

  Correction& into_;
  JsonWalk walk_;
};

}  // namespace

std::string correction_text(const Correction& correction) {
  Json legs = Json::array();
  for (const Transfer& leg : correction.legs) legs.push_back(json_of(leg));
  Json document{{"code", to_string(correction.code)},
                {"action", to_string(correction.action)},
                {"amount", daybook::to_decimal(correction.amount)},
                {"currency", currency_text(correction.currency)},
                {"automatic", correction.is_automatic},
                {"legs", std::move(legs)},
                {"reference", correction.reference},
                {"type", to_string(correction.type)},
                {"time", correction.time_ns},
                {"adjusts", correction.adjusts},
                {"words", correction.words}};
  if (correction.saga) document["saga"] = json_of(*correction.saga);
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Correction> read_correction_text(std::string_view text) {
  Correction correction;
  if (auto read = CorrectionReader{correction}.read(text); !read) return read.error();
  return correction;
}

}  // namespace daybook::recon
