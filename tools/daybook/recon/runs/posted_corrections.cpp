#include "tools/daybook/recon/runs/posted_corrections.hpp"

#include <fmt/format.h>

#include "tools/daybook/recon/definition/correction_text.hpp"
#include "tools/daybook/recon/runs/correction_sagas.hpp"
#include "tools/daybook/recon/runs/saga_end.hpp"
#include "tools/daybook/text/id_text.hpp"

namespace daybook::recon {
namespace {

Failure unreadable(const DifferenceRow& row, const Failure& why) {
  return {why.kind, fmt::format("what was proposed for difference {} cannot be read: {}",
                                format_id(row.id), why.what)};
}

/// What the saga has made instead of legs, and from when on that counts.
Result<void> add_saga(const DifferenceRow& row, const ApprovedText& approved,
                      const TransfersUnderWay& under_way, FoldedCorrection& made) {
  made.is_by_saga = true;
  if (approved.is_under_way()) {
    const auto found = under_way.find(row.id);
    if (found != under_way.end()) made.legs = found->second;
    made.counts_from = FoldedCorrection::never;
    return {};
  }
  auto end = read_saga_end(approved.end);
  if (!end) return unreadable(row, end.error());
  made.legs = std::move(end.value().transfers);
  made.counts_from = approved.ended.value();
  return {};
}

}  // namespace

Result<Correction> proposed_correction(const RunBook& book, const DifferenceRow& row) {
  auto correction = read_correction_text(book.texts_of(row).correction);
  if (!correction) return unreadable(row, correction.error());
  name_legs(correction.value(), row.id, row.revision);
  if (posting_hash(correction.value()) != row.legs_hash) {
    return Failure{FailureKind::invalid,
                   fmt::format("what is shown as proposed for difference {} is not what would be "
                               "posted",
                               format_id(row.id))};
  }
  return correction;
}

Result<std::shared_ptr<const FoldedCorrections>> posted_corrections(
    const RunBook& book, const Uint128& reconciliation, const TransfersUnderWay& under_way) {
  auto folded = std::make_shared<FoldedCorrections>();
  for (const DifferenceRow& row : book.rows().differences().all()) {
    if (book.rows().find_run(row.run_id)->reconciliation_id != reconciliation) continue;
    for (const ApprovedText& approved : book.texts_of(row).approved) {
      auto correction = read_correction_text(approved.correction);
      if (!correction) return unreadable(row, correction.error());
      name_legs(correction.value(), row.id, approved.revision);
      FoldedCorrection made = folded_of(correction.value());
      if (approved.is_by_saga) {
        if (auto added = add_saga(row, approved, under_way, made); !added) return added.error();
      }
      if (!made.legs.empty()) folded->push_back(std::move(made));
    }
  }
  return std::shared_ptr<const FoldedCorrections>{std::move(folded)};
}

Result<std::shared_ptr<const FoldedCorrections>, Trouble> posted_corrections(
    EngineRuns& engine, const Uint128& reconciliation) {
  auto sagas = look_at_sagas(engine, reconciliation);
  if (!sagas) return sagas.error();
  TransfersUnderWay under_way;
  for (CorrectionSaga& each : sagas.value()) {
    under_way[each.difference] = std::move(each.transfers);
  }
  auto folded = posted_corrections(engine.book(), reconciliation, under_way);
  if (!folded) return trouble(folded.error());
  return std::move(folded).value();
}

}  // namespace daybook::recon
