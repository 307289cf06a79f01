#include "tools/daybook/demo/shell_words.hpp"

#include <algorithm>
#include <string_view>

namespace daybook::demo {
namespace {

bool is_plain(char each) {
  return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
         (each >= '0' && each <= '9') ||
         std::string_view{"-_./:=,@%+"}.find(each) != std::string_view::npos;
}

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char each) { return is_plain(each); });
}

std::string as_typed(std::string_view word) {
  if (!word.empty() && is_plain(word)) return std::string{word};
  // The name in name=value needs no quotes.
  const std::size_t equals = word.find('=');
  const std::size_t from =
      equals != std::string_view::npos && is_plain(word.substr(0, equals)) ? equals + 1 : 0;
  std::string typed{word.substr(0, from)};
  typed += '\'';
  for (const char each : word.substr(from)) {
    if (each == '\'') {
      typed += R"('\'')";
    } else {
      typed += each;
    }
  }
  return typed + '\'';
}

}  // namespace

std::string as_typed(std::span<const std::string> words) {
  std::string typed;
  for (const std::string& each : words) {
    if (!typed.empty()) typed += ' ';
    typed += as_typed(std::string_view{each});
  }
  return typed;
}

}  // namespace daybook::demo
