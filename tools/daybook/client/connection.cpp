#include "tools/daybook/client/connection.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook {
namespace {

/// Asked again a little later, the same request may well be answered.
bool may_pass_later(RequestStatus status) {
  return status == RequestStatus::busy || status == RequestStatus::index_behind ||
         status == RequestStatus::stopping || status == RequestStatus::disk_low;
}

}  // namespace

Trouble trouble(const Failure& failure) { return Trouble{exit_code::failed, failure.what}; }

Trouble trouble(RequestStatus status, std::string_view words) {
  return Trouble{
      may_pass_later(status) ? exit_code::failed : exit_code::no,
      fmt::format("{} ({})", words.empty() ? in_words(status) : words, to_string(status))};
}

std::string in_trace(TraceId trace) {
  return trace == TraceId{} ? std::string{} : fmt::format(" (trace {})", format_trace_id(trace));
}

int complain(const Trouble& trouble) {
  complain(trouble.what);
  return trouble.code;
}

Result<std::unique_ptr<Client>, Trouble> connect_to(const ClientOptions& options) {
  Result<ClientSettings> settings = settings_from(options);
  if (!settings) return trouble(settings.error());
  auto client = std::make_unique<Client>(std::move(settings).value());
  if (const Result<void> connected = client->connect(); !connected) {
    return trouble(connected.error());
  }
  return client;
}

Result<QueryOptions, Trouble> see_everything(Client& client) {
  auto digest = settled(client.state_digest());
  if (!digest) return digest.error();
  QueryOptions options;
  // An empty journal has no sequence to wait for.
  if (digest.value().sequence != Sequence{}) options.min_sequence = digest.value().sequence;
  return options;
}

Result<LedgerBook, Trouble> fetch_ledgers(Client& client) {
  const auto everything = see_everything(client);
  if (!everything) return everything.error();
  LedgerBook book;
  LedgerId after;
  for (bool more = true; more;) {
    auto page = settled(client.list_ledgers(after, limits::batch_events_max, everything.value()));
    if (!page) return page.error();
    for (const Ledger& ledger : page.value().items) book.put(ledger);
    more = page.value().more;
    after = page.value().cursor;
  }
  return book;
}

Result<NameBook, Trouble> fetch_names(Client& client, std::span<const NameKey> keys) {
  NameBook book;
  while (!keys.empty()) {
    const std::size_t count = std::min<std::size_t>(keys.size(), limits::batch_events_max);
    const auto found = settled(client.lookup_names(keys.first(count)));
    if (!found) return found.error();
    for (const Name& name : found.value().names) book.put(name);
    keys = keys.subspan(count);
  }
  return book;
}

}  // namespace daybook
