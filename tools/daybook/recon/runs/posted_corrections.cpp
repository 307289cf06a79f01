#include "tools/daybook/recon/runs/posted_corrections.hpp"

#include <fmt/format.h>

#include "engine/model/legs_hash.hpp"
#include "tools/daybook/recon/definition/correction_text.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook::recon {
namespace {

Failure unreadable(const DifferenceRow& row, const Failure& why) {
  return {why.kind, fmt::format("what was proposed for difference {} cannot be read: {}",
                                format_id(row.id), why.what)};
}

}  // namespace

Result<Correction> proposed_correction(const RunBook& book, const DifferenceRow& row) {
  auto correction = read_correction_text(book.texts_of(row).correction);
  if (!correction) return unreadable(row, correction.error());
  name_legs(correction.value(), row.id, row.revision);
  if (legs_hash(correction.value().legs) != row.legs_hash) {
    return Failure{FailureKind::invalid,
                   fmt::format("what is shown as proposed for difference {} is not what would be "
                               "posted",
                               format_id(row.id))};
  }
  return correction;
}

Result<std::shared_ptr<const FoldedCorrections>> posted_corrections(const RunBook& book,
                                                                    const Uint128& reconciliation) {
  auto folded = std::make_shared<FoldedCorrections>();
  for (const DifferenceRow& row : book.rows().differences().all()) {
    if (book.rows().find_run(row.run_id)->reconciliation_id != reconciliation) continue;
    for (const PostedText& posted : book.texts_of(row).posted) {
      auto correction = read_correction_text(posted.correction);
      if (!correction) return unreadable(row, correction.error());
      name_legs(correction.value(), row.id, posted.revision);
      folded->push_back(folded_of(correction.value()));
    }
  }
  return std::shared_ptr<const FoldedCorrections>{std::move(folded)};
}

}  // namespace daybook::recon
