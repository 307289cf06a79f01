#pragma once

namespace daybook {

/// For the start of main(), whoever started this process, and however: the system tells of children
/// that ended, also where SIGCHLD was ignored, and each of the descriptors 0 to 2 is open, so that
/// no file of ours becomes one of them. The use of one that was closed fails as it did.
///
/// Threads. Before there is a second one. Errors. Stops the process where there is no /dev/null.
void mend_inherited_state();

}  // namespace daybook
