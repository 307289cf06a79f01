#include "tools/daybook/recon/definition/check_command.hpp"

#include <span>

#include <fmt/format.h>

#include "storage/file/file.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/recon/definition/reconciliation.hpp"
#include "tools/daybook/recon/definition/reconciliation_words.hpp"
#include "tools/daybook/recon/mapping_file.hpp"

namespace daybook::recon {
namespace {

Result<std::string> start_of_file(const std::string& path) {
  const Result<File> file = File::open(path, File::Mode::read);
  if (!file) return file.error();
  std::string text(limits::definition_bytes_max + 1, '\0');
  const Result<std::size_t> got = file.value().read_at(std::as_writable_bytes(std::span{text}), 0);
  if (!got) return got.error();
  text.resize(got.value());
  return text;
}

}  // namespace

int run_check(const CheckOptions& options) {
  const Result<std::string> text = start_of_file(options.file);
  if (!text) return complain(text.error().what);
  const auto read = read_reconciliation(text.value());
  if (!read) return complain(fmt::format("{}:\n{}", options.file, faults_text(read.error())));
  const Reconciliation& definition = read.value();
  const Result<SourceMapping> mapping = load_mapping(definition.map);
  if (!mapping) {
    return complain(fmt::format("{}:\n/statement/map: {}", options.file, mapping.error().what));
  }
  if (options.json) {
    say(definition.canonical);
    return exit_code::good;
  }
  for (const std::string& line : words_of(definition)) say(line);
  return exit_code::good;
}

}  // namespace daybook::recon
