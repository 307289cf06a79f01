#include "engine/index/run_block.hpp"

#include <bit>

#include "engine/base/assert.hpp"
#include "engine/base/hash.hpp"

namespace daybook {
namespace {

unsigned bytes_of(std::uint64_t word) {
  return (static_cast<unsigned>(std::bit_width(word)) + 7) / 8;
}

void store(std::byte* at, std::uint64_t word) { std::memcpy(at, &word, sizeof(word)); }

}  // namespace

bool BlockWriter::add(const IndexPair& pair) {
  AUDIT(pair.value >= value_base_, "a value below the base has no bytes");
  if (pair_count_ == 0) {
    first_ = pair;
    end_ = run_block_header_bytes;
  } else {
    // The exact size of the record is not known before it is written: it is written, and taken
    // back where it does not fit, once in a page.
    const std::size_t before = end_;
    put_record(pair);
    if (end_ > run_page_bytes) {
      end_ = before;
      return false;
    }
  }
  previous_ = pair;
  ++pair_count_;
  return true;
}

void BlockWriter::put_record(const IndexPair& pair) {
  std::byte* at = page_.data() + end_;
  const std::uint64_t key_more = pair.key - previous_.key;
  std::uint64_t word = pair.value - value_base_;
  if (key_more == 0) {
    word = pair.value - previous_.value - 1;
    if (word < run_records::near_bit) {
      // At the page's end there is room behind it, so one byte always fits the array.
      *at = static_cast<std::byte>(run_records::near_bit + word);
      ++end_;
      return;
    }
  }
  const unsigned key_bytes = bytes_of(key_more);
  const unsigned value_bytes = bytes_of(word);
  end_ += 1 + key_bytes + value_bytes;
  if (end_ > run_page_bytes) return;
  *at = static_cast<std::byte>(9 * key_bytes + value_bytes);
  store(at + 1, key_more);
  store(at + 1 + key_bytes, word);
}

std::span<const std::byte, run_page_bytes> BlockWriter::finish(std::uint32_t number) {
  ENSURE(pair_count_ > 0, "a block has pairs");
  std::memset(page_.data() + end_, 0, page_.size() - end_);
  RunBlockHeader header;
  header.number = number;
  header.pair_count = pair_count_;
  header.record_bytes = static_cast<std::uint16_t>(end_ - run_block_header_bytes);
  header.first_key = first_.key;
  header.first_value = first_.value;
  std::memcpy(page_.data(), &header, sizeof(header));
  const std::span page = std::span{page_}.first<run_page_bytes>();
  header.checksum = xxh3_64(page.subspan(sizeof(header.checksum)));
  std::memcpy(page_.data(), &header, sizeof(header));
  pair_count_ = 0;
  return page;
}

BlockReader::BlockReader(const BlockSource& source)
    : last_max_{source.last_max}, value_base_{source.value_base} {
  RunBlockHeader header;
  std::memcpy(&header, source.page, sizeof(header));
  const std::span page{source.page, run_page_bytes};
  const bool fits = header.checksum == xxh3_64(page.subspan(sizeof(header.checksum))) &&
                    header.number == source.number && header.pair_count == source.pair_count &&
                    header.pair_count > 0 && header.first_key == source.first.key &&
                    header.first_value == source.first.value &&
                    header.record_bytes <= run_page_bytes - run_block_header_bytes &&
                    header.pair_count - std::size_t{1} <= header.record_bytes;
  if (!fits) {
    damaged_ = true;
    return;
  }
  at_ = source.page + run_block_header_bytes;
  end_ = at_ + header.record_bytes;
  left_ = header.pair_count;
  pair_ = source.first;
}

}  // namespace daybook
