#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/recon/run_keeper.hpp"
#include "storage/file/file.hpp"

namespace daybook::recon {

namespace limits {

inline constexpr std::uint64_t manifest_bytes_max = std::uint64_t{64} << 20;
inline constexpr std::uint64_t kept_blocks_max = std::uint64_t{1} << 40;  ///< Of a lane.

}  // namespace limits

/// What a comparison depends on: what it is called in a sentence, and its value.
using WorkFacts = std::vector<std::pair<std::string, std::string>>;

/// A directory in which the sorted runs of one comparison outlive its process, with the file
/// `daybook-manifest`, which says what they are of. Each of its lines is
///
///     16 hexadecimal digits, XXH3-64 of what follows; a space; one of
///     fact "NAME" "VALUE"                                 as JSON texts, in their order
///     run SIDE FIRST COUNT LANE BLOCK BLOCKS DIGEST       numbers; DIGEST in hexadecimal digits
///
/// and ends with a newline. A line that was not written whole, and all behind it, do not count.
///
/// Example. e3b6…91 run 0 0 150000 1 0 72 00b7…3d: the first 150,000 records of A stand in blocks 0
///          to 71 of lane 1.
///
/// Threads.     See RunKeeper.
/// Errors.      Those of files; `locked` while another process is at it.
/// Durability.  What a killed process wrote is there. After a loss of power blocks may be damaged:
///              each has a checksum, and they are made again.
/// Limits.      Those above.
class WorkDirectory final : public RunKeeper {
 public:
  /// Makes the directory when it is missing; takes it for this process.
  [[nodiscard]] static Result<std::unique_ptr<WorkDirectory>> open(
      const std::filesystem::path& directory);

  /// The value of a fact that an earlier process left; empty where there is none.
  [[nodiscard]] std::string fact(const std::string& name) const;

  /// Begins with what an earlier process left where its facts are these; else anew. What of them
  /// has changed, in words; empty where nothing has, or nothing was left. Runs of lanes from
  /// `lane_count` on do not count.
  [[nodiscard]] Result<std::string> begin(const WorkFacts& facts, unsigned lane_count);

  /// Forgets all runs; the facts stay.
  [[nodiscard]] Result<void> begin_anew();

  /// The comparison is over: removes everything that was made here.
  [[nodiscard]] Result<void> finish();

  [[nodiscard]] const std::vector<KeptRun>& kept() const override { return runs_; }
  [[nodiscard]] Result<void> keep(const KeptRun& run) override;
  void tell_changed() override { has_changed_ = true; }
  [[nodiscard]] bool has_changed() const { return has_changed_; }

  /// Up to where kept runs reach in a lane.
  [[nodiscard]] std::uint64_t blocks_of(unsigned lane) const;
  [[nodiscard]] const std::filesystem::path& path() const { return directory_; }

 private:
  explicit WorkDirectory(std::filesystem::path directory) : directory_{std::move(directory)} {}

  [[nodiscard]] Result<void> read_manifest();
  [[nodiscard]] bool take_line(std::string_view line);
  [[nodiscard]] Result<void> append(const std::string& payload);
  [[nodiscard]] Result<void> remove_lanes();

  std::filesystem::path directory_;
  File manifest_;
  std::uint64_t size_bytes_ = 0;  ///< Of the manifest's good lines.
  WorkFacts facts_;
  std::vector<KeptRun> runs_;
  std::mutex mutex_;  ///< Of what is appended.
  bool has_changed_ = false;
};

}  // namespace daybook::recon
