#include <algorithm>

#include <fmt/format.h>

#include "tools/daybook/offline/offline_diff.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/rate_text.hpp"
#include "tools/daybook/text/table.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

constexpr auto right = Table::Align::right;

/// Counts in the order in which they are shown.
std::vector<std::pair<std::string_view, std::uint64_t>> counts_of(const DiffCounts& counts) {
  return {{"operations", counts.operations},
          {"operations_refused", counts.operations_refused},
          {"events_refused", counts.events_refused},
          {"accounts", counts.accounts},
          {"transfers", counts.transfers},
          {"pending", counts.pending},
          {"posts", counts.posts},
          {"voids", counts.voids},
          {"reversals", counts.reversals},
          {"releases", counts.releases},
          {"account_changes", counts.account_changes},
          {"ledgers", counts.ledgers},
          {"names", counts.names},
          {"domain_events", counts.domain_events},
          {"checkpoints", counts.checkpoints},
          {"tcc_facts", counts.tcc_facts},
          {"clock_changes", counts.clock_changes},
          {"segments", counts.segments}};
}

/// A table's rows up to the limit, and how many there are more.
std::string section(std::string_view title, const Table& table, std::uint64_t rows,
                    std::uint64_t limit) {
  if (rows == 0) return {};
  std::string text = fmt::format("\n{}\n{}", title, table.text());
  if (rows > limit) {
    text += fmt::format("and {} more; --limit shows more, --json all of them\n",
                        format_count(rows - limit));
  }
  return text;
}

std::string accounts_text(const JournalDiff& diff, std::uint64_t limit) {
  Table table{{{"account id", right},
               {"ledger", right},
               {""},
               {"field"},
               {"before", right},
               {"after", right}}};
  std::uint64_t rows = 0;
  for (const AccountDiff& account : diff.accounts) {
    std::vector<FieldChange> fields = account.fields;
    if (fields.empty()) fields.push_back({});
    for (const FieldChange& field : fields) {
      if (rows++ >= limit) continue;
      table.add({format_id(account.id.value()), fmt::format("{}", account.ledger.value()),
                 account.is_new ? "new" : "", field.field, field.before, field.after});
    }
  }
  return section("Accounts", table, rows, limit);
}

std::string holds_text(const JournalDiff& diff, std::uint64_t limit) {
  Table table{{{"hold", right},
               {"ledger", right},
               {""},
               {"amount", right},
               {"posted meanwhile", right},
               {"state"},
               {"sequence", right}}};
  for (const HoldDiff& hold : std::span{diff.holds}.first(std::min(diff.holds.size(), limit))) {
    table.add({format_id(hold.id.value()), fmt::format("{}", hold.ledger.value()),
               hold.opened ? "new" : "",
               hold.opened ? diff.book.format(hold.ledger, hold.amount) : std::string{},
               diff.book.format(hold.ledger, hold.posted), std::string{to_string(hold.state)},
               fmt::format("{}", hold.sequence.value())});
  }
  return section("Holds", table, diff.holds.size(), limit);
}

std::string sums_text(const JournalDiff& diff) {
  Table table{{{"ledger", right}, {"name"}, {"sum"}, {"before", right}, {"after", right}}};
  for (const LedgerDiff& each : diff.sums) {
    const LedgerId id = each.after.ledger.id;
    const auto row = [&](std::string_view what, const std::string& before,
                         const std::string& after) {
      if (before == after) return;
      table.add({fmt::format("{}", id.value()), std::string{each.after.ledger.name()},
                 std::string{what}, before, after});
    };
    const auto sum = [&](std::string_view what, const AmountSum& before, const AmountSum& after) {
      row(what, format_sum(before, diff.book, id), format_sum(after, diff.book, id));
    };
    row("accounts", fmt::format("{}", each.before.accounts),
        fmt::format("{}", each.after.accounts));
    sum("debits posted", each.before.debits, each.after.debits);
    sum("credits posted", each.before.credits, each.after.credits);
    sum("debits pending", each.before.debits_pending, each.after.debits_pending);
    sum("credits pending", each.before.credits_pending, each.after.credits_pending);
  }
  return section("Ledger sums", table, diff.sums.size(), diff.sums.size());
}

std::string registered_text(const JournalDiff& diff, std::uint64_t limit) {
  Table ledgers{{{"ledger", right}, {"name"}, {"scale", right}, {"kind"}}};
  for (const Ledger& ledger : std::span{diff.ledgers}.first(std::min(diff.ledgers.size(), limit))) {
    ledgers.add({fmt::format("{}", ledger.id.value()), std::string{ledger.name()},
                 fmt::format("{}", ledger.scale), std::string{to_string(ledger.kind)}});
  }
  Table names{{{"kind"}, {"id", right}, {"name"}}};
  for (const Name& name : std::span{diff.names}.first(std::min(diff.names.size(), limit))) {
    names.add({std::string{to_string(name.kind)}, format_id(name.id), std::string{name.text()}});
  }
  return section("New ledgers", ledgers, diff.ledgers.size(), limit) +
         section("New names", names, diff.counts.names,
                 std::min<std::uint64_t>(limit, diff.names.size()));
}

std::string account_json(const AccountDiff& account) {
  std::vector<std::string> fields;
  for (const FieldChange& field : account.fields) {
    JsonObject object;
    object.text("field", field.field);
    if (account.is_new) {
      object.raw("before", "null");
    } else {
      object.text("before", field.before);
    }
    fields.push_back(object.text("after", field.after).str());
  }
  return JsonObject{}
      .text("change", account.is_new ? "account_created" : "account_changed")
      .id("id", account.id.value())
      .text("ledger", fmt::format("{}", account.ledger.value()))
      .raw("fields", json_array(fields))
      .str();
}

std::string hold_json(const HoldDiff& hold, const LedgerBook& book) {
  JsonObject object;
  object.text("change", hold.opened ? "hold_opened" : "hold_changed")
      .id("id", hold.id.value())
      .text("ledger", fmt::format("{}", hold.ledger.value()));
  if (hold.opened) object.text("amount", book.format(hold.ledger, hold.amount));
  return object.text("posted", book.format(hold.ledger, hold.posted))
      .text("state", to_string(hold.state))
      .sequence("sequence", hold.sequence)
      .str();
}

std::string sums_json(const LedgerSums& sums, const LedgerBook& book) {
  const LedgerId id = sums.ledger.id;
  return JsonObject{}
      .count("accounts", sums.accounts)
      .text("debits_posted", format_sum(sums.debits, book, id))
      .text("credits_posted", format_sum(sums.credits, book, id))
      .text("debits_pending", format_sum(sums.debits_pending, book, id))
      .text("credits_pending", format_sum(sums.credits_pending, book, id))
      .str();
}

/// Those of an object behind a kind of change: {"change":"...", and `object`'s members.
std::string as_change(std::string_view change, const JsonObject& object) {
  std::string text = JsonObject{}.text("change", change).str();
  text.back() = ',';
  return text + object.str().substr(1);
}

}  // namespace

std::string diff_text(const JournalDiff& diff, std::uint64_t limit) {
  std::string text = fmt::format(
      "from sequence {}  digest {:016x}, committed {}\nto   sequence {}  digest {:016x}, committed "
      "{}\n",
      diff.from.value(), diff.from_digest, format_time(diff.from_time), diff.to.value(),
      diff.to_digest, format_time(diff.to_time));
  std::string counts;
  for (const auto& [name, count] : counts_of(diff.counts)) {
    if (count == 0) continue;
    std::string words{name};
    std::replace(words.begin(), words.end(), '_', ' ');
    counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", format_count(count), words);
  }
  text += counts.empty() ? "nothing lies between\n" : counts + "\n";
  text += sums_text(diff);
  text += accounts_text(diff, limit);
  text += holds_text(diff, limit);
  text += registered_text(diff, limit);
  return text;
}

std::string diff_json(const JournalDiff& diff) {
  std::string text;
  const auto line = [&](const std::string& object) { text += object + "\n"; };
  for (const Ledger& ledger : diff.ledgers) line(as_change("ledger_registered", to_json(ledger)));
  for (const Name& name : diff.names) line(as_change("name_put", to_json(name)));
  for (const AccountDiff& account : diff.accounts) line(account_json(account));
  for (const HoldDiff& hold : diff.holds) line(hold_json(hold, diff.book));
  for (const LedgerDiff& each : diff.sums) {
    line(JsonObject{}
             .text("change", "ledger_sums")
             .text("ledger", fmt::format("{}", each.after.ledger.id.value()))
             .raw("before", sums_json(each.before, diff.book))
             .raw("after", sums_json(each.after, diff.book))
             .str());
  }
  JsonObject summary;
  summary.text("change", "summary")
      .sequence("from_sequence", diff.from)
      .sequence("to_sequence", diff.to)
      .digest("from_digest", diff.from_digest)
      .digest("to_digest", diff.to_digest)
      .time("from_time", diff.from_time)
      .time("to_time", diff.to_time);
  for (const auto& [name, count] : counts_of(diff.counts)) summary.count(name, count);
  line(summary.str());
  return text;
}

}  // namespace daybook
