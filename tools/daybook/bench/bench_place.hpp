#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "engine/base/result.hpp"

namespace daybook {

/// Where the engine keeps its data, for one run; removed at the end when it was temporary.
class DataPlace {
 public:
  DataPlace() = default;
  ~DataPlace();
  DataPlace(const DataPlace&) = delete;
  DataPlace& operator=(const DataPlace&) = delete;

  /// `kept`: the directory that the caller asked for, or empty.
  [[nodiscard]] Result<void> make(const std::string& kept, std::uint32_t run, std::uint32_t runs);

  [[nodiscard]] std::string root() const { return root_.string(); }
  [[nodiscard]] std::string data() const {
    return temporary_ ? (root_ / "data").string() : root_.string();
  }
  [[nodiscard]] std::string log() const {
    return temporary_ ? (root_ / "engine.log").string() : root_.string() + ".log";
  }

 private:
  std::filesystem::path root_;
  bool temporary_ = false;
};

}  // namespace daybook
