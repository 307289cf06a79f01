#include "tools/daybook/offline/offline_aggregates.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "engine/aggregates/order/order_view.hpp"
#include "engine/aggregates/payment/payment_view.hpp"
#include "engine/codec/entry_facts.hpp"
#include "engine/model/aggregate.hpp"
#include "engine/replay/entry_reader.hpp"
#include "storage/journal/journal_reader.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/offline_state.hpp"
#include "tools/daybook/text/aggregate_table.hpp"
#include "tools/daybook/text/command_text.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"

namespace daybook {
namespace {

/// Folds what an entry says of the aggregates in `folded`, up to `until`.
template <typename Folded>
void fold_entry(const EntryFacts& facts, const Uint128& type, Sequence until, Folded& folded) {
  const std::vector<std::size_t> payloads = payload_places(facts);
  RunWalker walker{facts};
  for (PlacedRun placed; walker.next(placed);) {
    if (placed.run.kind != FactKind::domain_event) continue;
    for (std::uint32_t each = 0; each < placed.run.count; ++each) {
      if (placed.first_sequence.value() + each > until.value()) return;
      const std::size_t at = placed.run.first + each;
      const DomainEvent& event = facts.domain_events[at];
      if (event.aggregate_type != type) continue;
      const auto found = folded.find(event.aggregate_id);
      if (found == folded.end()) continue;
      fold(found->second, event, facts.event_payloads.subspan(payloads[at], event.payload_bytes));
    }
  }
}

/// `folded` has a key for each aggregate that is wanted. The state keeps what the rules need; the
/// rest, the texts above all, stands in the events.
template <typename Folded>
Result<void> fold_journal(const JournalPlace& place, const Uint128& type, Sequence until,
                          Folded& folded) {
  const auto reader = JournalReader::open(place.directory, reading_of(place));
  if (!reader) return reader.error();
  for (;;) {
    const auto entry = reader.value()->next();
    if (!entry) return entry.error();
    if (!entry.value() || entry.value()->header.first() > until) return {};
    const auto facts = read_facts(*entry.value());
    if (!facts) return facts.error();
    fold_entry(facts.value(), type, until, folded);
  }
}

/// Calls `show(aggregate)` for each that was there.
template <typename Aggregate, typename Show>
int show_folded(const JournalPlace& place, Sequence until, const std::vector<std::string>& texts,
                const Uint128& type, const char* what, bool json, Show show) {
  struct HashOfId {
    std::size_t operator()(const Uint128& id) const { return static_cast<std::size_t>(mix(id, 0)); }
  };
  std::unordered_map<Uint128, Aggregate, HashOfId> folded;
  std::vector<Uint128> ids;
  for (const std::string& text : texts) {
    const auto id = parse_id(text);
    if (!id) return complain(fmt::format("{}: {}", what, id.error().what));
    ids.push_back(id.value());
    folded.try_emplace(id.value());
  }
  if (auto read = fold_journal(place, type, until, folded); !read) return complain_of(read.error());
  int code = exit_code::good;
  for (std::size_t at = 0; at < ids.size(); ++at) {
    if (show(folded.at(ids[at]))) continue;
    code = exit_code::no;
    if (json) {
      say(JsonObject{}.id("id", ids[at]).truth("found", false).sequence("as_of", until).str());
    }
    complain(fmt::format("there was no {} {} at sequence {}", what, texts[at], until.value()));
  }
  return code;
}

}  // namespace

int print_orders(const State& state, const JournalPlace& place,
                 const std::vector<std::string>& texts, bool json) {
  const LedgerBook ledgers = book_of(state);
  OrderTable table;
  const int code = show_folded<OrderView>(place, state.last_sequence(), texts, order_type(),
                                          "order", json, [&](const OrderView& order) {
                                            if (order.version == 0) return false;
                                            if (!json) {
                                              table.add(order, ledgers);
                                            } else {
                                              say(to_json(order, ledgers)
                                                      .truth("found", true)
                                                      .sequence("as_of", state.last_sequence())
                                                      .str());
                                            }
                                            return true;
                                          });
  if (const std::string text = table.text(); !text.empty()) print_text(text);
  return code;
}

int print_payments(const State& state, const JournalPlace& place,
                   const std::vector<std::string>& texts, bool json) {
  const LedgerBook ledgers = book_of(state);
  PaymentTable table;
  const int code = show_folded<WholePayment>(place, state.last_sequence(), texts, payment_type(),
                                             "payment", json, [&](const WholePayment& whole) {
                                               if (whole.payment.version == 0) return false;
                                               if (!json) {
                                                 table.add(whole.payment, whole.claims, ledgers);
                                               } else {
                                                 say(to_json(whole.payment, ledgers, whole.claims)
                                                         .truth("found", true)
                                                         .sequence("as_of", state.last_sequence())
                                                         .str());
                                               }
                                               return true;
                                             });
  if (const std::string text = table.text(); !text.empty()) print_text(text);
  return code;
}

}  // namespace daybook
