#include "tools/daybook/recon/definition/definition_file.hpp"

#include <span>

#include <fmt/format.h>

#include "engine/recon/record.hpp"
#include "storage/file/file.hpp"

namespace daybook::recon {

Result<Reconciliation> read_definition_file(const std::string& path) {
  const Result<File> file = File::open(path, File::Mode::read);
  if (!file) return file.error();
  std::string text(limits::definition_bytes_max + 1, '\0');
  const Result<std::size_t> got = file.value().read_at(std::as_writable_bytes(std::span{text}), 0);
  if (!got) return got.error();
  text.resize(got.value());
  auto read = read_reconciliation(text);
  if (read) return std::move(read).value();
  return Failure{FailureKind::invalid, fmt::format("{}:\n{}", path, faults_text(read.error()))};
}

std::uint64_t currency_of_ledger(const Ledger& ledger) {
  const std::uint64_t named = currency_of_text(ledger.name());
  return named != 0 ? named : currency_of_text(fmt::format("{}", ledger.id.value()));
}

}  // namespace daybook::recon
