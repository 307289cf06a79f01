#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "storage/file/file.hpp"

namespace daybook::recon {

/// References and parties of entries whose file cannot be read from the middle, in a file without a
/// name: an entry takes 8 bytes and its texts.
///
///     offset  size
///          0     4  bytes of the reference
///          4     4  bytes of the party
///          8        the reference, the party
///
/// Threads.  One at a time.
/// Errors.   Those of the file; `not_found` without the directory.
class EntryTexts {
 public:
  [[nodiscard]] static Result<EntryTexts> open(const std::filesystem::path& directory);

  /// Where the entry's texts begin.
  [[nodiscard]] Result<std::uint64_t> append(std::string_view reference, std::string_view party);

  struct Texts {
    std::string reference;
    std::string party;
  };
  [[nodiscard]] Result<Texts> read(std::uint64_t offset);

  [[nodiscard]] std::uint64_t size_bytes() const { return written_bytes_ + buffer_.size(); }

 private:
  [[nodiscard]] Result<void> flush();

  File file_;
  std::string buffer_;
  std::uint64_t written_bytes_ = 0;
};

}  // namespace daybook::recon
