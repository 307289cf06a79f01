#include "tools/daybook/client/identity_command.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "net/server/identity.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/text/json_text.hpp"
#include "tools/daybook/text/table.hpp"

namespace daybook {
namespace {

constexpr const char* reread = "A running engine takes notice once it is sent SIGHUP.";

/// Without this look a mistyped directory would seem to be one without identities.
Result<std::unique_ptr<IdentityFile>> open_identities(const std::string& directory) {
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) {
    return Failure{FailureKind::not_found,
                   fmt::format("--data: {} is not a directory; name the engine's data directory, "
                               "or make it first with mkdir",
                               directory)};
  }
  return IdentityFile::open(directory);
}

/// A name that is taken, unknown or not allowed is a no; a file that cannot be used is not.
int complain_of(const Failure& failure) {
  complain(failure.what);
  const bool refused =
      failure.kind == FailureKind::not_found || failure.kind == FailureKind::invalid;
  return refused ? exit_code::no : exit_code::failed;
}

}  // namespace

int run_identity_add(const IdentityOptions& options) {
  const auto role = parse_role(options.role);
  if (!role) {
    return complain(
        fmt::format("--role: '{}' is not a role; there are gateway, reader, "
                    "participant, operator, checker, admin",
                    options.role));
  }
  const auto identities = open_identities(options.data);
  if (!identities) return complain(identities.error().what);
  const auto token = identities.value()->add(options.name, *role);
  if (!token) return complain_of(token.error());
  if (options.json) {
    say(JsonObject{}
            .text("name", options.name)
            .text("role", to_string(*role))
            .text("token", token.value())
            .str());
    return exit_code::good;
  }
  say(token.value());
  complain(
      fmt::format("this token of '{}' is shown only now; keep it where only {} can read it. {}",
                  options.name, options.name, reread));
  return exit_code::good;
}

int run_identity_list(const IdentityOptions& options) {
  const auto identities = open_identities(options.data);
  if (!identities) return complain(identities.error().what);
  Table table{{{"name"}, {"role"}, {"state"}}};
  for (const Identity& identity : identities.value()->list()) {
    if (options.json) {
      say(JsonObject{}
              .text("name", identity.name)
              .text("role", to_string(identity.role))
              .truth("active", identity.active)
              .str());
    } else {
      table.add({identity.name, std::string{to_string(identity.role)},
                 identity.active ? "active" : "removed"});
    }
  }
  if (options.json) return exit_code::good;
  if (table.empty()) {
    say("There are no identities: everybody on this machine may connect, nobody else.");
  } else {
    print_text(table.text());
  }
  return exit_code::good;
}

int run_identity_remove(const IdentityOptions& options) {
  const auto identities = open_identities(options.data);
  if (!identities) return complain(identities.error().what);
  const auto removed = identities.value()->remove(options.name);
  if (!removed) return complain_of(removed.error());
  if (options.json) {
    say(JsonObject{}.text("name", options.name).truth("active", false).str());
  } else {
    say(fmt::format("{} is removed. {}", options.name, reread));
  }
  return exit_code::good;
}

}  // namespace daybook
