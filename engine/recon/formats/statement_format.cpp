#include "engine/recon/formats/statement_format.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "engine/recon/formats/bai2_parser.hpp"
#include "engine/recon/formats/camt_parser.hpp"
#include "engine/recon/formats/field_text.hpp"
#include "engine/recon/formats/fix_parser.hpp"
#include "engine/recon/formats/mt940_parser.hpp"
#include "engine/recon/formats/nacha_parser.hpp"

namespace daybook::recon {
namespace {

constexpr std::string_view names[]{"mt940",    "mt942", "camt.052", "camt.053",
                                   "camt.054", "bai2",  "nacha",    "fix"};

/// A line of `text` begins with `start`.
bool has_line(std::string_view text, std::string_view start) {
  if (text.starts_with(start)) return true;
  for (std::size_t at = text.find(start); at != std::string_view::npos;
       at = text.find(start, at + 1)) {
    if (at > 0 && text[at - 1] == '\n') return true;
  }
  return false;
}

/// XML, in UTF-16 too, in which one of the messages is named.
bool is_camt(std::string_view start) {
  std::string text{start};
  text.erase(std::remove(text.begin(), text.end(), '\0'), text.end());
  const std::size_t tag = text.find('<');
  constexpr std::size_t blanks_max = 64;
  if (tag == std::string::npos || tag > blanks_max) return false;
  return text.find("BkToCstmrStmt") != std::string::npos ||
         text.find("BkToCstmrAcctRpt") != std::string::npos ||
         text.find("BkToCstmrDbtCdtNtfctn") != std::string::npos;
}

/// A file header record: priority 01, records of 94 characters, blocks of 10, format 1.
bool is_nacha(std::string_view start) {
  constexpr std::size_t sizes_at = 34;
  return start.starts_with("101") && start.substr(0, NachaParser::record_bytes).size() > sizes_at &&
         start.substr(sizes_at).starts_with("094101");
}

/// A message somewhere in the first line: in front of it may stand what a log puts there.
bool is_fix(std::string_view start) {
  const std::string_view line = start.substr(0, start.find('\n'));
  const std::size_t at = line.find("8=FIX");
  if (at == std::string_view::npos) return false;
  const std::size_t mark = line.find_first_of("\x01|", at);
  return mark != std::string_view::npos && line.substr(mark + 1).starts_with("9=");
}

}  // namespace

std::string_view to_string(StatementFormat format) {
  switch (format) {
    case StatementFormat::mt940:
      return "mt940";
    case StatementFormat::camt:
      return "camt";
    case StatementFormat::bai2:
      return "bai2";
    case StatementFormat::nacha:
      return "nacha";
    case StatementFormat::fix:
      return "fix";
  }
  return "unknown";
}

std::optional<StatementFormat> format_of(std::string_view name) {
  const std::string word = folded(name);
  if (word == "mt940" || word == "mt942") return StatementFormat::mt940;
  if (word == "camt" || word == "camt.052" || word == "camt.053" || word == "camt.054") {
    return StatementFormat::camt;
  }
  if (word == "bai2") return StatementFormat::bai2;
  if (word == "nacha" || word == "ach") return StatementFormat::nacha;
  if (word == "fix") return StatementFormat::fix;
  return std::nullopt;
}

std::span<const std::string_view> format_names() { return names; }

std::optional<StatementFormat> guess_format(std::string_view start) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (start.starts_with(byte_order_mark)) start.remove_prefix(byte_order_mark.size());
  constexpr std::size_t head_bytes = 4'096;
  const std::string_view head = start.substr(0, head_bytes);
  if (has_line(head, ":20:") && has_line(start, ":25")) return StatementFormat::mt940;
  if (is_camt(start)) return StatementFormat::camt;
  if (head.starts_with("01,") && has_line(start, "02,")) return StatementFormat::bai2;
  if (is_nacha(head)) return StatementFormat::nacha;
  if (is_fix(head)) return StatementFormat::fix;
  return std::nullopt;
}

std::unique_ptr<StatementParser> make_parser(StatementFormat format, ParserSettings settings) {
  switch (format) {
    case StatementFormat::mt940:
      return std::make_unique<Mt940Parser>(std::move(settings));
    case StatementFormat::camt:
      return std::make_unique<CamtParser>(std::move(settings));
    case StatementFormat::bai2:
      return std::make_unique<Bai2Parser>(std::move(settings));
    case StatementFormat::nacha:
      return std::make_unique<NachaParser>(std::move(settings));
    case StatementFormat::fix:
      return std::make_unique<FixParser>(std::move(settings));
  }
  return nullptr;
}

}  // namespace daybook::recon
