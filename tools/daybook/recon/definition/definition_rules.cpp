// How the members of a definition must agree with each other.
#include <fmt/format.h>

#include "tools/daybook/recon/definition/cron.hpp"
#include "tools/daybook/recon/definition/definition_reader.hpp"
#include "tools/daybook/recon/definition/time_zone.hpp"

namespace daybook::recon {
namespace {

const std::optional<AccountId>* account_for(const PostingAccounts& accounts, Action action) {
  switch (action) {
    case Action::suspense:
      return &accounts.suspense;
    case Action::fees:
    case Action::gross_up:
      return &accounts.fees;
    case Action::rounding:
      return &accounts.rounding;
    case Action::fx:
      return &accounts.fx;
    case Action::none:
    case Action::person:
    case Action::reverse:
    case Action::post_hold:
    case Action::saga:
      break;
  }
  return nullptr;
}

std::string_view account_name(Action action) {
  return action == Action::gross_up ? "fees" : to_string(action);
}

}  // namespace

bool DefinitionReader::has_account_for(Action action) const {
  const auto* const account = account_for(into_.accounts, action);
  return account == nullptr || account->has_value();
}

/// Of what is not said: the usual action, or a person where there is no account for it.
void DefinitionReader::settle_posting() {
  for (const Code code : all_codes) {
    Action& action = into_.posting[index_of(code)];
    if (!is_said_[index_of(code)]) {
      action = usual_action(code);
      const bool books_fees = action == Action::fees || action == Action::gross_up;
      const bool is_possible =
          has_account_for(action) && (!books_fees || into_.is_fee_code(into_.fee_code));
      if (!is_possible) action = Action::person;
    } else if (!has_account_for(action)) {
      walk_.fault(fmt::format("/posting/{}", to_string(code)),
                  fmt::format("'{}' needs an account: /accounts/{}", to_string(action),
                              account_name(action)));
    }
  }
}

bool DefinitionReader::posts_fees() const {
  for (const Action action : into_.posting) {
    if (action == Action::fees || action == Action::gross_up) return true;
  }
  return false;
}

void DefinitionReader::check_times() {
  if (const auto zone = TimeZone::find(into_.time_zone); !zone) {
    walk_.fault("/time_zone", zone.error().what);
  }
  if (const auto cron = Cron::read(into_.schedule); !cron) {
    walk_.fault("/schedule", cron.error().what);
  }
}

void DefinitionReader::check_codes() {
  if (into_.is_fee_code(into_.correction_code)) {
    walk_.fault("/codes/correction",
                fmt::format("{} is one of 'fee_codes': corrections of amounts would be fees",
                            into_.correction_code.value()));
  }
  if (posts_fees() && !into_.is_fee_code(into_.fee_code)) {
    walk_.fault("/codes/fee", fmt::format("{} is none of 'fee_codes': a fee that is posted with it "
                                          "would not be found as one",
                                          into_.fee_code.value()));
  }
}

void DefinitionReader::check_accounts() {
  const PostingAccounts& accounts = into_.accounts;
  for (const Action action : {Action::suspense, Action::fees, Action::rounding, Action::fx}) {
    if (*account_for(accounts, action) == into_.account) {
      walk_.fault(fmt::format("/accounts/{}", account_name(action)),
                  "it is the clearing account itself");
    }
  }
  if (into_.window_days && *into_.window_days > into_.expire_days) {
    walk_.fault("/window_days",
                fmt::format("it is more than 'expire_days', {}", into_.expire_days));
  }
}

void DefinitionReader::check_limits() {
  const auto path_of = [](std::string_view member, const CodeLimit& limit) {
    return fmt::format("/{}/{}/{}", member, to_string(limit.code), currency_text(limit.currency));
  };
  for (const CodeLimit& limit : into_.approval) {
    const Action action = into_.action_for(limit.code);
    if (is_posting(action)) continue;
    walk_.fault(path_of("limits", limit),
                fmt::format("nothing is posted for it: its action is '{}'", to_string(action)));
  }
  for (const CodeLimit& limit : into_.automatic) {
    if (limit.code != Code::rounding && limit.code != Code::fee_mismatch) {
      walk_.fault(path_of("automatic", limit), "only rounding and fee_mismatch need no approval");
      continue;
    }
    if (into_.action_for(limit.code) == Action::saga) {
      walk_.fault(path_of("automatic", limit), "no saga is started without an approval");
      continue;
    }
    const DecimalLimit* const most = into_.limit_of(limit.code, limit.currency);
    if (most == nullptr || *most < limit.most) {
      walk_.fault(path_of("automatic", limit),
                  "it is more than a checker may approve: see /limits");
    }
  }
}

}  // namespace daybook::recon
