#include "tools/daybook/offline/recovery_needs.hpp"

#include "storage/journal/data_directory.hpp"

namespace daybook {

Result<Sequence> first_sequence_needed(const std::filesystem::path& directory) {
  const auto listing = list_segments(JournalLayout{directory});
  if (!listing) return listing.error();
  return Sequence{1};  // An engine looks facts of any age up.
}

}  // namespace daybook
