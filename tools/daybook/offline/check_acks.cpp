#include "tools/daybook/offline/check_acks.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/daybook/exit_code.hpp"

namespace daybook {
namespace {

static_assert(std::endian::native == std::endian::little, "the file's bytes are Uint128's own");

/// 256 MiB: large enough that the walk over all acknowledged ids is paid seldom.
constexpr std::size_t piece_ids_max = 16 * 1'024 * 1'024;

struct AckFile {
  std::vector<Uint128> ids;  ///< Sorted, each once.
  std::uint32_t cut_bytes = 0;
};

Failure file_failure(const std::string& path, const char* act) {
  return {FailureKind::io, fmt::format("cannot {} the acknowledgement log {}: {}; nothing was "
                                       "compared, check the path and run it again",
                                       act, path, std::strerror(errno))};
}

using OpenFile = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

Result<AckFile> read_acks(const std::string& path) {
  const OpenFile file{std::fopen(path.c_str(), "rb"), &std::fclose};
  if (!file) return file_failure(path, "open");
  if (std::fseek(file.get(), 0, SEEK_END) != 0) return file_failure(path, "seek in");
  const long end = std::ftell(file.get());
  if (end < 0) return file_failure(path, "measure");
  std::rewind(file.get());

  AckFile acks;
  const auto bytes = static_cast<std::size_t>(end);
  acks.cut_bytes = static_cast<std::uint32_t>(bytes % sizeof(Uint128));
  acks.ids.resize(bytes / sizeof(Uint128));
  errno = 0;
  if (std::fread(acks.ids.data(), sizeof(Uint128), acks.ids.size(), file.get()) !=
      acks.ids.size()) {
    return file_failure(path, "read");
  }
  std::sort(acks.ids.begin(), acks.ids.end());
  acks.ids.erase(std::unique(acks.ids.begin(), acks.ids.end()), acks.ids.end());
  return acks;
}

/// Marks the acknowledged ids that the journal's pieces contain.
class Matcher {
 public:
  explicit Matcher(const std::vector<Uint128>& acknowledged)
      : acknowledged_{acknowledged}, found_(acknowledged.size(), false) {
    piece_.reserve(std::min(piece_ids_max, std::max<std::size_t>(acknowledged.size(), 1'024)));
  }

  void add(const Uint128& id) {
    ++streamed_;
    piece_.push_back(id);
    if (piece_.size() >= piece_.capacity()) match_piece();
  }

  /// Sorted against sorted: both sides are walked once, in order, which disks and caches like.
  void match_piece() {
    std::sort(piece_.begin(), piece_.end());
    auto place = acknowledged_.begin();
    for (const Uint128& id : piece_) {
      place = std::find_if(place, acknowledged_.end(),
                           [&id](const Uint128& acknowledged) { return !(acknowledged < id); });
      if (place == acknowledged_.end()) break;
      if (*place == id) found_[static_cast<std::size_t>(place - acknowledged_.begin())] = true;
    }
    piece_.clear();
  }

  [[nodiscard]] std::uint64_t streamed() const { return streamed_; }
  [[nodiscard]] const std::vector<bool>& found() const { return found_; }

 private:
  const std::vector<Uint128>& acknowledged_;
  std::vector<bool> found_;
  std::vector<Uint128> piece_;
  std::uint64_t streamed_ = 0;
};

void print_text(const AckComparison& outcome) {
  for (const TransferId id : outcome.missing_ids) {
    std::fputs(fmt::format("missing {}\n", to_hex(id.value())).c_str(), stdout);
  }
  if (outcome.missing > outcome.missing_ids.size()) {
    std::fputs(
        fmt::format("... and {} more\n", outcome.missing - outcome.missing_ids.size()).c_str(),
        stdout);
  }
  std::fputs(fmt::format("{} acknowledged, {} in the journal, {} acknowledged but missing\n",
                         outcome.acknowledged, outcome.journaled, outcome.missing)
                 .c_str(),
             stdout);
  if (outcome.cut_bytes != 0) {
    std::fputs(fmt::format("the log ends with {} bytes of a cut record, left out: its writer was "
                           "stopped while writing\n",
                           outcome.cut_bytes)
                   .c_str(),
               stdout);
  }
}

void print_json(const AckComparison& outcome) {
  nlohmann::json ids = nlohmann::json::array();
  for (const TransferId id : outcome.missing_ids) ids.push_back(to_hex(id.value()));
  const nlohmann::json report{{"acknowledged", outcome.acknowledged},
                              {"journaled", outcome.journaled},
                              {"missing", outcome.missing},
                              {"missing_ids", std::move(ids)},
                              {"cut_bytes", outcome.cut_bytes}};
  std::fputs((report.dump() + "\n").c_str(), stdout);
}

}  // namespace

Result<AckComparison> compare_acks(const std::string& ack_file, const TransferIdStream& journal,
                                   std::size_t list_max) {
  const Result<AckFile> acks = read_acks(ack_file);
  if (!acks) return acks.error();
  const std::vector<Uint128>& acknowledged = acks.value().ids;

  Matcher matcher{acknowledged};
  const Result<void> streamed = journal([&matcher](TransferId id) { matcher.add(id.value()); });
  if (!streamed) return streamed.error();
  matcher.match_piece();

  AckComparison outcome;
  outcome.acknowledged = acknowledged.size();
  outcome.journaled = matcher.streamed();
  outcome.cut_bytes = acks.value().cut_bytes;
  for (std::size_t i = 0; i < acknowledged.size(); ++i) {
    if (matcher.found()[i]) continue;
    ++outcome.missing;
    if (outcome.missing_ids.size() < list_max) outcome.missing_ids.emplace_back(acknowledged[i]);
  }
  return outcome;
}

int run_check_acks(const CheckAcksOptions& options, const TransferIdStream& journal) {
  const Result<AckComparison> outcome = compare_acks(options.ack_file, journal, options.list_max);
  if (!outcome) {
    std::fputs(fmt::format("daybook: {}\n", outcome.error().what).c_str(), stderr);
    return exit_code::failed;
  }
  if (options.json) {
    print_json(outcome.value());
  } else {
    print_text(outcome.value());
  }
  return outcome.value().missing == 0 ? exit_code::good : exit_code::no;
}

}  // namespace daybook
