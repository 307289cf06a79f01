#include "tools/daybook/recon/report/html_text.hpp"

#include <array>
#include <utility>

#include <gtest/gtest.h>

#include "engine/recon/difference.hpp"
#include "tools/daybook/recon/report/code_advice.hpp"

/// That no bytes leave the place on a page that was made for them.

namespace daybook::recon {
namespace {

using namespace std::string_view_literals;

TEST(HtmlTextTest, EscapesWhatMeansSomethingAndReplacesWhatIsNoText) {
  constexpr std::array cases{
      std::pair{"plain"sv, "plain"sv},
      std::pair{"<a href=\"x\">'&"sv, "&lt;a href=&quot;x&quot;&gt;&#39;&amp;"sv},
      std::pair{"\xc3\xa9\xe4\xb8\xad\xf0\x9f\x92\xb6"sv, "\xc3\xa9\xe4\xb8\xad\xf0\x9f\x92\xb6"sv},
      // A byte that begins nothing, a character cut short, one longer than needed, a surrogate.
      std::pair{"a\xff"sv, "a\xef\xbf\xbd"sv},
      std::pair{"\xe4\xb8"sv, "\xef\xbf\xbd\xef\xbf\xbd"sv},
      std::pair{"\xc0\xbc"sv, "\xef\xbf\xbd\xef\xbf\xbd"sv},
      std::pair{"\xed\xa0\x80"sv, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"sv},
      std::pair{"\xf4\x90\x80\x80"sv, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"sv},
      std::pair{"\0\n\x7f"sv, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"sv},
      // Text that would be shown from right to left.
      std::pair{"\xe2\x80\xae"sv, "\xef\xbf\xbd"sv},
      std::pair{"\xc3<"sv, "\xef\xbf\xbd&lt;"sv},
  };
  for (const auto& [text, wanted] : cases) EXPECT_EQ(html_escaped(text), wanted);
}

TEST(HtmlTextTest, ShortensBetweenCharacters) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "abc\xe2\x80\xa6");
  EXPECT_EQ(shortened("\xc3\xa9\xc3\xa9", 3), "\xc3\xa9\xe2\x80\xa6");
  EXPECT_EQ(shortened("\x80\x80\x80", 2), "\xe2\x80\xa6");
}

TEST(HtmlTextTest, TablesEscapeTitlesAndCells) {
  HtmlTable table{{{"<T>"}, {"n", HtmlTable::Align::right}}};
  EXPECT_TRUE(table.empty());
  table.add({"<x>", "1"});
  EXPECT_NE(table.html().find("<td data-title=\"&lt;T&gt;\">&lt;x&gt;</td>"), std::string::npos);
  EXPECT_EQ(table.html().find("<x>"), std::string::npos);
}

TEST(HtmlTextTest, EveryCodeSaysWhatToDo) {
  for (const Code code : all_codes) EXPECT_FALSE(advice_of(code).empty()) << to_string(code);
}

}  // namespace
}  // namespace daybook::recon
