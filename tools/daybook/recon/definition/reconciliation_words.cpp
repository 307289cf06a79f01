#include "tools/daybook/recon/definition/reconciliation_words.hpp"

#include <fmt/format.h>

#include "tools/daybook/text/id_text.hpp"

namespace daybook::recon {
namespace {

std::string clock_text(unsigned minutes) {
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

std::string account_text(const std::optional<AccountId>& account) {
  return account ? format_id(account->value()) : "none";
}

void say_sides(const Reconciliation& it, std::vector<std::string>& words) {
  words.push_back(fmt::format("'{}': account {} of ledger {} against statements read by '{}'{}.",
                              it.name, format_id(it.account.value()), it.ledger.value(), it.map,
                              it.currency == 0 ? "" : " in " + currency_text(it.currency)));
  if (!it.fee_codes.empty()) {
    std::string codes;
    for (const daybook::Code code : it.fee_codes) {
      codes += fmt::format("{}{}", codes.empty() ? "" : ", ", code.value());
    }
    words.push_back(fmt::format("Transfers with code {} are fees.", codes));
  }
}

void say_times(const Reconciliation& it, std::vector<std::string>& words) {
  words.push_back(fmt::format("A business day begins at {} in {}; it is reconciled by '{}'.",
                              clock_text(it.day_begins_minutes), it.time_zone, it.schedule));
  std::string inbox = it.files.empty()
                          ? "Statements are named one by one"
                          : fmt::format("Statements are files like {} in the inbox", it.files);
  if (it.expected_by_minutes) {
    inbox += fmt::format(", expected by {}", clock_text(*it.expected_by_minutes));
  }
  words.push_back(inbox + ".");
  words.push_back(
      it.window_days
          ? fmt::format("Dates may differ by {} days, and for so long a record may be pending; "
                        "what is open for more than {} days is too old.",
                        *it.window_days, it.expire_days)
          : fmt::format("Dates do not count; what is open for more than {} days is too old.",
                        it.expire_days));
}

void say_rules(const Reconciliation& it, std::vector<std::string>& words) {
  if (it.sums_groups) words.emplace_back("Records of a reference are parts of one movement.");
  for (const OrderRule& rule : it.fallback_rules) {
    words.push_back(fmt::format("What has no partner is matched by amount{}{}.",
                                rule.by_day ? " and day" : "", rule.by_party ? " and party" : ""));
  }
  for (const NamedTolerance& each : it.tolerances) {
    words.push_back(fmt::format("{} may differ by {}{}.", currency_text(each.currency),
                                each.each.text(),
                                each.cap ? ", all of a run together by " + each.cap->text() : ""));
  }
}

/// "suspense", "saga returnMoney, where the delta is positive".
std::string action_text(const Reconciliation& it, Code code) {
  const PostingSaga* const saga = it.saga_for(code);
  if (saga == nullptr) return std::string{to_string(it.action_for(code))};
  const std::string_view only = saga->delta > 0   ? ", where the delta is positive"
                                : saga->delta < 0 ? ", where the delta is negative"
                                                  : "";
  return fmt::format("saga {}{}", saga->name, only);
}

void say_code(const Reconciliation& it, Code code, std::vector<std::string>& words) {
  const Action action = it.action_for(code);
  if (!is_posting(action)) {
    words.push_back(fmt::format("{}: {}.", to_string(code), to_string(action)));
    return;
  }
  std::string sizes;
  for (const CodeLimit& limit : it.approval) {
    if (limit.code != code) continue;
    sizes += fmt::format("{}{} {}", sizes.empty() ? " up to " : ", ", currency_text(limit.currency),
                         limit.most.text());
    const DecimalLimit* const automatic = it.automatic_limit_of(code, limit.currency);
    if (automatic != nullptr) sizes += fmt::format(" ({} by itself)", automatic->text());
  }
  words.push_back(sizes.empty()
                      ? fmt::format("{}: {}, but without a limit nothing can be posted: person.",
                                    to_string(code), action_text(it, code))
                      : fmt::format("{}: {}{}; other currencies: person.", to_string(code),
                                    action_text(it, code), sizes));
}

}  // namespace

std::vector<std::string> words_of(const Reconciliation& definition) {
  std::vector<std::string> words;
  say_sides(definition, words);
  say_times(definition, words);
  say_rules(definition, words);
  const PostingAccounts& accounts = definition.accounts;
  words.push_back(fmt::format(
      "Corrections have code {}, those of fees {}; accounts: suspense {}, fees {}, rounding {}, "
      "exchange {}.",
      definition.correction_code.value(), definition.fee_code.value(),
      account_text(accounts.suspense), account_text(accounts.fees), account_text(accounts.rounding),
      account_text(accounts.fx)));
  for (const Code code : all_codes) {
    const bool is_choice = may_do(code, Action::person) || may_do(code, Action::rounding);
    if (is_choice) say_code(definition, code, words);
  }
  return words;
}

}  // namespace daybook::recon
