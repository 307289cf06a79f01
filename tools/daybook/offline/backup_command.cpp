#include "tools/daybook/offline/backup_command.hpp"

#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "engine/model/engine_version.hpp"
#include "storage/file/file.hpp"
#include "storage/journal/durable_tail.hpp"
#include "storage/journal/segment_copy.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/offline/new_directory.hpp"
#include "tools/daybook/offline/offline_verify.hpp"
#include "tools/daybook/serve/system_time.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/progress.hpp"
#include "tools/daybook/text/rate_text.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;

class ByteProgress {
 public:
  ByteProgress(std::string_view things, std::uint64_t total)
      : line_{terminal_or_nothing(), std::string{things}}, total_{total} {}
  void add(std::uint64_t bytes) { show(done_ += bytes); }
  void show(std::uint64_t done) {
    std::optional<double> fraction;
    if (total_ > 0) fraction = static_cast<double>(done) / static_cast<double>(total_);
    line_.show(done / mebibyte, fraction);
  }

 private:
  ProgressLine line_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
};

std::string name_of(std::uint64_t ordinal) {
  return JournalLayout{""}.segment(ordinal).generic_string();
}

BackupFile described(std::string name, const CopiedFile& copied) {
  return {.name = std::move(name), .bytes = copied.bytes, .sha256 = copied.sha256};
}

/// The segments of `from` up to `tail`.
Result<void> copy_segments(const JournalLayout& from, const JournalLayout& to,
                           const DurableTail& tail, CopyMode mode, BackupManifest& manifest) {
  std::uint64_t total = 0;
  for (std::uint64_t ordinal = 1; ordinal <= tail.segment; ++ordinal) {
    std::error_code ignored;
    total += std::filesystem::file_size(from.segment(ordinal), ignored);
  }
  ByteProgress progress{"MiB copied", total};
  const auto done = [&](std::uint64_t bytes) { progress.add(bytes); };
  for (std::uint64_t ordinal = 1; ordinal <= tail.segment; ++ordinal) {
    const auto target = to.segment(ordinal);
    Result<CopiedFile> copied{CopiedFile{}};
    if (ordinal < tail.segment || tail.segment_is_whole) {
      copied = copy_sealed_segment(from.segment(ordinal), target, mode, done);
    } else {
      auto entries = copy_entries(from, ordinal, tail.last_sequence, target, done);
      if (!entries) return entries;
      copied = hash_file(target, {});
    }
    if (!copied) return copied.error();
    manifest.files.push_back(described(name_of(ordinal), copied.value()));
  }
  return {};
}

Result<void> copy_identities(const std::filesystem::path& from, const std::filesystem::path& to,
                             BackupManifest& manifest) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(from / identities_name, error);
  if (error == std::errc::no_such_file_or_directory) return {};
  if (error) return system_failure(error.value(), "cannot be looked at", from / identities_name);
  const auto copied = copy_file(from / identities_name, to / identities_name, bytes, {});
  if (!copied) return copied.error();
  std::filesystem::permissions(
      to / identities_name, std::filesystem::status(from / identities_name).permissions(), error);
  manifest.files.push_back(described(std::string{identities_name}, copied.value()));
  return {};
}

/// The copy must be what was there, and sound.
Result<void> verify_copy(const std::filesystem::path& directory, const DurableTail& tail,
                         const StateRoom& room, BackupManifest& manifest) {
  std::optional<ByteProgress> progress;
  const auto verified =
      verify_directory(directory.string(), room, [&](std::uint64_t done, std::uint64_t total) {
        if (!progress) progress.emplace("MiB verified", total);
        progress->show(done);
      });
  progress.reset();
  if (!verified) return verified.error();
  const JournalVerdict& verdict = verified.value();
  if (!verdict.out_of_room.empty()) return Failure{FailureKind::no_space, verdict.out_of_room};
  if (verdict.exit_code() != exit_code::good) {
    for (const VerifyFinding& finding : verdict.findings) {
      if (!finding.is_damage) continue;
      return Failure{FailureKind::damaged,
                     fmt::format("the journal is damaged, so there is no backup of it: {}: {}; "
                                 "`daybook verify` shows the whole extent",
                                 finding.file, finding.words)};
    }
    return Failure{FailureKind::damaged, "the journal does not verify"};
  }
  if (verdict.last_sequence != tail.last_sequence || verdict.last_hash != tail.last_hash) {
    return Failure{FailureKind::damaged,
                   fmt::format("the copy ends at sequence {} instead of {}",
                               verdict.last_sequence.value(), tail.last_sequence.value())};
  }
  manifest.state_digest = verdict.state_digest;
  return {};
}

std::uint64_t bytes_of(const BackupManifest& manifest) {
  std::uint64_t bytes = 0;
  for (const BackupFile& file : manifest.files) bytes += file.bytes;
  return bytes;
}

}  // namespace

Result<BackupManifest> make_backup(const BackupOptions& options) {
  // With segments of its archive: a backup has all of the journal.
  const auto layout = layout_with_archive(options.data);
  if (!layout) return layout.error();
  const JournalLayout& from = layout.value();
  const auto found = durable_tail(from);
  if (!found) return found.error();
  const DurableTail& tail = found.value();
  if (tail.segment == 0) {
    return Failure{FailureKind::not_found,
                   fmt::format("{}: the journal has no entry yet", options.data)};
  }
  auto directory = NewDirectory::begin(options.to);
  if (!directory) return directory.error();
  const JournalLayout to{directory.value().path()};
  if (auto made = make_directory(to.journal()); !made) return made.error();
  BackupManifest manifest{.engine_version = std::string{engine_version},
                          .journal_id = tail.journal_id,
                          .last_sequence = tail.last_sequence,
                          .last_hash = tail.last_hash,
                          .last_time = Timestamp{tail.last_time},
                          .state_digest = 0,
                          .made_at = Timestamp{SystemTime{}.wall_ns()},
                          .files = {}};
  const CopyMode mode = options.copy ? CopyMode::copy : CopyMode::link_if_possible;
  auto done = copy_segments(from, to, tail, mode, manifest);
  if (done) done = copy_identities(from.root, to.root, manifest);
  if (done) done = verify_copy(to.root, tail, options.room, manifest);
  if (done) done = write_manifest(to.root, manifest);
  if (done) done = directory.value().finish();
  if (!done) return done.error();
  return manifest;
}

Result<Continued> restore_backup(const RestoreOptions& options) {
  const auto manifest = read_manifest(options.backup);
  if (!manifest) return manifest.error();
  {
    ByteProgress progress{"MiB compared", bytes_of(manifest.value())};
    auto checked = check_files(options.backup, manifest.value(),
                               [&](std::uint64_t bytes) { progress.add(bytes); });
    if (!checked) return checked.error();
  }
  const ContinueOptions continuing{.from = options.backup,
                                   .place = options.to,
                                   .goal = {},
                                   .room = options.room,
                                   .kind = ParentKind::restored};
  const auto check = [&](const Continued& made,
                         const std::filesystem::path& directory) -> Result<void> {
    const BackupManifest& expected = manifest.value();
    if (made.parent.journal_id != expected.journal_id ||
        made.parent.entry_hash != expected.last_hash || made.cut != expected.last_sequence ||
        made.digest_at_cut != expected.state_digest) {
      return Failure{FailureKind::damaged,
                     fmt::format("{}: the journal in it ends at sequence {} with digest {:016x}, "
                                 "its manifest says {} and {:016x}",
                                 options.backup, made.cut.value(), made.digest_at_cut,
                                 expected.last_sequence.value(), expected.state_digest)};
    }
    BackupManifest restored;
    return copy_identities(options.backup, directory, restored);
  };
  return continue_directory(continuing, check);
}

int run_backup(const BackupOptions& options) {
  const auto made = make_backup(options);
  if (!made) return complain_of(made.error());
  const BackupManifest& manifest = made.value();
  if (options.json) {
    say(JsonObject{}
            .text("journal_id", to_hex(manifest.journal_id))
            .sequence("sequence", manifest.last_sequence)
            .digest("digest", manifest.state_digest)
            .time("last_time", manifest.last_time)
            .count("files", manifest.files.size())
            .count("bytes", bytes_of(manifest))
            .str());
  } else {
    say(fmt::format("sequence {}  digest {:016x}, committed {}\n{}: {} files, {}, verified",
                    manifest.last_sequence.value(), manifest.state_digest,
                    format_time(manifest.last_time), options.to, manifest.files.size(),
                    format_bytes(bytes_of(manifest))));
  }
  return exit_code::good;
}

int run_restore(const RestoreOptions& options) {
  const auto made = restore_backup(options);
  if (!made) return complain_of(made.error());
  if (options.json) {
    say(continued_json(made.value()));
  } else {
    print_text(continued_text(made.value(), options.to));
  }
  return exit_code::good;
}

}  // namespace daybook
