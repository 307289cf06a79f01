#include "tools/daybook/client/query_command.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "tools/daybook/client/show_records.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook {
namespace {

/// Gathers pages that may be short and prints them as one table where they fit in a request's
/// worth, in several where they do not: an answer of millions is not to be held.
template <typename Record>
class RecordPrinter {
 public:
  RecordPrinter(Client& client, bool json, bool with_names)
      : client_{client}, json_{json}, with_names_{with_names} {}

  Result<void, Trouble> add(const std::vector<Record>& records, Sequence as_of) {
    gathered_.insert(gathered_.end(), records.begin(), records.end());
    as_of_ = as_of;
    count_ += records.size();
    if (gathered_.size() < limits::batch_events_max) return {};
    return flush();
  }

  Result<void, Trouble> flush() {
    const auto shown = show_records<Record>(client_, gathered_, as_of_, json_, with_names_);
    gathered_.clear();
    return shown;
  }

  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  Client& client_;
  bool json_;
  bool with_names_;
  std::vector<Record> gathered_;
  Sequence as_of_;
  std::uint64_t count_ = 0;
};

/// `ask(client, filter, query options)` gives a page of records.
template <typename Record, typename Ask>
int print_pages(const QueryCommandOptions& options, QueryFilter filter, Ask ask) {
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto everything = see_everything(*client.value());
  if (!everything) return complain(everything.error());
  RecordPrinter<Record> printer{*client.value(), options.client.json, options.names};
  const std::uint64_t wanted =
      options.all ? std::numeric_limits<std::uint64_t>::max() : options.limit;
  bool more = true;
  while (more && printer.count() < wanted) {
    filter.limit = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(wanted - printer.count(), limits::batch_events_max));
    const auto page = settled(ask(*client.value(), filter, everything.value()));
    if (!page) return complain(page.error());
    const auto added = printer.add(page.value().items, page.value().sequence);
    if (!added) return complain(added.error());
    filter.cursor = page.value().cursor;
    more = page.value().more;
  }
  if (const auto flushed = printer.flush(); !flushed) return complain(flushed.error());
  if (more) {
    complain(fmt::format("these are the first {}, and there are more: raise --limit, or say --all",
                         printer.count()));
  } else if (printer.count() == 0 && !options.client.json) {
    say("Nothing matches.");
  }
  return exit_code::good;
}

Result<QueryFilter> filter_of_account(const QueryCommandOptions& options) {
  const auto account = parse_id(options.account);
  if (!account) return account.error();
  auto filter = parse_filter(options.filter);
  if (!filter) return filter.error();
  constexpr unsigned sides = query_flag::debits | query_flag::credits;
  if ((filter.value().flags & sides) == 0) filter.value().flags |= sides;
  filter.value().account_id = AccountId{account.value()};
  return filter;
}

using BalanceRows = Page<BalanceRow, std::uint64_t>;

/// The account's ledger gives the scale. Where there is no such account, the page has the words.
BalanceRows rows_of(const FoundBalances& page, const AccountsResult& account) {
  BalanceRows rows;
  const bool page_refused = page.status != RequestStatus::ok;
  rows.status = page_refused ? page.status : account.status;
  rows.words = page_refused ? page.words : account.words;
  if (rows.status != RequestStatus::ok) return rows;
  rows.sequence = page.sequence;
  rows.more = page.more;
  rows.cursor = page.cursor;
  for (const AccountBalance& balance : page.items) {
    rows.items.push_back({balance, account.accounts.front().ledger});
  }
  return rows;
}

}  // namespace

int run_account_history(const QueryCommandOptions& options) {
  const auto filter = filter_of_account(options);
  if (!filter) return complain(filter.error().what);
  return print_pages<Transfer>(
      options, filter.value(),
      [](Client& client, const QueryFilter& asked, const QueryOptions& everything) {
        return client.get_account_transfers(asked, everything);
      });
}

int run_account_balances(const QueryCommandOptions& options) {
  const auto filter = filter_of_account(options);
  if (!filter) return complain(filter.error().what);
  return print_pages<BalanceRow>(
      options, filter.value(),
      [](Client& client, const QueryFilter& asked,
         const QueryOptions& everything) -> Result<BalanceRows> {
        const auto page = client.get_account_balances(asked, everything);
        if (!page) return page.error();
        const auto account = client.lookup_accounts({&asked.account_id, 1});
        if (!account) return account.error();
        return rows_of(page.value(), account.value());
      });
}

int run_query_accounts(const QueryCommandOptions& options) {
  const auto filter = parse_filter(options.filter);
  if (!filter) return complain(filter.error().what);
  return print_pages<Account>(
      options, filter.value(),
      [](Client& client, const QueryFilter& asked, const QueryOptions& everything) {
        return client.query_accounts(asked, everything);
      });
}

int run_query_transfers(const QueryCommandOptions& options) {
  const auto filter = parse_filter(options.filter);
  if (!filter) return complain(filter.error().what);
  return print_pages<Transfer>(
      options, filter.value(),
      [](Client& client, const QueryFilter& asked, const QueryOptions& everything) {
        return client.query_transfers(asked, everything);
      });
}

}  // namespace daybook
