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
    if (value.empty()) walk_.fault(path, "there is none");
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
  return Json{{"code", to_string(correction.code)},
              {"action", to_string(correction.action)},
              {"amount", daybook::to_decimal(correction.amount)},
              {"currency", currency_text(correction.currency)},
              {"automatic", correction.is_automatic},
              {"legs", std::move(legs)},
              {"reference", correction.reference},
              {"type", to_string(correction.type)},
              {"time", correction.time_ns},
              {"adjusts", correction.adjusts},
              {"words", correction.words}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Correction> read_correction_text(std::string_view text) {
  Correction correction;
  if (auto read = CorrectionReader{correction}.read(text); !read) return read.error();
  return correction;
}

}  // namespace daybook::recon
