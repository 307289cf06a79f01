#include "tools/daybook/oplog/oplog_command.hpp"

#include <limits>

#include <fmt/format.h>

#include "tools/daybook/command.hpp"
#include "tools/daybook/oplog/operation_source.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/operation_text.hpp"

namespace daybook {
namespace {

Result<std::unique_ptr<OperationSource>, Trouble> source_of(const ClientOptions& client,
                                                            const std::string& directory) {
  if (!directory.empty()) return journal_of(directory);
  return running_engine(client);
}

/// Prints pages of operations.
Result<void, Trouble> show(OperationSource& source, const std::vector<LoggedOperation>& operations,
                           bool json, bool with_facts) {
  const auto names = source.names(name_keys_of(operations));
  if (!names) return names.error();
  LedgerBook ledgers;
  if (with_facts) {
    auto fetched = source.ledgers();
    if (!fetched) return fetched.error();
    ledgers = std::move(fetched).value();
  }
  if (json) {
    for (const LoggedOperation& operation : operations) {
      say(to_json(operation, ledgers, names.value(), with_facts).str());
    }
  } else if (with_facts) {
    for (const LoggedOperation& operation : operations) {
      print_text(describe(operation, ledgers, names.value()));
    }
  } else if (!operations.empty()) {
    print_text(table_of(operations, names.value()).text());
  }
  return {};
}

}  // namespace

int run_oplog(const OplogOptions& options) {
  const auto filter = parse_operation_filter(options.filter);
  if (!filter) return complain(filter.error().what);
  const auto source = source_of(options.client, options.directory);
  if (!source) return complain(source.error());
  const std::uint64_t wanted =
      options.all ? std::numeric_limits<std::uint64_t>::max() : options.limit;
  std::uint64_t count = 0;
  const auto more = for_each_page(
      *source.value(), filter.value(), wanted, [&](const std::vector<LoggedOperation>& page) {
        count += page.size();
        return show(*source.value(), page, options.client.json, options.filter.facts);
      });
  if (!more) return complain(more.error());
  if (more.value()) {
    complain(fmt::format("these are the first {}, and there are more: raise --limit, or say --all",
                         count));
  } else if (count == 0 && !options.client.json) {
    say("Nothing matches.");
  }
  return exit_code::good;
}

int run_trace(const TraceOptions& options) {
  const auto trace = parse_trace_id(options.trace);
  if (!trace) return complain(trace.error().what);
  if (trace.value() == TraceId{}) return complain("0 is no trace id: it means that there is none");
  const auto source = source_of(options.client, options.directory);
  if (!source) return complain(source.error());
  const auto chain = source.value()->chain(trace.value());
  if (!chain) return complain(chain.error());
  const std::string text = format_trace_id(trace.value());
  if (chain.value().empty()) {
    return complain(Trouble{exit_code::no, fmt::format("nothing was done under trace {}", text)});
  }
  if (!options.client.json) say(fmt::format("trace {}", text));
  const auto names = source.value()->names(name_keys_of(chain.value()));
  if (!names) return complain(names.error());
  const auto ledgers = source.value()->ledgers();
  if (!ledgers) return complain(ledgers.error());
  for (const LoggedOperation& operation : chain.value()) {
    if (options.client.json) {
      say(to_json(operation, ledgers.value(), names.value(), true).str());
    } else {
      print_text(describe(operation, ledgers.value(), names.value(), "  "));
    }
  }
  return exit_code::good;
}

}  // namespace daybook
