#include "tools/daybook/text/table.hpp"

#include <algorithm>
#include <span>

#include "engine/base/assert.hpp"

namespace daybook {
namespace {

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // Not a UTF-8 continuation byte.
  }));
}

void append_line(std::string& text, std::span<const std::string> cells,
                 std::span<const Table::Column> columns, std::span<const std::size_t> widths) {
  for (std::size_t index = 0; index < cells.size(); ++index) {
    if (index > 0) text += "  ";
    const std::string padding(widths[index] - width_of(cells[index]), ' ');
    const bool right = columns[index].align == Table::Align::right;
    text += right ? padding + cells[index] : cells[index] + padding;
  }
  text.erase(text.find_last_not_of(' ') + 1);
  text += '\n';
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_{std::move(columns)} {}

void Table::add(std::vector<std::string> cells) {
  ENSURE(cells.size() == columns_.size(), "a row has one cell a column");
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<std::string> titles;
  for (const Column& column : columns_) titles.push_back(column.title);
  std::vector<std::size_t> widths(columns_.size());
  for (std::size_t index = 0; index < columns_.size(); ++index) {
    widths[index] = width_of(titles[index]);
    for (const auto& row : rows_) widths[index] = std::max(widths[index], width_of(row[index]));
  }
  std::string text;
  append_line(text, titles, columns_, widths);
  for (const auto& row : rows_) append_line(text, row, columns_, widths);
  return text;
}

}  // namespace daybook
