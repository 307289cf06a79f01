// Hello, which comes before every request.

#include <fmt/format.h>

#include "net/protocol/body_reader.hpp"
#include "net/protocol/body_writer.hpp"
#include "net/protocol/requests.hpp"

namespace daybook {

std::size_t write_hello(std::span<std::byte> room, std::uint64_t number,
                        const HelloMessage& hello) {
  BodyWriter<layout::Hello> writer{room};
  writer.fixed.client_id = hello.client.value();
  writer.fixed.protocol_version = hello.protocol_version;
  writer.string(writer.fixed.token, hello.token);
  return writer.finish(message_type::hello, 0, number);
}

Result<HelloMessage, BodyFault> read_hello(std::span<const std::byte> body) {
  const auto* table = verified<wire::Hello>(body);
  if (table == nullptr) return unreadable("Hello");
  const HelloMessage hello{.client = ClientId{number_of(table->client_id())},
                           .protocol_version = table->protocol_version(),
                           .token = text_of(table->token())};
  if (hello.client.value().is_zero()) {
    return BodyFault{.not_readable = false,
                     .words =
                         "the client id in Hello is zero; choose a random one for each "
                         "gateway process and keep it"};
  }
  if (hello.token.size() > token_bytes_max) {
    return BodyFault{.status = RequestStatus::too_large,
                     .not_readable = false,
                     .words = fmt::format("the token in Hello has {} bytes, at most {} are allowed",
                                          hello.token.size(), token_bytes_max)};
  }
  return hello;
}

}  // namespace daybook
