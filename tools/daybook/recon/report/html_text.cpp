#include "tools/daybook/recon/report/html_text.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "engine/base/assert.hpp"

namespace daybook::recon {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

/// Light and dark are the reader's choice; on paper it is black on white, and no row is torn.
constexpr std::string_view style = R"(
:root{color-scheme:light dark;--text:#1b1f24;--faint:#59636e;--line:#d1d9e0;--back:#fff;--head:#f3f5f7;
--good:#116329;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--text:#e6e9ec;--faint:#9aa4ae;--line:#3a424b;--back:#15191e;
--head:#1f252c;--good:#6fdd8b;--bad:#ff8a80}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:76rem;color:var(--text);background:var(--back);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1{font-size:1.6rem;line-height:1.2;margin:0 0 .5rem}
h2{font-size:1.1rem;margin:2rem 0 .5rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}
p{margin:.35rem 0}
.verdict{font-size:1.1rem;font-weight:600}
.good{color:var(--good)}.bad{color:var(--bad)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid var(--line);
overflow-wrap:anywhere;unicode-bidi:isolate}
th{background:var(--head);font-size:.85rem}
th,td[data-title=Name]{overflow-wrap:normal}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
footer{margin-top:2rem;color:var(--faint);font-size:.85rem}
@media screen and (max-width:44rem){
table,tbody,tr,td{display:block;width:100%}
thead{display:none}
tr{border:1px solid var(--line);border-radius:.4rem;margin:.5rem 0;padding:.25rem 0}
td{display:flex;justify-content:space-between;gap:1rem;border-bottom:0;text-align:right}
td.number{white-space:normal}
td::before{content:attr(data-title);color:var(--faint);text-align:left;flex:none;max-width:45%}
td:empty{display:none}
}
@media print{
:root{color-scheme:light;--text:#000;--faint:#444;--line:#999;--back:#fff;--head:#eee;--good:#000;--bad:#000}
body{max-width:none;padding:0;font-size:10pt}
tr,h2{break-inside:avoid}h2{break-after:avoid}thead{display:table-header-group}
@page{margin:15mm}
}
)";

struct Character {
  std::uint32_t code = 0;
  std::size_t size_bytes = 0;  ///< 0: the byte there begins no character.
};

/// The character at the start of `text`, by RFC 3629: no surrogates, none longer than needed.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
  std::uint32_t code = lead & (0x7fU >> size);
  for (std::size_t at = 1; at < size; ++at) {
    if ((byte(at) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(at) & 0x3fU);
  }
  const bool is_too_long = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  if (is_too_long || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return {};
  return {code, size};
}

bool may_be_shown(std::uint32_t code) {
  const bool is_control = code < 0x20 || (code >= 0x7f && code < 0xa0);
  const bool turns = code == 0x061c || code == 0x200e || code == 0x200f ||
                     (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return !is_control && !turns && code != 0x2028 && code != 0x2029;
}

std::string_view entity_of(std::uint32_t code) {
  switch (code) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace

std::string html_escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character next = first_character(text);
    const std::size_t size = std::max<std::size_t>(next.size_bytes, 1);
    const std::string_view entity = entity_of(next.code);
    if (next.size_bytes == 0 || !may_be_shown(next.code)) {
      out += replacement;
    } else if (!entity.empty()) {
      out += entity;
    } else {
      out += text.substr(0, size);
    }
    text.remove_prefix(size);
  }
  return out;
}

std::string shortened(std::string_view text, std::size_t size_bytes) {
  if (text.size() <= size_bytes) return std::string{text};
  while (size_bytes > 0 && (static_cast<unsigned char>(text[size_bytes]) & 0xc0) == 0x80) {
    --size_bytes;
  }
  return std::string{text.substr(0, size_bytes)} + "\xe2\x80\xa6";
}

HtmlTable::HtmlTable(std::vector<Column> columns) : columns_{std::move(columns)} {}

void HtmlTable::add(const std::vector<std::string>& cells) {
  ENSURE(cells.size() == columns_.size(), "one cell a column");
  rows_ += "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    rows_ += fmt::format("<td{} data-title=\"{}\">{}</td>",
                         columns_[i].align == Align::right ? " class=\"number\"" : "",
                         html_escaped(columns_[i].title), html_escaped(cells[i]));
  }
  rows_ += "</tr>\n";
}

std::string HtmlTable::html() const {
  std::string out = "<div class=\"wide\"><table>\n<thead><tr>";
  for (const Column& column : columns_) {
    out += fmt::format("<th scope=\"col\"{}>{}</th>",
                       column.align == Align::right ? " class=\"number\"" : "",
                       html_escaped(column.title));
  }
  return out + "</tr></thead>\n<tbody>\n" + rows_ + "</tbody></table></div>\n";
}

std::string html_paragraph(std::string_view text) { return "<p>" + html_escaped(text) + "</p>\n"; }

std::string html_section(std::string_view heading, std::string_view body) {
  return fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", html_escaped(heading), body);
}

std::string html_page(std::string_view title, std::string_view body) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n{2}</body>\n"
      "</html>\n",
      html_escaped(title), style, body);
}

}  // namespace daybook::recon
