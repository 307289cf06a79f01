#include "tools/daybook/text/flag_text.hpp"

#include <bit>
#include <span>

#include <fmt/format.h>

#include "engine/model/account.hpp"
#include "engine/model/transfer.hpp"
#include "tools/daybook/text/number_text.hpp"

namespace daybook {
namespace {

struct FlagName {
  std::uint16_t bit;
  std::string_view name;
  std::string_view help;
};

constexpr FlagName account_flags[] = {
    {account_flag::linked, "linked", "Succeeds together with the next event or not at all"},
    {account_flag::debits_must_not_exceed_credits, "debits_must_not_exceed_credits",
     "Cannot be overdrawn: for what you owe to others"},
    {account_flag::credits_must_not_exceed_debits, "credits_must_not_exceed_debits",
     "The mirror: for what others owe to you"},
    {account_flag::history, "history", "Accepted; the history of every account is kept"},
    {account_flag::imported, "imported", "Brings its own --timestamp, from another system"},
    {account_flag::closed, "closed", "Takes part in nothing until it is reopened"},
};

// Shown, and not to be asked for.
constexpr FlagName engine_account_flags[] = {
    {account_flag::debits_frozen, "debits_frozen", "Debits are stopped by an operator"},
    {account_flag::credits_frozen, "credits_frozen", "Credits are stopped by an operator"},
};

constexpr FlagName transfer_flags[] = {
    {transfer_flag::linked, "linked", "Succeeds together with the next event or not at all"},
    {transfer_flag::pending, "pending", "Holds the amount and moves nothing yet"},
    {transfer_flag::post_pending_transfer, "post_pending_transfer",
     "Moves what --pending-id holds; see transfer post"},
    {transfer_flag::void_pending_transfer, "void_pending_transfer",
     "Releases what --pending-id holds; see transfer void"},
    {transfer_flag::balancing_debit, "balancing_debit",
     "At most what the debit account has; the amount is reduced"},
    {transfer_flag::balancing_credit, "balancing_credit",
     "At most what the credit account lacks; the amount is reduced"},
    {transfer_flag::closing_debit, "closing_debit",
     "With pending: closes the debit account while it is held"},
    {transfer_flag::closing_credit, "closing_credit",
     "With pending: closes the credit account while it is held"},
    {transfer_flag::imported, "imported", "Brings its own --timestamp, from another system"},
    {transfer_flag::keep_remainder, "keep_remainder",
     "With a post: what it does not move stays held"},
    {transfer_flag::reversal, "reversal",
     "Moves back what --pending-id moved; see transfer reverse"},
};

constexpr std::string_view numbered_prefix = "bit_";

std::span<const FlagName> names_of(FlagSet set) {
  if (set == FlagSet::account) return account_flags;
  return transfer_flags;
}

std::span<const FlagName> engine_names_of(FlagSet set) {
  if (set == FlagSet::account) return engine_account_flags;
  return {};
}

std::string name_of(FlagSet set, std::uint16_t bit) {
  for (const auto& names : {names_of(set), engine_names_of(set)}) {
    for (const FlagName& flag : names) {
      if (flag.bit == bit) return std::string{flag.name};
    }
  }
  return fmt::format("{}{}", numbered_prefix, std::countr_zero(bit));
}

}  // namespace

Result<std::uint16_t> parse_flag(FlagSet set, std::string_view name) {
  for (const auto& names : {names_of(set), engine_names_of(set)}) {
    for (const FlagName& flag : names) {
      if (flag.name == name) return flag.bit;
    }
  }
  if (name.starts_with(numbered_prefix)) {
    const auto place = parse_unsigned(name.substr(numbered_prefix.size()), 15);
    if (place) return static_cast<std::uint16_t>(1U << place.value());
  }
  return Failure{FailureKind::invalid,
                 fmt::format("'{}' is not a flag; there are {}", name, known_flag_names(set))};
}

Result<std::uint16_t> parse_flags(FlagSet set, std::string_view text) {
  std::uint16_t flags = 0;
  while (!text.empty()) {
    const auto bar = text.find('|');
    const auto flag = parse_flag(set, text.substr(0, bar));
    if (!flag) return flag.error();
    flags = static_cast<std::uint16_t>(flags | flag.value());
    if (bar == std::string_view::npos) break;
    text.remove_prefix(bar + 1);
    // "linked|" ends in an empty name: a sign of a cut value, so it is looked up and refused.
    if (text.empty()) return parse_flag(set, text);
  }
  return flags;
}

std::vector<std::string> flag_names(FlagSet set, std::uint16_t flags) {
  std::vector<std::string> names;
  for (unsigned place = 0; place < 16; ++place) {
    const auto bit = static_cast<std::uint16_t>(1U << place);
    if ((flags & bit) != 0) names.push_back(name_of(set, bit));
  }
  return names;
}

std::string format_flags(FlagSet set, std::uint16_t flags) {
  std::string text;
  for (const std::string& name : flag_names(set, flags)) {
    if (!text.empty()) text += '|';
    text += name;
  }
  return text;
}

std::vector<SettableFlag> settable_flags(FlagSet set) {
  std::vector<SettableFlag> flags;
  for (const FlagName& flag : names_of(set)) flags.push_back({flag.name, flag.help});
  return flags;
}

std::string known_flag_names(FlagSet set) {
  std::string names;
  for (const FlagName& flag : names_of(set)) {
    if (!names.empty()) names += ", ";
    names += flag.name;
  }
  return names;
}

}  // namespace daybook
