#include "tools/daybook/bench/bench_reads.hpp"

#include <algorithm>
#include <chrono>
#include <span>

#include <fmt/format.h>

#include "tools/daybook/bench/bench_generator.hpp"

namespace daybook {
namespace {

using Clock = std::chrono::steady_clock;

template <typename Answer>
Result<Answer> settled(Result<Answer> answer) {
  if (answer.ok() && answer.value().status != RequestStatus::ok) {
    return Failure{FailureKind::invalid,
                   fmt::format("a read was answered {} ({})", to_string(answer.value().status),
                               answer.value().words)};
  }
  return answer;
}

/// One after the other; newest first.
template <typename Item>
bool timestamps_fall(const std::vector<Item>& items) {
  const auto rises = [](const Item& a, const Item& b) {
    return a.timestamp.value() <= b.timestamp.value();
  };
  return std::adjacent_find(items.begin(), items.end(), rises) == items.end();
}

/// Makes the reads of a run, and looks at the answers while the clock stands.
class Reader {
 public:
  Reader(Client& client, const LoadSettings& settings)
      : client_{client}, settings_{settings}, generator_{settings} {}

  Result<ReadsOutcome> run(const std::function<void(std::uint64_t)>& tell);

 private:
  /// `number` counts the reads of all sorts.
  using Read = Result<void> (Reader::*)(std::uint64_t number);

  Result<void> account_transfers(std::uint64_t number);
  Result<void> account_balances(std::uint64_t number);
  Result<void> lookup_1(std::uint64_t number) { return lookup(number, 1); }
  Result<void> lookup_100(std::uint64_t number) { return lookup(number, 100); }
  Result<void> lookup(std::uint64_t number, std::uint64_t count);
  Result<void> query_business_id(std::uint64_t number);
  Result<void> query_user_id_and_tag(std::uint64_t number);
  Result<void> account_at_sequence(std::uint64_t number);
  Result<void> account_at_time(std::uint64_t number);
  Result<void> account_at(std::uint64_t number, const AsOf& moment);

  [[nodiscard]] QueryFilter history_of(std::uint64_t number) const;
  [[nodiscard]] Transfer some_transfer(std::uint64_t number) const {
    return generator_.transfer(generator_.pick(number, settings_.transfers));
  }

  template <typename Ask>
  auto timed(const Ask& ask);
  /// All pages up to the filter's limit.
  template <typename Item, typename Ask>
  Result<std::vector<Item>> rows(QueryFilter filter, const Ask& ask);
  void expect(bool right, std::uint64_t number, const char* what);

  Client& client_;
  const LoadSettings& settings_;
  BenchGenerator generator_;
  Sequence last_sequence_;      ///< Of the journal, when the reads began.
  std::uint64_t spent_ns_ = 0;  ///< Of the read that is under way.
  ReadOutcome* sort_ = nullptr;
  ReadsOutcome outcome_;
};

template <typename Ask>
auto Reader::timed(const Ask& ask) {
  const Clock::time_point begin = Clock::now();
  auto answer = ask();
  spent_ns_ += static_cast<std::uint64_t>((Clock::now() - begin).count());
  return settled(std::move(answer));
}

template <typename Item, typename Ask>
Result<std::vector<Item>> Reader::rows(QueryFilter filter, const Ask& ask) {
  std::vector<Item> all;
  while (true) {
    auto page = timed([&] { return ask(filter); });
    if (!page) return page.error();
    const std::vector<Item>& items = page.value().items;
    all.insert(all.end(), items.begin(), items.end());
    if (!page.value().more || items.size() >= filter.limit) break;
    filter.cursor = page.value().cursor;
    filter.limit -= static_cast<std::uint32_t>(items.size());
  }
  sort_->rows += all.size();
  return all;
}

void Reader::expect(bool right, std::uint64_t number, const char* what) {
  if (right || outcome_.wrong) return;
  outcome_.wrong = fmt::format("read {} ({}): {}", number, sort_->name, what);
}

QueryFilter Reader::history_of(std::uint64_t number) const {
  QueryFilter filter;
  const bool hot = settings_.kind == LoadKind::hot;
  filter.account_id = generator_.account_id(hot ? 0 : generator_.pick(number, settings_.accounts));
  filter.limit = read_rows_max;
  filter.flags = query_flag::debits | query_flag::credits | query_flag::newest_first;
  return filter;
}

Result<void> Reader::account_transfers(std::uint64_t number) {
  const QueryFilter filter = history_of(number);
  const auto found = rows<Transfer>(
      filter, [this](const QueryFilter& page) { return client_.get_account_transfers(page); });
  if (!found) return found.error();
  for (const Transfer& each : found.value()) {
    expect(
        each.debit_account_id == filter.account_id || each.credit_account_id == filter.account_id,
        number, "the history has a transfer of other accounts");
  }
  expect(timestamps_fall(found.value()), number, "the history is not newest first");
  return {};
}

Result<void> Reader::account_balances(std::uint64_t number) {
  const auto found = rows<AccountBalance>(history_of(number), [this](const QueryFilter& page) {
    return client_.get_account_balances(page);
  });
  if (!found) return found.error();
  expect(timestamps_fall(found.value()), number, "the balances are not newest first");
  return {};
}

Result<void> Reader::lookup(std::uint64_t number, std::uint64_t count) {
  std::vector<TransferId> ids;
  for (std::uint64_t i = 0; i < count; ++i) {
    ids.push_back(generator_.transfer_id(generator_.pick(number * count + i, settings_.transfers)));
  }
  const auto found = timed([&] { return client_.lookup_transfers(ids); });
  if (!found) return found.error();
  const std::vector<Transfer>& transfers = found.value().transfers;
  sort_->rows += transfers.size();
  const bool all = std::equal(transfers.begin(), transfers.end(), ids.begin(), ids.end(),
                              [](const Transfer& a, TransferId id) { return a.id == id; });
  expect(all, number, "a transfer that was acknowledged is not found, or another one is");
  return {};
}

Result<void> Reader::query_business_id(std::uint64_t number) {
  const Transfer wanted = some_transfer(number);
  QueryFilter filter;
  filter.business_id = wanted.business_id;
  filter.limit = read_rows_max;
  const auto found = rows<Transfer>(
      filter, [this](const QueryFilter& page) { return client_.query_transfers(page); });
  if (!found) return found.error();
  bool has_it = false;
  for (const Transfer& each : found.value()) {
    has_it = has_it || each.id == wanted.id;
    expect(each.business_id == wanted.business_id, number, "the query found another business id");
  }
  expect(has_it, number, "the query lacks the transfer with that business id");
  return {};
}

Result<void> Reader::query_user_id_and_tag(std::uint64_t number) {
  const Transfer wanted = some_transfer(number);
  QueryFilter filter;
  filter.user_id = wanted.user_id;
  filter.tag = wanted.tag;
  filter.limit = read_rows_max;
  filter.flags = query_flag::newest_first;
  const auto found = rows<Transfer>(
      filter, [this](const QueryFilter& page) { return client_.query_transfers(page); });
  if (!found) return found.error();
  for (const Transfer& each : found.value()) {
    expect(each.user_id == wanted.user_id && each.tag == wanted.tag, number,
           "the query found another user id or tag");
  }
  expect(!found.value().empty(), number, "the query found nothing, but there is a transfer");
  expect(timestamps_fall(found.value()), number, "the query's rows are not newest first");
  return {};
}

Result<void> Reader::account_at_sequence(std::uint64_t number) {
  const std::uint64_t sequence = 1 + generator_.pick(number, last_sequence_.value());
  return account_at(number, {.sequence = Sequence{sequence}});
}

Result<void> Reader::account_at_time(std::uint64_t number) {
  // Any transfer's time is one at which something was going on.
  const std::vector ids{generator_.transfer_id(generator_.pick(number, settings_.transfers))};
  const auto found = settled(client_.lookup_transfers(ids));
  if (!found) return found.error();
  if (found.value().transfers.size() != 1) {
    expect(false, number, "a transfer that was acknowledged is not found");
    return {};
  }
  return account_at(number, {.time = found.value().transfers[0].timestamp});
}

// In no load does an account lose what was posted to it.
Result<void> Reader::account_at(std::uint64_t number, const AsOf& moment) {
  const std::vector ids{history_of(number).account_id};
  const auto then = timed([&] { return client_.lookup_accounts_at(ids, moment); });
  if (!then) return then.error();
  sort_->rows += then.value().accounts.size();
  const auto now = settled(client_.lookup_accounts(ids));
  if (!now) return now.error();
  for (const AccountAsOf& each : then.value().accounts) {
    const Account& before = each.account;
    const bool grew = now.value().accounts.size() == 1 &&
                      before.debits_posted <= now.value().accounts[0].debits_posted &&
                      before.credits_posted <= now.value().accounts[0].credits_posted;
    expect(before.id == ids[0] && grew, number, "the account had more then than it has now");
  }
  return {};
}

Result<ReadsOutcome> Reader::run(const std::function<void(std::uint64_t)>& tell) {
  struct Sort {
    std::string_view name;
    std::string_view words;
    Read read;
  };
  const Sort sorts[read_sorts] = {
      {"account_transfers_2000", "an account's 2,000 newest transfers", &Reader::account_transfers},
      {"account_balances_2000", "an account's balances after its 2,000 newest transfers",
       &Reader::account_balances},
      {"lookup_transfers_1", "one transfer by its id", &Reader::lookup_1},
      {"lookup_transfers_100", "100 transfers by their ids", &Reader::lookup_100},
      {"query_business_id", "transfers of a business id", &Reader::query_business_id},
      {"query_user_id_and_tag", "transfers of a user id and a tag, 2,000 newest",
       &Reader::query_user_id_and_tag},
      {"account_at_sequence", "an account as of any sequence", &Reader::account_at_sequence},
      {"account_at_time", "an account as of any time", &Reader::account_at_time},
  };
  outcome_.sorts.reserve(read_sorts);
  const auto digest = settled(client_.state_digest());
  if (!digest) return digest.error();
  last_sequence_ = digest.value().sequence;
  std::uint64_t number = 0;
  for (const Sort& sort : sorts) {
    sort_ = &outcome_.sorts.emplace_back(ReadOutcome{sort.name, sort.words, {}, 0});
    for (std::uint64_t i = 0; i < settings_.reads; ++i) {
      spent_ns_ = 0;
      const Result<void> read = (this->*sort.read)(number);
      if (!read) return read.error();
      if (outcome_.wrong) return std::move(outcome_);
      sort_->latency_ns.record(spent_ns_);
      tell(++number);
    }
  }
  return std::move(outcome_);
}

}  // namespace

Result<void> await_indexes(Client& client) {
  const auto digest = settled(client.state_digest());
  if (!digest) return digest.error();
  const QueryOptions options{.min_sequence = digest.value().sequence};
  while (true) {
    // Each of them waits a second at most, by itself.
    auto page = client.list_ledgers(LedgerId{0}, 1, options);
    if (page.ok() && page.value().status == RequestStatus::index_behind) continue;
    if (const auto answer = settled(std::move(page)); !answer) return answer.error();
    return {};
  }
}

Result<ReadsOutcome> run_reads(Client& client, const LoadSettings& settings,
                               const std::function<void(std::uint64_t)>& tell) {
  return Reader{client, settings}.run(tell);
}

}  // namespace daybook
