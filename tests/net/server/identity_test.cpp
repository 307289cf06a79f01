// IdentityFile: tokens, the file's format, and what is wrong with a file that was edited by hand.
//
// Method: a directory of its own for each test; files are written by hand where the text matters.

#include "net/server/identity.hpp"

#include <filesystem>
#include <fstream>
#include <span>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/scratch_directory.hpp"

namespace daybook {
namespace {

class IdentityFileTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return directory_ + "/identities"; }
  void write(std::string_view text) const { std::ofstream{path()} << text; }
  [[nodiscard]] std::string read() const {
    std::ifstream file{path()};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
  [[nodiscard]] std::unique_ptr<IdentityFile> open() const {
    auto file = IdentityFile::open(directory_);
    EXPECT_TRUE(file.ok()) << file.error().what;
    return std::move(file).value();
  }

  test::ScratchDirectory scratch_;
  std::string directory_ = scratch_.path().string();
};

TEST_F(IdentityFileTest, WithoutAFileThereAreNone) {
  const auto file = open();
  EXPECT_TRUE(file->empty());
  EXPECT_TRUE(file->list().empty());
  EXPECT_FALSE(file->authenticate("").has_value());
}

TEST_F(IdentityFileTest, ATokenIsKnownByItsDigestOnly) {
  const auto file = open();
  const auto token = file->add("till-12", Role::gateway);
  ASSERT_TRUE(token.ok()) << token.error().what;
  EXPECT_EQ(token.value().size(), 68U);
  EXPECT_EQ(token.value().substr(0, 4), "dbk_");
  EXPECT_EQ(token.value().find_first_not_of("0123456789abcdef", 4), std::string::npos);
  EXPECT_EQ(read().find(token.value()), std::string::npos);

  const auto principal = file->authenticate(token.value());
  ASSERT_TRUE(principal.has_value());
  EXPECT_EQ(principal->name, "till-12");
  EXPECT_EQ(principal->role, Role::gateway);
  EXPECT_EQ(principal->id, PrincipalId{id_of("till-12")});
  EXPECT_FALSE(file->authenticate("").has_value());
  EXPECT_FALSE(file->authenticate(token.value().substr(0, 67)).has_value());
  EXPECT_FALSE(file->authenticate(token.value() + "0").has_value());
  EXPECT_EQ(open()->authenticate(token.value())->name, "till-12");
}

TEST_F(IdentityFileTest, TheFileIsForItsOwnerOnly) {
  ASSERT_TRUE(open()->add("till", Role::gateway).ok());
  struct stat status {};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(IdentityFileTest, ARemovedIdentityKeepsItsNameAndMayComeBack) {
  const auto file = open();
  const auto first = file->add("till", Role::gateway);
  ASSERT_TRUE(first.ok());
  const auto twice = file->add("till", Role::reader);
  ASSERT_FALSE(twice.ok());
  EXPECT_EQ(twice.error().what,
            "the identity 'till' exists; remove it first if it is to have a new token");
  ASSERT_TRUE(file->remove("till").ok());
  EXPECT_FALSE(file->authenticate(first.value()).has_value());
  EXPECT_FALSE(file->empty());  // Or everybody on this machine would be let in again.
  ASSERT_EQ(file->list().size(), 1U);
  EXPECT_FALSE(file->list()[0].active);
  const auto second = file->add("till", Role::reader);
  ASSERT_TRUE(second.ok());
  EXPECT_NE(second.value(), first.value());
  EXPECT_EQ(file->authenticate(second.value())->role, Role::reader);
  EXPECT_FALSE(file->authenticate(first.value()).has_value());
  EXPECT_EQ(file->list().size(), 1U);
  const auto unknown = file->remove("tilt");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().kind, FailureKind::not_found);
}

TEST_F(IdentityFileTest, KnowsWhetherSomebodyWouldBeLetInAgain) {
  const auto file = open();
  const auto digest_of = [](const std::string& token) {
    return sha256(std::as_bytes(std::span{token.data(), token.size()}));
  };
  EXPECT_TRUE(file->still_stands(local_principal(), Sha256Digest{}));
  const auto token = file->add("till", Role::gateway);
  ASSERT_TRUE(token.ok());
  EXPECT_FALSE(file->still_stands(local_principal(), Sha256Digest{}));
  const auto till = *file->authenticate(token.value());
  EXPECT_TRUE(file->still_stands(till, digest_of(token.value())));
  EXPECT_FALSE(file->still_stands(till, digest_of(token.value() + "0")));
  EXPECT_FALSE(file->still_stands(till, Sha256Digest{}));
  ASSERT_TRUE(file->remove("till").ok());
  EXPECT_FALSE(file->still_stands(till, digest_of(token.value())));
  const auto second = file->add("till", Role::gateway);
  EXPECT_FALSE(file->still_stands(till, digest_of(token.value())));  // It was another token.
  EXPECT_TRUE(file->still_stands(till, digest_of(second.value())));
  write("till reader " + to_hex(digest_of(second.value())) + " active\n");
  ASSERT_TRUE(file->reload().ok());
  EXPECT_FALSE(file->still_stands(till, digest_of(second.value())));  // In another role now.
}

TEST_F(IdentityFileTest, NamesHaveLimits) {
  const auto file = open();
  for (const std::string& name : {std::string{"a"}, std::string(64, 'z'), std::string{"a.b_c-9"}}) {
    EXPECT_TRUE(file->add(name, Role::reader).ok()) << name;
  }
  for (const std::string& name :
       {std::string{}, std::string(65, 'z'), std::string{"Till"}, std::string{"a b"},
        std::string{"a\n"}, std::string{"k\xc3\xa4se"}, std::string{"local"}}) {
    const auto added = file->add(name, Role::reader);
    ASSERT_FALSE(added.ok()) << name;
    EXPECT_EQ(added.error().kind, FailureKind::invalid);
  }
}

TEST_F(IdentityFileTest, AnotherProcessIsSeenAfterReload) {
  const auto server = open();
  const auto tool = open();
  const auto token = tool->add("till", Role::gateway);
  ASSERT_TRUE(token.ok());
  EXPECT_FALSE(server->authenticate(token.value()).has_value());
  ASSERT_TRUE(server->reload().ok());
  EXPECT_TRUE(server->authenticate(token.value()).has_value());
  ASSERT_TRUE(server->add("other", Role::reader).ok());  // Keeps what the tool wrote.
  ASSERT_TRUE(tool->reload().ok());
  EXPECT_EQ(tool->list().size(), 2U);
}

TEST_F(IdentityFileTest, AWrongLineIsNamedAndNothingOfTheFileIsUsed) {
  const std::string digest(64, 'a');
  const std::string good = "till gateway " + digest + " active\n";
  struct Row {
    std::string line;
    std::string words;
  };
  const Row rows[] = {
      {"x", "a line has four words: name, role, digest, state"},
      {"x reader " + digest + " active more", "a line has four words: name, role, digest, state"},
      {"X reader " + digest + " active", "'X' is no name for an identity"},
      {"x king " + digest + " active", "'king' is no role"},
      {"x reader " + digest.substr(1) + " active", "the digest is not 64 lower-case hexadecimal"},
      {"x reader " + digest.substr(1) + "A active", "the digest is not 64 lower-case hexadecimal"},
      {"x reader " + digest + " gone", "'gone' is neither 'active' nor 'removed'"},
      {"till reader " + digest + " active", "the name 'till' stands there twice"},
  };
  write(good);
  const auto file = open();
  for (const Row& row : rows) {
    write("# a comment\n\n" + good + row.line + "\n");
    const auto reloaded = file->reload();
    ASSERT_FALSE(reloaded.ok()) << row.line;
    EXPECT_EQ(reloaded.error().kind, FailureKind::damaged);
    EXPECT_EQ(reloaded.error().what.find(path() + ", line 4: " + row.words), 0U)
        << reloaded.error().what;
    EXPECT_EQ(file->list().size(), 1U);
    EXPECT_FALSE(IdentityFile::open(directory_).ok());
  }
}

TEST_F(IdentityFileTest, TheNumberOfIdentitiesHasALimit) {
  const std::string digest(64, 'a');
  std::string text;
  for (std::size_t i = 0; i < IdentityFile::identities_max; ++i) {
    text += fmt::format("i{} reader {} active\n", i, digest);
  }
  write(text);
  const auto file = open();
  EXPECT_EQ(file->list().size(), IdentityFile::identities_max);
  EXPECT_FALSE(file->add("one-more", Role::reader).ok());
  write(text + "one-more reader " + digest + " active\n");
  EXPECT_FALSE(file->reload().ok());
}

}  // namespace
}  // namespace daybook
