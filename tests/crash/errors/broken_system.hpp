#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

/// Puts itself between this program and the system's calls on files: counts those below one
/// directory, and has one of them fail. Linking the source file is enough.

namespace daybook::testing {

enum class Call : std::uint8_t { open, map, write, sync, resize, reserve, rename, remove };
inline constexpr std::size_t call_kinds = 8;

[[nodiscard]] const char* name_of(Call call);

/// What is to happen to a call: the errno value with which it fails, or, of writes, that only half
/// of the sectors are written and told of, and every later write meets a full disk.
struct Breakage {
  Call call{};
  std::uint64_t number = 0;  ///< Of the calls of that kind below the directory, from 1.
  int error = 0;
  bool is_short_write = false;
};

/// From now on calls below `directory` are counted, and `breakage.number`, if not 0, is broken.
/// Nothing is really synced meanwhile: these tests lose no power.
void break_system(const std::filesystem::path& directory, const Breakage& breakage);

/// Everything works again.
void mend_system();

/// Calls counted since break_system().
[[nodiscard]] std::array<std::uint64_t, call_kinds> calls_counted();

/// Where the breakage happened: the path below the directory; empty when it did not.
struct Broken {
  std::string path;
  bool in_first_thread = false;  ///< In the thread that called break_system().
  bool happened = false;
};
[[nodiscard]] Broken what_broke();

}  // namespace daybook::testing
