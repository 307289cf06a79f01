#pragma once

#include <cstdint>
#include <type_traits>

/// LMDB 0.9.24's pages as structs; described in page_walker.hpp. Only the walker and the mending
/// include this.

namespace daybook::page_format {

inline constexpr std::uint64_t page_bytes = 4'096;
inline constexpr std::uint64_t no_page = ~std::uint64_t{0};
inline constexpr std::uint32_t meta_magic = 0xbeefc0de;
inline constexpr std::uint32_t meta_version = 1;
inline constexpr std::uint64_t meta_pages = 2;
inline constexpr unsigned depth_max = 32;  // LMDB's own cursor stack.

inline constexpr std::uint16_t page_is_branch = 1;
inline constexpr std::uint16_t page_is_leaf = 2;
inline constexpr std::uint16_t page_is_overflow = 4;
inline constexpr std::uint16_t page_is_meta = 8;

inline constexpr std::uint16_t node_is_overflow = 1;

/// MDB_INTEGERKEY of the free list, with the environment's MDB_NOSUBDIR in the same field.
inline constexpr std::uint16_t free_list_flags = 0x4008;

struct PageHeader {
  std::uint64_t number = 0;
  std::uint16_t pad = 0;
  std::uint16_t flags = 0;
  std::uint16_t lower = 0;
  std::uint16_t upper = 0;

  /// Of an overflow run: its length.
  [[nodiscard]] std::uint32_t run_pages() const {
    return static_cast<std::uint32_t>(lower) | static_cast<std::uint32_t>(upper) << 16U;
  }
};
static_assert(sizeof(PageHeader) == 16 && std::is_trivially_copyable_v<PageHeader>);

struct NodeHeader {
  std::uint16_t lo = 0;
  std::uint16_t hi = 0;
  std::uint16_t flags = 0;
  std::uint16_t key_bytes = 0;

  [[nodiscard]] std::uint64_t value_bytes() const {
    return static_cast<std::uint64_t>(lo) | static_cast<std::uint64_t>(hi) << 16U;
  }
  [[nodiscard]] std::uint64_t child() const {
    return value_bytes() | static_cast<std::uint64_t>(flags) << 32U;
  }
};
static_assert(sizeof(NodeHeader) == 8 && std::is_trivially_copyable_v<NodeHeader>);

struct Tree {
  std::uint32_t pad = 0;
  std::uint16_t flags = 0;
  std::uint16_t depth = 0;
  std::uint64_t branch_pages = 0;
  std::uint64_t leaf_pages = 0;
  std::uint64_t overflow_pages = 0;
  std::uint64_t entries = 0;
  std::uint64_t root = no_page;
};
static_assert(sizeof(Tree) == 48 && std::is_trivially_copyable_v<Tree>);

struct Meta {
  std::uint32_t magic = 0;
  std::uint32_t version = 0;
  std::uint64_t address = 0;
  std::uint64_t map_bytes = 0;
  Tree free_list;
  Tree entries;
  std::uint64_t last_page = 0;
  std::uint64_t transaction = 0;
};
static_assert(sizeof(Meta) == 136 && std::is_trivially_copyable_v<Meta>);

}  // namespace daybook::page_format
