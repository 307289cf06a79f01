#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/model/aggregate.hpp"
#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/recon/definition/reconciliation.hpp"
#include "tools/daybook/recon/runs/run_book.hpp"

namespace daybook::recon {

/// One command to a reconciliation, a run or a difference.
struct RunCommand {
  Command command{};
  Uint128 aggregate_id;
  CommandDetails details{};
  std::string text{};
  Uint128 run_id{};  ///< What it is about; of proposals and assignments the rules look at it.
  Uint128 id{};      ///< 0: good for one such command to this aggregate, for ever.
};

/// What became of commands: of the first one that was refused.
struct RunAnswer {
  bool of_leg = false;       ///< `status` is a CreateTransferStatus.
  std::uint16_t status = 0;  ///< Else an AppendEventStatus; `exists` counts as created.
  Sequence sequence;         ///< Of the operation.
  TraceId trace_id;

  [[nodiscard]] bool is_done() const { return status == 0; }
  [[nodiscard]] std::string name() const;
  /// The name, what it means, and the trace.
  [[nodiscard]] Trouble trouble() const;
};

/// An engine, and what it knows of reconciliations.
///
/// Threads.  One.
class EngineRuns {
 public:
  [[nodiscard]] static Result<std::unique_ptr<EngineRuns>, Trouble> open(
      const ClientOptions& options, const OperationAttributes& attributes);

  [[nodiscard]] Client& client() { return *client_; }
  [[nodiscard]] const RunBook& book() const { return *book_; }
  [[nodiscard]] const LedgerBook& ledgers() const { return ledgers_; }

  /// All that was written up to here is in the book.
  [[nodiscard]] Sequence read_to() const { return read_to_; }

  /// Reads again what the engine knows.
  [[nodiscard]] Result<void, Trouble> refresh();

  /// By an operator; all of them or none.
  [[nodiscard]] Result<RunAnswer, Trouble> tell(const std::vector<RunCommand>& commands);
  /// As tell(), and what is refused is a trouble.
  [[nodiscard]] Result<void, Trouble> expect(const std::vector<RunCommand>& commands);

  /// By a checker, or with post_automatically as `kind` by an operator: all of it or none.
  [[nodiscard]] Result<RunAnswer, Trouble> review(RequestKind kind, std::span<const Transfer> legs,
                                                  const std::vector<RunCommand>& commands);

  /// The run that `text` means: an id, or "NAME", the newest one of that reconciliation, or
  /// "NAME/2026-01-31", the one that counts for that day, or the newest where none does.
  [[nodiscard]] Result<const ReconciliationRun*, Trouble> find_run(const std::string& text) const;

 private:
  EngineRuns(std::unique_ptr<Client> client, LedgerBook ledgers,
             const OperationAttributes& attributes)
      : client_{std::move(client)}, ledgers_{std::move(ledgers)}, attributes_{attributes} {}

  /// Whatever is not given is the run's: so `trace RUN` and `oplog --business RUN` show who did
  /// what.
  [[nodiscard]] OperationAttributes attributes_of(const RunCommand& command) const;
  [[nodiscard]] Result<EventList, Trouble> events_of(std::span<const RunCommand> commands) const;

  std::unique_ptr<Client> client_;
  LedgerBook ledgers_;
  OperationAttributes attributes_;
  std::unique_ptr<RunBook> book_;
  Sequence read_to_;
};

/// The newest definition of that name.
[[nodiscard]] Result<Reconciliation, Trouble> definition_of(const EngineRuns& engine,
                                                            const std::string& name);

/// 20260131 as 2026-01-31, and back; `invalid` for what is no day.
[[nodiscard]] std::string format_day(std::uint64_t day);
[[nodiscard]] Result<std::uint64_t> parse_day(std::string_view text);

}  // namespace daybook::recon
