#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "engine/base/assert.hpp"
#include "net/protocol/frame.hpp"
#include "net/protocol/layout.hpp"
#include "net/protocol/messages.hpp"

namespace daybook {

/// Writes one frame around a layout struct: the struct, then its vector, then its strings, then the
/// header. Internal to net/protocol.
template <typename Fixed>
class BodyWriter {
 public:
  explicit BodyWriter(std::span<std::byte> room) : room_{room} {
    ENSURE(room.size() >= frame_header_bytes + sizeof(Fixed), "the caller made room for the frame");
  }

  /// To be filled in before finish().
  Fixed fixed;

  /// Appends the vector; `field` is the member of `fixed` that points to it. `bytes` null: the
  /// items already stand in their place.
  void vector(std::uint32_t& field, std::uint32_t count, std::size_t item_bytes,
              const void* bytes) {
    const std::size_t size = count * item_bytes;
    const std::size_t items = end_ + 8;
    ensure_room(items + layout::padded(size));
    point(field, end_ + 4);
    constexpr std::uint32_t zero = 0;
    std::memcpy(at(end_), &zero, sizeof(zero));
    std::memcpy(at(end_ + 4), &count, sizeof(count));
    if (bytes != nullptr && size > 0) std::memcpy(at(items), bytes, size);
    end_ = items + size;
    pad();
  }

  /// Appends a string; `field` is the member of `fixed` that points to it.
  void string(std::uint32_t& field, std::string_view text) {
    ensure_room(end_ + layout::string_bytes(text.size()));
    point(field, end_);
    const auto length = static_cast<std::uint32_t>(text.size());
    std::memcpy(at(end_), &length, sizeof(length));
    if (!text.empty()) std::memcpy(at(end_ + 4), text.data(), text.size());
    *at(end_ + 4 + text.size()) = std::byte{0};
    end_ += 4 + text.size() + 1;
    pad();
  }

  /// Appends the words of a reply, cut to words_bytes_max at a character's start.
  void words(std::uint32_t& field, std::string_view text) {
    std::size_t size = text.size() < words_bytes_max ? text.size() : words_bytes_max;
    const auto inside_character = [&] {
      return (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80;
    };
    while (size > 0 && size < text.size() && inside_character()) --size;
    string(field, text.substr(0, size));
  }

  /// The frame's size.
  std::size_t finish(std::uint16_t type, std::uint16_t flags, std::uint64_t number) {
    std::memcpy(at(0), &fixed, sizeof(fixed));
    seal_frame(room_.first(frame_header_bytes + end_), type, flags, number);
    return frame_header_bytes + end_;
  }

 private:
  [[nodiscard]] std::byte* at(std::size_t body_offset) {
    return room_.data() + frame_header_bytes + body_offset;
  }
  void ensure_room(std::size_t body_bytes) const {
    ENSURE(room_.size() >= frame_header_bytes + body_bytes, "the caller made room for the frame");
  }
  void point(std::uint32_t& field, std::size_t target) {
    const auto place = static_cast<std::size_t>(reinterpret_cast<const std::byte*>(&field) -
                                                reinterpret_cast<const std::byte*>(&fixed));
    field = static_cast<std::uint32_t>(target - place);
  }
  void pad() {
    while (end_ % 8 != 0) *at(end_++) = std::byte{0};
  }

  std::span<std::byte> room_;
  std::size_t end_ = sizeof(Fixed);
};

}  // namespace daybook
