#pragma once

#include <string>

#include "tools/daybook/client/client_options.hpp"

namespace daybook {

/// Options of `transfer post`, `transfer void` and `transfer reverse`.
struct ResolveOptions {
  ClientOptions client;
  WriteOptions write;
  std::string target;  ///< The pending transfer, or the one to reverse.
  std::string id;      ///< Of the new transfer; empty: a time-ordered random one.
  std::string amount;  ///< By the ledger's scale; empty: all there is.
  std::string reason;  ///< Of an operator's reversal.
  bool keep_remainder = false;
};

/// Makes the one transfer, prints what became of it and, for people, what that means for the
/// target. exit_code::no when it was refused; the same again is good.
int run_transfer_post(const ResolveOptions& options);
int run_transfer_void(const ResolveOptions& options);
int run_transfer_reverse(const ResolveOptions& options);

}  // namespace daybook
