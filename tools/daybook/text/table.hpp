#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace daybook {

/// Rows in aligned columns, for people.
///
/// Limits. Holds every row; made for pages, not for streams.
class Table {
 public:
  enum class Align : std::uint8_t { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
  };

  explicit Table(std::vector<Column> columns);

  /// Requires: one cell a column.
  void add(std::vector<std::string> cells);

  [[nodiscard]] bool empty() const { return rows_.empty(); }

  /// Titles, then rows, each ended by a newline; columns are two spaces apart and no line ends in
  /// a space. Widths count UTF-8 characters, not bytes.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace daybook
