#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.hpp"
#include "engine/base/result.hpp"
#include "engine/model/principal.hpp"
#include "engine/ports/io_channel.hpp"

namespace daybook {

/// One identity, without its token, which nobody keeps.
struct Identity {
  std::string name;
  Role role = Role::reader;
  Sha256Digest token_digest{};
  bool active = true;  ///< False: removed; the name stays for those who read old records.
};

/// Who may connect, kept in one file: `identities` in the data directory.
///
/// The file is text in UTF-8, one identity a line, fields separated by one space:
///
///   till-12 gateway 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 active
///   name    role    SHA-256 of the token, 64 lower-case hexadecimal digits           or: removed
///
/// Empty lines and lines that start with '#' are skipped. The file has mode 0600 and is replaced as
/// a whole: written beside itself, synced, renamed, and the directory synced.
///
/// Errors.   A file that cannot be read or does not follow the format is never half used: the
///           failure names the line, and reload() keeps what was loaded before.
/// Threads.  Any. authenticate() and empty() look at an immutable list that is exchanged as a
///           whole; add(), remove() and reload() take turns, with those of other processes too.
/// Limits.   identities_max lines; names of 1 to limits::principal_name_bytes_max bytes of a-z,
/// 0-9,
///           '.', '_' and '-'; `local` is reserved for connections without a token.
class IdentityFile final : public PrincipalDirectory {
 public:
  static constexpr std::size_t identities_max = 4'096;
  static constexpr std::string_view file_name = "identities";

  /// Loads the file in `directory`; no file is an empty list.
  [[nodiscard]] static Result<std::unique_ptr<IdentityFile>> open(const std::string& directory);

  [[nodiscard]] std::optional<Principal> authenticate(std::string_view token) const override;
  [[nodiscard]] bool empty() const override;
  [[nodiscard]] bool still_stands(const Principal& principal,
                                  const Sha256Digest& token) const override;

  /// Adds an identity, or gives a removed one of that name a new token and role. Returns the token,
  /// "dbk_" and 64 hexadecimal digits from the system's random source: the only time it is seen.
  [[nodiscard]] Result<std::string> add(std::string_view name, Role role);

  /// The token of `name` is no good any more, here at once. Open sessions end when
  /// Server::recheck_principals() is called.
  [[nodiscard]] Result<void> remove(std::string_view name);

  /// Loads the file again: another process may have changed it.
  [[nodiscard]] Result<void> reload();

  /// All identities in the order of the file, removed ones too.
  [[nodiscard]] std::vector<Identity> list() const;

 private:
  using Snapshot = std::shared_ptr<const std::vector<Identity>>;

  explicit IdentityFile(std::string directory) : directory_{std::move(directory)} {}
  [[nodiscard]] Snapshot snapshot() const;
  void publish(std::vector<Identity> identities);
  [[nodiscard]] Result<std::vector<Identity>> load() const;
  [[nodiscard]] Result<void> save(const std::vector<Identity>& identities) const;

  std::string directory_;
  std::mutex changing_;  ///< One change at a time.
  /// Guards only the pointer; held for a copy of it. Logins are rare.
  mutable std::mutex reading_;
  Snapshot identities_ = std::make_shared<const std::vector<Identity>>();
};

}  // namespace daybook
