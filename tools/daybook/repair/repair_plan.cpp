#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "engine/replay/journal_parent.hpp"
#include "storage/file/file.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/segment_mending.hpp"
#include "storage/witness/witness.hpp"
#include "tools/daybook/client/lazy_lookup.hpp"
#include "tools/daybook/exit_code.hpp"
#include "tools/daybook/repair/repair.hpp"

namespace daybook {
namespace {

/// Where damaged files stay.
constexpr std::string_view aside_name = "damaged";

class Planner {
 public:
  Planner(const JournalLayout& layout, const StateRoom& room) : layout_{layout}, room_{room} {}

  Result<RepairPlan> plan() {
    if (auto found = find_leftovers(); !found) return found.error();
    auto verified = verify_directory(layout_.root.string(), room_);
    if (!verified) return verified.error();
    verdict_ = std::move(verified).value();
    if (!verdict_.out_of_room.empty()) {
      return Failure{FailureKind::no_space, verdict_.out_of_room};
    }
    if (auto planned = plan_segments(); !planned) return planned.error();
    plan_identity();
    for (const VerifyFinding& finding : verdict_.findings) {
      if (finding.is_damage && !is_explained(finding)) {
        note_loss(finding);
        break;
      }
    }
    if (plan_.loss) plan_.steps.clear();
    return std::move(plan_);
  }

 private:
  Result<void> find_leftovers();
  Result<void> plan_segments();
  void plan_identity();
  [[nodiscard]] bool is_explained(const VerifyFinding& finding) const;
  void note_loss(const VerifyFinding& finding);
  void step(std::string words, std::function<Result<void>()> apply) {
    plan_.steps.push_back({std::move(words), std::move(apply)});
  }
  [[nodiscard]] bool has_hash(std::uint64_t ordinal) const {
    const auto& hashed = verdict_.hashed_segments;
    return std::find(hashed.begin(), hashed.end(), ordinal) != hashed.end();
  }

  JournalLayout layout_;
  StateRoom room_;
  JournalVerdict verdict_;
  RepairPlan plan_;
  std::uint64_t mended_ = 0;        // Ordinal of the segment that can be mended; 0: none.
  std::optional<Sequence> hidden_;  // Its last sequence, where only the zeroed page led to it.
  Uint128 hidden_hash_;
  bool explains_id_ = false;
  bool explains_witness_ = false;
};

/// Temporary files that a killed process leaves: nothing refers to them.
Result<void> Planner::find_leftovers() {
  for (const auto& directory : {layout_.root, layout_.journal(), layout_.snapshots()}) {
    std::error_code error;
    if (!std::filesystem::exists(directory, error)) continue;
    for (std::filesystem::directory_iterator at{directory, error}, end; !error && at != end;
         at.increment(error)) {
      const std::filesystem::path path = at->path();
      if (path.extension() != ".new" || !at->is_regular_file()) continue;
      step(fmt::format("{}: left by a process that was killed while it wrote it; remove it",
                       path.string()),
           [path] { return remove_file(path); });
    }
    if (error) return system_failure(error.value(), "cannot be listed", directory);
  }
  return {};
}

/// A zeroed meta page, where the other one is good. In a sealed segment whose hash is recorded, the
/// bytes are what counts, and nobody knows those of the zeroed page.
Result<void> Planner::plan_segments() {
  for (const VerifyFinding& finding : verdict_.findings) {
    const bool is_meta = finding.is_damage && finding.ordinal != 0 &&
                         finding.kind == to_string(FindingKind::meta_page);
    if (!is_meta || has_hash(finding.ordinal)) continue;
    const auto path = layout_.segment(finding.ordinal);
    auto found = find_zeroed_meta_page(path);
    if (!found) return found.error();
    if (!found.value()) continue;
    const MendableSegment segment = std::move(*found.value());
    mended_ = finding.ordinal;
    if (segment.hidden) {
      const auto walker = PageWalker::open(path);
      if (!walker) return walker.error();
      std::vector<std::byte> room;
      const auto value = walker.value().read_value(*segment.hidden, room);
      const auto entry =
          value ? check_entry(value.value()) : Result<EntryView>{failure_of(value.error())};
      if (!entry) return entry.error();
      hidden_ = entry.value().header.last();
      hidden_hash_ = entry.value().header.hash;
    }
    const auto aside = layout_.root / aside_name;
    const std::string words = fmt::format(
        "{}, page {}: this meta page is zeroed, the other one is good, and all {} entries are "
        "whole{}; write the segment anew from them, and keep the damaged file in {}",
        path.string(), segment.zeroed_page, segment.entries.size() + (segment.hidden ? 1 : 0),
        hidden_ ? fmt::format(" (the zeroed page led to the last one, up to sequence {})",
                              hidden_->value())
                : std::string{},
        aside.string());
    step(words, [path, segment, aside]() -> Result<void> {
      if (auto made = make_directory(aside); !made) return made;
      return mend_segment(path, segment, aside / path.filename());
    });
    return {};
  }
  return {};
}

/// Of the newest entry; zeros where it cannot be told.
Uint128 newest_journal_id(const JournalLayout& layout) {
  LazyLookup lookup{layout.root};
  Uint128 id;
  const auto found = lookup.with_entry_at_time(
      limits::timestamp_max, [&](const EntryView& entry) { id = entry.header.journal_id; });
  return found ? id : Uint128{};
}

/// journal.id and HEAD, each by what the other one and the journal say.
void Planner::plan_identity() {
  const auto id = read_journal_id(layout_);
  const auto witness = read_witness(layout_.head());
  const bool lacks_id = !id && id.error().kind != FailureKind::unsupported;
  const Uint128 newest = lacks_id ? newest_journal_id(layout_) : Uint128{};
  if (lacks_id && witness && !newest.is_zero() && newest == witness.value().statement.journal_id) {
    explains_id_ = true;
    step(fmt::format("{}: missing or damaged; the newest entry and {} both say journal {}: write "
                     "it anew",
                     layout_.id().string(), layout_.head().string(), to_hex(newest)),
         [layout = layout_, newest] { return rewrite_journal_id(layout, newest); });
  }
  if (!witness) return;
  const WitnessStatement said = witness.value().statement;
  // The witness was ahead only of what the zeroed page hid.
  const Sequence last = std::max(verdict_.last_sequence, hidden_.value_or(Sequence{}));
  const bool met_by_hidden = hidden_ && said.durable == *hidden_ && said.entry_hash == hidden_hash_;
  explains_witness_ = met_by_hidden;
  if (!witness.value().slot_damaged) return;
  WitnessStatement now = said;
  if (said.durable <= verdict_.last_sequence && !verdict_.last_hash.is_zero() && !hidden_) {
    now.durable = verdict_.last_sequence;
    now.entry_hash = verdict_.last_hash;
  }
  if (said.durable > last) return;
  step(fmt::format("{}: one of its two slots is damaged; write both, up to sequence {}",
                   layout_.head().string(), now.durable.value()),
       [layout = layout_, now] { return rewrite_witness(layout, now); });
}

bool Planner::is_explained(const VerifyFinding& finding) const {
  if (mended_ != 0 && finding.ordinal == mended_ &&
      finding.kind == to_string(FindingKind::meta_page)) {
    return true;
  }
  if (finding.file == layout_.id().string()) return explains_id_;
  return finding.file == layout_.head().string() && explains_witness_ &&
         finding.kind == to_string(FindingKind::witness);
}

void Planner::note_loss(const VerifyFinding& finding) {
  RepairLoss loss;
  loss.words = finding.file;
  if (finding.page) loss.words += fmt::format(", page {}", *finding.page);
  if (finding.sequence) loss.words += fmt::format(", sequence {}", finding.sequence->value());
  loss.words += fmt::format(": {}: {}", finding.kind, finding.words);
  loss.kept = verdict_.state_sequence;
  loss.nothing_is_kept = loss.kept == Sequence{};
  Sequence known = verdict_.last_sequence;
  const auto witness = read_witness(layout_.head());
  if (witness) known = std::max(known, witness.value().statement.durable);
  if (known > loss.kept) {
    loss.why = fmt::format("sequences {} to {} would be lost, {} facts", loss.kept.value() + 1,
                           known.value(), known.value() - loss.kept.value());
  } else {
    loss.why = fmt::format(
        "everything up to sequence {} is whole; nobody can tell whether there "
        "was more",
        loss.kept.value());
  }
  if (verdict_.last_sequence > loss.kept) {
    loss.why += fmt::format(
        "; entries behind the damage, up to sequence {}, can still be read with `daybook dump "
        "--from`, but they cannot follow what is missing",
        verdict_.last_sequence.value());
  }
  if (!witness) loss.why += "; without a witness more may be missing than is seen";
  plan_.loss = std::move(loss);
}

}  // namespace

Result<RepairPlan> plan_repair(const JournalLayout& layout, const StateRoom& room) {
  return Planner{layout, room}.plan();
}

}  // namespace daybook
