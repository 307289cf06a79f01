# Participants: registered, listed, and run with programs. Included by tools/CMakeLists.txt.
daybook_library(tools_participant
  SOURCES daybook/participant/found_participants.cpp
          daybook/participant/participant_list.cpp
          daybook/participant/participant_put.cpp
          daybook/participant/participant_run.cpp
          daybook/participant/registration.cpp
          daybook/participant/step_json.cpp
          daybook/participant/step_program.cpp
          daybook/participant/step_world.cpp
  APART daybook/participant/participant_waiting.cpp
  USES daybook::tools_client daybook::tools_saga daybook::saga daybook::participant
  PRIVATE_USES daybook::tools_process nlohmann_json::nlohmann_json)
target_sources(daybook PRIVATE daybook/participant/register_participant.cpp)
target_link_libraries(daybook PRIVATE daybook::tools_participant)
