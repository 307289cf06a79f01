#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace daybook::recon {

/// Turns texts of another encoding into UTF-8, with the system's iconv.
///
/// Threads.  One.
class TextDecoder {
 public:
  /// `encoding` as iconv names it, such as "GB18030"; null when it does not know it.
  [[nodiscard]] static std::shared_ptr<TextDecoder> make(const char* encoding);
  ~TextDecoder();
  TextDecoder(const TextDecoder&) = delete;
  TextDecoder& operator=(const TextDecoder&) = delete;

  /// Nothing when `text` is not in the encoding.
  [[nodiscard]] std::optional<std::string> decode(std::string_view text);

 private:
  explicit TextDecoder(void* converter) : converter_{converter} {}

  void* converter_;  ///< An iconv_t.
};

}  // namespace daybook::recon
