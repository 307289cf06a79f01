// The keeper: what it seals it opens, nothing else does, and what is forgotten nobody opens; over
// restarts, past its limits, and after a failure.

#include "storage/secrets/file_keeper.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <future>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "storage/secrets/sealing.hpp"
#include "tests/storage/support/scribe.hpp"

namespace {

std::atomic<bool> is_without_randomness{false};

}  // namespace

// Instead of OpenSSL's: nobody in this program needs keys that cannot be guessed.
extern "C" int RAND_priv_bytes(unsigned char* into, int bytes) {
  if (is_without_randomness) return 0;
  static std::random_device source;
  std::generate_n(into, bytes, [] { return static_cast<unsigned char>(source()); });
  return 1;
}

namespace daybook {
namespace {

const std::string iban = "DE89370400440532013000";

class FileKeeperTest : public ::testing::Test {
 protected:
  FileKeeperTest() { open(); }

  void open(std::uint64_t keys_max = 1'000) {
    keeper_.reset();
    auto opened = FileKeeper::start(
        directory_, [this](const std::string& words) { troubles_.push_back(words); }, keys_max);
    ASSERT_TRUE(opened.ok()) << opened.error().what;
    keeper_ = std::move(opened).value();
  }

  void ask(RequestSlot& slot) {
    std::promise<void> done;
    ASSERT_TRUE(keeper_->submit(slot, [&] { done.set_value(); }));
    done.get_future().wait();
  }
  RequestStatus seal(const std::vector<std::string>& texts, std::vector<std::string>& sealed) {
    const auto bytes = secret_texts(texts);
    RequestSlot slot;
    slot.kind = RequestKind::seal_secrets;
    slot.payloads = bytes;
    ask(slot);
    sealed.clear();
    for (std::size_t at = 0; at < slot.item_count; ++at) {
      SealedTextView view;
      std::memcpy(&view, slot.query_items.data() + at * sizeof(view), sizeof(view));
      sealed.emplace_back(view.text.data(), view.bytes);
    }
    EXPECT_EQ(slot.query_items.size(), slot.item_count * sizeof(SealedTextView));
    return slot.status;
  }
  std::string sealed(const std::string& text) {
    std::vector<std::string> all;
    EXPECT_EQ(seal({text}, all), RequestStatus::ok);
    return all.empty() ? "" : all.front();
  }
  RequestStatus forget(const std::vector<Uint128>& keys, std::vector<ForgetOutcome>& outcomes) {
    RequestSlot slot;
    slot.kind = RequestKind::forget_secrets;
    slot.events = reinterpret_cast<const std::byte*>(keys.data());
    slot.event_count = static_cast<std::uint32_t>(keys.size());
    ask(slot);
    outcomes.clear();
    for (std::size_t at = 0; at < slot.item_count; ++at) {
      ForgottenKey forgotten;
      std::memcpy(&forgotten, slot.query_items.data() + at * sizeof(forgotten), sizeof(forgotten));
      EXPECT_EQ(forgotten.key_id, keys[at]);
      outcomes.push_back(forgotten.outcome);
    }
    return slot.status;
  }
  static Uint128 key_of(const std::string& sealed) { return read_sealed_text(sealed)->key_id(); }

  testing::ScratchDirectory scratch_;
  std::filesystem::path directory_ = scratch_ / "secrets";
  std::vector<std::string> troubles_;
  std::unique_ptr<FileKeeper> keeper_;
};

TEST_F(FileKeeperTest, OpensWhatItSealedAlsoAfterARestart) {
  std::vector<std::string> all;
  const std::vector<std::string> texts{iban, "x", std::string(limits::secret_bytes_max, 'y')};
  ASSERT_EQ(seal(texts, all), RequestStatus::ok);
  ASSERT_EQ(all.size(), 3U);
  for (int restarts = 0; restarts < 2; ++restarts) {
    for (std::size_t at = 0; at < all.size(); ++at) EXPECT_EQ(keeper_->open(all[at]), texts[at]);
    open();
  }
  EXPECT_TRUE(troubles_.empty());
}

TEST_F(FileKeeperTest, TheSameTextIsSealedToAnotherOneEachTime) {
  std::set<std::string> seen;
  std::set<Uint128> keys;
  for (int at = 0; at < 50; ++at) {
    const std::string text = sealed(iban);
    seen.insert(text);
    keys.insert(key_of(text));
    EXPECT_EQ(text.find(iban), std::string::npos);
  }
  EXPECT_EQ(seen.size(), 50U);
  EXPECT_EQ(keys.size(), 50U);
}

TEST_F(FileKeeperTest, WhatIsForgottenIsNotOpenedAnyMoreAndTheRestIs) {
  const std::string one = sealed(iban);
  const std::string other = sealed(iban);
  std::vector<ForgetOutcome> outcomes;
  ASSERT_EQ(forget({key_of(one), Uint128{1, 2}}, outcomes), RequestStatus::ok);
  EXPECT_EQ(outcomes,
            (std::vector<ForgetOutcome>{ForgetOutcome::forgotten, ForgetOutcome::unknown}));
  for (int restarts = 0; restarts < 2; ++restarts) {
    EXPECT_FALSE(keeper_->open(one).has_value());
    EXPECT_EQ(keeper_->open(other), iban);
    ASSERT_EQ(forget({key_of(one)}, outcomes), RequestStatus::ok);
    EXPECT_EQ(outcomes.front(), ForgetOutcome::was_forgotten);
    open();
  }
}

TEST_F(FileKeeperTest, AChangedTextOrAnothersKeyOpensNothing) {
  const std::string text = sealed(iban);
  const SealedText good = *read_sealed_text(text);
  for (std::size_t bit = 0; bit < good.size * 8; ++bit) {
    SealedText changed = good;
    changed.bytes[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    EXPECT_FALSE(keeper_->open(to_text(changed)).has_value()) << bit;
  }
  // The key's id of another text: its key is there, and is not the right one.
  const SealedText other = *read_sealed_text(sealed("another one"));
  SealedText mixed = good;
  std::copy_n(other.bytes.begin(), sealed_head_bytes, mixed.bytes.begin());
  EXPECT_FALSE(keeper_->open(to_text(mixed)).has_value());
  EXPECT_FALSE(keeper_->open(iban).has_value());
  EXPECT_FALSE(keeper_->open("").has_value());
  EXPECT_EQ(keeper_->open(text), iban);
}

TEST_F(FileKeeperTest, SealsAsManyAsItHasRoomForAndNoneOfTooMany) {
  open(3);
  std::vector<std::string> all;
  EXPECT_EQ(seal({"a", "b", "c", "d"}, all), RequestStatus::too_many_secrets);
  EXPECT_TRUE(all.empty());
  EXPECT_EQ(seal({"a", "b", "c"}, all), RequestStatus::ok);
  EXPECT_EQ(seal({"d"}, all), RequestStatus::too_many_secrets);
}

TEST_F(FileKeeperTest, AFailureIsToldOnceAndNothingIsSealedAnyMore) {
  // A file where the directory would be made.
  ASSERT_TRUE(File::open(directory_, File::Mode::create).ok());
  std::vector<std::string> all;
  EXPECT_EQ(seal({iban}, all), RequestStatus::secrets_not_kept);
  EXPECT_TRUE(all.empty());
  EXPECT_EQ(seal({iban}, all), RequestStatus::secrets_not_kept);
  ASSERT_EQ(troubles_.size(), 1U);
  EXPECT_EQ(troubles_.front().find(iban), std::string::npos);
}

TEST_F(FileKeeperTest, WithoutRandomnessNothingIsSealedAndOtherTroubleIsStillTold) {
  std::vector<std::string> all;
  for (std::size_t series = 1; series <= 2; ++series) {
    is_without_randomness = true;
    EXPECT_EQ(seal({iban}, all), RequestStatus::secrets_not_kept);
    EXPECT_EQ(seal({iban}, all), RequestStatus::secrets_not_kept);
    is_without_randomness = false;
    ASSERT_EQ(troubles_.size(), series);
    EXPECT_NE(troubles_.back().find("random"), std::string::npos);
    EXPECT_EQ(seal({iban}, all), RequestStatus::ok);
  }
  std::filesystem::remove_all(directory_);
  open();
  is_without_randomness = true;
  EXPECT_EQ(seal({iban}, all), RequestStatus::secrets_not_kept);
  is_without_randomness = false;
  // A file where the directory would be made.
  ASSERT_TRUE(File::open(directory_, File::Mode::create).ok());
  EXPECT_EQ(seal({iban}, all), RequestStatus::secrets_not_kept);
  ASSERT_EQ(troubles_.size(), 4U);
  EXPECT_NE(troubles_.back().find("neither sealed nor forgotten"), std::string::npos);
}

TEST_F(FileKeeperTest, DamagedKeysAreToldAtTheStart) {
  const std::string text = sealed(iban);
  keeper_.reset();
  {
    auto file = File::open(directory_ / "keys", File::Mode::write);
    const std::byte wrong{0x5a};
    ASSERT_TRUE(file.value().write_at({&wrong, 1}, 64 + 30).ok());
    const std::byte more{0x5b};
    ASSERT_TRUE(file.value().write_at({&more, 1}, 64 + 31).ok());
  }
  open();
  ASSERT_EQ(troubles_.size(), 1U);
  EXPECT_FALSE(keeper_->open(text).has_value());
}

TEST_F(FileKeeperTest, IdsThatCannotBeReadAndACutEndAreToldAtTheStart) {
  for (int at = 0; at < 3; ++at) static_cast<void>(sealed(iban));
  keeper_.reset();
  {
    auto file = File::open(directory_ / "keys", File::Mode::write);
    const std::vector<std::byte> wrong(16, std::byte{0x5a});
    ASSERT_TRUE(file.value().write_at(wrong, 128).ok());
    ASSERT_TRUE(file.value().write_at(wrong, 256).ok());
  }
  open();
  ASSERT_EQ(troubles_.size(), 2U);
  EXPECT_NE(troubles_[0].find("the ids of 1 keys cannot be read"), std::string::npos);
  EXPECT_NE(troubles_[1].find("16 bytes at its end"), std::string::npos);
  open();  // What was cut off is told once.
  EXPECT_EQ(troubles_.size(), 3U);
}

TEST_F(FileKeeperTest, TakesAsManyRequestsAsMayWaitAndAnswersAllBeforeItEnds) {
  // The first one holds the keeper's thread, so that the others wait.
  std::promise<void> begun;
  std::promise<void> go_on;
  const auto bytes = secret_texts(std::vector<std::string>{iban});
  const auto fill = [&](RequestSlot& slot) {
    slot.kind = RequestKind::seal_secrets;
    slot.payloads = bytes;
  };
  RequestSlot first;
  fill(first);
  ASSERT_TRUE(keeper_->submit(first, [&] {
    begun.set_value();
    go_on.get_future().wait();
  }));
  begun.get_future().wait();
  std::vector<RequestSlot> slots(limits::secret_requests_max + 1);
  std::atomic<std::size_t> answered{0};
  for (std::size_t at = 0; at < slots.size(); ++at) {
    fill(slots[at]);
    const bool taken = keeper_->submit(slots[at], [&] { ++answered; });
    EXPECT_EQ(taken, at < limits::secret_requests_max);
  }
  go_on.set_value();
  keeper_.reset();
  EXPECT_EQ(answered, limits::secret_requests_max);
}

}  // namespace
}  // namespace daybook
