#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.hpp"
#include "engine/base/result.hpp"
#include "engine/base/uint128.hpp"
#include "engine/model/ids.hpp"
#include "engine/model/sequence.hpp"

/// BACKUP.json in a backup: what belongs to it, so that a file that is missing, altered or not of
/// it is found before anything is restored. Two lines: a JSON object, and
/// {"manifest_sha256":"..."} of the first line, without its newline. Example:
///
///   {"format":1,"engine_version":"0.1.0","journal_id":"5f0c…","last_sequence":"120",
///    "last_hash":"9a41…","last_time":"1700…","state_digest":"00c3…","made_at":"1700…",
///    "files":[{"name":"journal/00000000000000000001.mdb","bytes":16384,"sha256":"77b1…"}]}
///   {"manifest_sha256":"e3f0…"}

namespace daybook {

/// Beside segments a backup has this file, where the data directory has: who may connect.
inline constexpr std::string_view identities_name = "identities";

struct BackupFile {
  std::string name;  ///< Below the backup's directory.
  std::uint64_t bytes = 0;
  Sha256Digest sha256{};
};

struct BackupManifest {
  std::string engine_version;
  Uint128 journal_id;
  Sequence last_sequence;
  Uint128 last_hash;    ///< Of the entry that ends there.
  Timestamp last_time;  ///< Its commit time.
  std::uint64_t state_digest = 0;
  Timestamp made_at;
  std::vector<BackupFile> files;
};

/// Writes and syncs `directory`/BACKUP.json.
[[nodiscard]] Result<void> write_manifest(const std::filesystem::path& directory,
                                          const BackupManifest& manifest);

/// Errors. `not_found`: there is none; `damaged`: it was altered, or names what no backup has;
/// `unsupported`: of a newer format.
[[nodiscard]] Result<BackupManifest> read_manifest(const std::filesystem::path& directory);

/// Compares the files of a backup with its manifest: all are there, none is more, sizes and
/// SHA-256 agree. `damaged` names the first that does not. `progress` is told bytes. Cost: one
/// pass over the files.
[[nodiscard]] Result<void> check_files(const std::filesystem::path& directory,
                                       const BackupManifest& manifest,
                                       const std::function<void(std::uint64_t)>& progress);

}  // namespace daybook
