#include "storage/journal/page_walker.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "engine/base/limits.hpp"
#include "storage/journal/page_format.hpp"
#include "storage/journal/settings.hpp"

namespace daybook {
namespace {

using namespace page_format;

/// Nothing this project writes is larger; a size field past it is damage, not a reason to allocate.
constexpr std::uint64_t file_pages_max =
    journal_limits::map_bytes(journal_limits::segment_bytes_max) / page_bytes;

using Page = std::array<std::byte, page_bytes>;

template <typename T>
T read_struct(std::span<const std::byte> bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

constexpr std::string_view as_free = "free";

constexpr std::uint64_t even(std::uint64_t size) { return (size + 1) & ~std::uint64_t{1}; }

/// Keys below `lower` or from `upper` on do not belong under a node.
struct KeyRange {
  std::uint64_t lower = 0;
  std::uint64_t upper = std::numeric_limits<std::uint64_t>::max();
};

struct Node {
  NodeHeader header;
  std::uint64_t key = 0;
  std::uint64_t value_offset = 0;  // In the page; of a leaf's inline value or run number.
};

/// One pass over one file.
class Walk {
 public:
  Walk(const File& file, SegmentStructure& found) : file_{file}, found_{found} {}

  void run();

  /// The newest transaction that a good meta page names.
  std::optional<std::uint64_t> newest_transaction();

 private:
  enum class Kind : std::uint8_t { entries, free_list };

  struct Counts {
    std::uint64_t branch_pages = 0;
    std::uint64_t leaf_pages = 0;
    std::uint64_t overflow_pages = 0;
    std::uint64_t entries = 0;
  };

  void report(FindingKind kind, std::optional<std::uint64_t> page, std::string words,
              FindingSeverity severity = FindingSeverity::damage);
  bool read_page(std::uint64_t number, Page& page);
  struct MetaReading {
    Meta meta;
    std::string fault;
  };
  std::optional<MetaReading> read_meta(std::uint64_t slot);
  static bool was_taken_back(const Meta& meta, const Meta& other);
  std::optional<Meta> good_meta(std::uint64_t slot, const std::optional<MetaReading>& reading,
                                const std::optional<MetaReading>& other);
  std::string meta_fault(std::uint64_t slot, const PageHeader& header, const Meta& meta) const;
  std::optional<Meta> choose_meta();
  bool use(std::uint64_t page, std::string_view as);
  void walk_tree(const Tree& tree, Kind kind);
  void walk_page(std::uint64_t number, unsigned level, const KeyRange& range);
  void walk_branch(std::uint64_t number, unsigned level, const KeyRange& range,
                   const std::vector<Node>& nodes);
  bool read_nodes(std::uint64_t number, const Page& page, std::vector<Node>& nodes);
  bool read_node(std::uint64_t number, const Page& page, std::uint64_t offset, bool is_first,
                 Node& node);
  bool check_order(std::uint64_t number, const KeyRange& range, const std::vector<Node>& nodes,
                   std::size_t from);
  void take_entry(std::uint64_t number, const Page& page, const Node& node);
  void take_free_pages(std::uint64_t number, const Page& page, const Node& node);
  bool use_run(std::uint64_t number, std::uint64_t first, std::uint64_t count);
  void check_counts(const Tree& tree);
  void check_every_page_has_a_use();

  const File& file_;
  SegmentStructure& found_;
  Meta meta_;
  std::vector<bool> used_;
  Kind kind_{};
  unsigned depth_ = 0;
  Counts counts_;
};

void Walk::report(FindingKind kind, std::optional<std::uint64_t> page, std::string words,
                  FindingSeverity severity) {
  if (found_.findings.size() >= journal_limits::findings_max) return;
  found_.findings.push_back(Finding{.kind = kind,
                                    .severity = severity,
                                    .file = file_.path(),
                                    .ordinal = 0,
                                    .page = page,
                                    .sequence = std::nullopt,
                                    .words = std::move(words)});
}

bool Walk::read_page(std::uint64_t number, Page& page) {
  const auto read = file_.read_at(page, number * page_bytes);
  if (!read) {
    report(FindingKind::unreadable, number, read.error().what);
    return false;
  }
  if (read.value() == page.size()) return true;
  report(FindingKind::size, number, "the file ends before or in this page");
  return false;
}

/// Why this meta page cannot be one of ours; empty when it can.
std::string Walk::meta_fault(std::uint64_t slot, const PageHeader& header, const Meta& meta) const {
  if (meta.magic == 0 && meta.transaction == 0 && meta.last_page == 0) return "it is zeroed";
  if (header.number != slot || header.flags != page_is_meta) return "its page header is wrong";
  if (meta.magic != meta_magic) return "its magic number is wrong";
  if (meta.version != meta_version) return fmt::format("its version is {}", meta.version);
  if (meta.free_list.pad != page_bytes) return "its page size is not 4,096";
  if (meta.address != 0 || meta.free_list.flags != free_list_flags || meta.entries.pad != 0 ||
      meta.entries.flags != 0) {
    return "its flags are none that Daybook sets";
  }
  if (meta.transaction != 0 && meta.transaction % 2 != slot) {
    return "its transaction belongs into the other meta page";
  }
  if (meta.entries.entries != meta.transaction) {
    return fmt::format("{} entries after {} transactions, which add one each", meta.entries.entries,
                       meta.transaction);
  }
  if (meta.last_page < meta_pages - 1 || meta.last_page >= file_pages_max) {
    return fmt::format("page {} cannot be the last one", meta.last_page);
  }
  if (meta.map_bytes % page_bytes != 0 || meta.map_bytes / page_bytes > file_pages_max) {
    return fmt::format("its map of {} bytes is none that Daybook makes", meta.map_bytes);
  }
  if (meta.transaction == 0 && (meta.last_page != meta_pages - 1 || meta.entries.root != no_page ||
                                meta.free_list.root != no_page)) {
    return "pages are in use although nothing was committed";
  }
  return {};
}

/// Nothing when the page cannot be read, which is reported.
std::optional<Walk::MetaReading> Walk::read_meta(std::uint64_t slot) {
  Page page{};
  if (!read_page(slot, page)) return std::nullopt;
  MetaReading reading{.meta = read_struct<Meta>(page, sizeof(PageHeader)), .fault = {}};
  reading.fault = meta_fault(slot, read_struct<PageHeader>(page, 0), reading.meta);
  return reading;
}

/// When writing a meta page fails, LMDB writes the old transaction and last page over the new ones
/// (mdb_env_write_meta in 0.9.24) and leaves the rest: the page then contradicts itself, and is
/// never used, for the other one is newer. A damaged newest page differs: its last page is new.
bool Walk::was_taken_back(const Meta& meta, const Meta& other) {
  if (meta.magic != meta_magic || meta.entries.entries != other.transaction + 1) return false;
  if (other.transaction == 0) return meta.transaction == 0 && meta.last_page == meta_pages - 1;
  return meta.transaction + 1 == other.transaction && meta.last_page < other.last_page;
}

std::optional<Meta> Walk::good_meta(std::uint64_t slot, const std::optional<MetaReading>& reading,
                                    const std::optional<MetaReading>& other) {
  if (!reading) return std::nullopt;
  if (reading->fault.empty()) return reading->meta;
  if (other && other->fault.empty() && was_taken_back(reading->meta, other->meta)) {
    report(FindingKind::meta_page, slot,
           "meta page: a commit failed while it was written, and was taken back",
           FindingSeverity::note);
  } else {
    report(FindingKind::meta_page, slot, "meta page: " + reading->fault);
  }
  return std::nullopt;
}

std::optional<Meta> Walk::choose_meta() {
  const auto first_reading = read_meta(0);
  const auto second_reading = read_meta(1);
  const auto first = good_meta(0, first_reading, second_reading);
  const auto second = good_meta(1, second_reading, first_reading);
  if (!first || !second) return first ? first : second;
  const std::uint64_t low = std::min(first->transaction, second->transaction);
  const std::uint64_t high = std::max(first->transaction, second->transaction);
  if (high - low != (high == 0 ? 0 : 1)) {
    report(FindingKind::meta_page, 0,
           fmt::format("the two meta pages are of transactions {} and {}, which do not follow "
                       "each other: one of them is stale or damaged",
                       first->transaction, second->transaction));
  }
  return first->transaction < second->transaction ? second : first;
}

std::optional<std::uint64_t> Walk::newest_transaction() {
  const auto meta = choose_meta();
  return meta ? std::optional{meta->transaction} : std::nullopt;
}

bool Walk::use(std::uint64_t page, std::string_view as) {
  if (page < meta_pages || page > meta_.last_page) {
    report(FindingKind::page, page, fmt::format("named as {}, outside the pages in use", as));
    return false;
  }
  if (used_[page]) {
    report(FindingKind::page, page, fmt::format("named as {}, and already as something else", as));
    return false;
  }
  used_[page] = true;
  // A free page was perhaps never written; every other one must be there.
  if (as == as_free || page < found_.file_bytes / page_bytes) return true;
  report(FindingKind::size, page, "the file ends before this page: it was cut off");
  return false;
}

bool Walk::read_node(std::uint64_t number, const Page& page, std::uint64_t offset, bool is_first,
                     Node& node) {
  node.header = read_struct<NodeHeader>(page, offset);
  const auto flags = read_struct<PageHeader>(page, 0).flags;
  const bool may_lack_key = is_first && flags == page_is_branch;
  const std::uint64_t key_offset = offset + sizeof(NodeHeader);
  if (node.header.key_bytes != sizeof(node.key) && !(may_lack_key && node.header.key_bytes == 0)) {
    report(FindingKind::key, number,
           fmt::format("a key of {} bytes instead of 8", node.header.key_bytes));
    return false;
  }
  node.value_offset = key_offset + node.header.key_bytes;
  std::uint64_t end = node.value_offset;
  if (flags == page_is_leaf) {
    const bool outside = node.header.flags == node_is_overflow;
    if (!outside && node.header.flags != 0) {
      report(FindingKind::page, number, "a node has flags that Daybook does not set");
      return false;
    }
    end += outside ? sizeof(std::uint64_t) : node.header.value_bytes();
  }
  if (end > page_bytes) {
    report(FindingKind::page, number, "a node reaches past its page");
    return false;
  }
  if (node.header.key_bytes == sizeof(node.key)) {
    node.key = read_struct<std::uint64_t>(page, key_offset);
    if (kind_ == Kind::entries) node.key = __builtin_bswap64(node.key);
  }
  return true;
}

bool Walk::read_nodes(std::uint64_t number, const Page& page, std::vector<Node>& nodes) {
  const auto header = read_struct<PageHeader>(page, 0);
  if (header.lower < sizeof(PageHeader) || header.lower % 2 != 0 || header.upper < header.lower ||
      header.upper > page_bytes) {
    report(FindingKind::page, number, "the bounds of its free space are wrong");
    return false;
  }
  const std::size_t count = (header.lower - sizeof(PageHeader)) / 2;
  std::uint64_t taken = 0;
  for (std::size_t index = 0; index < count; ++index) {
    const auto offset = read_struct<std::uint16_t>(page, sizeof(PageHeader) + 2 * index);
    if (offset < header.upper || offset % 2 != 0 || offset + sizeof(NodeHeader) > page_bytes) {
      report(FindingKind::page, number, fmt::format("node {} cannot stand at {}", index, offset));
      return false;
    }
    Node node;
    if (!read_node(number, page, offset, index == 0, node)) return false;
    const std::uint64_t value = header.flags == page_is_branch          ? 0
                                : node.header.flags == node_is_overflow ? sizeof(std::uint64_t)
                                                                        : node.header.value_bytes();
    taken += even(node.value_offset + value - offset);
    nodes.push_back(node);
  }
  // Nodes stand side by side up to the page's end, so equal sums mean that none overlap.
  if (taken != page_bytes - header.upper) {
    report(FindingKind::page, number, "its nodes do not fill the space they claim");
    return false;
  }
  return true;
}

bool Walk::check_order(std::uint64_t number, const KeyRange& range, const std::vector<Node>& nodes,
                       std::size_t from) {
  for (std::size_t index = from; index < nodes.size(); ++index) {
    const bool ascends = index == from || nodes[index - 1].key < nodes[index].key;
    if (ascends && nodes[index].key >= range.lower && nodes[index].key < range.upper) continue;
    report(FindingKind::key, number,
           fmt::format("key {} stands where it does not belong", nodes[index].key));
    return false;
  }
  return true;
}

void Walk::walk_branch(std::uint64_t number, unsigned level, const KeyRange& range,
                       const std::vector<Node>& nodes) {
  if (!check_order(number, range, nodes, 1)) return;
  for (std::size_t index = 0; index < nodes.size(); ++index) {
    const KeyRange below{.lower = index == 0 ? range.lower : nodes[index].key,
                         .upper = index + 1 == nodes.size() ? range.upper : nodes[index + 1].key};
    walk_page(nodes[index].header.child(), level + 1, below);
  }
}

void Walk::walk_page(std::uint64_t number, unsigned level, const KeyRange& range) {
  Page page{};
  if (!use(number, "a page of the tree") || !read_page(number, page)) return;
  const auto header = read_struct<PageHeader>(page, 0);
  const std::uint16_t expected = level == depth_ ? page_is_leaf : page_is_branch;
  if (header.number != number || header.flags != expected) {
    report(FindingKind::page, number,
           fmt::format("its header says page {} with flags {:#x}, expected flags {:#x}",
                       header.number, header.flags, expected));
    return;
  }
  ++(expected == page_is_leaf ? counts_.leaf_pages : counts_.branch_pages);
  std::vector<Node> nodes;
  if (!read_nodes(number, page, nodes)) return;
  // LMDB expects something in every page of a tree, and two children of a branch.
  if (nodes.size() < (expected == page_is_leaf ? 1U : 2U)) {
    report(FindingKind::page, number, "a page of the tree is empty");
    return;
  }
  if (expected == page_is_branch) {
    walk_branch(number, level, range, nodes);
    return;
  }
  if (!check_order(number, range, nodes, 0)) return;
  for (const Node& node : nodes) {
    ++counts_.entries;
    kind_ == Kind::entries ? take_entry(number, page, node) : take_free_pages(number, page, node);
  }
}

bool Walk::use_run(std::uint64_t number, std::uint64_t first, std::uint64_t count) {
  if (first < meta_pages || first > meta_.last_page || count > meta_.last_page - first + 1) {
    report(FindingKind::page, number,
           fmt::format("names {} pages from page {}, outside the pages "
                       "in use",
                       count, first));
    return false;
  }
  for (std::uint64_t page = first; page < first + count; ++page) {
    if (!use(page, "part of a value")) return false;
  }
  counts_.overflow_pages += count;
  return true;
}

void Walk::take_entry(std::uint64_t number, const Page& page, const Node& node) {
  const EntryPosition position{.key = node.key,
                               .page = node.header.flags == node_is_overflow
                                           ? read_struct<std::uint64_t>(page, node.value_offset)
                                           : 0,
                               .size_bytes = node.header.value_bytes()};
  if (position.page == 0 || position.size_bytes == 0 ||
      position.size_bytes > limits::entry_bytes_max ||
      (position.size_bytes + sizeof(PageHeader)) % page_bytes != 0) {
    report(FindingKind::page, number,
           fmt::format("the entry at sequence {} cannot be {} bytes long", node.key,
                       position.size_bytes));
    return;
  }
  if (use_run(number, position.page, position.page_count())) found_.entries.push_back(position);
}

void Walk::take_free_pages(std::uint64_t number, const Page& page, const Node& node) {
  const std::uint64_t size = node.header.value_bytes();
  std::vector<std::byte> bytes;
  if (size < 8 || size % 8 != 0 || size > found_.file_bytes) {
    report(FindingKind::page, number, fmt::format("a free list of {} bytes", size));
    return;
  }
  bytes.resize(size);
  if (node.header.flags == node_is_overflow) {
    const auto first = read_struct<std::uint64_t>(page, node.value_offset);
    if (!use_run(number, first, (size + sizeof(PageHeader) + page_bytes - 1) / page_bytes)) return;
    const auto read = file_.read_at(bytes, first * page_bytes + sizeof(PageHeader));
    if (!read || read.value() != size) {
      report(FindingKind::unreadable, first, "a free list cannot be read");
      return;
    }
  } else {
    std::memcpy(bytes.data(), page.data() + node.value_offset, size);
  }
  const auto count = read_struct<std::uint64_t>(bytes, 0);
  if (count > size / 8 - 1 || node.key > meta_.transaction) {
    report(FindingKind::page, number, "a free list contradicts itself");
    return;
  }
  std::uint64_t above = no_page;
  for (std::uint64_t index = 1; index <= count; ++index) {
    const auto freed = read_struct<std::uint64_t>(bytes, index * 8);
    if (freed >= above) {
      report(FindingKind::page, number, "a free list is out of order");
      return;
    }
    above = freed;
    if (!use(freed, as_free)) return;
  }
}

void Walk::check_counts(const Tree& tree) {
  if (counts_.branch_pages == tree.branch_pages && counts_.leaf_pages == tree.leaf_pages &&
      counts_.overflow_pages == tree.overflow_pages && counts_.entries == tree.entries) {
    return;
  }
  report(FindingKind::page_count, std::nullopt,
         fmt::format("{}: found {} branch, {} leaf and {} value pages with {} keys; its meta page "
                     "counts {}, {}, {} and {}",
                     kind_ == Kind::entries ? "entries" : "free list", counts_.branch_pages,
                     counts_.leaf_pages, counts_.overflow_pages, counts_.entries, tree.branch_pages,
                     tree.leaf_pages, tree.overflow_pages, tree.entries));
}

void Walk::walk_tree(const Tree& tree, Kind kind) {
  kind_ = kind;
  depth_ = tree.depth;
  counts_ = {};
  if ((tree.root == no_page) != (tree.depth == 0) || tree.depth > depth_max) {
    report(FindingKind::meta_page, std::nullopt,
           fmt::format("a tree of depth {} whose root is page {}", tree.depth, tree.root));
    return;
  }
  if (tree.root != no_page) walk_page(tree.root, 1, {});
  check_counts(tree);
}

void Walk::check_every_page_has_a_use() {
  const auto unused =
      static_cast<std::uint64_t>(std::count(used_.begin() + meta_pages, used_.end(), false));
  if (unused == 0) return;
  // LMDB never looks at them: space is lost, entries are not.
  report(FindingKind::page_count, std::nullopt,
         fmt::format("{} pages up to page {} belong to nothing", unused, meta_.last_page),
         FindingSeverity::note);
}

void Walk::run() {
  const auto size = file_.size();
  if (!size) {
    report(FindingKind::unreadable, std::nullopt, size.error().what);
    return;
  }
  found_.file_bytes = size.value();
  const auto meta = choose_meta();
  if (!meta) return;
  meta_ = *meta;
  found_.last_page = meta_.last_page;
  found_.transaction = meta_.transaction;
  used_.assign(meta_.last_page + 1, false);
  walk_tree(meta_.entries, Kind::entries);
  walk_tree(meta_.free_list, Kind::free_list);
  const bool clean = found_.sound();
  if (clean) check_every_page_has_a_use();
}

}  // namespace

bool SegmentStructure::sound() const {
  return std::none_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.severity == FindingSeverity::damage;
  });
}

PageWalker::PageWalker(File file) : file_{std::move(file)} {}

Result<PageWalker> PageWalker::open(const std::filesystem::path& path) {
  auto file = File::open(path, File::Mode::read);
  if (!file) return file.error();
  return PageWalker{std::move(file).value()};
}

SegmentStructure PageWalker::walk() const {
  SegmentStructure found;
  Walk{file_, found}.run();
  return found;
}

SegmentStructure PageWalker::walk_live() const {
  for (int attempt = 1;; ++attempt) {
    SegmentStructure found = walk();
    SegmentStructure ignored;
    const auto now = Walk{file_, ignored}.newest_transaction();
    // A page freed by transaction n + 1 is not written again before n + 3, and that one begins
    // after the meta page of n + 2 was written.
    if (now && *now <= found.transaction + 1) return found;
    if (attempt == journal_limits::live_walk_attempts_max) return found;
  }
}

Result<std::span<const std::byte>, Finding> PageWalker::read_value(
    const EntryPosition& position, std::vector<std::byte>& room) const {
  const auto finding = [&](FindingKind kind, std::string words) {
    return Finding{.kind = kind,
                   .severity = FindingSeverity::damage,
                   .file = file_.path(),
                   .ordinal = 0,
                   .page = position.page,
                   .sequence = Sequence{position.key},
                   .words = std::move(words)};
  };
  const std::size_t bytes = position.page_count() * page_bytes;
  if (room.size() < bytes) room.resize(bytes);
  const auto read = file_.read_at(std::span{room}.first(bytes), position.page * page_bytes);
  if (!read) return finding(FindingKind::unreadable, read.error().what);
  if (read.value() != bytes) return finding(FindingKind::size, "the file ends in this entry");
  const auto header = read_struct<PageHeader>(room, 0);
  if (header.number != position.page || header.flags != page_is_overflow ||
      header.run_pages() != position.page_count()) {
    return finding(FindingKind::page, "the header of the entry's first page is wrong");
  }
  return std::span<const std::byte>{room}.subspan(sizeof(PageHeader), position.size_bytes);
}

Result<void> check_segment_structure(const std::filesystem::path& path, bool is_live) {
  const auto walker = PageWalker::open(path);
  if (!walker) return walker.error();
  const SegmentStructure found = is_live ? walker.value().walk_live() : walker.value().walk();
  for (const Finding& finding : found.findings) {
    if (finding.severity == FindingSeverity::damage) return failure_of(finding);
  }
  return {};
}

}  // namespace daybook
