#include "tools/daybook/recon/work_directory.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>

#include "engine/base/hash.hpp"
#include "engine/recon/recon_limits.hpp"
#include "storage/spill/spill_directory.hpp"
#include "tools/daybook/text/json_text.hpp"

namespace daybook::recon {
namespace {

constexpr std::string_view manifest_name = "daybook-manifest";
constexpr std::size_t checksum_digits = 16;

std::string checksum_of(std::string_view payload) {
  return fmt::format("{:016x}", xxh3_64(std::as_bytes(std::span{payload})));
}

/// The next number of `text` and a space or the end; false where there is none.
bool take_number(std::string_view& text, std::uint64_t& value, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty()) return true;
  if (text.front() != ' ') return false;
  text.remove_prefix(1);
  return true;
}

std::optional<KeptRun> run_of(std::string_view text) {
  KeptRun run;
  std::uint64_t side = 0;
  std::uint64_t lane = 0;
  const bool is_whole = take_number(text, side) && take_number(text, run.first_record) &&
                        take_number(text, run.record_count) && take_number(text, lane) &&
                        take_number(text, run.first_block) && take_number(text, run.block_count) &&
                        take_number(text, run.digest, 16) && text.empty();
  constexpr std::uint64_t records_max = limits::file_bytes_max;
  if (!is_whole || side > 1 || lane >= limits::threads_max || run.record_count == 0 ||
      run.record_count > records_max || run.first_record > records_max || run.block_count == 0 ||
      run.block_count > limits::kept_blocks_max || run.first_block > limits::kept_blocks_max) {
    return std::nullopt;
  }
  run.side = static_cast<Side>(side);
  run.lane = static_cast<unsigned>(lane);
  return run;
}

std::string fact_line(const std::pair<std::string, std::string>& fact) {
  return fmt::format("fact {}", json_array(std::vector<std::string>{json_quoted(fact.first),
                                                                    json_quoted(fact.second)}));
}

}  // namespace

Result<std::unique_ptr<WorkDirectory>> WorkDirectory::open(const std::filesystem::path& directory) {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::absolute(directory, error);
  if (auto made = make_directory(whole); !made) return made.error();
  std::unique_ptr<WorkDirectory> work{new WorkDirectory{whole}};
  Result<File> manifest = File::open(whole / manifest_name, File::Mode::create);
  if (!manifest) return manifest.error();
  work->manifest_ = std::move(manifest).value();
  if (::flock(work->manifest_.descriptor(), LOCK_EX | LOCK_NB) != 0) {
    return Failure{FailureKind::locked,
                   fmt::format("{}: another comparison is at work there; wait for it, or name "
                               "another directory with --work",
                               whole.string())};
  }
  if (auto read = work->read_manifest(); !read) return read.error();
  return work;
}

Result<void> WorkDirectory::read_manifest() {
  const Result<std::uint64_t> size = manifest_.size();
  if (!size) return size.error();
  if (size.value() > limits::manifest_bytes_max) return {};
  std::string text(size.value(), '\0');
  const Result<std::size_t> got = manifest_.read_at(std::as_writable_bytes(std::span{text}), 0);
  if (!got) return got.error();
  std::string_view rest{text.data(), got.value()};
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    if (!take_line(rest.substr(0, end))) break;
    size_bytes_ += end + 1;
    rest.remove_prefix(end + 1);
  }
  return {};
}

bool WorkDirectory::take_line(std::string_view line) {
  if (line.size() < checksum_digits + 2 || line[checksum_digits] != ' ') return false;
  const std::string_view payload = line.substr(checksum_digits + 1);
  if (line.substr(0, checksum_digits) != checksum_of(payload)) return false;
  if (payload.starts_with("run ")) {
    const std::optional<KeptRun> run = run_of(payload.substr(4));
    if (run) runs_.push_back(*run);
    return run.has_value();
  }
  if (!payload.starts_with("fact ")) return false;
  const auto fact = nlohmann::json::parse(payload.substr(5), nullptr, false);
  if (!fact.is_array() || fact.size() != 2 || !fact[0].is_string() || !fact[1].is_string()) {
    return false;
  }
  facts_.emplace_back(fact[0].get<std::string>(), fact[1].get<std::string>());
  return true;
}

std::string WorkDirectory::fact(const std::string& name) const {
  for (const auto& [known, value] : facts_) {
    if (known == name) return value;
  }
  return {};
}

Result<std::string> WorkDirectory::begin(const WorkFacts& facts, unsigned lane_count) {
  std::string changed;
  const bool is_new = facts_.empty();
  for (const auto& [name, value] : facts) {
    if (!is_new && changed.empty() && fact(name) != value) changed = name;
  }
  std::erase_if(runs_, [&](const KeptRun& run) { return run.lane >= lane_count; });
  if (!is_new && changed.empty() && facts_.size() == facts.size()) return changed;
  if (!is_new && changed.empty()) changed = "what is asked for";
  facts_ = facts;
  if (auto begun = begin_anew(); !begun) return begun.error();
  return changed;
}

Result<void> WorkDirectory::begin_anew() {
  runs_.clear();
  has_changed_ = false;
  if (auto removed = remove_lanes(); !removed) return removed;
  if (auto emptied = manifest_.truncate(0); !emptied) return emptied;
  size_bytes_ = 0;
  for (const auto& fact : facts_) {
    if (auto appended = append(fact_line(fact)); !appended) return appended;
  }
  return {};
}

Result<void> WorkDirectory::append(const std::string& payload) {
  const std::string line = checksum_of(payload) + " " + payload + "\n";
  if (size_bytes_ + line.size() > limits::manifest_bytes_max) {
    return Failure{FailureKind::no_space,
                   fmt::format("{}: more runs than a manifest holds: give more --memory",
                               directory_.string())};
  }
  if (auto written = manifest_.write_at(std::as_bytes(std::span{line}), size_bytes_); !written) {
    return written;
  }
  size_bytes_ += line.size();
  return {};
}

Result<void> WorkDirectory::keep(const KeptRun& run) {
  const std::lock_guard lock{mutex_};
  return append(fmt::format("run {} {} {} {} {} {} {:016x}", static_cast<unsigned>(run.side),
                            run.first_record, run.record_count, run.lane, run.first_block,
                            run.block_count, run.digest));
}

std::uint64_t WorkDirectory::blocks_of(unsigned lane) const {
  std::uint64_t end = 0;
  for (const KeptRun& run : runs_) {
    if (run.lane == lane) end = std::max(end, run.first_block + run.block_count);
  }
  return end;
}

Result<void> WorkDirectory::remove_lanes() {
  for (unsigned lane = 0; lane < limits::threads_max; ++lane) {
    if (auto removed = remove_file(SpillDirectory::kept_path(directory_, lane)); !removed) {
      return removed;
    }
  }
  return {};
}

Result<void> WorkDirectory::finish() {
  // The manifest first: without it nothing is taken for a run.
  if (auto removed = remove_file(directory_ / manifest_name); !removed) return removed;
  return remove_lanes();
}

}  // namespace daybook::recon
