#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/model/operation_query.hpp"
#include "net/client/answers.hpp"
#include "tools/daybook/client/client_options.hpp"
#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/text/ledger_book.hpp"
#include "tools/daybook/text/name_book.hpp"

namespace daybook {

/// Where `oplog` and `trace` get the operation log from: a running engine, or the journal in a
/// directory. The same questions have the same answers.
///
/// Threads.  One.
class OperationSource {
 public:
  virtual ~OperationSource() = default;

  /// A page: filter.limit operations at most, whole ones or cut as FoundOperations has it.
  [[nodiscard]] virtual Result<FoundOperations, Trouble> find(const OperationFilter& filter) = 0;

  /// The operations of a trace with their facts, and those that posted, voided, released or
  /// reversed one of its transfers, or one of theirs, under whatever trace; in order of sequence.
  [[nodiscard]] virtual Result<std::vector<LoggedOperation>, Trouble> chain(TraceId trace) = 0;

  /// Every ledger, and those of `keys` that have a name. Asked for last.
  [[nodiscard]] virtual Result<LedgerBook, Trouble> ledgers() = 0;
  [[nodiscard]] virtual Result<NameBook, Trouble> names(const std::vector<NameKey>& keys) = 0;
};

/// Connects.
[[nodiscard]] Result<std::unique_ptr<OperationSource>, Trouble> running_engine(
    const ClientOptions& options);

/// Reads the journal anew for each question. The directory may be live, a copy or read-only.
[[nodiscard]] std::unique_ptr<OperationSource> journal_of(const std::string& directory);

/// Calls `use` with whole operations, a page's worth at a time, until `limit` were found; says
/// whether there are more.
[[nodiscard]] Result<bool, Trouble> for_each_page(
    OperationSource& source, OperationFilter filter, std::uint64_t limit,
    const std::function<Result<void, Trouble>(const std::vector<LoggedOperation>&)>& use);

}  // namespace daybook
