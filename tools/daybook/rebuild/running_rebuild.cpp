#include "tools/daybook/rebuild/running_rebuild.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/progress.hpp"
#include "tools/daybook/text/rate_text.hpp"

namespace daybook {
namespace {

RebuildFilter filter_of(const RebuildSelection& selection) {
  RebuildFilter filter;
  if (selection.one) {
    filter.kind = selection.one->kind;
    filter.id = selection.one->key.id;
    filter.type = selection.one->key.type;
  }
  filter.from = Timestamp{selection.from_ns};
  if (selection.until_ns != ~std::uint64_t{0}) filter.until = Timestamp{selection.until_ns};
  return filter;
}

/// What the sequencer says of the account, so that it is compared, too.
Result<void, Trouble> look_up(Client& client, RebuildFilter& filter) {
  if (filter.kind != AggregateKind::account) return {};
  const AccountId id{filter.id};
  const auto found = settled(client.lookup_accounts({&id, 1}));
  if (!found) return found.error();
  if (found.value().accounts.empty()) return {};
  filter.looked_up = found.value().accounts.front();
  filter.looked_up_at = found.value().sequence.value();
  return {};
}

struct Rebuilt {
  std::vector<RebuildDifference> differences;
  RebuildPage last;
};

Result<Rebuilt, Trouble> follow_pages(Client& client, RebuildFilter filter) {
  const auto everything = see_everything(client);
  if (!everything) return everything.error();
  ProgressLine line{terminal_or_nothing(), "facts"};
  Rebuilt rebuilt;
  do {
    auto page = settled(client.rebuild(filter, everything.value()));
    if (!page) return page.error();
    rebuilt.last = std::move(page).value();
    filter.cursor = rebuilt.last.cursor;
    const auto& items = rebuilt.last.items;
    rebuilt.differences.insert(rebuilt.differences.end(), items.begin(), items.end());
    line.show(rebuilt.last.sequence.value(), static_cast<double>(rebuilt.last.done) / 1'000);
  } while (rebuilt.last.more);
  return rebuilt;
}

int report(const Rebuilt& rebuilt, bool one, bool json) {
  const bool agrees = rebuilt.differences.empty() && rebuilt.last.mismatching == 0;
  for (const RebuildDifference& each : rebuilt.differences) {
    say(json ? difference_json(shown(each)) : difference_text(shown(each)));
  }
  if (json) {
    say(JsonObject{}
            .count("compared", rebuilt.last.compared)
            .count("mismatching", rebuilt.last.mismatching)
            .truth("agrees", agrees)
            .sequence("as_of", rebuilt.last.sequence)
            .str());
  } else if (one && rebuilt.last.compared == 0) {
    say(
        fmt::format("there is no such aggregate, neither by the journal nor in the engine, as of "
                    "sequence {}",
                    rebuilt.last.sequence.value()));
  } else {
    const std::string outcome = agrees ? "all agree with the journal"
                                : rebuilt.last.mismatching == 0
                                    ? "the state agrees with the journal, the above does not"
                                    : format_count(rebuilt.last.mismatching) + " differ";
    say(fmt::format("{} aggregates compared as of sequence {}: {}",
                    format_count(rebuilt.last.compared), rebuilt.last.sequence.value(), outcome));
  }
  return agrees && !(one && rebuilt.last.compared == 0) ? exit_code::good : exit_code::no;
}

}  // namespace

int run_running_rebuild(const RunningRebuildOptions& options) {
  const auto selection = selection_from(options.what);
  if (!selection) return complain(selection.error().what);
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  RebuildFilter filter = filter_of(selection.value());
  if (const auto looked = look_up(*client.value(), filter); !looked) {
    return complain(looked.error());
  }
  const auto rebuilt = follow_pages(*client.value(), filter);
  if (!rebuilt) return complain(rebuilt.error());
  return report(rebuilt.value(), selection.value().one.has_value(), options.client.json);
}

}  // namespace daybook
