#include "tools/daybook/text/as_of_text.hpp"

#include <fmt/format.h>

#include "engine/base/limits.hpp"
#include "tools/daybook/text/flag_text.hpp"
#include "tools/daybook/text/number_text.hpp"
#include "tools/daybook/text/record_table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

constexpr auto right = Table::Align::right;

/// Empty for an account without that limit.
struct LimitTexts {
  std::string minimum;
  std::string maximum;
};

LimitTexts limits_of(const AccountAsOf& account, const LedgerBook& ledgers) {
  const auto text = [&](const Int128& limit, const Int128& none) {
    return limit == none ? std::string{} : ledgers.format_signed(account.account.ledger, limit);
  };
  return {text(account.minimum, AccountAsOf::no_minimum),
          text(account.maximum, AccountAsOf::no_maximum)};
}

}  // namespace

Table table_of(std::span<const AccountAsOf> accounts, const LedgerBook& ledgers,
               const NameBook& names) {
  Table table{{{"account id", right},
               {"ledger"},
               {"debits pending", right},
               {"debits posted", right},
               {"credits pending", right},
               {"credits posted", right},
               {"minimum", right},
               {"maximum", right},
               {"flags"}}};
  for (const AccountAsOf& each : accounts) {
    const Account& account = each.account;
    const LimitTexts limits = limits_of(each, ledgers);
    const auto amount = [&](Amount value) { return ledgers.format(account.ledger, value); };
    table.add({names.show(NameKind::account, account.id.value()),
               ledger_text(ledgers, account.ledger), amount(account.debits_pending),
               amount(account.debits_posted), amount(account.credits_pending),
               amount(account.credits_posted), limits.minimum, limits.maximum,
               format_flags(FlagSet::account, account.flags)});
  }
  return table;
}

JsonObject to_json(const AccountAsOf& account, const LedgerBook& ledgers) {
  JsonObject object = to_json(account.account, ledgers);
  const LimitTexts limits = limits_of(account, ledgers);
  if (!limits.minimum.empty()) object.text("minimum", limits.minimum);
  if (!limits.maximum.empty()) object.text("maximum", limits.maximum);
  return object;
}

std::string as_of_line(Sequence sequence, Timestamp commit_time) {
  return fmt::format("as of sequence {}, committed {}", sequence.value(), format_time(commit_time));
}

Result<AsOfMoment> parse_as_of(const AsOfTexts& texts) {
  if (!texts.sequence.empty() && !texts.time.empty()) {
    return Failure{FailureKind::invalid, "give a sequence or a time, not both"};
  }
  AsOfMoment moment;
  if (!texts.sequence.empty()) {
    const auto sequence = parse_unsigned(texts.sequence, limits::timestamp_max);
    if (!sequence) {
      return Failure{FailureKind::invalid, "--at-sequence: " + sequence.error().what};
    }
    moment.sequence = Sequence{sequence.value()};
  } else {
    const auto time = parse_time(texts.time);
    if (!time) return Failure{FailureKind::invalid, "--at-time: " + time.error().what};
    moment.time = time.value();
  }
  if (moment.sequence == Sequence{} && moment.time == Timestamp{}) {
    return Failure{FailureKind::invalid, "nothing was there at 0: the first sequence is 1"};
  }
  return moment;
}

}  // namespace daybook
