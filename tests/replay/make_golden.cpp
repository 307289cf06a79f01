// Makes the golden journals of this build's format: make_golden_journals DIRECTORY. See
// tests/README.md for when.

#include <cstdio>

#include "tests/replay/golden_maker.hpp"

int main(int argc, char** argv) {
  if (argc != 2 || std::filesystem::exists(argv[1])) {
    std::fprintf(stderr, "usage: make_golden_journals NEW-DIRECTORY\n");
    return 2;
  }
  daybook::test::make_golden_journals(argv[1]);
  return 0;
}
