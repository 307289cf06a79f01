#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "engine/base/result.hpp"
#include "engine/ports/secret_keeper.hpp"
#include "storage/secrets/key_file.hpp"

namespace daybook {

/// The keeper of a data directory's secrets: a thread that seals and forgets, beside the engine's,
/// so that nobody but whoever asked waits for the disk of the keys.
///
/// Threads.  Made and destroyed by one; the rest as SecretKeeper says. Everything that was taken is
///           answered before it is gone.
/// Errors.   A failure of the disk is told once to `on_trouble`, by the keeper's thread; from then
///           on sealing and forgetting are refused, and texts are still opened. Where the system
///           has no randomness, what was to be sealed is refused, and told unless the last one was
///           too.
class FileKeeper final : public SecretKeeper {
 public:
  /// `directory`: as KeyFile::open(), of which `on_trouble` is told the findings.
  [[nodiscard]] static Result<std::unique_ptr<FileKeeper>> start(
      const std::filesystem::path& directory,
      std::function<void(const std::string& words)> on_trouble = {},
      std::uint64_t keys_max = limits::secret_keys_max);
  ~FileKeeper() override;
  FileKeeper(const FileKeeper&) = delete;
  FileKeeper& operator=(const FileKeeper&) = delete;

  [[nodiscard]] bool submit(RequestSlot& slot, std::function<void()> done) override;
  [[nodiscard]] std::optional<std::string> open(std::string_view sealed) const override;

  [[nodiscard]] const KeyFile& keys() const { return *keys_; }

 private:
  struct Task {
    RequestSlot* slot = nullptr;
    std::function<void()> done;
  };

  FileKeeper(std::unique_ptr<KeyFile> keys, std::function<void(const std::string&)> on_trouble);
  void run();
  void seal_all(RequestSlot& slot);
  void forget_all(RequestSlot& slot);
  void refuse_for_disk(const Failure& failure, RequestSlot& slot);
  void refuse_for_randomness(RequestSlot& slot);

  std::unique_ptr<KeyFile> keys_;
  std::function<void(const std::string&)> on_trouble_;
  bool told_of_disk_ = false;        ///< As the next one: the keeper's thread.
  bool told_of_randomness_ = false;  ///< Since something could be sealed.
  std::mutex mutex_;
  std::condition_variable added_;
  std::deque<Task> waiting_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace daybook
