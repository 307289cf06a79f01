#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/hash.hpp"
#include "engine/base/result.hpp"
#include "engine/model/sequence.hpp"
#include "engine/ports/entry.hpp"
#include "storage/journal/verify.hpp"

namespace daybook {

/// What a journal was up to a point, in 32 bytes. Kept elsewhere, it proves later that nothing up
/// to there was changed.
///
/// Of a sealed segment: `chain` of its SegmentHashed, SHA-256 of the chain of the segment before
/// (zeros for the first) and the SHA-256 of the segment's file. Written ORDINAL:HEX.
///
/// Of a segment up to one of its entries: SHA-256 of the chain of the segment before and the
/// SHA-256 of all its entries' bytes, in order, up to and with the one that ends at `sequence`.
/// Written ORDINAL@SEQUENCE:HEX.
///
/// Both are SHA-256 over all the bytes. The entries' own hashes (XXH3) find accidents, but a forger
/// can make an entry that keeps its hash, so a chain over those would prove less.
struct JournalHead {
  std::uint64_t ordinal = 0;
  std::optional<Sequence> sequence;  ///< Nothing: of the whole sealed segment.
  Sha256Digest digest{};
};

[[nodiscard]] std::string head_text(const JournalHead& head);

/// `invalid` shows the form.
[[nodiscard]] Result<JournalHead> parse_head(const std::string& text);

/// What became of a head that somebody kept.
enum class HeadAnswer : std::uint8_t {
  proven,       ///< Everything up to it is as it was.
  differs,      ///< Something up to it was changed, or this is another history.
  ends_before,  ///< The journal does not reach it.
  unknown,      ///< What it is about is not here.
};
[[nodiscard]] std::string_view to_string(HeadAnswer answer);

struct HeadVerdict {
  JournalHead head;
  HeadAnswer answer = HeadAnswer::unknown;
  std::string words;
};

/// What is wanted of heads. Each costs a SHA-256 of the entries that it is about.
struct HeadWish {
  bool newest = false;
  std::optional<JournalHead> expected;
};

/// Watches the entries of a verification, and says heads in the end.
///
/// Threads.  One.
class HeadWatch {
 public:
  explicit HeadWatch(const HeadWish& wish) : wish_{wish} {}

  /// Each good entry, in order.
  void entry(const EntryView& entry, std::uint64_t ordinal);

  /// After the last entry. `recorded` are the chains that the journal's facts tell, by ordinal;
  /// they are believed only for segments before the oldest one here. `own_from`: the files of
  /// segments before it are not those that the facts are about.
  void finish(const std::vector<SegmentReport>& segments,
              const std::map<std::uint64_t, Sha256Digest>& recorded, std::uint64_t own_from);

  /// Of the newest entry, and of the newest sealed segment.
  [[nodiscard]] const std::optional<JournalHead>& newest() const { return newest_; }
  [[nodiscard]] const std::optional<JournalHead>& sealed() const { return sealed_; }
  [[nodiscard]] const std::optional<HeadVerdict>& expected() const { return expected_; }

 private:
  struct Inside {
    std::uint64_t ordinal = 0;
    Sequence last;
    std::unique_ptr<Sha256> sha;
  };

  static void add(Inside& inside, const EntryView& entry, std::uint64_t ordinal);
  [[nodiscard]] std::optional<Sha256Digest> chain_before(std::uint64_t ordinal) const;
  [[nodiscard]] HeadVerdict judge(const JournalHead& head);

  HeadWish wish_;
  Inside newest_inside_;
  Inside expected_inside_;
  std::uint64_t first_ordinal_ = 0;
  std::uint64_t last_ordinal_ = 0;
  Sequence last_sequence_;
  std::uint64_t own_from_ = 1;
  std::map<std::uint64_t, Sha256Digest> chains_;
  std::optional<JournalHead> newest_;
  std::optional<JournalHead> sealed_;
  std::optional<HeadVerdict> expected_;
};

}  // namespace daybook
