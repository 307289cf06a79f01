#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/recon/formats/statement_parser.hpp"

struct XML_ParserStruct;

namespace daybook::recon {

/// Names of elements and attributes without the prefix of their namespace.
[[nodiscard]] std::string_view local_name(std::string_view name);

/// Attributes of an element that starts.
class XmlAttributes {
 public:
  /// Names and values in turn, closed by a null; valid as long as the call that hands them over.
  explicit XmlAttributes(const char* const* all) : all_{all} {}
  /// By its local name; empty where there is none.
  [[nodiscard]] std::string_view find(std::string_view name) const;

 private:
  const char* const* all_;
};

/// Elements of XML documents out of bytes as they come, and nothing else of XML: a document type
/// declaration ends the reading, so there are no entities but the five, nothing is fetched, and
/// nothing grows.
///
/// Where a document is not well-formed the place is told, and reading goes on at the next element
/// that begins like the resume name, or at the begin or the end of the section at hand. Documents
/// may stand behind each other.
///
/// Threads.  One.
/// Limits.   `xml_depth_max` elements in each other, `record_bytes_max` of text in one,
///           `xml_token_bytes_max` a tag, `xml_faults_max` places that are not well-formed.
/// Encodings. UTF-8, UTF-16, ISO 8859-1 and 8859-15, windows-1252, ASCII.
class XmlReader {
 public:
  /// Is told what there is. Names are local ones; the text is that behind the last tag.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_start(std::string_view name, const XmlAttributes& attributes) = 0;
    virtual void on_end(std::string_view name, std::string_view text) = 0;
    /// Elements that were open are not ended: up to the section where reading can go on there, else
    /// all.
    virtual void on_fault(const FilePlace& place, InvalidReason reason) = 0;
  };

  XmlReader(Listener& listener, std::string resume_name);
  ~XmlReader();
  XmlReader(const XmlReader&) = delete;
  XmlReader& operator=(const XmlReader&) = delete;

  void feed(std::string_view bytes);
  void finish();

  /// Of the tag at hand.
  [[nodiscard]] FilePlace here() const;
  /// Elements that are open; inside on_start() and on_end() the one at hand is one of them.
  [[nodiscard]] std::size_t depth() const { return open_.size(); }
  /// The local name of the element around the one at hand; empty for a root.
  [[nodiscard]] std::string_view parent() const {
    return open_.size() < 2 ? std::string_view{} : local_name(open_[open_.size() - 2]);
  }
  /// The element that has just started is a section. Only inside on_start().
  void begin_section() { section_ = open_; }

 private:
  struct Callbacks;
  struct ParserDeleter {
    void operator()(XML_ParserStruct* parser) const;
  };

  void start_parser(std::uint64_t offset, std::uint64_t line, bool is_in_section);
  void take_start(std::string_view name, const char* const* attributes);
  void take_end();
  void take_text(std::string_view text);
  void stop(InvalidReason reason, bool is_final);
  [[nodiscard]] std::string parse(std::string_view bytes);
  [[nodiscard]] std::string recover();
  [[nodiscard]] std::string begin_search(const FilePlace& place, std::string rest);
  [[nodiscard]] std::string search(std::string_view bytes);
  [[nodiscard]] std::size_t find_mark(std::string_view text, bool& is_section) const;
  void skip(std::string_view bytes);

  Listener& listener_;
  std::string resume_name_;
  std::unique_ptr<XML_ParserStruct, ParserDeleter> parser_;
  std::string encoding_;              ///< As the document says.
  std::vector<std::string> open_;     ///< With their prefixes.
  std::vector<std::string> section_;  ///< Down to the section at hand, which is the last.
  std::string text_;
  bool is_quiet_ = false;  ///< The tags are this reader's own.
  bool has_root_ended_ = false;
  bool is_searching_ = false;
  bool is_stopped_ = false;
  bool is_final_ = false;  ///< What was wrong leaves nothing to go on with.
  std::optional<InvalidReason> refused_;
  std::uint64_t base_offset_ = 0;  ///< Where in the file the parser's first byte stands,
  std::uint64_t base_line_ = 1;
  std::uint64_t own_bytes_ = 0;  ///< behind so many of this reader's own.
  std::string pending_;          ///< What was fed since the last event.
  std::uint64_t pending_offset_ = 0;
  std::string tail_;  ///< While searching: what may be the start of a mark.
  std::uint64_t search_offset_ = 0;
  std::uint64_t search_line_ = 1;
  std::size_t fault_count_ = 0;
};

}  // namespace daybook::recon
