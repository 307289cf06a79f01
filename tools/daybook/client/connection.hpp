#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "net/client/client.hpp"
#include "tools/daybook/client/client_options.hpp"
#include "tools/daybook/text/ledger_book.hpp"
#include "tools/daybook/text/name_book.hpp"

/// What the client commands do with a connection before and beside their own question.

namespace daybook {

/// Why a command ends early, and with which exit code.
struct Trouble {
  int code = 2;
  std::string what;
};

[[nodiscard]] Trouble trouble(const Failure& failure);

/// exit_code::no for what the engine will not do, exit_code::failed for what it cannot do now.
/// `words` are the engine's; empty: this version's own for the status.
[[nodiscard]] Trouble trouble(RequestStatus status, std::string_view words);

/// Prints the words and returns the exit code.
int complain(const Trouble& trouble);

/// " (trace 4bf9...)", for the end of an error text; empty for no trace.
[[nodiscard]] std::string in_trace(TraceId trace);

/// The answer, or the trouble where there is none or its status is not ok. That of a refused
/// operation names its trace.
template <typename Answer>
[[nodiscard]] Result<Answer, Trouble> settled(Result<Answer> answer) {
  if (!answer) return trouble(answer.error());
  if (answer.value().status != RequestStatus::ok) {
    Trouble refused = trouble(answer.value().status, answer.value().words);
    if constexpr (requires { answer.value().trace_id; }) {
      refused.what += in_trace(answer.value().trace_id);
    }
    return refused;
  }
  return std::move(answer).value();
}

/// A client that has said Hello.
[[nodiscard]] Result<std::unique_ptr<Client>, Trouble> connect_to(const ClientOptions& options);

/// What a query passes to see everything that was acknowledged to anybody before this call: what
/// an earlier command wrote came over another connection.
[[nodiscard]] Result<QueryOptions, Trouble> see_everything(Client& client);

/// All registered ledgers, as of see_everything() or later.
[[nodiscard]] Result<LedgerBook, Trouble> fetch_ledgers(Client& client);

/// The names of `keys`, as of what this client was told last, so those that came with records it
/// has been shown are there.
[[nodiscard]] Result<NameBook, Trouble> fetch_names(Client& client, std::span<const NameKey> keys);

}  // namespace daybook
