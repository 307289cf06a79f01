#include "tools/daybook/recon/entry_texts.hpp"

#include <array>
#include <cstring>
#include <span>

#include "tools/daybook/recon/unnamed_file.hpp"

namespace daybook::recon {
namespace {
constexpr std::size_t buffer_bytes = 256 * 1'024;
using Sizes = std::array<std::uint32_t, 2>;
}  // namespace

Result<EntryTexts> EntryTexts::open(const std::filesystem::path& directory) {
  Result<File> file = open_unnamed(directory);
  if (!file) return file.error();
  EntryTexts texts;
  texts.file_ = std::move(file).value();
  return texts;
}

Result<std::uint64_t> EntryTexts::append(std::string_view reference, std::string_view party) {
  const std::uint64_t offset = size_bytes();
  const Sizes sizes{static_cast<std::uint32_t>(reference.size()),
                    static_cast<std::uint32_t>(party.size())};
  std::array<char, sizeof(Sizes)> head{};
  std::memcpy(head.data(), sizes.data(), head.size());
  buffer_.append(head.data(), head.size());
  buffer_ += reference;
  buffer_ += party;
  if (buffer_.size() >= buffer_bytes) {
    if (auto flushed = flush(); !flushed) return flushed.error();
  }
  return offset;
}

Result<void> EntryTexts::flush() {
  const auto bytes = std::as_bytes(std::span{buffer_});
  if (auto written = file_.write_at(bytes, written_bytes_); !written) return written;
  written_bytes_ += bytes.size();
  buffer_.clear();
  return {};
}

Result<EntryTexts::Texts> EntryTexts::read(std::uint64_t offset) {
  if (!buffer_.empty()) {
    if (auto flushed = flush(); !flushed) return flushed.error();
  }
  Sizes sizes{};
  const Result<std::size_t> got = file_.read_at(std::as_writable_bytes(std::span{sizes}), offset);
  if (!got) return got.error();
  Texts texts;
  texts.reference.resize(sizes[0]);
  texts.party.resize(sizes[1]);
  std::uint64_t at = offset + sizeof(Sizes);
  for (std::string* const text : {&texts.reference, &texts.party}) {
    const auto read = file_.read_at(std::as_writable_bytes(std::span{*text}), at);
    if (!read) return read.error();
    at += text->size();
  }
  return texts;
}

}  // namespace daybook::recon
