#include "tools/daybook/recon/text_decoder.hpp"

#include <iconv.h>

namespace daybook::recon {

std::shared_ptr<TextDecoder> TextDecoder::make(const char* encoding) {
  const ::iconv_t converter = ::iconv_open("UTF-8", encoding);
  if (converter == reinterpret_cast<::iconv_t>(-1)) return nullptr;
  return std::shared_ptr<TextDecoder>{new TextDecoder{converter}};
}

TextDecoder::~TextDecoder() { ::iconv_close(static_cast<::iconv_t>(converter_)); }

std::optional<std::string> TextDecoder::decode(std::string_view text) {
  // Two or four bytes of GB18030 are at most four of UTF-8.
  std::string result(text.size() * 4 + 4, '\0');
  std::string copy{text};
  char* from = copy.data();
  std::size_t left = copy.size();
  char* to = result.data();
  std::size_t room = result.size();
  ::iconv(static_cast<::iconv_t>(converter_), nullptr, nullptr, nullptr, nullptr);
  const std::size_t done = ::iconv(static_cast<::iconv_t>(converter_), &from, &left, &to, &room);
  if (done == static_cast<std::size_t>(-1) || left != 0) return std::nullopt;
  result.resize(result.size() - room);
  return result;
}

}  // namespace daybook::recon
