// Writes the seed corpus of the sagas' fuzz target: each definition that is given, by itself and
// with events that lead its saga to an end.
//
//   saga_seeds DIRECTORY DEFINITION.json...

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "engine/saga/instance_machine.hpp"

namespace daybook {
namespace {

void put_event(SagaEventKind kind, std::size_t step, std::uint8_t attempt, std::string& out) {
  out += static_cast<char>(kind);
  out += '\0';  // succeeded
  out += '\0';  // idempotent
  out += static_cast<char>(step);
  out += static_cast<char>(attempt);
  out += std::string(3, '\0');
}

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream file{path, std::ios::binary};
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

bool write_seeds(const std::filesystem::path& directory, const char* definition_path) {
  std::ifstream file{definition_path};
  std::ostringstream read;
  read << file.rdbuf();
  const auto definition = read_definition(read.str());
  if (!definition.ok()) return false;
  std::string bytes = read.str();
  const std::string name = definition.value().name;
  write(directory / name, bytes);
  bytes += '\0';
  put_event(SagaEventKind::started, 0, 0, bytes);
  for (const std::uint8_t step : definition.value().order) {
    put_event(SagaEventKind::dispatched, step, 0, bytes);
    put_event(SagaEventKind::result, step, 1, bytes);
  }
  write(directory / (name + "-driven"), bytes);
  return true;
}

}  // namespace
}  // namespace daybook

int main(int count, char** arguments) {
  if (count < 3) {
    std::fprintf(stderr, "usage: saga_seeds DIRECTORY DEFINITION.json...\n");
    return 2;
  }
  std::filesystem::create_directories(arguments[1]);
  for (int at = 2; at < count; ++at) {
    if (!daybook::write_seeds(arguments[1], arguments[at])) return 1;
  }
  return 0;
}
