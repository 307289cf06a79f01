#include <algorithm>

#include "engine/base/limits.hpp"
#include "tools/daybook/oplog/operation_source.hpp"

namespace daybook {

Result<bool, Trouble> for_each_page(
    OperationSource& source, OperationFilter filter, std::uint64_t limit,
    const std::function<Result<void, Trouble>(const std::vector<LoggedOperation>&)>& use) {
  // What they made may be much: then a page is used as soon as it is there.
  constexpr std::size_t operations_with_facts = 1'024;
  const bool with_facts = (filter.flags & operation_flag::with_facts) != 0;
  const std::size_t gather = with_facts ? 1 : limits::batch_events_max;
  const std::size_t page_max = with_facts ? operations_with_facts : limits::batch_events_max;
  std::vector<LoggedOperation> gathered;
  std::uint64_t used = 0;
  bool more = true;
  while (more && used < limit) {
    // One that was cut is asked for again.
    const bool cut = !gathered.empty() && !gathered.back().whole();
    const std::uint64_t whole = gathered.size() - (cut ? 1 : 0);
    filter.limit =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(limit - used - whole, page_max));
    auto page = source.find(filter);
    if (!page) return page.error();
    filter.cursor = page.value().cursor;
    filter.skip = page.value().skip;
    more = page.value().more;
    join_pages(gathered, std::move(page.value().items));
    const bool waits = !gathered.empty() && !gathered.back().whole();
    const bool done = used + gathered.size() >= limit || !more;
    if (waits && more) continue;
    if (gathered.size() < gather && !done) continue;
    used += gathered.size();
    if (auto result = use(gathered); !result) return result.error();
    gathered.clear();
  }
  return more;
}

}  // namespace daybook
