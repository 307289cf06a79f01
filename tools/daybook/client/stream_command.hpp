#pragma once

#include <cstdint>
#include <string>

#include "tools/daybook/client/client_options.hpp"

namespace daybook {

/// Options of `stream append`. Empty: not given.
struct StreamAppendOptions {
  ClientOptions client;
  WriteOptions write;
  std::string file;  ///< JSON lines, one request; "-" is standard input; else one event from these:
  std::string id;
  std::string aggregate_type;
  std::string aggregate;
  std::string type;
  std::string content_type;
  std::string expect_version;
  std::string data;
  std::string data_file;
};

/// Sends one request and prints what became of each event. exit_code::no when it was refused; the
/// same request again is good.
int run_stream_append(const StreamAppendOptions& options);

/// Options of `stream read` and `stream list`. Empty: everything.
struct StreamReadOptions {
  ClientOptions client;
  std::string aggregate_type;
  std::string aggregate;
  std::string type;
  std::string version_from;
  std::string version_to;
  std::string sequence_from;
  std::string sequence_to;
  std::string from;  ///< A time; included.
  std::string to;    ///< A time; included.
  std::uint64_t limit = 100;
  bool all = false;
  bool newest_first = false;
};

/// Prints events, page after page up to the limit, and says when there are more.
int run_stream_read(const StreamReadOptions& options);

/// The same of streams: their newest versions.
int run_stream_list(const StreamReadOptions& options);

}  // namespace daybook
