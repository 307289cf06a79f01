#include "tools/daybook/client/resolve_command.hpp"

#include <fmt/format.h>

#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/client/outcome_report.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/record_table.hpp"

namespace daybook {
namespace {

/// Everything of the new transfer but its amount.
Result<Transfer> transfer_from(const ResolveOptions& options, std::uint16_t flags,
                               const OperationAttributes& attributes) {
  Transfer transfer;
  const auto target = parse_id(options.target);
  if (!target) return target.error();
  transfer.pending_id = TransferId{target.value()};
  transfer.id = TransferId{make_time_ordered_id()};
  if (!options.id.empty()) {
    const auto id = parse_id(options.id);
    if (!id) return Failure{id.error().kind, fmt::format("--id: {}", id.error().what)};
    transfer.id = TransferId{id.value()};
  }
  transfer.flags = flags;
  transfer.business_id = attributes.business_id;
  transfer.user_id = attributes.user_id;
  transfer.trace_id = attributes.trace_id;
  return transfer;
}

/// The amount by the scale of the target's ledger.
Result<Amount, Trouble> amount_from(Client& client, const std::string& text, TransferId target) {
  const auto everything = see_everything(client);
  if (!everything) return everything.error();
  const auto found = settled(client.lookup_transfers({&target, 1}, everything.value()));
  if (!found) return found.error();
  if (found.value().transfers.empty()) {
    return Trouble{exit_code::no,
                   fmt::format("there is no transfer {}, so the amount has no scale; nothing was "
                               "sent",
                               format_id(target.value()))};
  }
  const auto ledgers = fetch_ledgers(client);
  if (!ledgers) return ledgers.error();
  const auto amount = ledgers.value().parse(found.value().transfers.front().ledger, text);
  if (amount) return amount.value();
  return Trouble{exit_code::failed,
                 fmt::format("--amount: {}; nothing was sent", amount.error().what)};
}

std::string sentence_of(const Transfer& made, const HoldsResult& holds, const LedgerBook& ledgers) {
  const auto amount = [&](Amount value) { return ledgers.format(made.ledger, value); };
  if ((made.flags & transfer_flag::reversal) != 0) {
    return fmt::format("{} moved back, from account {} to account {}", amount(made.amount),
                       format_id(made.debit_account_id.value()),
                       format_id(made.credit_account_id.value()));
  }
  const bool voids = (made.flags & transfer_flag::void_pending_transfer) != 0;
  std::string sentence = fmt::format("{} {}", amount(made.amount), voids ? "released" : "posted");
  if (holds.holds.empty()) return sentence;
  const HoldView& hold = holds.holds.front();
  return sentence + fmt::format("; hold {} is {}: {} of {} posted, {} still held",
                                format_id(hold.id.value()), to_string(hold.state),
                                amount(hold.posted), amount(hold.amount), amount(hold.held));
}

/// Says what the transfer that was made, now or before, did.
int tell_people(Client& client, const Transfer& sent) {
  // Both are asked on the connection that sent it, so they know of it.
  const auto made = settled(client.lookup_transfers({&sent.id, 1}));
  if (!made) return complain(made.error());
  const auto holds = settled(client.lookup_holds({&sent.pending_id, 1}));
  if (!holds) return complain(holds.error());
  const auto ledgers = fetch_ledgers(client);
  if (!ledgers) return complain(ledgers.error());
  for (const Transfer& transfer : made.value().transfers) {
    say(sentence_of(transfer, holds.value(), ledgers.value()));
  }
  return exit_code::good;
}

int resolve(const ResolveOptions& options, std::uint16_t flags, Amount all) {
  const auto attributes = attributes_from(options.write);
  if (!attributes) return complain(attributes.error().what);
  const auto transfer = transfer_from(options, flags, attributes.value());
  if (!transfer) return complain(transfer.error().what);
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  Transfer sent = transfer.value();
  sent.amount = all;
  if (!options.amount.empty()) {
    const auto amount = amount_from(*client.value(), options.amount, sent.pending_id);
    if (!amount) return complain(amount.error());
    sent.amount = amount.value();
  }
  const auto answer = settled(options.reason.empty()
                                  ? client.value()->create_transfers({&sent, 1}, attributes.value())
                                  : client.value()->create_reasoned_transfers(
                                        {&sent, 1}, options.reason, attributes.value()));
  if (!answer) return complain(answer.error());
  const int code = report_outcomes<Transfer>({&sent, 1}, answer.value(), options.client.json);
  if (code != exit_code::good || options.client.json) return code;
  return tell_people(*client.value(), sent);
}

constexpr Amount all_of_a_hold{Uint128{u128_max}};
constexpr Amount all_the_rest{};

}  // namespace

int run_transfer_post(const ResolveOptions& options) {
  unsigned flags = transfer_flag::post_pending_transfer;
  if (options.keep_remainder) {
    if (options.amount.empty()) {
      return complain("--keep-remainder posts a part: say how much with --amount");
    }
    flags |= transfer_flag::keep_remainder;
  }
  return resolve(options, static_cast<std::uint16_t>(flags), all_of_a_hold);
}

int run_transfer_void(const ResolveOptions& options) {
  return resolve(options, transfer_flag::void_pending_transfer, all_the_rest);
}

int run_transfer_reverse(const ResolveOptions& options) {
  return resolve(options, transfer_flag::reversal, all_the_rest);
}

}  // namespace daybook
