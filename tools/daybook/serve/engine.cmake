# What runs an engine on a data directory: recovery, journal, threads, server.
daybook_library(tools_engine
  SOURCES daybook/serve/engine_process.cpp daybook/serve/recovery.cpp
          daybook/serve/snapshot_choice.cpp daybook/serve/system_time.cpp
          daybook/serve/serve_command.cpp
  USES daybook::engine daybook::storage daybook::server daybook::tools_command
       daybook::tools_text)
