#include "storage/secrets/file_keeper.hpp"

#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/base/assert.hpp"
#include "storage/secrets/sealing.hpp"

namespace daybook {
namespace {

template <typename Item>
void put(RequestSlot& slot, const Item& item) {
  const auto bytes = std::as_bytes(std::span{&item, 1});
  slot.query_items.insert(slot.query_items.end(), bytes.begin(), bytes.end());
  ++slot.item_count;
}

void refuse(RequestSlot& slot) {
  slot.status = RequestStatus::secrets_not_kept;
  slot.query_items.clear();
  slot.item_count = 0;
}

std::vector<std::string> in_words(const KeyFileFindings& found) {
  std::vector<std::string> words;
  if (found.damaged > 0) {
    words.push_back(fmt::format(
        "{} keys are damaged, so what they sealed cannot be opened any more; their bytes go when "
        "they are forgotten",
        found.damaged));
  }
  if (found.without_id > 0) {
    words.push_back(fmt::format(
        "the ids of {} keys cannot be read, so what they sealed can neither be opened nor "
        "forgotten; their bytes are still there",
        found.without_id));
  }
  if (found.cut_bytes > 0) {
    words.push_back(fmt::format(
        "{} bytes at its end were no key that can be read, and were cut off: the engine was killed "
        "before it had told of a key there, or they are damaged",
        found.cut_bytes));
  }
  return words;
}

}  // namespace

Result<std::unique_ptr<FileKeeper>> FileKeeper::start(
    const std::filesystem::path& directory, std::function<void(const std::string&)> on_trouble,
    std::uint64_t keys_max) {
  auto keys = KeyFile::open(directory, keys_max);
  if (!keys.ok()) return keys.error();
  for (const std::string& each : in_words(keys.value()->findings())) {
    if (on_trouble) on_trouble(fmt::format("{}: {}", (directory / "keys").string(), each));
  }
  return std::unique_ptr<FileKeeper>{
      new FileKeeper{std::move(keys).value(), std::move(on_trouble)}};
}

FileKeeper::FileKeeper(std::unique_ptr<KeyFile> keys,
                       std::function<void(const std::string&)> on_trouble)
    : keys_{std::move(keys)}, on_trouble_{std::move(on_trouble)}, thread_{[this] { run(); }} {}

FileKeeper::~FileKeeper() {
  {
    const std::lock_guard lock{mutex_};
    ending_ = true;
  }
  added_.notify_one();
  thread_.join();
}

bool FileKeeper::submit(RequestSlot& slot, std::function<void()> done) {
  {
    const std::lock_guard lock{mutex_};
    if (waiting_.size() >= limits::secret_requests_max) return false;
    waiting_.push_back({&slot, std::move(done)});
  }
  added_.notify_one();
  return true;
}

std::optional<std::string> FileKeeper::open(std::string_view text) const {
  const auto sealed = read_sealed_text(text);
  if (!sealed) return std::nullopt;
  const auto key = keys_->find(sealed->key_id());
  return key ? open_sealed(*key, *sealed) : std::nullopt;
}

void FileKeeper::run() {
  std::unique_lock lock{mutex_};
  for (;;) {
    added_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const Task task = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    if (task.slot->kind == RequestKind::seal_secrets) {
      seal_all(*task.slot);
    } else {
      forget_all(*task.slot);
    }
    task.done();
    lock.lock();
  }
}

void FileKeeper::refuse_for_disk(const Failure& failure, RequestSlot& slot) {
  refuse(slot);
  if (!on_trouble_ || std::exchange(told_of_disk_, true)) return;
  on_trouble_(
      fmt::format("secrets are neither sealed nor forgotten any more: {}; mend it and restart the "
                  "engine",
                  failure.what));
}

void FileKeeper::refuse_for_randomness(RequestSlot& slot) {
  refuse(slot);
  slot.detail = "The system gives no random numbers, so nothing was sealed: try again later.";
  if (!on_trouble_ || std::exchange(told_of_randomness_, true)) return;
  on_trouble_("secrets are not sealed as long as the system gives no random numbers");
}

void FileKeeper::seal_all(RequestSlot& slot) {
  const auto texts = read_secret_texts(slot.payloads);
  ENSURE(texts, "they were looked at when the request was read");
  if (!keys_->has_room_for(texts->size())) {
    slot.status = RequestStatus::too_many_secrets;
    return;
  }
  std::vector<NewKey> keys;
  for (const std::string_view text : *texts) {
    const auto key = make_key();
    const auto sealed = key ? seal(*key, text) : std::nullopt;
    if (!sealed) return refuse_for_randomness(slot);
    keys.push_back(*key);
    const std::string as_text = to_text(*sealed);
    SealedTextView view;
    view.bytes = as_text.size();
    std::memcpy(view.text.data(), as_text.data(), as_text.size());
    put(slot, view);
  }
  const auto added = keys_->add(keys);
  if (!added.ok()) return refuse_for_disk(added.error(), slot);
  told_of_randomness_ = false;
}

void FileKeeper::forget_all(RequestSlot& slot) {
  std::vector<Uint128> ids(slot.event_count);
  std::memcpy(ids.data(), slot.events, ids.size() * sizeof(Uint128));
  const auto outcomes = keys_->forget(ids);
  if (!outcomes.ok()) {
    refuse_for_disk(outcomes.error(), slot);
    slot.detail =
        "None of these keys counts as forgotten, for the disk failed: the engine's log says how. "
        "Some may be gone from it already: mend it, restart the engine, and forget all of them "
        "again.";
    return;
  }
  for (std::size_t at = 0; at < ids.size(); ++at) {
    put(slot, ForgottenKey{ids[at], outcomes.value()[at]});
  }
}

}  // namespace daybook
