#include "engine/recon/formats/xml_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <expat.h>

#include "engine/base/assert.hpp"

namespace daybook::recon {
namespace {

/// How much of the file a fault shows: what is wrong is where it begins.
constexpr std::uint64_t shown_bytes = 80;

/// 0x80 to 0x9f of windows-1252; -1 where there is nothing.
constexpr std::array<int, 32> windows_1252{
    0x20ac, -1,     0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, -1,     0x017d, -1,     -1,     0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, -1,     0x017e, 0x0178};
/// Where ISO 8859-15 is not 8859-1.
constexpr std::array<std::pair<std::size_t, int>, 8> latin_9{{{0xa4, 0x20ac},
                                                              {0xa6, 0x0160},
                                                              {0xa8, 0x0161},
                                                              {0xb4, 0x017d},
                                                              {0xb8, 0x017e},
                                                              {0xbc, 0x0152},
                                                              {0xbd, 0x0153},
                                                              {0xbe, 0x0178}}};

std::string upper(std::string_view text) {
  std::string result{text};
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

int XMLCALL know_encoding(void* /*unused*/, const XML_Char* name, XML_Encoding* encoding) {
  const std::string known = upper(name);
  const bool is_windows = known == "WINDOWS-1252" || known == "CP1252";
  if (!is_windows && known != "ISO-8859-15") return XML_STATUS_ERROR;
  for (std::size_t byte = 0; byte < 256; ++byte) encoding->map[byte] = static_cast<int>(byte);
  if (is_windows) {
    std::copy(windows_1252.begin(), windows_1252.end(), &encoding->map[0x80]);
  } else {
    for (const auto& [byte, point] : latin_9) encoding->map[byte] = point;
  }
  return XML_STATUS_OK;
}

/// The prefix of a name with its colon; empty where it has none.
std::string prefix_of(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? std::string{} : std::string{name.substr(0, colon + 1)};
}

bool ends_name(char c) {
  return c == '>' || c == '/' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

std::string_view local_name(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string_view XmlAttributes::find(std::string_view name) const {
  for (std::size_t i = 0; all_[i] != nullptr; i += 2) {
    if (local_name(all_[i]) == name) return all_[i + 1];
  }
  return {};
}

struct XmlReader::Callbacks {
  static void XMLCALL start(void* reader, const XML_Char* name, const XML_Char** attributes) {
    static_cast<XmlReader*>(reader)->take_start(name, attributes);
  }
  static void XMLCALL end(void* reader, const XML_Char* /*name*/) {
    static_cast<XmlReader*>(reader)->take_end();
  }
  static void XMLCALL text(void* reader, const XML_Char* from, int size) {
    static_cast<XmlReader*>(reader)->take_text({from, static_cast<std::size_t>(size)});
  }
  static void XMLCALL declaration(void* reader, const XML_Char* /*version*/,
                                  const XML_Char* encoding, int /*standalone*/) {
    if (encoding != nullptr) static_cast<XmlReader*>(reader)->encoding_ = encoding;
  }
  static void XMLCALL doctype(void* reader, const XML_Char* /*name*/, const XML_Char* /*system*/,
                              const XML_Char* /*public_id*/, int /*has_internal_subset*/) {
    static_cast<XmlReader*>(reader)->stop(InvalidReason::structure, true);
  }
};

void XmlReader::ParserDeleter::operator()(XML_ParserStruct* parser) const {
  ::XML_ParserFree(parser);
}

XmlReader::XmlReader(Listener& listener, std::string resume_name)
    : listener_{listener}, resume_name_{std::move(resume_name)} {
  start_parser(0, 1, false);
}

XmlReader::~XmlReader() = default;

/// A new parser whose first byte is at `offset`, inside of the section or before any document.
void XmlReader::start_parser(std::uint64_t offset, std::uint64_t line, bool is_in_section) {
  if (!is_in_section) encoding_.clear();
  parser_.reset(::XML_ParserCreate(encoding_.empty() ? nullptr : encoding_.c_str()));
  ENSURE(parser_ != nullptr, "memory for a parser");
  ::XML_SetUserData(parser_.get(), this);
  ::XML_SetElementHandler(parser_.get(), &Callbacks::start, &Callbacks::end);
  ::XML_SetCharacterDataHandler(parser_.get(), &Callbacks::text);
  ::XML_SetXmlDeclHandler(parser_.get(), &Callbacks::declaration);
  ::XML_SetStartDoctypeDeclHandler(parser_.get(), &Callbacks::doctype);
  ::XML_SetUnknownEncodingHandler(parser_.get(), &know_encoding, nullptr);
  base_offset_ = pending_offset_ = offset;
  base_line_ = line;
  own_bytes_ = 0;
  pending_.clear();
  open_.clear();
  text_.clear();
  has_root_ended_ = is_searching_ = false;
  refused_.reset();
  if (!is_in_section) return;
  std::string tags;
  for (const std::string& name : section_) tags += "<" + name + ">";
  is_quiet_ = true;
  static_cast<void>(
      ::XML_Parse(parser_.get(), tags.data(), static_cast<int>(tags.size()), XML_FALSE));
  is_quiet_ = false;
  own_bytes_ = tags.size();
}

FilePlace XmlReader::here() const {
  const XML_Index index = ::XML_GetCurrentByteIndex(parser_.get());
  const std::uint64_t at = index < 0 ? 0 : static_cast<std::uint64_t>(index);
  return {.offset = base_offset_ + (at < own_bytes_ ? 0 : at - own_bytes_),
          .line = base_line_ + ::XML_GetCurrentLineNumber(parser_.get()) - 1,
          .size_bytes = static_cast<std::uint64_t>(::XML_GetCurrentByteCount(parser_.get()))};
}

void XmlReader::stop(InvalidReason reason, bool is_final) {
  if (refused_) return;
  refused_ = reason;
  is_final_ = is_final;
  ::XML_StopParser(parser_.get(), XML_FALSE);
}

void XmlReader::take_start(std::string_view name, const char* const* attributes) {
  if (open_.size() == limits::xml_depth_max || name.size() > limits::name_bytes_max) {
    return stop(InvalidReason::structure, false);
  }
  open_.emplace_back(name);
  text_.clear();
  if (!is_quiet_) listener_.on_start(local_name(name), XmlAttributes{attributes});
}

void XmlReader::take_end() {
  // A tag that was refused is told as ended where it is empty.
  if (refused_ || open_.empty()) return;
  listener_.on_end(local_name(open_.back()), text_);
  open_.pop_back();
  text_.clear();
  if (open_.empty()) has_root_ended_ = true;
}

void XmlReader::take_text(std::string_view text) {
  if (text_.size() + text.size() > limits::record_bytes_max) {
    return stop(InvalidReason::too_long, false);
  }
  text_ += text;
}

void XmlReader::feed(std::string_view bytes) {
  std::string again;
  while (!bytes.empty() && !is_stopped_) {
    again = is_searching_ ? search(bytes) : parse(bytes);
    bytes = again;
  }
}

/// Returns what must be looked at once more.
std::string XmlReader::parse(std::string_view bytes) {
  pending_ += bytes;
  const auto size = static_cast<int>(bytes.size());
  if (::XML_Parse(parser_.get(), bytes.data(), size, XML_FALSE) == XML_STATUS_ERROR) {
    return recover();
  }
  const std::uint64_t event = here().offset;
  if (event > pending_offset_) {
    pending_.erase(0, static_cast<std::size_t>(event - pending_offset_));
    pending_offset_ = event;
  }
  if (pending_.size() <= limits::xml_token_bytes_max) return {};
  refused_ = InvalidReason::too_long;
  return recover();
}

std::string XmlReader::recover() {
  FilePlace place = here();
  place.size_bytes = shown_bytes;
  const std::size_t at = static_cast<std::size_t>(
      std::min<std::uint64_t>(place.offset - pending_offset_, pending_.size()));
  std::string rest = pending_.substr(at);
  const XML_Error error = ::XML_GetErrorCode(parser_.get());
  const bool is_next_document =
      !refused_ && open_.empty() && place.offset > base_offset_ &&
      (error == XML_ERROR_JUNK_AFTER_DOC_ELEMENT || error == XML_ERROR_MISPLACED_XML_PI);
  // A declaration may stand behind blanks, and a document behind another.
  if (is_next_document && rest.starts_with('<')) {
    start_parser(place.offset, place.line, false);
    return rest;
  }
  return begin_search(place, std::move(rest));
}

std::string XmlReader::begin_search(const FilePlace& place, std::string rest) {
  const InvalidReason reason = refused_.value_or(InvalidReason::structure);
  ++fault_count_;
  // The text is behind an end that nobody will see.
  listener_.on_fault(place, reason);
  if (is_final_ || section_.empty() || fault_count_ >= limits::xml_faults_max) {
    is_stopped_ = true;
    return {};
  }
  is_searching_ = true;
  tail_.clear();
  search_offset_ = place.offset;
  search_line_ = place.line;
  if (rest.empty()) return rest;
  skip(std::string_view{rest}.substr(0, 1));
  rest.erase(0, 1);
  return rest;
}

void XmlReader::skip(std::string_view bytes) {
  search_offset_ += bytes.size();
  search_line_ += static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
}

/// Where reading can go on; npos for nowhere.
std::size_t XmlReader::find_mark(std::string_view text, bool& is_section) const {
  const std::string& section = section_.back();
  const std::string inner = prefix_of(section) + resume_name_;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    std::string_view name = text.substr(at + 1);
    const bool is_end = name.starts_with('/');
    if (is_end) name.remove_prefix(1);
    const auto is = [&](const std::string& wanted) {
      return name.size() > wanted.size() && name.starts_with(wanted) &&
             ends_name(name[wanted.size()]);
    };
    is_section = !is_end && is(section);
    if (is_section || is(section) || (!is_end && is(inner))) return at;
  }
  return std::string_view::npos;
}

std::string XmlReader::search(std::string_view bytes) {
  tail_ += bytes;
  bool is_section = false;
  const std::size_t at = find_mark(tail_, is_section);
  if (at == std::string_view::npos) {
    // "</", the longest name and what ends it.
    constexpr std::size_t mark_bytes = 2 * limits::name_bytes_max + 3;
    if (tail_.size() > mark_bytes) {
      const std::size_t known = tail_.size() - mark_bytes;
      skip(std::string_view{tail_}.substr(0, known));
      tail_.erase(0, known);
    }
    return {};
  }
  skip(std::string_view{tail_}.substr(0, at));
  std::string rest = tail_.substr(at);
  tail_.clear();
  if (is_section) section_.pop_back();
  start_parser(search_offset_, search_line_, true);
  return rest;
}

void XmlReader::finish() {
  if (is_stopped_ || is_searching_) return;
  if (::XML_Parse(parser_.get(), nullptr, 0, XML_TRUE) == XML_STATUS_OK) return;
  FilePlace place = here();
  place.size_bytes = shown_bytes;
  is_final_ = true;
  static_cast<void>(begin_search(place, {}));
}

}  // namespace daybook::recon
