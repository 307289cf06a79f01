#include "tools/daybook/offline/backup_manifest.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/base/limits.hpp"
#include "storage/file/file.hpp"
#include "storage/journal/data_directory.hpp"
#include "storage/journal/segment_copy.hpp"
#include "storage/journal/settings.hpp"
#include "tools/daybook/text/hex_text.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/number_text.hpp"

namespace daybook {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t format = 1;

std::filesystem::path path_in(const std::filesystem::path& directory) {
  return JournalLayout{directory}.backup();
}

Failure altered(const std::filesystem::path& path, std::string_view what) {
  return {FailureKind::damaged, fmt::format("{}: {}; use another backup", path.string(), what)};
}

std::string text_of(const BackupManifest& manifest) {
  std::vector<std::string> files;
  for (const BackupFile& file : manifest.files) {
    files.push_back(JsonObject{}
                        .text("name", file.name)
                        .count("bytes", file.bytes)
                        .text("sha256", to_hex(file.sha256))
                        .str());
  }
  return JsonObject{}
      .count("format", format)
      .text("engine_version", manifest.engine_version)
      .text("journal_id", to_hex(manifest.journal_id))
      .sequence("last_sequence", manifest.last_sequence)
      .text("last_hash", to_hex(manifest.last_hash))
      .time("last_time", manifest.last_time)
      .digest("state_digest", manifest.state_digest)
      .time("made_at", manifest.made_at)
      .raw("files", json_array(files))
      .str();
}

/// Reads members; remembers whether one was missing or of another kind.
class Members {
 public:
  explicit Members(const Json& object) : object_{object} {}

  std::string text(const char* key) {
    const auto found = object_.find(key);
    if (found == object_.end() || !found->is_string()) {
      good_ = false;
      return {};
    }
    return found->get<std::string>();
  }
  std::uint64_t count(const char* key) {
    const auto found = object_.find(key);
    if (found == object_.end() || !found->is_number_unsigned()) {
      good_ = false;
      return 0;
    }
    return found->get<std::uint64_t>();
  }
  std::uint64_t number(const char* key) {
    const auto value = parse_unsigned(text(key), ~std::uint64_t{0});
    good_ = good_ && value.ok();
    return value.ok() ? value.value() : 0;
  }
  template <std::size_t Size>
  std::array<std::byte, Size> bytes(const char* key) {
    std::array<std::byte, Size> bytes{};
    good_ = parse_hex(text(key), bytes) && good_;
    return bytes;
  }
  Uint128 id(const char* key) {
    const auto big_endian = bytes<16>(key);
    Uint128 id;
    for (std::size_t at = 0; at < 8; ++at) {
      id.hi = id.hi << 8 | std::to_integer<std::uint64_t>(big_endian[at]);
      id.lo = id.lo << 8 | std::to_integer<std::uint64_t>(big_endian[8 + at]);
    }
    return id;
  }
  [[nodiscard]] bool good() const { return good_; }
  void expect(bool holds) { good_ = good_ && holds; }

 private:
  const Json& object_;
  bool good_ = true;
};

/// Only what a backup has: nothing that leads out of it.
bool is_name_of_backup(const std::string& name) {
  constexpr std::string_view front = "journal/";
  constexpr std::string_view back = ".mdb";
  if (name == identities_name) return true;
  if (name.size() <= front.size() + back.size() || !name.starts_with(front) ||
      !name.ends_with(back)) {
    return false;
  }
  const std::string digits = name.substr(front.size(), name.size() - front.size() - back.size());
  std::uint64_t ordinal = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), ordinal);
  return parsed.ec == std::errc{} && parsed.ptr == digits.data() + digits.size() &&
         name == JournalLayout{""}.segment(ordinal).generic_string();
}

Result<std::string> read_text(const std::filesystem::path& path) {
  const auto file = File::open(path, File::Mode::read);
  if (!file) return file.error();
  const auto size = file.value().size();
  if (!size) return size.error();
  if (size.value() > limits::manifest_bytes_max) {
    return altered(path, "it is larger than any manifest");
  }
  std::string text(size.value(), '\0');
  const auto read = file.value().read_at(std::as_writable_bytes(std::span{text}), 0);
  if (!read) return read.error();
  text.resize(read.value());
  return text;
}

}  // namespace

Result<void> write_manifest(const std::filesystem::path& directory,
                            const BackupManifest& manifest) {
  const std::string line = text_of(manifest);
  const std::string seal =
      JsonObject{}.text("manifest_sha256", to_hex(sha256(std::as_bytes(std::span{line})))).str();
  const std::string text = line + "\n" + seal + "\n";
  return replace_file(path_in(directory), std::as_bytes(std::span{text}));
}

Result<BackupManifest> read_manifest(const std::filesystem::path& directory) {
  const auto path = path_in(directory);
  const auto text = read_text(path);
  if (!text) {
    if (text.error().kind != FailureKind::not_found) return text.error();
    return Failure{FailureKind::not_found,
                   fmt::format("{}: not there, so this is no backup, or one that was not finished",
                               path.string())};
  }
  const std::size_t end = text.value().find('\n');
  const std::string line = text.value().substr(0, end);
  const std::string rest = end == std::string::npos ? "" : text.value().substr(end + 1);
  const std::string seal =
      JsonObject{}.text("manifest_sha256", to_hex(sha256(std::as_bytes(std::span{line})))).str();
  if (rest != seal + "\n") return altered(path, "its SHA-256 does not match its text");
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return altered(path, "it is not a manifest");
  Members members{json};
  if (members.count("format") > format) {
    return Failure{FailureKind::unsupported,
                   fmt::format("{}: of format {}, this build reads {}; use the build that wrote it",
                               path.string(), members.count("format"), format)};
  }
  BackupManifest manifest{.engine_version = members.text("engine_version"),
                          .journal_id = members.id("journal_id"),
                          .last_sequence = Sequence{members.number("last_sequence")},
                          .last_hash = members.id("last_hash"),
                          .last_time = Timestamp{members.number("last_time")},
                          .state_digest = 0,
                          .made_at = Timestamp{members.number("made_at")},
                          .files = {}};
  for (const std::byte byte : members.bytes<8>("state_digest")) {
    manifest.state_digest = manifest.state_digest << 8 | std::to_integer<std::uint64_t>(byte);
  }
  const auto files = json.find("files");
  members.expect(files != json.end() && files->is_array());
  if (!members.good()) return altered(path, "a member is missing or of another kind");
  for (const Json& each : *files) {
    Members file{each};
    if (!each.is_object()) return altered(path, "a file in it is not described");
    manifest.files.push_back({.name = file.text("name"),
                              .bytes = file.count("bytes"),
                              .sha256 = file.bytes<32>("sha256")});
    if (!file.good()) return altered(path, "a file in it is not described");
    if (!is_name_of_backup(manifest.files.back().name)) {
      return altered(path, "it names a file that no backup has");
    }
  }
  return manifest;
}

Result<void> check_files(const std::filesystem::path& directory, const BackupManifest& manifest,
                         const std::function<void(std::uint64_t)>& progress) {
  std::set<std::string> names;
  for (const BackupFile& file : manifest.files) {
    const auto path = directory / file.name;
    if (!names.insert(file.name).second) return altered(path, "the manifest names it twice");
    const auto found = hash_file(path, progress);
    if (!found) {
      if (found.error().kind != FailureKind::not_found) return found.error();
      return altered(path, "missing, although the manifest names it");
    }
    if (found.value().bytes != file.bytes || found.value().sha256 != file.sha256) {
      return altered(path, fmt::format("{} bytes with SHA-256 {}, the manifest says {} and {}",
                                       found.value().bytes, to_hex(found.value().sha256),
                                       file.bytes, to_hex(file.sha256)));
    }
  }
  const auto listing = list_segments(JournalLayout{directory});
  if (!listing) return listing.error();
  for (const std::uint64_t ordinal : listing.value().ordinals) {
    const auto path = JournalLayout{""}.segment(ordinal).generic_string();
    if (!names.contains(path)) {
      return altered(directory / path, "the manifest does not name it");
    }
  }
  return {};
}

}  // namespace daybook
