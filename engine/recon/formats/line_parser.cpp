#include "engine/recon/formats/line_parser.hpp"

#include <algorithm>

namespace daybook::recon {
namespace {
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
}  // namespace

/// `text` is the line without LF, `size_bytes` with what ended it.
void LineParser::complete(std::string_view text, std::size_t size_bytes) {
  FilePlace place{.offset = offset_, .line = line_, .size_bytes = size_bytes};
  if (offset_ == 0 && text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (text.ends_with('\r')) text.remove_suffix(1);
  offset_ += size_bytes;
  take_line(text, place);
}

void LineParser::take(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t line_end = bytes.find('\n');
    const std::size_t most = cut_bytes_ == 0 ? std::string_view::npos : cut_bytes_ - begun_.size();
    if (line_end >= most && bytes.size() >= most) {
      begun_ += bytes.substr(0, most);
      const std::string whole = std::exchange(begun_, {});
      complete(whole, whole.size());
      bytes.remove_prefix(most);
      continue;
    }
    const std::string_view part = bytes.substr(0, line_end);
    const std::size_t taken = part.size() + (line_end == std::string_view::npos ? 0 : 1);
    bytes.remove_prefix(taken);
    if (skipped_ != 0 || begun_.size() + part.size() > limits::record_bytes_max) {
      skipped_ += std::exchange(begun_, {}).size() + taken;
    } else {
      begun_ += part;
    }
    if (line_end == std::string_view::npos) return;
    if (skipped_ != 0) {
      take_long_line({.offset = offset_, .line = line_, .size_bytes = skipped_});
      offset_ += std::exchange(skipped_, 0);
    } else {
      const std::string whole = std::exchange(begun_, {});
      complete(whole, whole.size() + 1);
    }
    ++line_;
  }
}

void LineParser::feed(std::string_view bytes) { take(bytes); }

void LineParser::finish() {
  if (skipped_ != 0) {
    take_long_line({.offset = offset_, .line = line_, .size_bytes = skipped_});
  } else if (!begun_.empty()) {
    const std::string whole = std::exchange(begun_, {});
    complete(whole, whole.size());
  }
  take_end();
}

}  // namespace daybook::recon
