#pragma once

/// Thread ownership that clang checks at compile time (-Wthread-safety). Other compilers see
/// nothing, and nothing is left at run time.

#if defined(__clang__)
#define DAYBOOK_THREAD_ATTRIBUTE(attribute) __attribute__((attribute))
#else
#define DAYBOOK_THREAD_ATTRIBUTE(attribute)
#endif

/// On a function: only the thread that acts as `role` may call it.
#define RUNS_ON(role) DAYBOOK_THREAD_ATTRIBUTE(requires_capability(role))
/// On a member: only the thread that acts as `role` may touch it.
#define OWNED_BY(role) DAYBOOK_THREAD_ATTRIBUTE(guarded_by(role))

namespace daybook {

/// The job of a thread. Not a lock.
class DAYBOOK_THREAD_ATTRIBUTE(capability("thread role")) ThreadRole {};

inline ThreadRole sequencer_thread;  ///< Decides; owns the live state.
inline ThreadRole journaler_thread;  ///< Owns the LMDB write transaction.
inline ThreadRole follower_thread;   ///< Owns the follower's copy of the state.

/// Stands once at the top of a thread's main function: from here on it acts as `role`.
class DAYBOOK_THREAD_ATTRIBUTE(scoped_lockable) ActingAs {
 public:
  explicit ActingAs(ThreadRole& role) DAYBOOK_THREAD_ATTRIBUTE(acquire_capability(role)) {
    static_cast<void>(role);
  }
  ~ActingAs() DAYBOOK_THREAD_ATTRIBUTE(release_capability()) {}
  ActingAs(const ActingAs&) = delete;
  ActingAs& operator=(const ActingAs&) = delete;
};

}  // namespace daybook
