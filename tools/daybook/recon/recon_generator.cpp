#include "tools/daybook/recon/recon_generator.hpp"

#include <array>
#include <bit>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "engine/base/hash.hpp"
#include "storage/file/file.hpp"
#include "tools/daybook/text/time_text.hpp"

namespace daybook::recon {
namespace {

constexpr std::array planted_codes{
    Code::a_only,
    Code::b_only,
    Code::amount_short,
    Code::amount_over,
    Code::rounding,
    Code::status_a_ok_b_failed,
    Code::status_a_open_b_ok,
    Code::currency_mismatch,
    Code::duplicate_a,
    Code::duplicate_b,
};

/// A random order of 0 to count - 1 that needs no memory: a Feistel network over the next power of
/// four, walked until it lands inside.
class Shuffle {
 public:
  Shuffle(std::uint64_t count, std::uint64_t key)
      : count_{count},
        half_bits_{(static_cast<unsigned>(std::bit_width(count)) + 1) / 2},
        key_{key} {}

  [[nodiscard]] std::uint64_t operator()(std::uint64_t index) const {
    do {
      index = step(index);
    } while (index >= count_);
    return index;
  }

 private:
  [[nodiscard]] std::uint64_t step(std::uint64_t value) const {
    const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
    std::uint64_t left = value >> half_bits_;
    std::uint64_t right = value & mask;
    for (std::uint64_t round = 0; round < 4; ++round) {
      const std::uint64_t next = left ^ (mix(Uint128{right, round}, key_) & mask);
      left = right;
      right = next;
    }
    return (left << half_bits_) | right;
  }

  std::uint64_t count_;
  unsigned half_bits_;
  std::uint64_t key_;
};

/// A file that grows by lines.
class Lines {
 public:
  [[nodiscard]] static Result<Lines> create(const std::filesystem::path& path,
                                            std::string_view header) {
    Result<File> file = File::open(path, File::Mode::create_afresh);
    if (!file) return file.error();
    Lines lines;
    lines.file_ = std::move(file).value();
    lines.text_ = header;
    return lines;
  }

  [[nodiscard]] std::string& text() { return text_; }

  /// Writes when there is enough; all of it with `all`.
  [[nodiscard]] Result<void> flush(bool all) {
    constexpr std::size_t enough = std::size_t{1} << 20;
    if (text_.size() < enough && !all) return {};
    if (auto done = file_.write_at(std::as_bytes(std::span{text_}), offset_); !done) return done;
    offset_ += text_.size();
    text_.clear();
    return {};
  }

 private:
  File file_;
  std::string text_;
  std::uint64_t offset_ = 0;
};

/// What the files say of one movement, before anything is planted.
struct Movement {
  std::uint64_t reference = 0;
  std::uint64_t cents = 0;
  std::uint64_t seconds = 0;
  std::optional<Code> planted;
};

class Generator {
 public:
  explicit Generator(const GeneratorOptions& options) : options_{options} {}

  [[nodiscard]] Movement movement(std::uint64_t index) const {
    constexpr std::uint64_t references = 1'000'000'000'000'000;
    constexpr std::uint64_t factor = 618'033'988'749'897;  // Prime to 10^15, so none comes twice.
    const std::uint64_t random = mix(Uint128{index, options_.seed}, 7);
    Movement movement;
    movement.reference = static_cast<std::uint64_t>(static_cast<u128>(index) * factor % references);
    movement.cents = 100 + random % 999'900;
    movement.seconds = 1'767'225'600 + (random >> 32) % 86'400;
    const std::uint64_t dice = mix(Uint128{index, options_.seed}, 8);
    if (dice % 1'000'000 < options_.per_million) {
      movement.planted = planted_codes[(dice >> 32) % planted_codes.size()];
    }
    return movement;
  }

  static void append(std::string& out, const Movement& movement, Side side) {
    const bool is_b = side == Side::b;
    const std::optional<Code> planted = movement.planted;
    if (planted == (is_b ? Code::a_only : Code::b_only)) return;
    std::uint64_t cents = movement.cents;
    std::string_view currency = "EUR";
    std::string_view status = "ok";
    if (is_b && planted == Code::amount_short) cents += 50;
    if (is_b && planted == Code::amount_over) cents -= 50;
    if (is_b && planted == Code::rounding) cents += 1;
    if (is_b && planted == Code::currency_mismatch) currency = "USD";
    if (is_b && planted == Code::status_a_ok_b_failed) status = "failed";
    if (!is_b && planted == Code::status_a_open_b_ok) status = "open";
    const std::string time =
        format_time(Timestamp{movement.seconds * 1'000'000'000}).substr(0, 19) + "Z";
    const bool is_twice = planted == (is_b ? Code::duplicate_b : Code::duplicate_a);
    for (int copy = 0; copy < (is_twice ? 2 : 1); ++copy) {
      fmt::format_to(std::back_inserter(out), "T{:015},{}.{:02},{},{},{}\n", movement.reference,
                     cents / 100, cents % 100, currency, status, time);
    }
  }

 private:
  GeneratorOptions options_;
};

}  // namespace

Result<std::map<Code, std::uint64_t>> generate_files(const std::filesystem::path& directory,
                                                     const GeneratorOptions& options) {
  constexpr std::string_view header = "reference,amount,currency,status,time\n";
  const Generator generator{options};
  std::map<Code, std::uint64_t> planted;
  Result<Lines> labels = Lines::create(directory / "labels.csv", "reference,code\n");
  if (!labels) return labels.error();
  for (const Side side : {Side::a, Side::b}) {
    Result<Lines> made = Lines::create(directory / (side == Side::a ? "a.csv" : "b.csv"), header);
    if (!made) return made.error();
    Lines& lines = made.value();
    const Shuffle shuffle{options.records, options.seed * 2 + static_cast<std::uint64_t>(side)};
    for (std::uint64_t i = 0; i < options.records; ++i) {
      const Movement movement = generator.movement(shuffle(i));
      Generator::append(lines.text(), movement, side);
      if (auto flushed = lines.flush(false); !flushed) return flushed.error();
      if (side == Side::b || !movement.planted) continue;
      ++planted[*movement.planted];
      fmt::format_to(std::back_inserter(labels.value().text()), "T{:015},{}\n", movement.reference,
                     static_cast<unsigned>(*movement.planted));
      if (auto flushed = labels.value().flush(false); !flushed) return flushed.error();
    }
    if (auto flushed = lines.flush(true); !flushed) return flushed.error();
  }
  if (auto flushed = labels.value().flush(true); !flushed) return flushed.error();
  return planted;
}

}  // namespace daybook::recon
