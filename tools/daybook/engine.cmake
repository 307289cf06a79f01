# What runs an engine on a data directory: recovery, journal, threads, server.
daybook_library(tools_engine
  SOURCES daybook/engine_process.cpp daybook/recovery.cpp daybook/serve_command.cpp
          daybook/snapshot_choice.cpp
          daybook/system_time.cpp
  USES daybook::engine daybook::storage daybook::server daybook::tools_text)
