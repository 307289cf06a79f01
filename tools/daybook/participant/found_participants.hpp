#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/model/participant_work.hpp"
#include "engine/saga/participant.hpp"
#include "net/client/client.hpp"
#include "tools/daybook/client/connection.hpp"

/// Participants and what waits for them, as a running engine tells.

namespace daybook {

struct FoundParticipant {
  ParticipantRegistration registration;
  std::string json;  ///< Of the registration.
  bool is_paused = false;
  ParticipantView view;
};
using FoundParticipants = std::map<Uint128, FoundParticipant>;

/// All that are registered, by the id of their name.
[[nodiscard]] Result<FoundParticipants, Trouble> fetch_participants(Client& client);

/// All that waits, in the order in which the engine came to know the types.
[[nodiscard]] Result<std::vector<WaitingWork>, Trouble> fetch_waiting_work(Client& client);

}  // namespace daybook
