#include "tools/daybook/saga/secret_command.hpp"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "engine/base/utf8.hpp"
#include "engine/model/sealed_text.hpp"
#include "tools/daybook/command.hpp"
#include "tools/daybook/saga/saga_source.hpp"
#include "tools/daybook/text/id_text.hpp"
#include "tools/daybook/text/json_text.hpp"

namespace daybook {
namespace {

Trouble wrong(std::string what) { return {exit_code::failed, std::move(what)}; }

std::string read_standard_input() {
  std::string text(limits::secret_bytes_max + 3, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), stdin));
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

/// Says nothing of the text itself.
Result<void, Trouble> check_secret(std::string_view what, std::string_view text) {
  if (text.starts_with(sealed_text_prefix)) {
    return wrong(
        fmt::format("{}: a text that begins with '{}' is not sealed, for nobody could tell it from "
                    "one that is sealed already; nothing was sent",
                    what, sealed_text_prefix));
  }
  if (!text.empty() && text.size() <= limits::secret_bytes_max && is_printable_utf8(text)) {
    return {};
  }
  return wrong(fmt::format("{}: a secret has 1 to {} bytes of printable UTF-8; nothing was sent",
                           what, limits::secret_bytes_max));
}

Result<Uint128, Trouble> key_of(const std::string& text) {
  if (const auto sealed = read_sealed_text(text)) return sealed->key_id();
  if (const auto key = parse_hex128(text)) return *key;
  return wrong(
      "a key is written as its 32 hexadecimal digits, or as a text that it seals; nothing was "
      "sent");
}

Result<std::vector<Uint128>, Trouble> keys_of_saga(Client& client, const std::string& text) {
  const auto id = parse_id(text);
  if (!id) return wrong(fmt::format("--saga: {}; nothing was sent", id.error().what));
  const auto everything = see_everything(client);
  if (!everything) return everything.error();
  const auto saga = fetch_saga(client, everything.value(), id.value());
  if (!saga) return saga.error();
  std::vector<Uint128> keys;
  SagaValueReader reader{saga.value().history->inputs()};
  for (const SagaField& field : saga.value().definition.definition->inputs) {
    const auto value = reader.next(field.type);
    if (!value || field.type != ValueType::secret) continue;
    if (const auto sealed = read_sealed_text(value->text)) keys.push_back(sealed->key_id());
  }
  if (keys.empty()) {
    return Trouble{exit_code::no, fmt::format("saga {} has no secret; nothing was forgotten",
                                              format_id(id.value()))};
  }
  return keys;
}

Result<std::vector<Uint128>, Trouble> keys_from(Client& client, const ForgetOptions& options) {
  if (!options.saga.empty()) return keys_of_saga(client, options.saga);
  std::vector<Uint128> keys;
  for (const std::string& each : options.keys) {
    const auto key = key_of(each);
    if (!key) return key.error();
    keys.push_back(key.value());
  }
  if (keys.empty()) return wrong("say which keys, or --saga ID; nothing was sent");
  return keys;
}

std::string_view words_of(ForgetOutcome outcome) {
  if (outcome == ForgetOutcome::forgotten) return "forgotten: nobody can open it any more";
  if (outcome == ForgetOutcome::was_forgotten) return "it was forgotten before";
  return "there is no such key";
}

}  // namespace

int run_seal(const SealOptions& options) {
  const std::string text = read_standard_input();
  if (const auto checked = check_secret("standard input", text); !checked) {
    return complain(checked.error());
  }
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto answer = settled(client.value()->seal_secrets({&text, 1}));
  if (!answer) return complain(answer.error());
  const std::string& sealed = answer.value().sealed.front();
  if (options.client.json) {
    say(JsonObject{}
            .text("sealed", sealed)
            .text("key", to_hex(read_sealed_text(sealed)->key_id()))
            .str());
  } else {
    say(sealed);
  }
  return exit_code::good;
}

int run_forget(const ForgetOptions& options) {
  const auto client = connect_to(options.client);
  if (!client) return complain(client.error());
  const auto keys = keys_from(*client.value(), options);
  if (!keys) return complain(keys.error());
  const auto answer = settled(client.value()->forget_secrets(keys.value(), options.reason));
  if (!answer) return complain(answer.error());
  bool all_known = true;
  for (const ForgottenKey& each : answer.value().keys) {
    all_known = all_known && each.outcome != ForgetOutcome::unknown;
    if (options.client.json) {
      say(JsonObject{}
              .text("key", to_hex(each.key_id))
              .text("shown_as", secret_mask(each.key_id))
              .text("outcome", to_string(each.outcome))
              .str());
    } else {
      say(fmt::format("{} (key {}): {}", secret_mask(each.key_id), to_hex(each.key_id),
                      words_of(each.outcome)));
    }
  }
  return all_known ? exit_code::good : exit_code::no;
}

Result<void, Trouble> seal_inputs(Client& client, const SagaDefinition& definition,
                                  const LedgerBook& ledgers, WrittenValues& written) {
  std::vector<std::string*> places;
  std::vector<std::string> texts;
  for (auto& [name, text] : written) {
    const auto field =
        std::find_if(definition.inputs.begin(), definition.inputs.end(),
                     [&key = name](const SagaField& each) { return each.name == key; });
    const bool is_secret = field != definition.inputs.end() && field->type == ValueType::secret;
    if (!is_secret || is_sealed_text(text)) continue;
    if (auto checked = check_secret(name, text); !checked) return checked.error();
    places.push_back(&text);
    texts.push_back(text);
  }
  // A key that is made for a start which comes to nothing would stay for ever.
  if (const auto values = parse_saga_values(definition.inputs, written, ledgers); !values) {
    return wrong(fmt::format("{}: {}; nothing was sent", definition.name, values.error().what));
  }
  if (texts.empty()) return {};
  const auto answer = settled(client.seal_secrets(texts));
  if (!answer) return answer.error();
  for (std::size_t at = 0; at < places.size(); ++at) *places[at] = answer.value().sealed[at];
  for (const auto& [name, text] : written) {
    const bool is_new = std::any_of(places.begin(), places.end(),
                                    [&place = text](const auto* each) { return each == &place; });
    if (!is_new) continue;
    complain(
        fmt::format("{} is sealed; to send the same start again, give {}={}", name, name, text));
  }
  return {};
}

}  // namespace daybook
