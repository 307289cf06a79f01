// saga stats: how many sagas there are, what is stuck, how long steps take and what becomes of
// them.

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "engine/model/operation_query.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/saga/saga_command.hpp"
#include "tools/daybook/saga/saga_source.hpp"
#include "tools/daybook/saga/saga_stats_text.hpp"
#include "tools/daybook/text/operation_text.hpp"
#include "tools/daybook/text/progress.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

struct Range {
  Timestamp from;
  Timestamp until;
};

Result<Range> range_of(const SagaStatsOptions& options) {
  Range range{.from = {}, .until = Timestamp{limits::timestamp_max}};
  const auto take = [](const std::string& text, Timestamp& into) -> Result<void> {
    if (text.empty()) return {};
    const auto time = parse_time(text);
    if (!time) return time.error();
    into = time.value();
    return {};
  };
  if (const auto taken = take(options.from, range.from); !taken) return taken.error();
  if (const auto taken = take(options.until, range.until); !taken) return taken.error();
  if (range.until < range.from) {
    return Failure{FailureKind::invalid, "the range of time ends before it begins"};
  }
  return range;
}

Result<void, Trouble> define_all(Client& client, const QueryOptions& everything,
                                 SagaStatistics& into) {
  const auto definitions = fetch_definitions(client, everything);
  if (!definitions) return definitions.error();
  for (const FoundDefinition& each : definitions.value()) into.define(each.definition);
  return {};
}

/// The moment as of which everything is counted; 0 where nothing has happened yet.
Sequence up_to(const QueryOptions& everything) {
  return everything.min_sequence.value_or(Sequence{});
}

// All events are read, whatever the range: what came before says what a saga was. Up to one moment:
// of a saga that begins later, the definition may be newer than those that were read.
Result<void, Trouble> read_sagas(Client& client, const QueryOptions& everything,
                                 SagaStatistics& into) {
  ProgressLine progress{terminal_or_nothing(), "events"};
  EventFilter filter;
  filter.aggregate_type = saga_type();
  filter.sequence_max = up_to(everything);
  filter.limit = limits::batch_events_max;
  std::uint64_t done = 0;
  for (bool more = true; more;) {
    const auto page = settled(client.read_events(filter, everything));
    if (!page) return page.error();
    for (const FoundEvent& each : page.value().items) {
      const char* const fault = into.take(each.event, each.payload);
      if (fault == nullptr) continue;
      return Trouble{exit_code::failed,
                     fmt::format("the event at sequence {}: {}; check the journal with 'daybook "
                                 "verify'",
                                 each.sequence.value(), fault)};
    }
    done += page.value().items.size();
    progress.show(done);
    more = page.value().more;
    filter.cursor = page.value().cursor;
  }
  return {};
}

Result<void, Trouble> count_refusals(Client& client, const QueryOptions& everything,
                                     const Range& range, RequestKind kind, SagaRefusals& into) {
  OperationFilter filter;
  filter.kind = kind;
  filter.time_min = range.from;
  filter.time_max = range.until;
  filter.sequence_max = up_to(everything).value();
  filter.flags = operation_flag::has_refusals;
  filter.limit = limits::batch_events_max;
  for (bool more = true; more;) {
    const auto page = settled(client.query_operations(filter, everything));
    if (!page) return page.error();
    for (const LoggedOperation& operation : page.value().items) {
      for (const LoggedRefusal& each : operation.refusals) {
        const RequestKind refused = kind_of_refusal(kind, each.refusal);
        ++into[{kind, event_status_name(refused, each.refusal.status)}];
      }
    }
    more = page.value().more;
    filter.cursor = page.value().cursor;
    filter.skip = page.value().skip;
  }
  return {};
}

Result<SagaFigures, Trouble> fetch_figures(Client& client, const SagaStatsOptions& options,
                                           const Range& range) {
  const auto everything = see_everything(client);
  if (!everything) return everything.error();
  SagaStatistics statistics{range.from, range.until};
  if (auto defined = define_all(client, everything.value(), statistics); !defined) {
    return defined.error();
  }
  if (auto read = read_sagas(client, everything.value(), statistics); !read) return read.error();
  SagaFigures figures;
  for (const RequestKind kind :
       {RequestKind::saga_commands, RequestKind::operate_sagas, RequestKind::start_corrections,
        RequestKind::answer_steps, RequestKind::tcc_commands}) {
    auto counted = count_refusals(client, everything.value(), range, kind, figures.refusals);
    if (!counted) return counted.error();
  }
  figures.definitions = std::move(statistics).finish();
  std::erase_if(figures.definitions, [&](const DefinitionStatistics& each) {
    return !options.definition.empty() && each.definition->name != options.definition;
  });
  if (!options.definition.empty() && figures.definitions.empty()) {
    return Trouble{exit_code::no,
                   fmt::format("there is no definition {}; 'daybook saga definitions' lists those "
                               "there are",
                               options.definition)};
  }
  return figures;
}

}  // namespace

int run_saga_stats(const SagaStatsOptions& options) {
  const auto range = range_of(options);
  if (!range) return complain(range.error().what);
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto figures = fetch_figures(*client.value(), options, range.value());
  if (!figures) return complain(figures.error());
  if (options.client.json) {
    say(saga_stats_json(figures.value()));
  } else if (options.prometheus) {
    print_text(saga_stats_prometheus(figures.value()));
  } else {
    print_text(saga_stats_text(figures.value()));
  }
  return exit_code::good;
}

}  // namespace daybook
