#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/ports/run_store.hpp"

namespace daybook::test {

/// Takes nothing, or only so many bytes.
class FullRunStore final : public RunStore {
 public:
  explicit FullRunStore(std::size_t bytes) : bytes_{bytes} {}

  Result<std::unique_ptr<StoredRun>> create(std::string_view) override {
    if (bytes_ == 0) return Failure{FailureKind::no_space, "full"};
    return std::unique_ptr<StoredRun>{std::make_unique<Run>(bytes_)};
  }
  Result<RunBytes> open_kept(std::string_view) override {
    return Failure{FailureKind::not_found, "nothing is in here"};
  }
  Result<void> keep(std::span<const std::string>) override {
    return Failure{FailureKind::no_space, "full"};
  }
  void let_go(std::span<const std::string>) override {}

 private:
  class Run final : public StoredRun {
   public:
    explicit Run(std::size_t bytes) : left_{bytes} {}
    Result<void> append(std::span<const std::byte> bytes) override {
      if (bytes.size() > left_) return Failure{FailureKind::no_space, "full"};
      left_ -= bytes.size();
      return {};
    }
    Result<void> put_header(std::span<const std::byte>) override {
      return Failure{FailureKind::no_space, "full"};
    }
    Result<RunBytes> finish() override { return Failure{FailureKind::no_space, "full"}; }

   private:
    std::size_t left_;
  };
  std::size_t bytes_;
};

}  // namespace daybook::test
