#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tools/daybook/recon/definition/reconciliation.hpp"
#include "tools/daybook/recon/definition/schedule.hpp"
#include "tools/daybook/recon/runs/run_book.hpp"

namespace daybook::recon {

/// A business day whose time has come.
struct DueDay {
  BusinessDay day;
  std::uint64_t number = 0;  ///< As 20260131.
};

/// Those of the last 40 days that a watcher looks at, in order: the newest, and, where the pattern
/// says of which day a file is, all since the last one that was reconciled. Days before the first
/// one that was are nobody's business. Errors: those of the schedule.
[[nodiscard]] Result<std::vector<DueDay>> days_to_look_at(const Reconciliation& definition,
                                                          const RunBook& book, Timestamp now,
                                                          const BusinessCalendar& calendar);

/// There is a run of it that came to its end.
[[nodiscard]] bool is_reconciled(const RunBook& book, const Uint128& reconciliation,
                                 const DueDay& due);

/// From then on its statement is late; nothing where none is expected by any time.
[[nodiscard]] std::optional<Timestamp> deadline_of(const Reconciliation& definition,
                                                   const BusinessCalendar& calendar,
                                                   const DueDay& due);

}  // namespace daybook::recon
