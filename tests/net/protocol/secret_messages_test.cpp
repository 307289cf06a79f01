// seal_secrets and forget_secrets, written and read back; counts at the limit and past it; words
// that never repeat a text; and bytes that are none of them, never read behind their end.

#include "net/protocol/secret_messages.hpp"

#include <cstring>
#include <string>
#include <vector>

#include "net/protocol/requests.hpp"
#include "tests/net/protocol/round_trip.hpp"

namespace daybook {
namespace {

using Texts = std::vector<std::string>;

/// The fault's status; ok where there is none.
RequestStatus status_of(RequestKind kind, std::span<const std::byte> body,
                        const std::string& never_said = "\n") {
  const auto read = read_request(kind, body);
  if (read.ok()) return RequestStatus::ok;
  EXPECT_FALSE(read.error().not_readable);
  EXPECT_FALSE(read.error().words.empty());
  EXPECT_EQ(read.error().words.find(never_said), std::string::npos);
  return read.error().status;
}

RequestStatus status_of_texts(const Texts& texts) {
  const auto bytes = secret_texts(texts);
  Frame frame{seal_secrets_frame_bytes(bytes.size())};
  write_seal_secrets(frame.room(), sample_number, bytes);
  return status_of(RequestKind::seal_secrets, frame.body(), texts.empty() ? "\n" : texts.front());
}

TEST(SecretMessages, TextsComeAsTheyWereSent) {
  for (const Texts& texts :
       {Texts{"a"}, Texts{"DE89370400440532013000", "b", "longer than that"}}) {
    const auto bytes = secret_texts(texts);
    Frame frame{seal_secrets_frame_bytes(bytes.size())};
    frame.expect_request(write_seal_secrets(frame.room(), sample_number, bytes),
                         RequestKind::seal_secrets);
    const auto read = read_request(RequestKind::seal_secrets, frame.body());
    ASSERT_TRUE(read.ok()) << read.error().words;
    EXPECT_EQ(read.value().event_count, texts.size());
    const auto heard = read_secret_texts(read.value().payloads);
    ASSERT_TRUE(heard.has_value());
    EXPECT_EQ(Texts(heard->begin(), heard->end()), texts);
  }
}

TEST(SecretMessages, TextsAtTheLimitAndPastIt) {
  EXPECT_EQ(status_of_texts({}), RequestStatus::malformed);
  EXPECT_EQ(status_of_texts(Texts(limits::secrets_max, "text")), RequestStatus::ok);
  EXPECT_EQ(status_of_texts(Texts(limits::secrets_max + 1, "text#1")), RequestStatus::malformed);
  EXPECT_EQ(status_of_texts({std::string(limits::secret_bytes_max, 'x')}), RequestStatus::ok);
  EXPECT_EQ(status_of_texts({std::string(limits::secret_bytes_max + 1, 'x')}),
            RequestStatus::malformed);
}

RequestStatus status_of_keys(std::size_t count, const std::string& reason) {
  Frame frame{forget_secrets_frame_bytes(count, reason.size())};
  write_forget_secrets(frame.room(), sample_number, many<Uint128>(count), reason);
  return status_of(RequestKind::forget_secrets, frame.body());
}

TEST(SecretMessages, KeysComeWithTheReason) {
  const auto keys = many<Uint128>(3);
  Frame frame{forget_secrets_frame_bytes(3, 7)};
  frame.expect_request(write_forget_secrets(frame.room(), sample_number, keys, "because"),
                       RequestKind::forget_secrets);
  const auto read = read_request(RequestKind::forget_secrets, frame.body());
  ASSERT_TRUE(read.ok()) << read.error().words;
  ASSERT_EQ(read.value().event_count, 3U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(read.value().events) % 8, 0U);
  EXPECT_TRUE(same_bytes(read.value().events, keys));
  EXPECT_EQ(read.value().reason, "because");
}

TEST(SecretMessages, KeysAndReasonsAtTheLimitAndPastIt) {
  EXPECT_EQ(status_of_keys(0, "why"), RequestStatus::malformed);
  EXPECT_EQ(status_of_keys(limits::secrets_max, "why"), RequestStatus::ok);
  EXPECT_EQ(status_of_keys(limits::secrets_max + 1, "why"), RequestStatus::malformed);
  EXPECT_EQ(status_of_keys(1, ""), RequestStatus::malformed);
  EXPECT_EQ(status_of_keys(1, "a\tb"), RequestStatus::malformed);
  EXPECT_EQ(status_of_keys(1, std::string(limits::reason_bytes_max, 'y')), RequestStatus::ok);
  EXPECT_EQ(status_of_keys(1, std::string(limits::reason_bytes_max + 1, 'y')),
            RequestStatus::malformed);
}

/// In memory of exactly its size, so that a sanitizer sees a read behind it.
void expect_safe(RequestKind kind, std::span<const std::byte> body) {
  const std::vector<std::byte> whole{body.begin(), body.end()};
  for (std::size_t bytes = 0; bytes < whole.size(); bytes += 8) {
    std::vector<std::uint64_t> cut(bytes / 8);
    if (bytes > 0) std::memcpy(cut.data(), whole.data(), bytes);
    const auto read = read_request(kind, std::as_bytes(std::span{cut}));
    EXPECT_TRUE(bytes + 8 >= whole.size() || !read.ok()) << bytes;
  }
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::vector<std::uint64_t> words(whole.size() / 8);
    std::memcpy(words.data(), whole.data(), whole.size());
    std::as_writable_bytes(std::span{words})[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    const auto read = read_request(kind, std::as_bytes(std::span{words}));
    if (!read.ok()) continue;
    EXPECT_LE(read.value().event_count, limits::secrets_max);
    if (kind == RequestKind::seal_secrets) {
      EXPECT_TRUE(read_secret_texts(read.value().payloads).has_value());
    }
  }
}

TEST(SecretMessages, DamagedBodiesAreNeverReadOutside) {
  const auto bytes = secret_texts(Texts{"one", "another"});
  Frame seal{seal_secrets_frame_bytes(bytes.size())};
  write_seal_secrets(seal.room(), sample_number, bytes);
  expect_safe(RequestKind::seal_secrets, seal.body());
  Frame forget{forget_secrets_frame_bytes(2, 3)};
  write_forget_secrets(forget.room(), sample_number, many<Uint128>(2), "why");
  expect_safe(RequestKind::forget_secrets, forget.body());
}

}  // namespace
}  // namespace daybook
