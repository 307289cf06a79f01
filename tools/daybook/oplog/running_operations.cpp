#include <map>
#include <utility>

#include "tools/daybook/oplog/operation_source.hpp"
#include "tools/daybook/text/trace_chain.hpp"

namespace daybook {
namespace {

/// The operation log of a running engine.
class RunningEngine final : public OperationSource {
 public:
  RunningEngine(std::unique_ptr<Client> client, QueryOptions everything)
      : client_{std::move(client)}, everything_{everything} {}

  Result<FoundOperations, Trouble> find(const OperationFilter& filter) override {
    return settled(client_->query_operations(filter, everything_));
  }

  Result<std::vector<LoggedOperation>, Trouble> chain(TraceId trace) override {
    TraceChain chain{trace};
    std::map<Sequence, LoggedOperation> operations;
    std::vector<TransferId> open;
    OperationFilter filter;
    filter.trace_id = trace;
    if (auto found = gather(filter, chain, operations, open); !found) return found.error();
    // What follows a transfer may be followed itself: a hold's post by a reversal.
    while (!open.empty()) {
      filter = {};
      filter.follows = open.back();
      open.pop_back();
      if (auto found = gather(filter, chain, operations, open); !found) return found.error();
    }
    std::vector<LoggedOperation> all;
    for (auto& [sequence, operation] : operations) {
      chain.prune(operation);
      all.push_back(std::move(operation));
    }
    return all;
  }

  Result<LedgerBook, Trouble> ledgers() override { return fetch_ledgers(*client_); }

  Result<NameBook, Trouble> names(const std::vector<NameKey>& keys) override {
    return fetch_names(*client_, keys);
  }

 private:
  /// Adds what the filter finds to `operations`, and to `open` the transfers that are new.
  Result<void, Trouble> gather(OperationFilter filter, TraceChain& chain,
                               std::map<Sequence, LoggedOperation>& operations,
                               std::vector<TransferId>& open) {
    filter.flags |= operation_flag::with_facts;
    const auto more =
        for_each_page(*this, filter, ~std::uint64_t{0},
                      [&](const std::vector<LoggedOperation>& page) -> Result<void, Trouble> {
                        for (const LoggedOperation& operation : page) {
                          operations.emplace(operation.sequence, operation);
                          // Also of one that is known: it may follow several transfers.
                          const auto fresh = chain.note(operation);
                          open.insert(open.end(), fresh.begin(), fresh.end());
                        }
                        return {};
                      });
    if (!more) return more.error();
    return {};
  }

  std::unique_ptr<Client> client_;
  QueryOptions everything_;
};

}  // namespace

Result<std::unique_ptr<OperationSource>, Trouble> running_engine(const ClientOptions& options) {
  auto client = connect_to(options);
  if (!client) return client.error();
  const auto everything = see_everything(*client.value());
  if (!everything) return everything.error();
  return std::unique_ptr<OperationSource>{
      std::make_unique<RunningEngine>(std::move(client).value(), everything.value())};
}

}  // namespace daybook
