#include "net/server/identity.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>
#include <span>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/limits.hpp"

namespace daybook {
namespace {

constexpr std::string_view token_prefix = "dbk_";

Failure io_failure(std::string_view what, const std::string& path) {
  return {FailureKind::io, fmt::format("cannot {} {}: {}", what, path, std::strerror(errno))};
}

Failure invalid(std::string what) { return {FailureKind::invalid, std::move(what)}; }

/// What is wrong with `name`; nothing when it may be used.
std::optional<Failure> fault_of_name(std::string_view name) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789._-";
  if (name.empty() || name.size() > limits::principal_name_bytes_max ||
      name.find_first_not_of(allowed) != std::string_view::npos) {
    return invalid(fmt::format("'{}' is no name for an identity; use 1 to {} of a-z 0-9 . _ -",
                               name, limits::principal_name_bytes_max));
  }
  if (name == "local") {
    return invalid("the name 'local' stands for connections without a token; choose another");
  }
  return std::nullopt;
}

Sha256Digest digest_of(std::string_view token) {
  return sha256(std::as_bytes(std::span{token.data(), token.size()}));
}

std::optional<Sha256Digest> parse_digest(std::string_view text) {
  Sha256Digest digest{};
  if (text.size() != 2 * digest.size()) return std::nullopt;
  constexpr std::string_view digits = "0123456789abcdef";
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const auto high = digits.find(text[2 * i]);
    const auto low = digits.find(text[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    digest[i] = static_cast<std::byte>(high << 4 | low);
  }
  return digest;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    const auto space = line.find(' ');
    words.push_back(line.substr(0, space));
    if (space == std::string_view::npos) return words;
    line.remove_prefix(space + 1);
  }
}

Result<Identity> parse_line(std::string_view line) {
  const auto words = words_of(line);
  if (words.size() != 4) return invalid("a line has four words: name, role, digest, state");
  if (auto fault = fault_of_name(words[0])) return *std::move(fault);
  const auto role = parse_role(words[1]);
  if (!role) return invalid(fmt::format("'{}' is no role", words[1]));
  const auto digest = parse_digest(words[2]);
  if (!digest) return invalid("the digest is not 64 lower-case hexadecimal digits");
  if (words[3] != "active" && words[3] != "removed") {
    return invalid(fmt::format("'{}' is neither 'active' nor 'removed'", words[3]));
  }
  return Identity{std::string{words[0]}, *role, *digest, words[3] == "active"};
}

Identity* find(std::vector<Identity>& identities, std::string_view name) {
  const auto found = std::find_if(identities.begin(), identities.end(),
                                  [&](const Identity& identity) { return identity.name == name; });
  return found == identities.end() ? nullptr : &*found;
}

/// A descriptor that is closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_{number} {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

/// Holds off other processes that change the file, until the end of its scope.
Result<std::unique_ptr<Descriptor>> lock_directory(const std::string& directory) {
  auto held =
      std::make_unique<Descriptor>(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (held->number() < 0 || ::flock(held->number(), LOCK_EX) != 0) {
    return io_failure("lock", directory);
  }
  return held;
}

Result<void> write_and_sync(const std::string& path, std::string_view text) {
  const Descriptor file{
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (file.number() < 0 || ::fchmod(file.number(), 0600) != 0) return io_failure("create", path);
  while (!text.empty()) {
    const ssize_t written = ::write(file.number(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_failure("write", path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.number()) != 0) return io_failure("sync", path);
  return {};
}

Result<std::string> new_token() {
  Sha256Digest random{};  // 32 bytes; to_hex() knows how to write them.
  if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    return Failure{FailureKind::io, fmt::format("the system has no random bytes for a token: {}",
                                                std::strerror(errno))};
  }
  return std::string{token_prefix} + to_hex(random);
}

}  // namespace

Result<std::unique_ptr<IdentityFile>> IdentityFile::open(const std::string& directory) {
  std::unique_ptr<IdentityFile> file{new IdentityFile{directory}};
  if (const auto loaded = file->reload(); !loaded.ok()) return loaded.error();
  return file;
}

IdentityFile::Snapshot IdentityFile::snapshot() const {
  const std::lock_guard lock{reading_};
  return identities_;
}

void IdentityFile::publish(std::vector<Identity> identities) {
  auto fresh = std::make_shared<const std::vector<Identity>>(std::move(identities));
  const std::lock_guard lock{reading_};
  identities_ = std::move(fresh);
}

std::optional<Principal> IdentityFile::authenticate(std::string_view token) const {
  const Snapshot identities = snapshot();
  const Sha256Digest digest = digest_of(token);
  const Identity* found = nullptr;
  // All of them, always: how long it takes says nothing about which token was nearly right.
  for (const Identity& identity : *identities) {
    const bool same = equal_in_constant_time(identity.token_digest, digest);
    if (same && identity.active) found = &identity;
  }
  if (found == nullptr) return std::nullopt;
  return Principal{PrincipalId{id_of(found->name)}, found->name, found->role};
}

bool IdentityFile::empty() const { return snapshot()->empty(); }

bool IdentityFile::still_stands(const Principal& principal, const Sha256Digest& token) const {
  const Snapshot identities = snapshot();
  // Without identities everybody on this machine is let in, and nobody with a token is known.
  if (identities->empty()) return token == Sha256Digest{};
  return std::any_of(identities->begin(), identities->end(), [&](const Identity& identity) {
    return identity.active && identity.name == principal.name && identity.role == principal.role &&
           equal_in_constant_time(identity.token_digest, token);
  });
}

std::vector<Identity> IdentityFile::list() const { return *snapshot(); }

Result<std::string> IdentityFile::add(std::string_view name, Role role) {
  if (auto fault = fault_of_name(name)) return *std::move(fault);
  const std::lock_guard lock{changing_};
  const auto others = lock_directory(directory_);
  if (!others.ok()) return others.error();
  auto loaded = load();
  if (!loaded.ok()) return loaded.error();
  std::vector<Identity> identities = std::move(loaded).value();
  Identity* known = find(identities, name);
  if (known != nullptr && known->active) {
    return invalid(fmt::format(
        "the identity '{}' exists; remove it first if it is to have a new token", name));
  }
  if (known == nullptr && identities.size() == identities_max) {
    return invalid(fmt::format("there are {} identities, which is the most", identities_max));
  }
  auto token = new_token();
  if (!token.ok()) return token.error();
  const Identity fresh{std::string{name}, role, digest_of(token.value()), true};
  if (known != nullptr) {
    *known = fresh;
  } else {
    identities.push_back(fresh);
  }
  if (const auto saved = save(identities); !saved.ok()) return saved.error();
  publish(std::move(identities));
  return token;
}

Result<void> IdentityFile::remove(std::string_view name) {
  const std::lock_guard lock{changing_};
  const auto others = lock_directory(directory_);
  if (!others.ok()) return others.error();
  auto loaded = load();
  if (!loaded.ok()) return loaded.error();
  std::vector<Identity> identities = std::move(loaded).value();
  Identity* const known = find(identities, name);
  if (known == nullptr) {
    return Failure{FailureKind::not_found,
                   fmt::format("there is no identity '{}'; list them to see their names", name)};
  }
  known->active = false;
  if (const auto saved = save(identities); !saved.ok()) return saved.error();
  publish(std::move(identities));
  return {};
}

Result<void> IdentityFile::reload() {
  const std::lock_guard lock{changing_};
  auto loaded = load();
  if (!loaded.ok()) return loaded.error();
  publish(std::move(loaded).value());
  return {};
}

Result<std::vector<Identity>> IdentityFile::load() const {
  const std::string path = directory_ + "/" + std::string{file_name};
  std::vector<Identity> identities;
  if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT) return identities;
  std::ifstream file{path};
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    const auto at_line = [&](std::string_view what) {
      return Failure{
          FailureKind::damaged,
          fmt::format("{}, line {}: {}; repair the line or delete it", path, number, what)};
    };
    auto identity = parse_line(line);
    if (!identity.ok()) return at_line(identity.error().what);
    if (find(identities, identity.value().name) != nullptr) {
      return at_line(fmt::format("the name '{}' stands there twice", identity.value().name));
    }
    if (identities.size() == identities_max) {
      return at_line(fmt::format("there are more than {} identities", identities_max));
    }
    identities.push_back(std::move(identity).value());
  }
  if (!file.eof()) return io_failure("read", path);
  return identities;
}

Result<void> IdentityFile::save(const std::vector<Identity>& identities) const {
  const std::string path = directory_ + "/" + std::string{file_name};
  const std::string temporary = path + ".new";
  std::string text =
      "# Who may connect: name, role, SHA-256 of the token, state. Written by 'daybook "
      "identity'.\n";
  for (const Identity& identity : identities) {
    text += fmt::format("{} {} {} {}\n", identity.name, to_string(identity.role),
                        to_hex(identity.token_digest), identity.active ? "active" : "removed");
  }
  if (const auto written = write_and_sync(temporary, text); !written.ok()) return written.error();
  if (std::rename(temporary.c_str(), path.c_str()) != 0) return io_failure("replace", path);
  const Descriptor directory{::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (directory.number() < 0 || ::fsync(directory.number()) != 0) {
    return io_failure("sync", directory_);
  }
  return {};
}

}  // namespace daybook
