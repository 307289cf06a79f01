#include "tools/daybook/recon/csv_scanner.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace daybook::recon {
namespace {

constexpr std::size_t look_bytes = 64;

/// Which of 64 bytes are `delimiter`, LF or a quote: the first byte is the lowest bit.
std::uint64_t marks_in(const char* from, char delimiter) {
  std::uint64_t marks = 0;
#if defined(__SSE2__)
  const __m128i delimiters = _mm_set1_epi8(delimiter);
  const __m128i line_ends = _mm_set1_epi8('\n');
  const __m128i quotes = _mm_set1_epi8('"');
  for (unsigned i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + 16 * i));
    const __m128i found = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(bytes, delimiters), _mm_cmpeq_epi8(bytes, line_ends)),
        _mm_cmpeq_epi8(bytes, quotes));
    marks |= static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(found)))
             << (16 * i);
  }
#else
  for (unsigned i = 0; i < look_bytes; ++i) {
    const char c = from[i];
    if (c == delimiter || c == '\n' || c == '"') marks |= std::uint64_t{1} << i;
  }
#endif
  return marks;
}

}  // namespace

CsvScanner::CsvScanner(File file, std::uint64_t offset, std::uint64_t line, char delimiter,
                       std::size_t read_bytes)
    : file_{std::move(file)},
      delimiter_{delimiter},
      read_bytes_{read_bytes},
      buffer_(limits::line_bytes_max + 2 * look_bytes + read_bytes + slack_bytes),
      buffer_offset_{offset},
      line_{line} {}

void CsvScanner::restart(std::uint64_t offset) {
  buffer_offset_ = offset;
  filled_ = at_ = field_count_ = 0;
  is_at_file_end_ = is_looking_ = false;
}

/// Moves what is left to the front and reads more behind it.
Result<void> CsvScanner::refill() {
  const std::size_t left = filled_ - at_;
  std::memmove(buffer_.data(), buffer_.data() + at_, left);
  // Fields of the line at hand that were found already.
  for (std::size_t i = 0; i < field_count_; ++i) {
    fields_[i] = {fields_[i].data() - at_, fields_[i].size()};
  }
  buffer_offset_ += at_;
  at_ = 0;
  filled_ = left;
  const std::size_t room = std::min(buffer_.size() - slack_bytes - left, read_bytes_);
  const std::span<char> into{buffer_.data() + left, room};
  const Result<std::size_t> got =
      file_.read_at(std::as_writable_bytes(into), buffer_offset_ + left);
  if (!got) return got.error();
  filled_ += got.value();
  is_at_file_end_ = got.value() < room;
  std::memset(buffer_.data() + filled_, 0, slack_bytes);
  return {};
}

void CsvScanner::look(std::size_t base) {
  base_ = base;
  marks_ = marks_in(buffer_.data() + base, delimiter_);
  const std::size_t known = filled_ - base;
  // A file may hold zeros, but behind its end there is nothing.
  if (known < look_bytes) marks_ &= (std::uint64_t{1} << known) - 1;
}

bool CsvScanner::add_field(std::string_view field) {
  if (field_count_ == fields_.size()) return false;
  fields_[field_count_++] = field;
  return true;
}

CsvScanner::Plain CsvScanner::next_plain(ScannedLine& line) {
  std::size_t field_begin = at_;
  bool fits = true;
  field_count_ = 0;
  while (true) {
    while (marks_ != 0) {
      const std::size_t mark = base_ + static_cast<std::size_t>(std::countr_zero(marks_));
      const char c = buffer_[mark];
      if (c == '"') return Plain::quotes;
      marks_ &= marks_ - 1;
      std::size_t end = mark;
      if (c == '\n' && end > field_begin && buffer_[end - 1] == '\r') --end;
      fits = add_field({buffer_.data() + field_begin, end - field_begin}) && fits;
      field_begin = mark + 1;
      if (c != '\n') continue;
      line.size_bytes = mark + 1 - at_;
      if (!fits) line.fault = InvalidReason::fields;
      at_ = mark + 1;
      return Plain::line;
    }
    // Nothing more in these 64 bytes.
    if (base_ + 2 * look_bytes > filled_ && !is_at_file_end_) {
      const std::size_t begun = field_begin - at_;
      if (auto refilled = refill(); !refilled) {
        failure_ = refilled.error();
        return Plain::failed;
      }
      // All marks before the field at hand have had their turn.
      field_begin = begun;
      look(field_begin);
      continue;
    }
    if (base_ + look_bytes >= filled_) {
      const bool has_return = filled_ > field_begin && buffer_[filled_ - 1] == '\r';
      const std::size_t end = filled_ - (has_return ? 1 : 0);
      fits = add_field({buffer_.data() + field_begin, end - field_begin}) && fits;
      line.size_bytes = filled_ - at_;
      if (!fits) line.fault = InvalidReason::fields;
      at_ = filled_;
      return Plain::line;
    }
    if (base_ + look_bytes - at_ > limits::line_bytes_max) {
      line.fault = InvalidReason::too_long;
      return Plain::too_long;
    }
    look(base_ + look_bytes);
  }
}

/// The line that begins at at_ is too long to be one: skips it.
Result<void> CsvScanner::skip_long(ScannedLine& line) {
  field_count_ = 0;
  is_looking_ = false;
  std::uint64_t skipped = 0;
  while (true) {
    const auto* end =
        static_cast<const char*>(std::memchr(buffer_.data() + at_, '\n', filled_ - at_));
    const std::size_t here =
        end == nullptr ? filled_ - at_ : static_cast<std::size_t>(end - buffer_.data()) + 1 - at_;
    skipped += here;
    at_ += here;
    if (end != nullptr || is_at_file_end_) break;
    if (auto refilled = refill(); !refilled) return refilled;
  }
  line.size_bytes = skipped;
  return {};
}

/// Splits the line at at_ by the rules of quotes. False: it breaks them, or does not end in what is
/// known of the file. `end` is behind its line end.
bool CsvScanner::split_quoted(std::size_t& end, std::uint64_t& line_ends) {
  field_count_ = 0;
  unquoted_.clear();
  // The text must not move: fields point into it.
  unquoted_.reserve(limits::line_bytes_max + limits::columns_max * slack_bytes + slack_bytes);
  std::size_t place = at_;
  const std::size_t limit = std::min(filled_, at_ + limits::line_bytes_max);
  while (true) {
    std::string_view field;
    if (place < limit && buffer_[place] == '"') {
      const std::size_t begin = unquoted_.size();
      for (++place;; ++place) {
        if (place >= limit) return false;
        if (buffer_[place] == '\n') ++line_ends;
        if (buffer_[place] != '"') {
          unquoted_ += buffer_[place];
        } else if (place + 1 < limit && buffer_[place + 1] == '"') {
          unquoted_ += buffer_[place++];
        } else {
          break;
        }
      }
      ++place;
      field = {unquoted_.data() + begin, unquoted_.size() - begin};
      unquoted_.append(slack_bytes, '\0');
    } else {
      const std::size_t begin = place;
      while (place < limit && buffer_[place] != delimiter_ && buffer_[place] != '\n') {
        if (buffer_[place++] == '"') return false;
      }
      std::size_t field_end = place;
      if (place < limit && buffer_[place] == '\n' && place > begin && buffer_[place - 1] == '\r') {
        --field_end;
      }
      field = {buffer_.data() + begin, field_end - begin};
    }
    if (!add_field(field)) return false;
    if (place + 1 < limit && buffer_[place] == '\r' && buffer_[place + 1] == '\n') ++place;
    if (place >= limit || buffer_[place] == '\n') break;
    if (buffer_[place] != delimiter_) return false;
    ++place;
  }
  if (place >= limit && limit != filled_) return false;
  if (place >= limit && !is_at_file_end_) return false;
  end = std::min(place + 1, filled_);
  return true;
}

Result<void> CsvScanner::next_quoted(ScannedLine& line) {
  field_count_ = 0;
  is_looking_ = false;
  while (filled_ - at_ < limits::line_bytes_max && !is_at_file_end_) {
    if (auto refilled = refill(); !refilled) return refilled;
  }
  std::size_t end = 0;
  std::uint64_t line_ends = 0;
  if (split_quoted(end, line_ends)) {
    line.size_bytes = end - at_;
    line_ += line_ends;
    at_ = end;
    return {};
  }
  // Only the line in which it begins is lost.
  const auto* line_end =
      static_cast<const char*>(std::memchr(buffer_.data() + at_, '\n', filled_ - at_));
  line.fault = InvalidReason::quotes;
  field_count_ = 0;
  if (line_end == nullptr && !is_at_file_end_) {
    line.fault = InvalidReason::too_long;
    return skip_long(line);
  }
  end = line_end == nullptr ? filled_ : static_cast<std::size_t>(line_end - buffer_.data()) + 1;
  line.size_bytes = end - at_;
  at_ = end;
  return {};
}

Result<bool> CsvScanner::next(ScannedLine& line) {
  while (true) {
    if (at_ == filled_) {
      field_count_ = 0;
      is_looking_ = false;
      if (!is_at_file_end_) {
        if (auto refilled = refill(); !refilled) return refilled.error();
      }
      if (at_ == filled_) return false;
    }
    line = {.fields = {},
            .offset = buffer_offset_ + at_,
            .line = line_,
            .size_bytes = 0,
            .fault = std::nullopt};
    if (!is_looking_) {
      is_looking_ = true;
      look(at_);
    }
    const Plain found = next_plain(line);
    if (found == Plain::failed) return *failure_;
    if (found == Plain::quotes) {
      if (auto done = next_quoted(line); !done) return done.error();
    } else if (found == Plain::too_long) {
      if (auto done = skip_long(line); !done) return done.error();
    }
    ++line_;
    if (line.fault) return true;
    if (found == Plain::line && field_count_ == 1 && fields_[0].empty()) continue;
    line.fields = {fields_.data(), field_count_};
    return true;
  }
}

}  // namespace daybook::recon
