#pragma once

#include <string>
#include <vector>

#include "tools/daybook/client/client_options.hpp"
#include "tools/daybook/client/connection.hpp"
#include "tools/daybook/saga/saga_values.hpp"

/// Secrets of sagas: sealed, forgotten. Each run_ function returns an exit code.

namespace daybook {

struct SealOptions {
  ClientOptions client;
};
/// Seals the text on standard input, but for a line break at its end, and prints what it is sealed
/// to.
int run_seal(const SealOptions& options);

struct ForgetOptions {
  ClientOptions client;
  std::vector<std::string> keys;  ///< Of 32 digits each, or sealed texts.
  std::string saga;               ///< Instead of keys: those of all its inputs.
  std::string reason;
};
/// Destroys the keys of sealed texts. Good: they are gone, now or before.
int run_forget(const ForgetOptions& options);

/// Seals those of `written` that are secret inputs of the definition, in place; what is sealed
/// already stays. All of it is checked first, as parse_saga_values() does: where a value is wrong,
/// none is sealed. What it sealed it tells on standard error, for who starts the same saga again
/// needs it.
[[nodiscard]] Result<void, Trouble> seal_inputs(Client& client, const SagaDefinition& definition,
                                                const LedgerBook& ledgers, WrittenValues& written);

}  // namespace daybook
