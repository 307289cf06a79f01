#pragma once

#include <cstddef>
#include <vector>

#include "engine/ports/secret_keeper.hpp"

namespace daybook {

/// Opens the sealed texts among the arguments of commands on their way out: the last moment, and
/// the only one. `records`: of take_work, WorkCommands with their payloads. What cannot be opened
/// stays sealed, which tells the participant that it is gone; what cannot be read stays as it is.
/// Cost: nothing is copied where no command has a secret.
void open_secrets(std::vector<std::byte>& records, const SecretKeeper& keeper);

}  // namespace daybook
