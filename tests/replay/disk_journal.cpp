#include "tests/replay/disk_journal.hpp"

#include <cstring>
#include <fstream>
#include <iterator>

#include "engine/model/engine_version.hpp"

namespace daybook::test {
namespace {

JournalSettings journal_settings() {
  JournalSettings settings;
  settings.segment_bytes = std::uint64_t{1} << 20;
  settings.first_segment_bytes = std::uint64_t{1} << 20;
  settings.preallocation = Preallocation::none;
  return settings;
}

StateSettings state_settings(const WindowLimits& windows) {
  StateSettings settings;
  settings.windows = windows;
  settings.accounts_max = 1'000;
  settings.transfer_ids_max = 100'000;
  return settings;
}

}  // namespace

DiskJournal::DiskJournal(const std::filesystem::path& directory,
                         const DiskJournalSettings& settings)
    : state_{state_settings(settings.windows)} {
  if (!settings.journal_id.is_zero()) {
    std::filesystem::create_directories(directory / "journal");
    ENSURE(write_identity({directory},
                          {.journal_id = settings.journal_id, .durable = {}, .entry_hash = {}})
               .ok(),
           "the test's directory can have this id");
  }
  auto opened = DataDirectory::open_or_create(directory);
  ENSURE(opened.ok(), "the test's directory can be made");
  directory_ = std::make_unique<DataDirectory>(std::move(opened).value());
  auto journal = Journal::open(*directory_, journal_settings(), {}, *this);
  ENSURE(journal.ok(), "the test's journal can be opened");
  journal_ = std::move(journal).value();
  auto lookup = JournalLookup::open(directory, [this] { return state_.last_sequence(); });
  ENSURE(lookup.ok(), "the test's journal can be read");
  lookup_ = std::move(lookup).value();
  committed_ = std::make_unique<JournalFactReader>(*lookup_);
  unreliable_ = std::make_unique<UnreliableReader>(*committed_);
  facts_ = std::make_unique<SlabFactReader>(std::span{&slab_, 1}, *unreliable_);
  sequencer_ = std::make_unique<Sequencer>(settings.sequencer, state_, *facts_);
  sequencer_->open(slab_);
  open_segment();
}

void DiskJournal::open_segment() {
  SegmentOpened opened;
  opened.previous_ordinal = segment_;
  opened.ordinal = ++segment_;
  opened.schema_version = journal_schema_version;
  segment_first_ = state_.last_sequence().value() + 1;
  segment_entries_ = 0;
  opening_ = true;
  sequencer_->open_segment(opened);
}

template <typename Event>
void DiskJournal::submit(RequestKind kind, const std::vector<Event>& events) {
  RequestSlot slot;
  slot.kind = kind;
  slot.events = reinterpret_cast<const std::byte*>(events.data());
  slot.event_count = static_cast<std::uint32_t>(events.size());
  execute(slot);
}

void DiskJournal::execute(RequestSlot& slot, ClientId client) {
  slot.role = Role::admin;
  slot.client = client;
  slot.request_number = ++number_;
  std::vector<std::byte> room(reply_room_bytes(slot.kind, slot.event_count));
  slot.reply_room = room.data();
  now_ns_ += 1'000'000;
  sequencer_->execute(slot, now_ns_);
  ENSURE(slot.status == RequestStatus::ok || slot.refuse_with != RequestStatus::ok,
         "the test's requests are executed");
  slot.reply_room = nullptr;
}

void DiskJournal::release_due() {
  now_ns_ += 1'000'000;
  ENSURE(sequencer_->release_due(now_ns_, limits::releases_per_operation_max) > 0,
         "the test knows what is due");
}

void DiskJournal::expire_tccs() {
  now_ns_ += 1'000'000;
  ENSURE(sequencer_->expire_tccs(now_ns_) > 0, "the test knows what is due");
}

void DiskJournal::drive_sagas() {
  now_ns_ += 1'000'000;
  ENSURE(sequencer_->drive_sagas(now_ns_) > 0, "the test knows what is due");
}

void DiskJournal::hold_clock() {
  now_ns_ += 1'000'000;
  sequencer_->hold_clock(now_ns_, 2 * now_ns_);
}

void DiskJournal::create_accounts(const std::vector<Account>& accounts) {
  submit(RequestKind::create_accounts, accounts);
}

void DiskJournal::create_transfers(const std::vector<Transfer>& transfers) {
  submit(RequestKind::create_transfers, transfers);
}

void DiskJournal::append(EntryPlace place) {
  ++segment_entries_;
  const auto value = sequencer_->close(now_ns_, JournalId{directory_->journal_id()});
  const auto appended = journal_->append(value, opening_ ? EntryPlace::opens_segment : place);
  ENSURE(appended.ok(), "the test's disk takes an entry");
  opening_ = false;
  sequencer_->open(slab_);
}

void DiskJournal::commit() { append(EntryPlace::within); }

void DiskJournal::rotate(std::uint64_t miscount) {
  if (!sequencer_->entry_is_empty()) commit();
  SegmentSealed sealed;
  sealed.ordinal = segment_;
  sealed.first_sequence = segment_first_;
  sealed.entry_count = segment_entries_ + 1 + miscount;
  sequencer_->seal_segment(sealed);
  append(EntryPlace::seals_segment);
  open_segment();
  commit();
  std::unique_lock lock{mutex_};
  hashed_.wait(lock, [this] { return hash_.has_value(); });
  sequencer_->hash_segment({.ordinal = hash_->ordinal,
                            .file_bytes = hash_->file_bytes,
                            .file = hash_->file,
                            .chain = hash_->chain});
  hash_.reset();
}

void DiskJournal::finish() {
  if (!sequencer_->entry_is_empty()) commit();
  ENSURE(journal_->sync().ok(), "the test's disk syncs");
  ENSURE(journal_->witness(state_.last_sequence()).ok(), "the test's disk takes the witness");
}

void DiskJournal::segment_hashed(const SegmentHash& hash) {
  const std::lock_guard lock{mutex_};
  hash_ = hash;
  hashed_.notify_one();
}

std::size_t entry_offset(const std::string& file, Sequence sequence) {
  for (std::size_t page = 0; page + entry_page_bytes <= file.size(); page += entry_page_bytes) {
    EntryHeader header;
    std::memcpy(&header, file.data() + page + 16, sizeof(header));
    if (header.magic == entry_magic && header.first() == sequence) return page + 16;
  }
  ENSURE(false, "the test knows its entries");
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

void write_file(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream out{path, std::ios::binary | std::ios::trunc};
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  ENSURE(out.good(), "the test's disk takes a file");
}

}  // namespace daybook::test
