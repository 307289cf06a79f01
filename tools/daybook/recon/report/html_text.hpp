#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// HTML made of texts that anybody may have written.
namespace daybook::recon {

/// `text` as it may stand between tags and in quoted attributes. What is not UTF-8, control
/// characters, and marks that turn the direction of what follows become U+FFFD, so that nothing on
/// a page looks like what it is not.
[[nodiscard]] std::string html_escaped(std::string_view text);

/// At most about `size_bytes` of it, with an ellipsis where it is longer.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t size_bytes);

/// A table of which every cell is text, escaped here and nowhere else. On a narrow screen a row
/// becomes a list of its cells under their titles.
class HtmlTable {
 public:
  enum class Align : std::uint8_t { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
  };

  explicit HtmlTable(std::vector<Column> columns);

  /// Requires: one cell a column.
  void add(const std::vector<std::string>& cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  [[nodiscard]] std::string html() const;

 private:
  std::vector<Column> columns_;
  std::string rows_;
};

/// A whole page with its style in it: no script, no picture, nothing from elsewhere.
[[nodiscard]] std::string html_page(std::string_view title, std::string_view body);

/// `<p>` around escaped text, `<section>` with an escaped heading around HTML.
[[nodiscard]] std::string html_paragraph(std::string_view text);
[[nodiscard]] std::string html_section(std::string_view heading, std::string_view body);

}  // namespace daybook::recon
