#include "tools/daybook/recon/definition/check_command.hpp"

#include <span>

#include <fmt/format.h>

#include "engine/base/limits.hpp"
#include "storage/file/file.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/definition/correction_saga.hpp"
#include "tools/daybook/recon/definition/reconciliation.hpp"
#include "tools/daybook/recon/definition/reconciliation_words.hpp"
#include "tools/daybook/recon/mapping_file.hpp"

namespace daybook::recon {
namespace {

/// As much as a definition may have, and one byte more.
Result<std::string> start_of_file(const std::string& path, std::size_t bytes_max) {
  const Result<File> file = File::open(path, File::Mode::read);
  if (!file) return file.error();
  std::string text(bytes_max + 1, '\0');
  const Result<std::size_t> got = file.value().read_at(std::as_writable_bytes(std::span{text}), 0);
  if (!got) return got.error();
  text.resize(got.value());
  return text;
}

/// What is wrong with the saga of a file for each code that starts it.
Result<void> check_saga(const Reconciliation& definition, const std::string& path,
                        std::vector<JsonFault>& faults) {
  const Result<std::string> text = start_of_file(path, daybook::limits::saga_definition_bytes_max);
  if (!text) return text.error();
  const auto saga = read_definition(text.value());
  if (!saga.ok()) {
    return Failure{
        FailureKind::invalid,
        fmt::format("{}: it is no definition of a saga: 'daybook saga check' says why", path)};
  }
  const std::string pinned = fmt::format("{}@{}", saga.value().name, saga.value().version);
  bool is_started = false;
  for (const PostingSaga& each : definition.sagas) {
    if (each.name != saga.value().name && each.name != pinned) continue;
    is_started = true;
    for (std::string& fault : faults_of_saga(definition, each.code, saga.value())) {
      faults.push_back(
          {fmt::format("/posting/{}", to_string(each.code)), fmt::format("{}: {}", pinned, fault)});
    }
  }
  if (!is_started) faults.push_back({"/posting", fmt::format("nothing starts {}", pinned)});
  return {};
}

}  // namespace

int run_check(const CheckOptions& options) {
  const Result<std::string> text = start_of_file(options.file, limits::definition_bytes_max);
  if (!text) return complain(text.error().what);
  const auto read = read_reconciliation(text.value());
  if (!read) return complain(fmt::format("{}:\n{}", options.file, faults_text(read.error())));
  const Reconciliation& definition = read.value();
  const Result<SourceMapping> mapping = load_mapping(definition.map);
  if (!mapping) {
    return complain(fmt::format("{}:\n/statement/map: {}", options.file, mapping.error().what));
  }
  std::vector<JsonFault> faults;
  for (const std::string& path : options.sagas) {
    if (auto checked = check_saga(definition, path, faults); !checked) {
      return complain(checked.error().what);
    }
  }
  if (!faults.empty()) return complain(fmt::format("{}:\n{}", options.file, faults_text(faults)));
  if (options.json) {
    say(definition.canonical);
    return exit_code::good;
  }
  for (const std::string& line : words_of(definition)) say(line);
  return exit_code::good;
}

}  // namespace daybook::recon
