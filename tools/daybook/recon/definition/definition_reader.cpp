#include "tools/daybook/recon/definition/definition_reader.hpp"

#include <fmt/format.h>

#include "engine/recon/recon_limits.hpp"
#include "tools/daybook/recon/compare_command.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook::recon {

void DefinitionReader::take(const Json& document) {
  walk_.members(document, "", [&](const std::string& name, const Json& value, Path path) {
    seen_.insert(name);
    return take_member(name, value, path) || take_time_member(name, value, path) ||
           take_rule_member(name, value, path);
  });
  for (const std::string_view needed : {"name", "account", "ledger", "statement"}) {
    if (!seen_.contains(std::string{needed})) {
      walk_.fault("", fmt::format("it needs '{}'", needed));
    }
  }
  // What does not stand there cannot be held against the rest.
  if (!walk_.faults().empty()) return;
  settle_posting();
  check_times();
  check_codes();
  check_accounts();
  check_limits();
}

bool DefinitionReader::take_member(const std::string& name, const Json& value, Path path) {
  if (name == "name") {
    take_text(value, path, limits::definition_name_bytes_max, into_.name);
  } else if (name == "account") {
    std::optional<AccountId> account;
    take_account(value, path, account);
    into_.account = account.value_or(AccountId{});
  } else if (name == "ledger") {
    const auto number = walk_.number(value, path, 1, UINT32_MAX);
    into_.ledger = LedgerId{static_cast<std::uint32_t>(number.value_or(0))};
  } else if (name == "fee_codes") {
    take_fee_codes(value, path);
  } else if (name == "statement") {
    take_statement(value, path);
  } else if (name == "accounts") {
    take_accounts(value, path);
  } else if (name == "posting") {
    take_posting(value, path);
  } else if (name == "codes") {
    take_codes(value, path);
  } else if (name == "limits") {
    take_limits(value, path, into_.approval);
  } else if (name == "automatic") {
    take_limits(value, path, into_.automatic);
  } else {
    return false;
  }
  return true;
}

bool DefinitionReader::take_time_member(const std::string& name, const Json& value, Path path) {
  if (name == "time_zone") {
    take_text(value, path, limits::definition_text_bytes_max, into_.time_zone);
  } else if (name == "day_begins") {
    into_.day_begins_minutes = time_of_day(value, path).value_or(0);
  } else if (name == "schedule") {
    take_text(value, path, limits::definition_text_bytes_max, into_.schedule);
  } else if (name == "expected_by") {
    into_.expected_by_minutes = time_of_day(value, path);
  } else if (name == "files") {
    take_text(value, path, limits::definition_text_bytes_max, into_.files);
    if (into_.files.find('/') != std::string::npos) {
      walk_.fault(path, "it is a pattern of names in one directory, so it has no '/'");
    }
  } else {
    return false;
  }
  return true;
}

bool DefinitionReader::take_rule_member(const std::string& name, const Json& value, Path path) {
  if (name == "window_days") {
    const auto days = walk_.number(value, path, 0, limits::window_days_max);
    if (days) into_.window_days = static_cast<unsigned>(*days);
  } else if (name == "expire_days") {
    const auto days = walk_.number(value, path, 1, limits::expire_days_max);
    if (days) into_.expire_days = static_cast<unsigned>(*days);
  } else if (name == "group") {
    into_.sums_groups = value.is_string() && value.get<std::string>() == "sum";
    if (!into_.sums_groups) walk_.fault(path, "it can only be \"sum\"");
  } else if (name == "fallback") {
    take_fallbacks(value, path);
  } else if (name == "tolerances") {
    take_tolerances(value, path);
  } else {
    return false;
  }
  return true;
}

void DefinitionReader::take_text(const Json& value, Path path, std::size_t bytes_max,
                                 std::string& into) {
  if (auto text = walk_.text(value, path, bytes_max)) into = std::move(*text);
}

void DefinitionReader::take_account(const Json& value, Path path, std::optional<AccountId>& into) {
  const auto text = walk_.text(value, path, limits::definition_text_bytes_max);
  if (!text) return;
  const Result<Uint128> id = parse_id(*text);
  if (!id) return walk_.fault(path, id.error().what);
  if (id.value().is_zero() || id.value().is_max()) {
    return walk_.fault(path, "no account has this number");
  }
  into = AccountId{id.value()};
}

void DefinitionReader::take_fee_codes(const Json& value, Path path) {
  if (!walk_.is_list(value, path, limits::fee_codes_max)) return;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string below = fmt::format("{}/{}", path, i);
    if (const auto code = code_number(value[i], below)) {
      into_.fee_codes.push_back(daybook::Code{*code});
    }
  }
}

void DefinitionReader::take_statement(const Json& value, Path path) {
  bool has_map = false;
  walk_.members(value, path, [&](const std::string& name, const Json& member, Path below) {
    if (name == "map") {
      has_map = true;
      take_text(member, below, limits::definition_text_bytes_max, into_.map);
    } else if (name == "currency") {
      const auto text = walk_.text(member, below, limits::definition_text_bytes_max);
      if (text) into_.currency = currency(*text, below);
    } else if (name == "scales") {
      take_scales(member, below);
    } else {
      return false;
    }
    return true;
  });
  if (value.is_object() && !has_map) walk_.fault(path, "it needs 'map'");
}

void DefinitionReader::take_scales(const Json& value, Path path) {
  walk_.members(value, path, [&](const std::string& name, const Json& member, Path below) {
    const std::uint64_t word = currency(name, below);
    const auto scale = walk_.number(member, below, 0, limits::scale_max);
    if (scale) into_.scales.emplace_back(word, static_cast<unsigned>(*scale));
    return true;
  });
}

void DefinitionReader::take_fallbacks(const Json& value, Path path) {
  if (!walk_.is_list(value, path, limits::fallback_rules_max)) return;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string below = fmt::format("{}/{}", path, i);
    const auto text = walk_.text(value[i], below, limits::definition_text_bytes_max);
    if (!text) continue;
    const Result<OrderRule> rule = parse_fallback(*text);
    if (rule) {
      into_.fallback_rules.push_back(rule.value());
    } else {
      walk_.fault(below, "write it like amount+day, amount+party or amount+day+party");
    }
  }
}

void DefinitionReader::take_tolerances(const Json& value, Path path) {
  walk_.members(value, path, [&](const std::string& name, const Json& member, Path below) {
    NamedTolerance tolerance{.currency = currency(name, below), .each = {}, .cap = std::nullopt};
    std::optional<DecimalLimit> each;
    walk_.members(member, below, [&](const std::string& part, const Json& text, Path part_path) {
      if (part != "each" && part != "cap") return false;
      (part == "each" ? each : tolerance.cap) = decimal(text, part_path);
      return true;
    });
    if (member.is_object() && !member.contains("each")) walk_.fault(below, "it needs 'each'");
    tolerance.each = each.value_or(DecimalLimit{});
    if (tolerance.cap && *tolerance.cap < tolerance.each) {
      walk_.fault(below, "'cap' is less than 'each'");
    }
    into_.tolerances.push_back(tolerance);
    return true;
  });
}

void DefinitionReader::take_accounts(const Json& value, Path path) {
  PostingAccounts& accounts = into_.accounts;
  walk_.members(value, path, [&](const std::string& name, const Json& member, Path below) {
    std::optional<AccountId>* const account = name == "suspense"   ? &accounts.suspense
                                              : name == "fees"     ? &accounts.fees
                                              : name == "rounding" ? &accounts.rounding
                                              : name == "fx"       ? &accounts.fx
                                                                   : nullptr;
    if (account != nullptr) take_account(member, below, *account);
    return account != nullptr;
  });
}

void DefinitionReader::take_posting(const Json& value, Path path) {
  walk_.members(value, path, [&](const std::string& name, const Json& member, Path below) {
    const std::optional<Code> code = code_of(name);
    if (!code) return false;
    is_said_[index_of(*code)] = true;
    if (member.is_object()) return take_saga(*code, member, below), true;
    const auto word = walk_.text(member, below, limits::definition_text_bytes_max);
    const std::optional<Action> action = word ? action_of(*word) : std::nullopt;
    if (action == Action::saga) {
      walk_.fault(below, "a saga has a name: write {\"saga\": \"NAME\"}");
    } else if (word && (!action || !may_do(*code, *action))) {
      walk_.fault(below, fmt::format("'{}' is nothing to do about it; these are: {}", *word,
                                     actions_for(*code)));
    }
    into_.posting[index_of(*code)] = action.value_or(Action::none);
    return true;
  });
}

void DefinitionReader::take_saga(Code code, const Json& value, Path path) {
  PostingSaga saga{.code = code, .name = {}};
  walk_.members(value, path, [&](const std::string& name, const Json& member, Path below) {
    if (name == "saga") {
      take_text(member, below, limits::definition_text_bytes_max, saga.name);
    } else if (name == "delta") {
      const auto word = walk_.text(member, below, limits::definition_text_bytes_max);
      saga.delta = word == "positive" ? 1 : word == "negative" ? -1 : 0;
      if (word && saga.delta == 0) walk_.fault(below, "it is \"positive\" or \"negative\"");
    } else {
      return false;
    }
    return true;
  });
  if (!value.contains("saga")) walk_.fault(path, "it needs 'saga'");
  if (!may_do(code, Action::saga)) {
    walk_.fault(path,
                fmt::format("a saga is nothing to do about it; these are: {}", actions_for(code)));
  }
  into_.posting[index_of(code)] = Action::saga;
  into_.sagas.push_back(std::move(saga));
}

void DefinitionReader::take_codes(const Json& value, Path path) {
  walk_.members(value, path, [&](const std::string& name, const Json& member, Path below) {
    daybook::Code* const code = name == "correction" ? &into_.correction_code
                                : name == "fee"      ? &into_.fee_code
                                                     : nullptr;
    if (code == nullptr) return false;
    if (const auto number = code_number(member, below)) *code = daybook::Code{*number};
    return true;
  });
}

void DefinitionReader::take_limits(const Json& value, Path path, std::vector<CodeLimit>& into) {
  walk_.members(value, path, [&](const std::string& name, const Json& member, Path below) {
    const std::optional<Code> code = code_of(name);
    if (!code) return false;
    walk_.members(member, below, [&](const std::string& word, const Json& text, Path limit_path) {
      const std::uint64_t which = currency(word, limit_path);
      const auto most = decimal(text, limit_path);
      if (most) into.push_back({.code = *code, .currency = which, .most = *most});
      return true;
    });
    return true;
  });
}

std::optional<std::uint16_t> DefinitionReader::code_number(const Json& value, Path path) {
  const auto number = walk_.number(value, path, 1, UINT16_MAX);
  if (!number) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

std::optional<unsigned> DefinitionReader::time_of_day(const Json& value, Path path) {
  const auto text = walk_.text(value, path, limits::definition_text_bytes_max);
  if (!text) return std::nullopt;
  const auto digit = [&](std::size_t at) { return static_cast<unsigned>((*text)[at] - '0'); };
  const bool has_form = text->size() == 5 && (*text)[2] == ':' && digit(0) <= 9 && digit(1) <= 9 &&
                        digit(3) <= 9 && digit(4) <= 9;
  const unsigned hours = has_form ? digit(0) * 10 + digit(1) : 24;
  const unsigned minutes = has_form ? digit(3) * 10 + digit(4) : 60;
  if (hours < 24 && minutes < 60) return hours * 60 + minutes;
  walk_.fault(path, "write it like 06:30, from 00:00 to 23:59");
  return std::nullopt;
}

std::uint64_t DefinitionReader::currency(const std::string& name, Path path) {
  const std::uint64_t word = currency_of_text(name);
  // One spelling, so that none is there twice.
  if (word == 0 || currency_text(word) != name) {
    walk_.fault(path, "a currency has 1 to 8 capital letters and digits");
  }
  return word;
}

std::optional<DecimalLimit> DefinitionReader::decimal(const Json& value, Path path) {
  const auto text = walk_.text(value, path, limits::definition_text_bytes_max);
  if (!text) return std::nullopt;
  const Result<DecimalLimit> limit = DecimalLimit::parse(*text);
  if (limit) return limit.value();
  walk_.fault(path, "write an amount like \"12.50\", of at most 10^18 and 18 decimals");
  return std::nullopt;
}

}  // namespace daybook::recon
